/// The entities that the conformance suite keeps: one with a field of every type, and a plain one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/base/random.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit::conformance {

CRMKIT_ENUM(Shade, light, dark, new_);

/// Has a member of every C++ type that a field can have, and every kind of key.
struct Specimen {
    CRMKIT_ENTITY(Specimen, 1001, "specimen", "specimens", "One of everything.");
    std::string name{};
    std::string code{};
    std::string region{};
    std::optional<std::int64_t> sequence{};
    std::int64_t count = 0;
    std::optional<Decimal> weight{};
    bool is_checked = false;
    std::optional<Money> price{};
    std::optional<Date> day{};
    std::optional<Instant> moment{};
    Instant seen_at{};
    std::optional<Shade> shade{};
    Shade background = Shade::light;
    Id parent{};
    Link subject{};
    Json extra{};
    std::vector<std::string> labels{};
    std::string note{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Text.").searchable(),
                           CRMKIT_FIELD(11, code, "Unique text.").unique(),
                           CRMKIT_FIELD(12, region, "First part of a key of two."),
                           CRMKIT_FIELD(13, sequence, "Second part of a key of two; integer."),
                           CRMKIT_FIELD(14, count, "Integer that is never empty."),
                           CRMKIT_FIELD(15, weight, "Decimal."),
                           CRMKIT_FIELD(16, is_checked, "Boolean."),
                           CRMKIT_FIELD(17, price, "Money."), CRMKIT_FIELD(18, day, "Date."),
                           CRMKIT_FIELD(19, moment, "Instant."),
                           CRMKIT_FIELD(20, seen_at, "Instant that is never empty."),
                           CRMKIT_FIELD(21, shade, "Enumeration."),
                           CRMKIT_FIELD(22, background, "Enumeration that is never empty."),
                           CRMKIT_FIELD(23, parent, "Reference.")
                               .refers_to("specimen", OnDelete::set_null)
                               .children("offspring")
                               .hierarchy(),
                           CRMKIT_FIELD(24, subject, "Reference to anything.")
                               .refers_to("any", OnDelete::set_null)
                               .children("about_it"),
                           CRMKIT_FIELD(25, extra, "JSON."),
                           CRMKIT_FIELD(26, labels, "List of text.").searchable(),
                           CRMKIT_FIELD(27, note, "Long text.").max_length(2'000'000));
    }
    static constexpr auto indexes() {
        return std::array{Index{"region, sequence", true}, Index{"shade, day"}};
    }
};

inline const Entity& specimens() { return entity_of<Specimen>(); }

/// A second entity, so that the two can be told apart everywhere.
struct Plain {
    CRMKIT_ENTITY(Plain, 1002, "plain", "plains", "A name and no more.");
    std::string name{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Text.").searchable());
    }
};

/// Stands for the users that every record header refers to.
struct Person {
    CRMKIT_ENTITY(Person, 1003, "user", "users", "A user.");
    std::string name{};

    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Text.")); }
};

/// Stands for the teams that a record can belong to.
struct Group {
    CRMKIT_ENTITY(Group, 1004, "team", "teams", "A team.");
    std::string name{};

    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Text.")); }
};

inline const Registry& registry() {
    static const Registry made = [] {
        Registry entities;
        entities.add<Specimen>();
        entities.add<Plain>();
        entities.add<Person>();
        entities.add<Group>();
        return entities;
    }();
    return made;
}

/// All fields of an entity, or those named.
inline FieldSet all_fields(const Structure& structure) {
    FieldSet fields;
    for (std::size_t i = 1; i < structure.fields.size(); ++i) {  // an id is never changed
        fields.add(i);
    }
    return fields;
}
inline FieldSet fields_named(const Structure& structure,
                             std::initializer_list<std::string_view> names) {
    FieldSet fields;
    for (const std::string_view name : names) {
        fields.add(structure.index_of(field_of(structure, name)));
    }
    return fields;
}

/// A specimen with an id, version 1 and a name.
inline Specimen specimen(std::int64_t id, std::string name = "specimen") {
    Specimen made;
    made.id = Id{id};
    made.version = 1;
    made.name = std::move(name);
    return made;
}
inline Plain plain(std::int64_t id, std::string name = "plain") {
    Plain made;
    made.id = Id{id};
    made.version = 1;
    made.name = std::move(name);
    return made;
}

/// What is wrong with `found` if it is not as `expected`: the differing fields, or nothing.
inline std::string difference(const RecordView& expected, const RecordView& found) {
    std::string out;
    for (const Field& field : expected.structure().fields) {
        if (!(expected.get(field) == found.get(field))) {
            out += (out.empty() ? "" : ", ") + std::string(field.name);
        }
    }
    return out;
}

/// A value for a field of this type, drawn from its whole range and its ends; null at times when
/// the field may be.
Value random_value(const Field& field, Random& random);

namespace detail {

/// Texts that break what is not careful; all of them well-formed UTF-8 without NUL.
inline constexpr std::array<std::string_view, 22> hostile_texts{
    "'",
    "''; DROP TABLE specimens; --",
    "\"quoted\"",
    "\\",
    "%_%",
    "a\nb\r\nc\td",
    " leading and trailing ",
    "\x01\x02\x1f\x7f",
    "\xef\xbb\xbf"
    "byte order mark",
    "Stra\xc3\x9f"
    "e",
    "\xc3\x89\x6c\xc3\xa8ve",
    "\x65\xcc\x81",              // e and a combining accent
    "\xe6\x97\xa5\xe6\x9c\xac",  // two Japanese characters
    "\xf0\x9f\x92\xa9\xf0\x9f\x8f\xb3\xef\xb8\x8f",
    "\xe2\x80\xae"
    "right to left",
    "\xef\xbf\xbd\xef\xbf\xbf",  // U+FFFD and the noncharacter U+FFFF
    "\xf4\x8f\xbf\xbf",          // the last code point
    "null",
    "NULL",
    "{\"json\": [1, 2]}",
    "0x10",
    "1e308",
};

inline std::int64_t random_number(Random& random, std::int64_t low, std::int64_t high) {
    switch (random.below(8)) {
        case 0:
            return low;
        case 1:
            return high;
        case 2:
            return low <= 0 && high >= 0 ? 0 : low;
        case 3:
            return low <= -1 && high >= -1 ? -1 : high;
        case 4:
            return random.between(low, high);
        default:
            return random.between(low > -100 ? low : -100, high < 100 ? high : 100);
    }
}

inline std::string random_text(Random& random) {
    std::string text;
    switch (random.below(3)) {
        case 0:
            return std::string(hostile_texts[random.below(hostile_texts.size())]);
        case 1:
            for (std::uint64_t i = 1 + random.below(30); i > 0; --i) {
                text += static_cast<char>('a' + random.below(26));
            }
            return text;
        default:
            return "w" + std::to_string(random.below(50)) + " v" + std::to_string(random.below(9));
    }
}

}  // namespace detail

inline Value random_value(const Field& field, Random& random) {
    if (field.is_nullable() && random.chance(250)) {
        return {};
    }
    constexpr std::int64_t least = INT64_MIN;
    constexpr std::int64_t most = INT64_MAX;
    switch (field.type()) {
        case FieldType::text:
            return detail::random_text(random);
        case FieldType::integer:
            return ValueView(detail::random_number(random, least, most));
        case FieldType::decimal:
            return ValueView(Decimal{detail::random_number(random, least + 1, most)});
        case FieldType::boolean:
            return ValueView(random.chance(500));
        case FieldType::money: {
            constexpr std::array<std::string_view, 4> codes{"EUR", "USD", "JPY", "BHD"};
            return ValueView(Money::of_minor(detail::random_number(random, least, most),
                                             Currency::of(codes[random.below(codes.size())])));
        }
        case FieldType::date:
            return ValueView(Date{static_cast<std::int32_t>(
                detail::random_number(random, Date::min().days, Date::max().days))});
        case FieldType::instant:
            return ValueView(Instant{detail::random_number(random, Instant::min().microseconds,
                                                           Instant::max().microseconds)});
        case FieldType::enumeration:
            return ValueView(field.native->labels[random.below(field.native->labels.size())]);
        case FieldType::json:
            return std::string("{\"n\":") + std::to_string(random.below(1000)) + "}";
        case FieldType::text_list: {
            std::vector<std::string> list;
            for (std::uint64_t i = 1 + random.below(4); i > 0; --i) {
                list.push_back(detail::random_text(random));
            }
            return list;
        }
        case FieldType::reference:
        case FieldType::polymorphic_reference:
        case FieldType::structure_list:
            return {};
    }
    return {};
}

}  // namespace crmkit::conformance
