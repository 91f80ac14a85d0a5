/// Conversion: values from outside, such as text cells and numbers of a host language, to the kind
/// of the field they are for. See schema/value_text.hpp for the way back, to_text().
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/schema/check.hpp"
#include "crmkit/schema/json_scanner.hpp"
#include "crmkit/schema/registry.hpp"
#include "crmkit/schema/tidy_text.hpp"
#include "crmkit/schema/value_text.hpp"

namespace crmkit {

/// What conversions need to know beside the field.
struct ConversionOptions {
    /// Names the entities of links. Without it, the default, links are read by number ("3/123")
    /// and it is not checked whether the field may refer to that entity. Must outlive the use.
    const Registry* registry = nullptr;
    /// The currency of an amount that names none. Default: none, and such an amount is refused.
    Currency default_currency{};
};

namespace detail {

/// No text of a number, date or link is longer; what is longer is refused before it is looked at.
inline constexpr std::size_t longest_scalar = 300;

/// Reads "12", "+12", "-12" and "12.00".
inline std::optional<std::int64_t> parse_integer(std::string_view text, std::string& why) {
    if (text.starts_with('+') && !text.starts_with("+-")) {
        text.remove_prefix(1);
    }
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc::result_out_of_range) {
        why = "is a whole number that does not fit in 64 bits";
        return std::nullopt;
    }
    const std::string_view rest(at, static_cast<std::size_t>(end - at));
    const bool only_zeros = rest.size() > 1 && rest.front() == '.' &&
                            rest.find_first_not_of('0', 1) == std::string_view::npos;
    if (error != std::errc{} || !(rest.empty() || only_zeros)) {
        why = "is not a whole number";
        return std::nullopt;
    }
    return number;
}

inline std::optional<bool> parse_boolean(std::string_view text) {
    for (const std::string_view yes : {"true", "yes", "1"}) {
        if (is_same_ignoring_case(text, yes)) {
            return true;
        }
    }
    for (const std::string_view no : {"false", "no", "0"}) {
        if (is_same_ignoring_case(text, no)) {
            return false;
        }
    }
    return std::nullopt;
}

/// The reason of an Error about one value, continuing a sentence about that value.
inline std::string reason_of(const Error& error) {
    const auto& problems = error.problems();
    if (problems.empty()) {
        return error.message();
    }
    // About a part of the value, such as its currency: show which.
    const Problem& problem = problems.front();
    return problem.field.empty() ? problem.message
                                 : "has a " + problem.field + " '" + shown(problem.value) +
                                       "' that " + problem.message;
}

/// Whether a text has no more than the characters of a number.
constexpr bool is_bare_amount(std::string_view text) {
    return text.find_first_not_of("+-.0123456789") == std::string_view::npos;
}

inline std::optional<Money> parse_money(std::string_view text, Currency default_currency,
                                        std::string& why) {
    const bool is_bare = is_bare_amount(text);
    if (is_bare && !default_currency) {
        why = "has no currency: write it as in 1200000.00 EUR";
        return std::nullopt;
    }
    try {
        return is_bare ? Money::of(text, default_currency) : Money::parse(text);
    } catch (const Error& error) {
        why = reason_of(error);
        return std::nullopt;
    }
}

/// The label that the text is, ASCII case aside; an exact one first.
inline std::string_view find_label(const Field& field, std::string_view text) {
    std::string_view found;
    for (const std::string_view label : field.native->labels) {
        if (label == text) {
            return label;
        }
        if (found.empty() && label.size() == text.size() &&
            std::equal(label.begin(), label.end(), text.begin(),
                       [](char a, char b) { return ascii_lower(a) == ascii_lower(b); })) {
            found = label;
        }
    }
    return found;
}

/// Whether the field may refer to the link's entity.
inline bool may_refer_to(const Field& field, const Link& link, const ConversionOptions& options,
                         std::string& why) {
    if (options.registry == nullptr) {
        return true;
    }
    const Entity* entity = options.registry->find(link.entity);
    if (entity == nullptr) {
        why = "names an entity that does not exist, number " + std::to_string(link.entity);
        return false;
    }
    if (!options.registry->may_target(field, *entity)) {
        why = "refers to " + std::string(entity->name) + ", but this field refers to " +
              std::string(field.target);
        return false;
    }
    return true;
}

/// The number of the entity that a link names, or 0.
inline EntityNumber parse_entity(std::string_view name, const Registry* registry,
                                 std::string& why) {
    EntityNumber number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && end == name.data() + name.size()) {
        return number;
    }
    if (registry == nullptr) {
        why = "names an entity where only its number is known, as in 3/123";
        return 0;
    }
    try {
        return registry->get(name).number;
    } catch (const Error& failure) {
        why = "is not a link: " + failure.message();
        return 0;
    }
}

/// Reads "account/123".
inline std::optional<Link> parse_link(const Field& field, std::string_view text,
                                      const ConversionOptions& options, std::string& why) {
    const std::size_t slash = text.find('/');
    const auto id =
        slash == std::string_view::npos ? std::nullopt : Id::parse(text.substr(slash + 1));
    if (!id) {
        why = "is not a link such as account/123";
        return std::nullopt;
    }
    const Link link{parse_entity(text.substr(0, slash), options.registry, why), *id};
    if (link.entity == 0) {
        why = why.empty() ? "is not a link such as account/123" : why;
        return std::nullopt;
    }
    return may_refer_to(field, link, options, why) ? std::optional(link) : std::nullopt;
}

/// Reads "123", and with a registry also "account/123" where the field refers to accounts.
inline std::optional<Id> parse_reference(const Field& field, std::string_view text,
                                         const ConversionOptions& options, std::string& why) {
    if (options.registry != nullptr && text.find('/') != std::string_view::npos) {
        const auto link = parse_link(field, text, options, why);
        return link ? std::optional(link->id) : std::nullopt;
    }
    const auto id = Id::parse(text);
    if (!id) {
        why = "is not an id: a positive whole number of at most 63 bits";
    }
    return id;
}

inline bool read_json_list(JsonScanner& scanner, std::vector<std::string>& items) {
    return scanner.read_array([&] {
        return items.size() < longest_text_list
                   ? scanner.read_string(items.emplace_back())
                   : scanner.fail("has more than 10000 items", ErrorCode::limit);
    });
}

/// Reads "a; b" or ["a", "b"].
inline std::optional<std::vector<std::string>> parse_list(std::string_view text, std::string& why) {
    std::vector<std::string> items;
    if (text.starts_with('[')) {
        JsonScanner scanner(text);
        if (!read_json_list(scanner, items) || !scanner.read_end()) {
            why =
                (scanner.fault().code == ErrorCode::limit ? "" : "is not a JSON list of texts: ") +
                std::string(scanner.fault().message);
            return std::nullopt;
        }
        return items;
    }
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find(';', start), text.size());
        const std::string_view item = trim(text.substr(start, end - start));
        if (items.size() == longest_text_list) {
            why = "has more than 10000 items";
            return std::nullopt;
        }
        if (!item.empty()) {
            items.emplace_back(item);
        }
        start = end + 1;
    }
    return items;
}

inline std::optional<Value> parse_json_value(std::string_view text, std::string& why) {
    const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_space(text.back())) {
        text.remove_suffix(1);
    }
    if (text.empty() || text == "null") {
        return Value();
    }
    why = json_fault(text);
    return why.empty() ? std::optional(Value(text)) : std::nullopt;
}

/// An optional of one of the kinds as an optional Value, with a reason when there is none.
template <typename T>
std::optional<Value> value_or(const std::optional<T>& parsed, std::string& why,
                              std::string_view reason) {
    if (!parsed) {
        why = why.empty() ? std::string(reason) : std::move(why);
        return std::nullopt;
    }
    return Value(*parsed);
}

/// parse_text() for the types whose text is short; `text` is trimmed and not empty.
inline std::optional<Value> parse_scalar(const Field& field, std::string_view text,
                                         std::string& why, const ConversionOptions& options) {
    if (text.size() > longest_scalar) {
        why = "is too long for a value of type " + std::string(to_string(field.type()));
        return std::nullopt;
    }
    switch (field.type()) {
        case FieldType::integer:
            return value_or(parse_integer(text, why), why, {});
        case FieldType::decimal:
            return value_or(Decimal::parse(text), why,
                            "is not a number between -9223372036 and 9223372036 with at most nine "
                            "decimals, such as -0.5");
        case FieldType::boolean:
            return value_or(parse_boolean(text), why, "is neither true nor false");
        case FieldType::money:
            return value_or(parse_money(text, options.default_currency, why), why, {});
        case FieldType::date:
            return value_or(Date::parse(text), why, "is not a date such as 2026-12-31");
        case FieldType::instant:
            return value_or(Instant::parse(text), why,
                            "is not a time such as 2026-11-21T09:30:00Z");
        case FieldType::enumeration:
            if (const std::string_view label = find_label(field, text); !label.empty()) {
                return Value(label);
            }
            why = label_fault(field, text);
            return std::nullopt;
        case FieldType::reference:
            return value_or(parse_reference(field, text, options, why), why, {});
        case FieldType::polymorphic_reference:
            return value_or(parse_link(field, text, options, why), why, {});
        case FieldType::text:
        case FieldType::json:
        case FieldType::text_list:
        case FieldType::structure_list:
            break;
    }
    why = "cannot be read from text";
    return std::nullopt;
}

}  // namespace detail

/// The link that a text such as "user/123" stands for; nothing when it names no entity of the
/// registry, or has no id.
inline std::optional<Link> link_from_text(const Registry& registry, std::string_view text) {
    const std::size_t slash = text.find('/');
    const Entity* const entity = registry.find(text.substr(0, slash));
    const auto id =
        slash == std::string_view::npos ? std::nullopt : Id::parse(text.substr(slash + 1));
    return entity != nullptr && id ? std::optional(Link{entity->number, *id}) : std::nullopt;
}

/// Reads a value for `field` from text as people and files write it: integers and decimals with a
/// point and no grouping; true, false, yes, no, 1, 0; "1200000.00 EUR", "EUR 12", or a bare amount
/// with options.default_currency; ISO 8601 dates, RFC 3339 instants; labels in any case; ids as
/// digits, links as "account/123"; JSON; lists as a JSON array or with semicolons. White space
/// around it is ignored, except that a plain text field takes its text as it is. Empty text is
/// null.
///
/// Nothing when it cannot be read; `why` then continues a sentence about the value, such as "is not
/// a whole number". Texts are not checked here, see check_value().
inline std::optional<Value> parse_text(const Field& field, std::string_view text, std::string& why,
                                       const ConversionOptions& options = {}) {
    why.clear();
    if (field.type() == FieldType::text) {
        return Value(field.format == TextFormat::plain ? std::string(text)
                                                       : tidy_text(field, text));
    }
    const std::string_view trimmed = trim(text);
    if (trimmed.empty()) {
        return Value();
    }
    if (field.type() == FieldType::json) {
        return detail::parse_json_value(text, why);
    }
    if (field.type() == FieldType::text_list) {
        return detail::value_or(detail::parse_list(trimmed, why), why, {});
    }
    return detail::parse_scalar(field, trimmed, why, options);
}

namespace detail {

inline std::optional<Value> convert_integer(const Field& field, std::int64_t number,
                                            std::string& why, const ConversionOptions& options) {
    // The text form is exact, so every type that reads whole numbers reads this one.
    const bool is_read_from_number =
        field.type() == FieldType::decimal || field.type() == FieldType::boolean ||
        field.type() == FieldType::money || field.type() == FieldType::reference;
    return is_read_from_number ? parse_scalar(field, std::to_string(number), why, options)
                               : std::nullopt;
}

inline std::optional<Value> convert_decimal(const Field& field, Decimal decimal, std::string& why,
                                            const ConversionOptions& options) {
    const bool is_read_from_number =
        field.type() == FieldType::integer || field.type() == FieldType::money;
    return is_read_from_number ? parse_scalar(field, to_string(decimal), why, options)
                               : std::nullopt;
}

inline std::optional<Value> convert_link(const Field& field, const Link& link, std::string& why,
                                         const ConversionOptions& options) {
    const bool is_reference = field.type() == FieldType::reference;
    if (!is_reference && field.type() != FieldType::polymorphic_reference) {
        return std::nullopt;
    }
    if (!may_refer_to(field, link, options, why)) {
        return std::nullopt;
    }
    return is_reference ? Value(link.id) : Value(link);
}

inline std::optional<Value> converted_value(const Field& field, const ValueView& in,
                                            std::string& why, const ConversionOptions& options) {
    switch (in.kind()) {
        case ValueKind::null:
            why = "may not be empty";
            return field.is_nullable() ? std::optional(Value()) : std::nullopt;
        case ValueKind::text: {
            auto parsed = parse_text(field, in.text(), why, options);
            if (parsed && parsed->is_null() && !field.is_nullable()) {
                why = "may not be empty";
                return std::nullopt;
            }
            return parsed;
        }
        case ValueKind::link:
            return convert_link(field, in.link(), why, options);
        case ValueKind::integer:
        case ValueKind::decimal:
        case ValueKind::boolean:
        case ValueKind::money:
        case ValueKind::date:
        case ValueKind::instant:
        case ValueKind::id:
        case ValueKind::text_list:
            break;
    }
    if (in.kind() == value_kind(field.type())) {
        return Value(in);
    }
    if (in.kind() == ValueKind::integer) {
        return convert_integer(field, in.integer(), why, options);
    }
    return in.kind() == ValueKind::decimal ? convert_decimal(field, in.decimal(), why, options)
                                           : std::nullopt;
}

}  // namespace detail

/// `in` as a value of the kind of `field`, which is one of `structure`'s, when nothing is lost by
/// it: text by parse_text(); whole numbers as decimals, ids, 0 and 1 as booleans, amounts in
/// options.default_currency; decimals without fraction as integers; links as references to that
/// entity. Throws Error(validation) with the one problem for anything else, such as a date for an
/// instant, or null for a field that always has a value. Texts are not checked here, see
/// check_value().
inline Value convert(const Structure& structure, const Field& field, const ValueView& in,
                     const ConversionOptions& options = {}) {
    std::string why;
    std::optional<Value> out = detail::converted_value(field, in, why, options);
    if (!out) {
        if (why.empty()) {
            why = "is of kind " + std::string(to_string(in.kind())) + ", which a field of type " +
                  std::string(to_string(field.type())) + " does not take";
        }
        throw Error::about(
            ErrorCode::validation,
            detail::problem_of(structure, field, detail::shown_value(in, options.registry),
                               std::move(why)));
    }
    return std::move(*out);
}

}  // namespace crmkit
