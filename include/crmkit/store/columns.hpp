/// How fields become columns of SQL tables: the one mapping that the SQLite store, the query
/// compiler and the migrations share.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// The SQL type of a column, as a STRICT table declares it.
enum class ColumnType : std::uint8_t {
    integer,
    text,
};

constexpr std::string_view to_string(ColumnType type) {
    constexpr std::string_view names[] = {"INTEGER", "TEXT"};
    return names[static_cast<std::size_t>(type)];
}

/// One column of an entity's table.
struct Column {
    /// Not quoted; see quoted().
    std::string name{};
    ColumnType type = ColumnType::integer;
    bool is_not_null = false;

    friend bool operator==(const Column&, const Column&) = default;
};

/// The columns that hold one field: none, one or two, in the order in which values are bound.
class FieldColumns {
  public:
    FieldColumns() = default;
    explicit FieldColumns(Column only) : columns_{std::move(only), {}}, size_(1) {}
    FieldColumns(Column first, Column second)
        : columns_{std::move(first), std::move(second)}, size_(2) {}

    [[nodiscard]] const Column* begin() const { return columns_.data(); }
    [[nodiscard]] const Column* end() const { return columns_.data() + size_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] const Column& operator[](std::size_t index) const { return columns_[index]; }

  private:
    std::array<Column, 2> columns_{};
    std::size_t size_ = 0;
};

/// How many columns a field of this type has, without building them.
constexpr std::size_t column_count(FieldType type) {
    if (type == FieldType::structure_list) {
        return 0;
    }
    return second_column_suffix(type).empty() ? 1 : 2;
}

/// The columns of a field. Null stands for "no value", also for an empty text, list or JSON.
///
/// text, enumeration (the label), JSON: TEXT. list of text: TEXT, a JSON array. integer, reference
/// (the id): INTEGER. boolean: INTEGER, 0 or 1. decimal: INTEGER billionths. date: INTEGER days
/// since 1970-01-01. instant: INTEGER microseconds since 1970. money: `f` INTEGER minor units and
/// `f_currency` TEXT. polymorphic reference: `f` INTEGER id and `f_entity` INTEGER entity number.
/// The two columns of a pair are null together. A list of structures has no column: it only exists
/// in operations.
inline FieldColumns columns_of(const Field& field) {
    const bool not_null = !field.is_nullable();
    const std::string name(field.name);
    switch (field.type()) {
        case FieldType::text:
        case FieldType::enumeration:
        case FieldType::json:
        case FieldType::text_list:
            return FieldColumns({name, ColumnType::text, not_null});
        case FieldType::integer:
        case FieldType::decimal:
        case FieldType::boolean:
        case FieldType::date:
        case FieldType::instant:
        case FieldType::reference:
            return FieldColumns({name, ColumnType::integer, not_null});
        case FieldType::money:
        case FieldType::polymorphic_reference:
            return {
                {name, ColumnType::integer, false},
                {name + std::string(second_column_suffix(field.type())),
                 field.type() == FieldType::money ? ColumnType::text : ColumnType::integer, false}};
        case FieldType::structure_list:
            return {};
    }
    return {};
}

/// A name as an SQL identifier, in double quotes, with those inside it doubled.
inline std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        out += c;
        if (c == '"') {
            out += '"';
        }
    }
    return out + '"';
}

/// The table of an entity, quoted: the store's prefix and the entity's plural. Its primary key is
/// the field "id": `"id" INTEGER PRIMARY KEY`, the rowid.
inline std::string table_of(const Entity& entity, std::string_view prefix) {
    return crmkit::quoted(std::string(prefix) + std::string(entity.plural));
}

}  // namespace crmkit
