#include "crmkit/schema/field.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "crmkit/schema/structure.hpp"

namespace crmkit {
namespace {

CRMKIT_ENUM(Light, red, amber, green, default_);

struct Everything {
    CRMKIT_STRUCTURE(Everything, "everything", "One member of each type that a field can have.");
    std::string text{};
    std::optional<std::int64_t> integer{};
    std::int64_t whole_integer = 7;
    std::optional<Decimal> decimal{};
    bool boolean = false;
    std::optional<Money> money{};
    std::optional<Date> date{};
    std::optional<Instant> instant{};
    Instant whole_instant{};
    std::optional<Light> light{};
    Light whole_light = Light::amber;
    Id id{};
    Link link{};
    Json json{};
    std::vector<std::string> list{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, text, "Text."), CRMKIT_FIELD(2, integer, "Integer."),
            CRMKIT_FIELD(3, whole_integer, "Integer."), CRMKIT_FIELD(4, decimal, "Decimal."),
            CRMKIT_FIELD(5, boolean, "Boolean."), CRMKIT_FIELD(6, money, "Money."),
            CRMKIT_FIELD(7, date, "Date."), CRMKIT_FIELD(8, instant, "Instant."),
            CRMKIT_FIELD(9, whole_instant, "Instant."), CRMKIT_FIELD(10, light, "Light."),
            CRMKIT_FIELD(11, whole_light, "Light."),
            CRMKIT_FIELD(12, id, "Reference.").refers_to("account"),
            CRMKIT_FIELD(13, link, "Reference.").refers_to("any"), CRMKIT_FIELD(14, json, "JSON."),
            CRMKIT_FIELD(15, list, "List."));
    }
};

const Field& field(std::string_view name) {
    const Field* found = structure_of<Everything>().find(name);
    REQUIRE(found != nullptr);
    return *found;
}

struct Expected {
    std::string_view name;
    NativeKind kind;
    FieldType type;
    bool nullable;
};

TEST_CASE("field: each member type has its kind, its type and whether it can be null") {
    const Expected all[] = {
        {"text", NativeKind::text, FieldType::text, true},
        {"integer", NativeKind::integer, FieldType::integer, true},
        {"whole_integer", NativeKind::whole_integer, FieldType::integer, false},
        {"decimal", NativeKind::decimal, FieldType::decimal, true},
        {"boolean", NativeKind::boolean, FieldType::boolean, false},
        {"money", NativeKind::money, FieldType::money, true},
        {"date", NativeKind::date, FieldType::date, true},
        {"instant", NativeKind::instant, FieldType::instant, true},
        {"whole_instant", NativeKind::whole_instant, FieldType::instant, false},
        {"light", NativeKind::enumeration, FieldType::enumeration, true},
        {"whole_light", NativeKind::whole_enumeration, FieldType::enumeration, false},
        {"id", NativeKind::id, FieldType::reference, true},
        {"link", NativeKind::link, FieldType::polymorphic_reference, true},
        {"json", NativeKind::json, FieldType::json, true},
        {"list", NativeKind::text_list, FieldType::text_list, true},
    };
    REQUIRE(std::size(all) == structure_of<Everything>().fields.size());
    for (const Expected& expected : all) {
        CAPTURE(expected.name);
        CHECK(field(expected.name).native_kind() == expected.kind);
        CHECK(field(expected.name).type() == expected.type);
        CHECK(field(expected.name).is_nullable() == expected.nullable);
    }
}

TEST_CASE("field: a fresh struct reads as null, or as the initialisers of its whole members") {
    const Everything fresh;
    for (const Field& each : structure_of<Everything>().fields) {
        CAPTURE(each.name);
        CHECK(each.native->get(each.member(&fresh)).is_null() == each.is_nullable());
    }
    CHECK(field("whole_integer").native->get(&fresh.whole_integer) == ValueView(7));
    CHECK(field("whole_light").native->get(&fresh.whole_light) == ValueView("amber"));
}

TEST_CASE("field: what is set is read back from the typed member, and null empties it again") {
    Everything object;
    const auto set = [&object](std::string_view name, const ValueView& value) {
        field(name).native->set(field(name).member(&object), value);
        return ValueView(field(name).native->get(field(name).member(&object)));
    };
    const std::vector<std::string> words{"a", "", "c"};
    const Money price{1050, Currency::of("EUR")};

    CHECK(set("text", "Zürich") == ValueView("Zürich"));
    CHECK(object.text == "Zürich");
    CHECK(set("integer", std::int64_t{INT64_MIN}) == ValueView(std::int64_t{INT64_MIN}));
    CHECK(object.integer == INT64_MIN);
    CHECK(set("decimal", Decimal{1}) == ValueView(Decimal{1}));
    CHECK(set("boolean", true) == ValueView(true));
    CHECK(object.boolean);
    CHECK(set("money", price) == ValueView(price));
    CHECK(object.money == price);
    CHECK(set("date", Date{-1}) == ValueView(Date{-1}));
    CHECK(set("instant", Instant{-1}) == ValueView(Instant{-1}));
    CHECK(set("light", "default") == ValueView("default"));
    CHECK(object.light == Light::default_);
    CHECK(set("id", Id{5}) == ValueView(Id{5}));
    CHECK(set("link", Link{3, Id{5}}) == ValueView(Link{3, Id{5}}));
    CHECK(object.link.entity == 3);
    CHECK(set("json", R"({"a":1})") == ValueView(R"({"a":1})"));
    CHECK(object.json.text == R"({"a":1})");
    CHECK(set("list", std::span<const std::string>(words)) ==
          ValueView(std::span<const std::string>(words)));
    CHECK(object.list == words);

    for (const Field& each : structure_of<Everything>().fields) {
        CAPTURE(each.name);
        each.native->set(each.member(&object), ValueView());
        CHECK(each.native->get(each.member(&object)).is_null() == each.is_nullable());
    }
    CHECK(object.whole_integer == 0);
    CHECK(object.whole_light == Light::red);
    CHECK_FALSE(object.boolean);
}

TEST_CASE("field: empty text, empty list, id zero and a link without id are null") {
    CHECK(ValueView("").is_null());
    CHECK(ValueView(std::string()).is_null());
    CHECK(ValueView(std::span<const std::string>()).is_null());
    CHECK(ValueView(Id{}).is_null());
    CHECK(ValueView(Link{4, Id{}}).is_null());
    CHECK_FALSE(ValueView(0).is_null());
    CHECK_FALSE(ValueView(false).is_null());
    CHECK_FALSE(ValueView(Decimal{}).is_null());
    CHECK_FALSE(ValueView(Date{}).is_null());
}

TEST_CASE("field: values of different kinds are never equal") {
    CHECK_FALSE(ValueView(1) == ValueView(true));
    CHECK_FALSE(ValueView(1) == ValueView(Decimal{1}));
    CHECK_FALSE(ValueView(Id{1}) == ValueView(1));
    CHECK_FALSE(ValueView(Id{1}) == ValueView(Link{1, Id{1}}));
    CHECK_FALSE(ValueView(Link{1, Id{1}}) == ValueView(Link{2, Id{1}}));
    CHECK_FALSE(ValueView(Money{1, Currency::of("EUR")}) ==
                ValueView(Money{1, Currency::of("USD")}));
    CHECK_FALSE(ValueView("a") == ValueView("b"));
    CHECK(ValueView() == ValueView(""));
}

TEST_CASE("field: an owned value keeps its text and list when what it was made from is gone") {
    Value text;
    Value list;
    {
        std::string local(1'000, 'x');
        std::vector<std::string> words(100, local);
        text = Value(ValueView(local));
        list = Value(words);
        local.assign("gone");
    }
    CHECK(text.view().text() == std::string(1'000, 'x'));
    REQUIRE(list.view().list().size() == 100);
    CHECK(list.view().list()[99] == std::string(1'000, 'x'));

    const Value copy = text;
    const Value moved = std::move(text);
    CHECK(copy == moved);
    CHECK(copy.view().text().data() != moved.view().text().data());
}

TEST_CASE("field: enumerators and labels map to each other; keywords lose their underscore") {
    CHECK(label_of(Light::red) == "red");
    CHECK(label_of(Light::default_) == "default");
    CHECK(enumerator_of<Light>("green") == Light::green);
    CHECK(enumerator_of<Light>("default") == Light::default_);
    CHECK_FALSE(enumerator_of<Light>("default_").has_value());
    CHECK_FALSE(enumerator_of<Light>("Green").has_value());
    CHECK_FALSE(enumerator_of<Light>("").has_value());
    CHECK(field("light").native->labels.size() == 4);
    CHECK(field("whole_light").native->labels.size() == 4);
    CHECK(field("text").native->labels.empty());
}

TEST_CASE("field: each refinement changes its own property and no other") {
    constexpr Field plain =
        make_field<std::string, detail::FieldName{}>(10, "name", 0, "Its name.");
    CHECK_FALSE(plain.is_required);
    CHECK_FALSE(plain.is_unique);
    CHECK_FALSE(plain.is_searchable);
    CHECK_FALSE(plain.is_read_only);
    CHECK_FALSE(plain.is_computed);
    CHECK_FALSE(plain.is_hierarchy);
    CHECK(plain.privacy == Privacy::none);
    CHECK(plain.format == TextFormat::plain);
    CHECK(plain.longest == 255);
    CHECK(plain.on_delete == OnDelete::restrict);

    CHECK(plain.required().is_required);
    CHECK(plain.unique().is_unique);
    CHECK(plain.searchable().is_searchable);
    CHECK(plain.read_only().is_read_only);
    CHECK(plain.computed().is_computed);
    CHECK_FALSE(plain.computed().is_read_only);
    CHECK_FALSE(plain.computed().is_kept);
    CHECK(plain.kept().is_kept);
    CHECK(plain.kept().is_computed);
    CHECK(plain.hierarchy().is_hierarchy);
    CHECK(plain.personal().privacy == Privacy::personal);
    CHECK(plain.financial().privacy == Privacy::financial);
    CHECK(plain.with_privacy(Privacy::sensitive).privacy == Privacy::sensitive);
    CHECK(plain.max_length(4).longest == 4);
    CHECK(plain.with_format(TextFormat::uri).format == TextFormat::uri);
    CHECK(plain.refers_to("account").target == "account");
    CHECK(plain.refers_to("account").on_delete == OnDelete::restrict);
    CHECK(plain.refers_to("any", OnDelete::cascade).on_delete == OnDelete::cascade);
    CHECK(plain.children("contacts").children_name == "contacts");
    CHECK(plain.normal_form("email").normal_form_of == "email");
    CHECK(plain.normal_form("email").is_computed);

    constexpr Field all = plain.required().unique().searchable().max_length(9).personal();
    CHECK(all.is_required);
    CHECK(all.is_unique);
    CHECK(all.is_searchable);
    CHECK(all.longest == 9);
    CHECK(all.name == "name");
    CHECK(all.id == 10);
    CHECK(all.help == "Its name.");
}

TEST_CASE("field: the names that files show are permanent") {
    CHECK(to_string(FieldType::text) == "text");
    CHECK(to_string(FieldType::polymorphic_reference) == "polymorphic_reference");
    CHECK(to_string(FieldType::structure_list) == "structure_list");
    CHECK(to_string(ValueKind::null) == "null");
    CHECK(to_string(ValueKind::text_list) == "text_list");
    CHECK(to_string(OnDelete::set_null) == "set_null");
    CHECK(to_string(Privacy::financial) == "financial");
}

}  // namespace
}  // namespace crmkit
