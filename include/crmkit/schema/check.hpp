/// `check_value`: whether a value may stand in a field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/schema/json_scanner.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/text_format.hpp"
#include "crmkit/schema/value_text.hpp"

namespace crmkit {

/// Items that a list of text may have.
inline constexpr std::size_t longest_text_list = 10'000;
/// Bytes that a JSON value may have: 16 MiB.
inline constexpr std::size_t longest_json = std::size_t{16} << 20U;
/// Rows that the lists of one object may have in all.
inline constexpr std::size_t most_rows = 100'000;

/// Problems that are listed of one object at most; the rest of it is then not looked at.
inline constexpr std::size_t most_problems = 100;

/// The kind of the values that fields of a type hold; null for structure_list, whose rows are no
/// values. A value of this kind can be stored without convert() unless the field is an enumeration
/// or JSON.
constexpr ValueKind value_kind(FieldType type) {
    switch (type) {
        case FieldType::text:
        case FieldType::enumeration:
        case FieldType::json:
            return ValueKind::text;
        case FieldType::integer:
            return ValueKind::integer;
        case FieldType::decimal:
            return ValueKind::decimal;
        case FieldType::boolean:
            return ValueKind::boolean;
        case FieldType::money:
            return ValueKind::money;
        case FieldType::date:
            return ValueKind::date;
        case FieldType::instant:
            return ValueKind::instant;
        case FieldType::reference:
            return ValueKind::id;
        case FieldType::polymorphic_reference:
            return ValueKind::link;
        case FieldType::text_list:
            return ValueKind::text_list;
        case FieldType::structure_list:
            return ValueKind::null;
    }
    return ValueKind::null;
}

namespace detail {

/// Whether the text is ASCII without NUL and no longer than `longest`: the quick yes for most.
inline bool is_short_ascii(std::string_view text, std::size_t longest) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t tops = 0x8080808080808080U;
    if (text.size() > longest) {
        return false;
    }
    std::uint64_t odd = 0;  // a top bit is set for each byte that is NUL or beyond ASCII
    std::size_t at = 0;
    for (; text.size() - at >= sizeof odd; at += sizeof odd) {
        std::uint64_t block = 0;
        std::memcpy(&block, text.data() + at, sizeof block);
        odd |= (block - ones) | block;
    }
    for (; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        odd |= byte == 0 || byte >= 0x80 ? tops : 0;
    }
    return (odd & tops) == 0;
}

/// What is wrong with the characters of a text, continuing a sentence about it; empty when nothing.
inline std::string characters_fault(std::string_view text, std::size_t longest) {
    constexpr std::size_t longest_sequence = 4;
    if (is_short_ascii(text, longest)) {
        return {};
    }
    const auto too_long = [longest] {
        return "is longer than " + std::to_string(longest) + " characters";
    };
    if (text.size() / longest_sequence > longest) {
        return too_long();
    }
    if (const std::size_t bad = find_invalid_utf8(text); bad != std::string_view::npos) {
        return "is not valid UTF-8 at byte " + std::to_string(bad + 1);
    }
    if (contains_nul(text)) {
        return "contains a NUL character";
    }
    const std::size_t length = text.size() > longest ? length_in_characters(text) : 0;
    return length > longest ? too_long() + ": it has " + std::to_string(length) : std::string();
}

inline std::string text_fault(const Field& field, std::string_view text) {
    std::string fault = characters_fault(text, field.longest);
    return fault.empty() ? std::string(format_fault(field.format, text)) : fault;
}

inline std::string json_fault(std::string_view text) {
    if (text.size() > longest_json) {
        return "is longer than 16 MiB of JSON";
    }
    const auto fault = find_json_fault(text);
    if (!fault) {
        return {};
    }
    return (fault->code == ErrorCode::limit ? "" : "is not JSON: ") + std::string(fault->message) +
           " at byte " + std::to_string(fault->offset + 1);
}

/// "is not one of hot, warm, cold; nearest is 'warm'".
inline std::string label_fault(const Field& field, std::string_view text) {
    constexpr std::size_t most_listed = 12;
    const auto labels = field.native->labels;
    std::string fault = "is not one of ";
    for (std::size_t i = 0; i < labels.size() && i < most_listed; ++i) {
        fault += i == 0 ? "" : ", ";
        fault += labels[i];
    }
    fault += labels.size() > most_listed ? ", …" : "";
    const std::string_view near = nearest(text, labels);
    return near.empty() ? fault : fault + "; nearest is '" + std::string(near) + "'";
}

inline std::string list_fault(const Field& field, std::span<const std::string> items) {
    if (items.size() > longest_text_list) {
        return "has more than " + std::to_string(longest_text_list) + " items";
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (std::string fault = text_fault(field, items[i]); !fault.empty()) {
            return "has an item, number " + std::to_string(i + 1) + ", that " + fault;
        }
    }
    return {};
}

/// What is wrong with a value of the field's own kind; empty when nothing.
inline std::string value_fault(const Field& field, const ValueView& value) {
    switch (field.type()) {
        case FieldType::text:
            return text_fault(field, value.text());
        case FieldType::enumeration:
            return has_label(field, value.text()) ? std::string()
                                                  : label_fault(field, value.text());
        case FieldType::json:
            return json_fault(value.text());
        case FieldType::text_list:
            return list_fault(field, value.list());
        case FieldType::money:
            return value.money().currency ? "" : "has no currency";
        case FieldType::date:
            return value.date() >= Date::min() && value.date() <= Date::max()
                       ? ""
                       : "is not between the years 1 and 9999";
        case FieldType::instant:
            return value.instant() >= Instant::min() && value.instant() <= Instant::max()
                       ? ""
                       : "is not between the years 1 and 9999";
        case FieldType::reference:
            return value.id().value > 0 ? "" : "is not an id: ids are positive";
        case FieldType::polymorphic_reference:
            return value.link().id.value > 0 && value.link().entity != 0
                       ? ""
                       : "is not a link: it has no entity or its id is not positive";
        case FieldType::integer:
        case FieldType::decimal:
        case FieldType::boolean:
        case FieldType::structure_list:
            return {};
    }
    return {};
}

/// The quick yes of check_value() for most values.
inline bool is_plainly_right(const Field& field, const ValueView& value) {
    switch (field.type()) {
        case FieldType::text:
            return value.kind() == ValueKind::text && field.format == TextFormat::plain &&
                   is_short_ascii(value.text(), field.longest);
        case FieldType::instant:
            return value.kind() == ValueKind::instant && value.instant() >= Instant::min() &&
                   value.instant() <= Instant::max();
        case FieldType::reference:
            return value.kind() == ValueKind::id && value.id().value > 0;
        case FieldType::enumeration:
        case FieldType::json:
        case FieldType::text_list:
        case FieldType::money:
        case FieldType::date:
        case FieldType::polymorphic_reference:
        case FieldType::integer:
        case FieldType::decimal:
        case FieldType::boolean:
        case FieldType::structure_list:
            return false;
    }
    return false;
}

/// The rest of check_value() for what its quick yes does not cover.
inline bool check_value_slowly(const Structure& structure, const Field& field,
                               const ValueView& value, std::vector<Problem>& problems) {
    const ValueKind expected = value_kind(field.type());
    std::string fault = value.kind() == expected
                            ? value_fault(field, value)
                            : "is of kind " + std::string(to_string(value.kind())) + ", not " +
                                  std::string(to_string(expected));
    if (fault.empty()) {
        return true;
    }
    problems.push_back(problem_of(structure, field, shown_value(value), std::move(fault)));
    return false;
}

}  // namespace detail

/// Whether `value` may stand in `field`, which is one of `structure`'s: it is of the field's kind;
/// texts are UTF-8 without NUL, no longer than allowed and of their format; enumerations have a
/// label; dates and instants lie in the years 1 to 9999; lists have at most 10,000 items, JSON is
/// JSON of at most 16 MiB and 100 levels. When not, adds the problem and returns false. Null always
/// may: see check_record() for required fields. Does not look whether references lead to a record.
inline bool check_value(const Structure& structure, const Field& field, const ValueView& value,
                        std::vector<Problem>& problems) {
    if (value.is_null()) {
        return true;
    }
    return detail::is_plainly_right(field, value) ||
           detail::check_value_slowly(structure, field, value, problems);
}

bool check_record(const RecordView& record, std::vector<Problem>& problems,
                  const void* before = nullptr);

namespace detail {

/// Makes problems of a row problems of the object that holds it: "lines[2].quantity".
inline void move_to_row(std::vector<Problem>& problems, std::size_t first,
                        const Structure& structure, const Field& field, std::size_t row) {
    const std::string prefix = std::string(field.name) + "[" + std::to_string(row) + "]";
    for (std::size_t i = first; i < problems.size(); ++i) {
        std::string& name = problems[i].field;
        name.insert(0, name.empty() ? prefix : prefix + ".");
        problems[i].entity = structure.name;
    }
}

/// Whether nothing can be wrong with a value that a member of this type holds.
constexpr bool takes_any_value(FieldType type) {
    return type == FieldType::integer || type == FieldType::decimal || type == FieldType::boolean;
}

inline bool check_rows(const RecordView& record, const Field& field,
                       std::vector<Problem>& problems) {
    const std::size_t before = problems.size();
    const void* const member = field.member(record.object());
    const std::size_t count = field.native->row_count(member);
    if (count > most_rows) {
        problems.push_back(problem_of(record.structure(), field, {},
                                      "has more than " + std::to_string(most_rows) + " rows"));
        return false;
    }
    for (std::size_t row = 0; row < count && problems.size() - before < most_problems; ++row) {
        const std::size_t first = problems.size();
        check_record({field.native->row_structure(), field.native->row(member, row)}, problems);
        move_to_row(problems, first, record.structure(), field, row);
    }
    return problems.size() == before;
}

}  // namespace detail

/// check_value() for every field and every row of lists, and that no required field is empty. Adds
/// all problems, in field order, and returns whether there was none. `before` may be the same
/// record as it is stored: what is as it was has been looked at when it was written.
inline bool check_record(const RecordView& record, std::vector<Problem>& problems,
                         const void* before) {
    const std::size_t known = problems.size();
    const Structure& structure = record.structure();
    for (const Field& field : structure.fields) {
        if (field.is_null(record.object())) {
            if (field.is_required) {
                problems.push_back(detail::problem_of(structure, field, {}, "is required"));
            }
        } else if (field.type() == FieldType::structure_list) {
            detail::check_rows(record, field, problems);
        } else if (!detail::takes_any_value(field.type())) {
            const ValueView value = record.get(field);
            if (before == nullptr || !(value == field.get(before))) {
                check_value(structure, field, value, problems);
            }
        }
    }
    return problems.size() == known;
}

}  // namespace crmkit
