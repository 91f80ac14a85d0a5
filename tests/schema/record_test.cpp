#include "crmkit/schema/record.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "errors_of.hpp"

namespace crmkit {
namespace {

using testing::error_of;

CRMKIT_ENUM(Size, small, large);

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::string industry{};
    std::optional<Money> revenue{};
    Size size = Size::small;
    std::vector<std::string> products{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name.").required(),
                           CRMKIT_FIELD(11, industry, "Its line of business."),
                           CRMKIT_FIELD(12, revenue, "Sales of a year."),
                           CRMKIT_FIELD(13, size, "How large it is."),
                           CRMKIT_FIELD(14, products, "What it makes."));
    }
};

struct Person {
    CRMKIT_ENTITY(Person, 1002, "person", "persons", "Someone.");
    std::string name{};
    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "The name.")); }
};

struct Query {
    CRMKIT_STRUCTURE(Query, "query", "What to look for.");
    std::string text{};
    static constexpr auto fields() { return field_table(CRMKIT_FIELD(1, text, "The words.")); }
};

TEST_CASE("record: a typed struct is read by name without being copied") {
    const Company acme{.name = "Acme Steel", .size = Size::large, .products = {"wire", "nails"}};
    const RecordView view(acme);
    CHECK(view.get("name") == ValueView("Acme Steel"));
    CHECK(view.get("name").text().data() == acme.name.data());
    CHECK(view.get("size") == ValueView("large"));
    CHECK(view.get("products").list().data() == acme.products.data());
    CHECK(view.get("industry").is_null());
    CHECK(view.object() == &acme);
    CHECK(&view.structure() == &entity_of<Company>());

    const RecordView query(Query{});
    CHECK(query.structure().name == "query");
}

TEST_CASE("record: what is written by name is there in the typed struct") {
    Company acme;
    const MutableRecordView view(acme);
    view.set(field_of(view.structure(), "name"), "Acme");
    view.set(field_of(view.structure(), "revenue"), Money{100, Currency::of("EUR")});
    CHECK(acme.name == "Acme");
    CHECK(acme.revenue == Money{100, Currency::of("EUR")});
    view.set(field_of(view.structure(), "revenue"), ValueView());
    CHECK_FALSE(acme.revenue.has_value());
}

TEST_CASE("record: an unknown field is an error that names the nearest one") {
    Record record(entity_of<Company>());
    const Error error = error_of([&record] { record.set("industri", "steel"); });
    CHECK(error.code() == ErrorCode::not_found);
    REQUIRE(error.problems().size() == 1);
    CHECK(error.problems()[0].entity == "company");
    CHECK(error.message().find("industri") != std::string::npos);
    CHECK(error.message().find("'industry'") != std::string::npos);

    const std::string hostile(1'000'000, 'x');
    const Error long_error = error_of([&] { return record.get(hostile); });
    CHECK(long_error.code() == ErrorCode::not_found);
    CHECK(long_error.message().size() < 500);
    CHECK(error_of([&record] { return record.get(""); }).code() == ErrorCode::not_found);
    CHECK(error_of([&record] { return record.get(std::string_view("na\0me", 5)); }).code() ==
          ErrorCode::not_found);
}

TEST_CASE("record: holds the same layout as the struct") {
    Record record(Company{.name = "Acme", .products = {"wire"}});
    CHECK(record.get("name") == ValueView("Acme"));
    CHECK(record.as<Company>().products == std::vector<std::string>{"wire"});
    record.as<Company>().industry = "steel";
    CHECK(record.get("industry") == ValueView("steel"));
    record.set("size", "large");
    CHECK(record.as<Company>().size == Size::large);
    const Record& constant = record;
    CHECK(constant.as<Company>().name == "Acme");
}

TEST_CASE("record: asking for the struct of another entity is an error") {
    Record record(entity_of<Company>());
    const Error error = error_of([&record] { return record.as<Person>(); });
    CHECK(error.code() == ErrorCode::invalid_argument);
    CHECK(error.message().find("company") != std::string::npos);
    CHECK(error.message().find("person") != std::string::npos);
}

TEST_CASE("record: remembers which fields were set, and nothing else") {
    Record record(Company{.name = "Acme"});
    const Structure& structure = record.structure();
    CHECK(record.touched().empty());
    record.set("industry", "steel");
    record.as<Company>().name = "Other";
    CHECK(record.touched().contains(structure.index_of(field_of(structure, "industry"))));
    CHECK_FALSE(record.touched().contains(structure.index_of(field_of(structure, "name"))));

    const Record copy = record;
    CHECK_FALSE(copy.touched().empty());
    record.forget_touched();
    CHECK(record.touched().empty());
    CHECK_FALSE(copy.touched().empty());
}

TEST_CASE("record: copies are independent, moves keep the content") {
    Record first(Company{.name = std::string(1'000, 'a')});
    Record copy = first;
    copy.set("name", "b");
    CHECK(first.get("name").text().size() == 1'000);
    CHECK(copy.get("name") == ValueView("b"));

    Record moved = std::move(copy);
    CHECK(moved.get("name") == ValueView("b"));
    moved = first;
    CHECK(moved.get("name").text().size() == 1'000);
    const Record& alias = moved;
    moved = alias;
    CHECK(moved.get("name").text().size() == 1'000);
    moved = Record(Person{.name = "Ada"});
    CHECK(moved.as<Person>().name == "Ada");
    CHECK(moved.structure().name == "person");
}

TEST_CASE("record: the header of any entity is read and written in place") {
    Record record(entity_of<Person>());
    header_of(record).id() = Id{42};
    header_of(record).version() = 3;
    header_of(record).owner() = Link{1, Id{7}};
    header_of(record).deleted_at() = Instant{5};
    header_of(record).source() = "import";
    header_of(record).created_at() = Instant{1};
    header_of(record).created_by() = Id{8};
    header_of(record).modified_at() = Instant{2};
    header_of(record).modified_by() = Id{9};
    const Person& person = record.as<Person>();
    CHECK(person.id == Id{42});
    CHECK(person.version == 3);
    CHECK(person.owner == Link{1, Id{7}});
    CHECK(person.deleted_at == Instant{5});
    CHECK(person.source == "import");
    CHECK(person.created_at == Instant{1});
    CHECK(person.created_by == Id{8});
    CHECK(person.modified_at == Instant{2});
    CHECK(person.modified_by == Id{9});

    const Record& constant = record;
    CHECK(header_of(constant).id() == Id{42});
    CHECK(header_of(RecordView(person)).version() == 3);
}

TEST_CASE("record: a set of fields holds any number of them") {
    FieldSet set;
    CHECK(set.empty());
    for (const std::size_t index : {0U, 63U, 64U, 127U, 128U, 1'000U}) {
        CAPTURE(index);
        CHECK_FALSE(set.contains(index));
        set.add(index);
        CHECK(set.contains(index));
        CHECK_FALSE(set.empty());
    }
    CHECK_FALSE(set.contains(1));
    CHECK_FALSE(set.contains(65));
    CHECK_FALSE(set.contains(1'000'000));
    set.clear();
    CHECK(set.empty());
    CHECK_FALSE(set.contains(0));
    CHECK_FALSE(set.contains(1'000));
}

}  // namespace
}  // namespace crmkit
