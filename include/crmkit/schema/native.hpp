/// How a C++ member holds a field's value: the closed list of member types an entity may have.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "crmkit/schema/value.hpp"

namespace crmkit {

/// The types a field can have, as a host sees them.
enum class FieldType : std::uint8_t {
    text,
    integer,
    decimal,
    boolean,
    money,
    date,
    instant,
    enumeration,
    reference,
    polymorphic_reference,
    json,
    text_list,
    structure_list,  ///< rows of another described struct; in operation inputs and results only
};

constexpr std::string_view to_string(FieldType type) {
    constexpr std::string_view names[] = {
        "text", "integer",   "decimal",       "boolean",   "money",
        "date", "instant",   "enumeration",   "reference", "polymorphic_reference",
        "json", "text_list", "structure_list"};
    return names[static_cast<std::size_t>(type)];
}

/// What is behind the field's name in the name of the second column of a value of two parts; empty
/// when it has only one.
constexpr std::string_view second_column_suffix(FieldType type) {
    return type == FieldType::money                   ? "_currency"
           : type == FieldType::polymorphic_reference ? "_entity"
                                                      : "";
}

/// The C++ type of a member. Storage backends switch over it to read a column straight into the
/// member, without a value in between.
enum class NativeKind : std::uint8_t {
    text,               ///< std::string; empty is null
    integer,            ///< std::optional<std::int64_t>
    whole_integer,      ///< std::int64_t, never null
    decimal,            ///< std::optional<Decimal>
    boolean,            ///< bool, never null
    money,              ///< std::optional<Money>
    date,               ///< std::optional<Date>
    instant,            ///< std::optional<Instant>
    whole_instant,      ///< Instant, never null
    enumeration,        ///< std::optional<an enum made by CRMKIT_ENUM>
    whole_enumeration,  ///< an enum made by CRMKIT_ENUM, never null
    id,                 ///< Id; zero is null
    link,               ///< Link; zero id is null
    json,               ///< Json; empty is null
    text_list,          ///< std::vector<std::string>; empty is null
    structure_list,     ///< std::vector of a described struct
};

struct Structure;

/// What can be done with a member, type-erased. One static instance for each C++ type.
struct NativeType {
    NativeKind kind;
    FieldType type;
    std::uint32_t size;
    std::uint32_t alignment;
    /// The labels of an enumeration, in declared order; empty for other types.
    std::span<const std::string_view> labels;
    /// Whether get() gives null, found out without making a value of it; a structure_list is null
    /// when it has no rows.
    bool (*is_null)(const void* member);
    /// Borrows the member's value.
    ValueView (*get)(const void* member);
    /// Stores a value of the right kind, or null; the caller has checked it.
    void (*set)(void* member, const ValueView& value);
    void (*construct)(void* member);
    void (*destroy)(void* member);
    void (*copy)(void* to, const void* from);
    /// For a structure_list: its row description, its length, its rows, and a new row at the end.
    const Structure& (*row_structure)() = nullptr;
    std::size_t (*row_count)(const void* member) = nullptr;
    const void* (*row)(const void* member, std::size_t index) = nullptr;
    void* (*add_row)(void* member) = nullptr;
};

/// The labels of an enum made by CRMKIT_ENUM, found by its type.
template <typename Enum>
concept LabelledEnum = std::is_enum_v<Enum> && requires(Enum value) {
    { enumeration_labels(value) } -> std::convertible_to<std::span<const std::string_view>>;
};

/// The label of an enumerator: the text that files, queries and JSON show.
template <LabelledEnum Enum>
constexpr std::string_view label_of(Enum value) {
    return enumeration_labels(value)[static_cast<std::size_t>(value)];
}

/// The enumerator with a label, if there is one.
template <LabelledEnum Enum>
constexpr std::optional<Enum> enumerator_of(std::string_view label) {
    const auto labels = std::span<const std::string_view>(enumeration_labels(Enum{}));
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] == label) {
            return static_cast<Enum>(i);
        }
    }
    return std::nullopt;
}

namespace detail {

/// Splits the stringified enumerators "hot, warm, new_" into labels; a trailing underscore, needed
/// where a label is a C++ keyword, is not part of the label.
template <std::size_t Count>
constexpr std::array<std::string_view, Count> split_labels(std::string_view list) {
    std::array<std::string_view, Count> labels{};
    for (std::string_view& label : labels) {
        const std::size_t comma = list.find(',');
        label = list.substr(0, comma);
        while (!label.empty() && label.front() == ' ') {
            label.remove_prefix(1);
        }
        if (!label.empty() && label.back() == '_') {
            label.remove_suffix(1);
        }
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return labels;
}

constexpr std::size_t count_labels(std::string_view list) {
    std::size_t count = 1;
    for (const char c : list) {
        count += c == ',' ? 1 : 0;
    }
    return count;
}

template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <typename T>
inline constexpr bool is_vector = false;
template <typename T>
inline constexpr bool is_vector<std::vector<T>> = true;

/// The kind of a member's type; nothing for a type that no field can have.
template <typename T>
constexpr std::optional<NativeKind> native_kind() {
    if constexpr (std::is_same_v<T, std::string>) {
        return NativeKind::text;
    } else if constexpr (std::is_same_v<T, std::optional<std::int64_t>>) {
        return NativeKind::integer;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        return NativeKind::whole_integer;
    } else if constexpr (std::is_same_v<T, std::optional<Decimal>>) {
        return NativeKind::decimal;
    } else if constexpr (std::is_same_v<T, bool>) {
        return NativeKind::boolean;
    } else if constexpr (std::is_same_v<T, std::optional<Money>>) {
        return NativeKind::money;
    } else if constexpr (std::is_same_v<T, std::optional<Date>>) {
        return NativeKind::date;
    } else if constexpr (std::is_same_v<T, std::optional<Instant>>) {
        return NativeKind::instant;
    } else if constexpr (std::is_same_v<T, Instant>) {
        return NativeKind::whole_instant;
    } else if constexpr (std::is_same_v<T, Id>) {
        return NativeKind::id;
    } else if constexpr (std::is_same_v<T, Link>) {
        return NativeKind::link;
    } else if constexpr (std::is_same_v<T, Json>) {
        return NativeKind::json;
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        return NativeKind::text_list;
    } else if constexpr (LabelledEnum<T>) {
        return NativeKind::whole_enumeration;
    } else if constexpr (is_optional<T>) {
        return LabelledEnum<typename T::value_type> ? std::optional(NativeKind::enumeration)
                                                    : std::nullopt;
    } else if constexpr (is_vector<T>) {
        return std::is_class_v<typename T::value_type> ? std::optional(NativeKind::structure_list)
                                                       : std::nullopt;
    } else {
        return std::nullopt;
    }
}

template <typename T>
inline constexpr bool is_field_type = native_kind<T>().has_value();

constexpr FieldType field_type(NativeKind kind) {
    switch (kind) {
        case NativeKind::text:
            return FieldType::text;
        case NativeKind::integer:
        case NativeKind::whole_integer:
            return FieldType::integer;
        case NativeKind::decimal:
            return FieldType::decimal;
        case NativeKind::boolean:
            return FieldType::boolean;
        case NativeKind::money:
            return FieldType::money;
        case NativeKind::date:
            return FieldType::date;
        case NativeKind::instant:
        case NativeKind::whole_instant:
            return FieldType::instant;
        case NativeKind::enumeration:
        case NativeKind::whole_enumeration:
            return FieldType::enumeration;
        case NativeKind::id:
            return FieldType::reference;
        case NativeKind::link:
            return FieldType::polymorphic_reference;
        case NativeKind::json:
            return FieldType::json;
        case NativeKind::text_list:
            return FieldType::text_list;
        case NativeKind::structure_list:
            return FieldType::structure_list;
    }
    return FieldType::text;
}

template <typename T>
bool is_null_member(const void* member) {
    const T& value = *static_cast<const T*>(member);
    if constexpr (is_optional<T> || std::is_same_v<T, Id> || std::is_same_v<T, Link>) {
        return !value;
    } else if constexpr (std::is_same_v<T, Json>) {
        return value.text.empty();
    } else if constexpr (std::is_same_v<T, std::string> || is_vector<T>) {
        return value.empty();
    } else {
        return false;
    }
}

template <typename T>
ValueView get_member(const void* member) {
    const T& value = *static_cast<const T*>(member);
    if constexpr (is_optional<T>) {
        if (!value) {
            return {};
        }
        if constexpr (std::is_enum_v<typename T::value_type>) {
            return ValueView(label_of(*value));
        } else {
            return ValueView(*value);
        }
    } else if constexpr (std::is_enum_v<T>) {
        return ValueView(label_of(value));
    } else if constexpr (std::is_same_v<T, Json>) {
        return ValueView(value.text);
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        return ValueView(std::span<const std::string>(value));
    } else if constexpr (is_vector<T>) {
        return {};
    } else {
        return ValueView(value);
    }
}

/// Reads a view as the C++ type that a member, or the inside of an optional member, holds.
template <typename T>
T from_view(const ValueView& view) {
    if constexpr (std::is_same_v<T, std::int64_t>) {
        return view.integer();
    } else if constexpr (std::is_same_v<T, Decimal>) {
        return view.decimal();
    } else if constexpr (std::is_same_v<T, bool>) {
        return view.boolean();
    } else if constexpr (std::is_same_v<T, Money>) {
        return view.money();
    } else if constexpr (std::is_same_v<T, Date>) {
        return view.date();
    } else if constexpr (std::is_same_v<T, Instant>) {
        return view.instant();
    } else if constexpr (std::is_same_v<T, Id>) {
        return view.id();
    } else if constexpr (std::is_same_v<T, Link>) {
        return view.link();
    } else {
        return enumerator_of<T>(view.text()).value_or(T{});
    }
}

template <typename T>
void set_member(void* member, const ValueView& view) {
    T& value = *static_cast<T*>(member);
    if constexpr (std::is_same_v<T, std::string>) {
        value.assign(view.text());
    } else if constexpr (std::is_same_v<T, Json>) {
        value.text.assign(view.text());
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        value.assign(view.list().begin(), view.list().end());
    } else if constexpr (is_vector<T>) {
        value.clear();
    } else if constexpr (is_optional<T>) {
        if (view.is_null()) {
            value.reset();
        } else {
            value = from_view<typename T::value_type>(view);
        }
    } else {
        value = view.is_null() ? T{} : from_view<T>(view);
    }
}

template <typename T>
constexpr std::span<const std::string_view> labels_of_member() {
    if constexpr (LabelledEnum<T>) {
        return enumeration_labels(T{});
    } else if constexpr (is_optional<T>) {
        return labels_of_member<typename T::value_type>();
    } else {
        return {};
    }
}

template <typename Row>
const Structure& row_structure_of();

template <typename T>
constexpr NativeType make_native_type() {
    constexpr NativeKind kind = native_kind<T>().value();
    NativeType native{
        kind,
        field_type(kind),
        sizeof(T),
        alignof(T),
        labels_of_member<T>(),
        &is_null_member<T>,
        &get_member<T>,
        &set_member<T>,
        [](void* member) { new (member) T(); },
        [](void* member) { std::destroy_at(static_cast<T*>(member)); },
        [](void* to, const void* from) { *static_cast<T*>(to) = *static_cast<const T*>(from); },
    };
    if constexpr (kind == NativeKind::structure_list) {
        using Row = typename T::value_type;
        native.row_structure = &row_structure_of<Row>;
        native.row_count = [](const void* member) { return static_cast<const T*>(member)->size(); };
        native.row = [](const void* member, std::size_t index) -> const void* {
            return &(*static_cast<const T*>(member))[index];
        };
        native.add_row = [](void* member) -> void* {
            return &static_cast<T*>(member)->emplace_back();
        };
    }
    return native;
}

}  // namespace detail

/// The operations on members of type T.
template <typename T>
inline constexpr NativeType native_type = detail::make_native_type<T>();

}  // namespace crmkit

/// Declares `enum class Name` and its labels at once: CRMKIT_ENUM(Rating, hot, warm, cold);
/// Stored and shown by label. Labels are permanent; new ones are added at the end. Where a label is
/// a C++ keyword, write it with a trailing underscore: `new_` has the label "new".
#define CRMKIT_ENUM(Name, ...)                                                                     \
    enum class Name : std::uint8_t { __VA_ARGS__ };                                                \
    inline constexpr auto Name##_labels =                                                          \
        ::crmkit::detail::split_labels<::crmkit::detail::count_labels(#__VA_ARGS__)>(              \
            #__VA_ARGS__);                                                                         \
    constexpr std::span<const std::string_view> enumeration_labels(Name) { return Name##_labels; } \
    static_assert(true, "a semicolon follows")
