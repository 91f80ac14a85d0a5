/// Where a page of a query ended, as a short text that a host can keep and give back.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/expr/printer.hpp"

namespace crmkit::expr {

namespace detail {

/// base64url without padding (RFC 4648, section 5).
inline constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

inline std::string to_base64url(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<std::uint8_t>(c);
        for (count += 8; count >= 6; count -= 6) {
            out += base64url_alphabet[(bits >> static_cast<unsigned>(count - 6)) & 0x3FU];
        }
    }
    if (count > 0) {
        out += base64url_alphabet[(bits << static_cast<unsigned>(6 - count)) & 0x3FU];
    }
    return out;
}

/// Nothing when the text is not base64url as to_base64url() writes it.
inline std::optional<std::string> from_base64url(std::string_view text) {
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const std::size_t digit = base64url_alphabet.find(c);
        if (digit == std::string_view::npos) {
            return std::nullopt;
        }
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
        }
    }
    return out;
}

/// 64-bit FNV-1a (Fowler, Noll, Vo; IETF draft-eastlake-fnv): tells tokens apart, hides nothing.
inline std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = 0xCBF29CE484222325U) {
    for (const char c : bytes) {
        hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
    }
    return hash;
}

inline void put_number(std::string& out, std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) {
        out += static_cast<char>((number >> static_cast<unsigned>(8 * i)) & 0xFFU);
    }
}

/// Takes a number off the front of `bytes`; nothing when they are too few.
inline std::optional<std::uint64_t> take_number(std::string_view& bytes, std::size_t size) {
    if (bytes.size() < size) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    for (std::size_t i = size; i-- > 0;) {
        number = (number << 8U) | static_cast<std::uint8_t>(bytes[i]);
    }
    bytes.remove_prefix(size);
    return number;
}

inline void put_value(std::string& out, const ValueView& value) {
    out += static_cast<char>(value.kind());
    switch (value.kind()) {
        case ValueKind::null:
        case ValueKind::text_list:
            return;
        case ValueKind::text:
            put_number(out, value.text().size(), 4);
            out += value.text();
            return;
        case ValueKind::money:
            put_number(out, static_cast<std::uint64_t>(value.money().minor_units), 8);
            out += value.money().currency.code();
            return;
        case ValueKind::link:
            put_number(out, static_cast<std::uint64_t>(value.link().id.value), 8);
            put_number(out, value.link().entity, 2);
            return;
        case ValueKind::integer:
        case ValueKind::decimal:
        case ValueKind::boolean:
        case ValueKind::date:
        case ValueKind::instant:
        case ValueKind::id:
            put_number(out, static_cast<std::uint64_t>(value.integer()), 8);
            return;
    }
}

inline std::optional<Value> take_text(std::string_view& bytes) {
    const auto size = take_number(bytes, 4);
    if (!size || bytes.size() < *size) {
        return std::nullopt;
    }
    const std::string_view text = bytes.substr(0, *size);
    bytes.remove_prefix(*size);
    return Value(text);
}

inline std::optional<Value> take_money(std::string_view& bytes) {
    constexpr std::size_t code_size = 3;
    const auto minor_units = take_number(bytes, 8);
    if (!minor_units || bytes.size() < code_size) {
        return std::nullopt;
    }
    const auto currency = Currency::find(bytes.substr(0, code_size));
    bytes.remove_prefix(code_size);
    return currency
               ? std::optional(Value(Money{static_cast<std::int64_t>(*minor_units), *currency}))
               : std::nullopt;
}

inline std::optional<Value> take_link(std::string_view& bytes) {
    const auto id = take_number(bytes, 8);
    const auto entity = take_number(bytes, 2);
    return entity ? std::optional(Value(Link{static_cast<EntityNumber>(*entity),
                                             Id{static_cast<std::int64_t>(*id)}}))
                  : std::nullopt;
}

inline std::optional<Value> take_date(std::string_view& bytes) {
    const auto days = take_number(bytes, 8);
    const auto number = static_cast<std::int64_t>(days.value_or(0));
    const bool fits = number >= Date::min().days && number <= Date::max().days;
    return days && fits ? std::optional(Value(Date{static_cast<std::int32_t>(number)}))
                        : std::nullopt;
}

template <typename T>
std::optional<Value> take_as(std::string_view& bytes) {
    const auto number = take_number(bytes, 8);
    return number ? std::optional(Value(T{static_cast<std::int64_t>(*number)})) : std::nullopt;
}

/// Takes a value of the type's own kind, or null.
inline std::optional<Value> take_value(std::string_view& bytes, const Type& type) {
    const auto kind = take_number(bytes, 1);
    if (kind == static_cast<std::uint64_t>(ValueKind::null)) {
        return Value();
    }
    const auto is = [&](ValueKind expected) {
        return kind == static_cast<std::uint64_t>(expected);
    };
    switch (type.kind) {
        case TypeKind::text:
        case TypeKind::enumeration:
            return is(ValueKind::text) ? take_text(bytes) : std::nullopt;
        case TypeKind::money:
            return is(ValueKind::money) ? take_money(bytes) : std::nullopt;
        case TypeKind::link:
            return is(ValueKind::link) ? take_link(bytes) : std::nullopt;
        case TypeKind::date:
            return is(ValueKind::date) ? take_date(bytes) : std::nullopt;
        case TypeKind::integer:
            return is(ValueKind::integer) ? take_as<std::int64_t>(bytes) : std::nullopt;
        case TypeKind::decimal:
            return is(ValueKind::decimal) ? take_as<Decimal>(bytes) : std::nullopt;
        case TypeKind::instant:
            return is(ValueKind::instant) ? take_as<Instant>(bytes) : std::nullopt;
        case TypeKind::reference:
            return is(ValueKind::id) ? take_as<Id>(bytes) : std::nullopt;
        case TypeKind::boolean: {
            const auto flag = take_number(bytes, 8);
            return is(ValueKind::boolean) && flag ? std::optional(Value(*flag != 0)) : std::nullopt;
        }
        case TypeKind::unknown:
        case TypeKind::text_list:
        case TypeKind::json:
            return std::nullopt;
    }
    return std::nullopt;
}

/// What a token is good for: the entity and the order, not the condition or the limit.
inline std::uint64_t order_hash(const Query& query) {
    std::uint64_t hash = fnv1a(query.entity->name);
    for (const OrderTerm& term : query.order) {
        hash = fnv1a(to_text(term.value), fnv1a(term.is_descending ? ">" : "<", hash));
    }
    return hash;
}

inline constexpr std::size_t checksum_size = 8;

}  // namespace detail

/// Where a page of a query ended.
struct PagePlace {
    /// The keys_of() its last record.
    std::vector<Value> keys{};
    /// How many records this page and those before it had, which counts where the query has a
    /// limit.
    std::int64_t count = 0;
};

/// A place as a text of A-Z, a-z, 0-9, - and _. It holds the values in the clear.
inline std::string encode_cursor(const Query& query, const PagePlace& place) {
    std::string values;
    for (const Value& key : place.keys) {
        detail::put_value(values, key.view());
    }
    if (query.limit) {
        detail::put_value(values, place.count);
    }
    std::string bytes;
    detail::put_number(bytes, detail::fnv1a(values, detail::order_hash(query)),
                       detail::checksum_size);
    return detail::to_base64url(bytes + values);
}

/// The place in a token; its count is 0 where the query that it comes from had no limit. Throws
/// Error(invalid_argument) for what is not a token, and for one of a query over another entity or
/// in another order.
inline PagePlace decode_cursor(const Query& query, std::string_view token) {
    constexpr std::size_t longest = 1'000'000;
    const auto refuse = [token](const char* why) {
        return Error(ErrorCode::invalid_argument,
                     "'" + shortened(token) + "' is not the cursor of a page: " + why);
    };
    const auto bytes = token.size() > longest ? std::nullopt : detail::from_base64url(token);
    if (!bytes || bytes->size() < detail::checksum_size) {
        throw refuse("it is damaged or something else");
    }
    std::string_view rest(*bytes);
    const auto checksum = detail::take_number(rest, detail::checksum_size);
    if (checksum != detail::fnv1a(rest, detail::order_hash(query))) {
        throw refuse("it is damaged, or of a query in another order");
    }
    PagePlace place;
    for (const OrderTerm& term : query.order) {
        auto value = detail::take_value(rest, term.value.type());
        const bool is_text = value && value->kind() == ValueKind::text;
        if (!value || (is_text && find_invalid_utf8(value->view().text()) != rest.npos)) {
            throw refuse("its values are of other types");
        }
        place.keys.push_back(std::move(*value));
    }
    if (!rest.empty()) {
        const auto count = detail::take_value(rest, TypeKind::integer);
        if (!count || count->view().integer() < 0 || !rest.empty()) {
            throw refuse("it has too many values");
        }
        place.count = count->view().integer();
    }
    return place;
}

}  // namespace crmkit::expr
