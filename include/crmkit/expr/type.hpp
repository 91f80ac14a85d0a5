/// `expr::Type`: what the expression language knows about a value before there is one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "crmkit/schema/registry.hpp"

namespace crmkit::expr {

/// The kinds of types. Values of an enumeration are their labels.
enum class TypeKind : std::uint8_t {
    unknown,  ///< a parameter or null whose place says nothing about its type
    boolean,
    text,
    integer,
    decimal,
    money,
    date,
    instant,
    enumeration,
    reference,  ///< to records of one entity
    link,       ///< a polymorphic reference
    text_list,
    json,
};

/// A static type. Borrows from the registry; small, copied freely.
struct Type {
    TypeKind kind = TypeKind::unknown;
    /// Enumerations: the labels in declared order.
    std::span<const std::string_view> labels{};
    /// References: the entity referred to; null for a record of any entity.
    const Entity* entity = nullptr;

    Type() = default;
    constexpr Type(TypeKind of) : kind(of) {}  // NOLINT: most types are nothing but a kind

    static Type enumeration(std::span<const std::string_view> with) {
        Type type(TypeKind::enumeration);
        type.labels = with;
        return type;
    }
    static Type reference(const Entity* to) {
        Type type(TypeKind::reference);
        type.entity = to;
        return type;
    }

    [[nodiscard]] bool is_number() const {
        return kind == TypeKind::integer || kind == TypeKind::decimal;
    }
    /// Whether < and > are defined on it. Enumerations have an order, but only in `order by`.
    [[nodiscard]] bool is_ordered() const {
        return is_number() || kind == TypeKind::text || kind == TypeKind::money ||
               kind == TypeKind::date || kind == TypeKind::instant;
    }
    /// Whether = is defined on it.
    [[nodiscard]] bool has_equality() const {
        return kind != TypeKind::text_list && kind != TypeKind::json;
    }
    /// Whether two values of it lie in two SQL columns or in one packed value.
    [[nodiscard]] bool is_pair() const { return kind == TypeKind::money || kind == TypeKind::link; }

    friend bool operator==(const Type& a, const Type& b) {
        return a.kind == b.kind && a.labels.data() == b.labels.data() &&
               a.labels.size() == b.labels.size() && a.entity == b.entity;
    }
};

constexpr std::string_view to_string(TypeKind kind) {
    constexpr std::string_view names[] = {"unknown",
                                          "boolean",
                                          "text",
                                          "integer",
                                          "decimal",
                                          "money",
                                          "date",
                                          "instant",
                                          "enumeration",
                                          "reference",
                                          "polymorphic reference",
                                          "list of text",
                                          "JSON"};
    return names[static_cast<std::size_t>(kind)];
}

/// As an error message says it: "a reference to account", "a date".
inline std::string described(const Type& type) {
    switch (type.kind) {
        case TypeKind::unknown:
            return "of unknown type";
        case TypeKind::text:
        case TypeKind::money:
        case TypeKind::json:
            return std::string(to_string(type.kind));
        case TypeKind::integer:
        case TypeKind::instant:
        case TypeKind::enumeration:
            return "an " + std::string(to_string(type.kind));
        case TypeKind::boolean:
        case TypeKind::decimal:
        case TypeKind::date:
        case TypeKind::link:
        case TypeKind::text_list:
            return "a " + std::string(to_string(type.kind));
        case TypeKind::reference:
            return type.entity == nullptr ? "a reference"
                                          : "a reference to " + std::string(type.entity->name);
    }
    return {};
}

}  // namespace crmkit::expr
