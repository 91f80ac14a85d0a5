/// `to_text`: the canonical text of a value of any kind, as files, messages and cells show it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "crmkit/base/error.hpp"
#include "crmkit/base/shown.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/schema/json_text.hpp"
#include "crmkit/schema/registry.hpp"
#include "crmkit/schema/value.hpp"

namespace crmkit {

/// Appends "account/123". Without a registry, or when it does not know the entity, the entity
/// stands there by its number: "3/123".
inline void append_link(std::string& out, const Link& link, const Registry* registry) {
    const Entity* entity = registry != nullptr ? registry->find(link.entity) : nullptr;
    if (entity != nullptr) {
        out += entity->name;
    } else {
        out += std::to_string(link.entity);
    }
    out += '/';
    out += to_string(link.id);
}

namespace detail {

/// Whether the items can stand with semicolons between them and be told apart again.
inline bool can_be_separated(std::span<const std::string> items) {
    for (const std::string& item : items) {
        if (item.empty() || item.find(';') != std::string::npos || trim(item) != item) {
            return false;
        }
    }
    return items.empty() || items.front().front() != '[';
}

inline std::string list_to_text(std::span<const std::string> items) {
    const bool separated = can_be_separated(items);
    std::string out = separated ? "" : "[";
    bool first = true;
    for (const std::string& item : items) {
        if (!first) {
            out += separated ? ';' : ',';
        }
        first = false;
        if (separated) {
            out += item;
        } else {
            append_json_string(out, item);
        }
    }
    return separated ? out : out + ']';
}

/// A struct can hold a day that no store accepts, and a message must be able to show it.
inline std::string date_text(Date date) {
    return date >= Date::min() && date <= Date::max() ? to_string(date)
                                                      : std::to_string(date.days) + " days";
}

inline std::string instant_text(Instant instant) {
    return instant >= Instant::min() && instant <= Instant::max()
               ? to_string(instant)
               : std::to_string(instant.microseconds) + " microseconds";
}

}  // namespace detail

/// The canonical text of a value, which parse_text() reads back as the same value: "12", "0.5",
/// "true", "1200000.00 EUR", "2026-12-31", "2026-11-21T09:30:00Z", "account/123"; a list as "a;b",
/// or as a JSON array where an item would be torn or trimmed. Null is the empty text.
inline std::string to_text(const ValueView& value, const Registry* registry = nullptr) {
    switch (value.kind()) {
        case ValueKind::null:
            return {};
        case ValueKind::text:
            return std::string(value.text());
        case ValueKind::integer:
            return std::to_string(value.integer());
        case ValueKind::decimal:
            return to_string(value.decimal());
        case ValueKind::boolean:
            return value.boolean() ? "true" : "false";
        case ValueKind::money:
            return to_string(value.money());
        case ValueKind::date:
            return detail::date_text(value.date());
        case ValueKind::instant:
            return detail::instant_text(value.instant());
        case ValueKind::id:
            return to_string(value.id());
        case ValueKind::link: {
            std::string out;
            append_link(out, value.link(), registry);
            return out;
        }
        case ValueKind::text_list:
            return detail::list_to_text(value.list());
    }
    return {};
}

namespace detail {

/// A value for Problem::value; of a list only its beginning.
inline std::string shown_value(const ValueView& value, const Registry* registry = nullptr) {
    constexpr std::size_t enough = 4;
    switch (value.kind()) {
        case ValueKind::text:
            return shown(value.text());
        case ValueKind::text_list: {
            std::string out;
            for (const std::string& item :
                 value.list().first(std::min(value.list().size(), enough))) {
                out += out.empty() ? "" : ";";
                out += std::string_view(item).substr(0, 40);
            }
            return shown(std::string_view(out));
        }
        case ValueKind::null:
        case ValueKind::integer:
        case ValueKind::decimal:
        case ValueKind::boolean:
        case ValueKind::money:
        case ValueKind::date:
        case ValueKind::instant:
        case ValueKind::id:
        case ValueKind::link:
            return to_text(value, registry);
    }
    return {};
}

/// The problem with one field's value.
inline Problem problem_of(const Structure& structure, const Field& field, std::string value,
                          std::string message) {
    return {std::string(structure.name), std::string(field.name), std::move(value),
            std::move(message)};
}

}  // namespace detail

}  // namespace crmkit
