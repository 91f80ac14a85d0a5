/// Records as packed rows: fields in the columns that columns_of() gives them, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/schema/record.hpp"
#include "crmkit/store/columns.hpp"
#include "crmkit/store/list_column.hpp"
#include "crmkit/store/packed_row.hpp"

namespace crmkit {

/// Where a row has nothing of a field.
inline constexpr int no_column = -1;

/// The first column of each field, in a row that has all of them or only some.
inline std::vector<int> first_columns(const Structure& structure, const FieldSet* only = nullptr) {
    std::vector<int> columns;
    int next = 0;
    for (std::size_t i = 0; i < structure.fields.size(); ++i) {
        const bool is_there = is_wanted(only, i);
        columns.push_back(is_there ? next : no_column);
        next += is_there ? static_cast<int>(column_count(structure.fields[i].type())) : 0;
    }
    return columns;
}

/// How many columns all fields have together, or only some.
inline std::size_t column_count(const Structure& structure, const FieldSet* only = nullptr) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < structure.fields.size(); ++i) {
        if (is_wanted(only, i)) {
            count += column_count(structure.fields[i].type());
        }
    }
    return count;
}

/// Adds the columns of a field that has this value.
inline void pack_value(RowPacker& packer, const Field& field, const ValueView& value) {
    switch (value.kind()) {
        case ValueKind::null:
            for (std::size_t i = 0; i < column_count(field.type()); ++i) {
                packer.add_null();
            }
            return;
        case ValueKind::text:
            packer.add(value.text());
            return;
        case ValueKind::text_list:
            packer.add(join_list(value.list()));
            return;
        case ValueKind::money:
            packer.add(value.integer());
            packer.add(value.money().currency.code());
            return;
        case ValueKind::link:
            packer.add(value.integer());
            packer.add(std::int64_t{value.link().entity});
            return;
        case ValueKind::integer:
        case ValueKind::decimal:
        case ValueKind::boolean:
        case ValueKind::date:
        case ValueKind::instant:
        case ValueKind::id:
            packer.add(value.integer());
            return;
    }
}

/// Appends the row of a record to `rows`, of these fields, null for all; value_of(place) gives the
/// value of each.
template <typename ValueOf>
void pack_fields(const Structure& structure, const FieldSet* only, ValueOf value_of,
                 std::string& rows) {
    RowPacker packer;
    packer.start(column_count(structure, only));
    for (std::size_t i = 0; i < structure.fields.size(); ++i) {
        if (is_wanted(only, i)) {
            pack_value(packer, structure.fields[i], value_of(i));
        }
    }
    const std::size_t before = rows.size();
    rows.resize(before + packer.size());
    packer.write(rows.data() + before);
}

namespace detail {

template <typename T>
T& member_as(void* member) {
    return *static_cast<T*>(member);
}

template <typename T, typename Make>
void read_optional(const PackedRow& row, int column, void* member, Make make) {
    auto& value = member_as<std::optional<T>>(member);
    if (row.is_null(column)) {
        value.reset();
    } else {
        value = make(row.integer(column));
    }
}

inline Money money_at(const PackedRow& row, int column) {
    return {row.integer(column), Currency::find(row.text(column + 1)).value_or(Currency{})};
}

inline Link link_at(const PackedRow& row, int column) {
    return {static_cast<EntityNumber>(row.integer(column + 1)), Id{row.integer(column)}};
}

[[noreturn]] inline void fail_without_column() {
    throw Error(ErrorCode::internal, "a list of rows cannot be stored in a column");
}

}  // namespace detail

/// Reads the field whose first column is `column` into `object`, a constructed struct.
inline void read_field(const PackedRow& row, int column, const Field& field, void* object) {
    void* const member = field.member(object);
    switch (field.native_kind()) {
        case NativeKind::text:
            detail::member_as<std::string>(member).assign(row.text(column));
            return;
        case NativeKind::json:
            detail::member_as<Json>(member).text.assign(row.text(column));
            return;
        case NativeKind::enumeration:
        case NativeKind::whole_enumeration:
            field.native->set(member, ValueView(row.text(column)));
            return;
        case NativeKind::integer:
            detail::read_optional<std::int64_t>(row, column, member,
                                                [](std::int64_t number) { return number; });
            return;
        case NativeKind::whole_integer:
            detail::member_as<std::int64_t>(member) = row.integer(column);
            return;
        case NativeKind::decimal:
            detail::read_optional<Decimal>(row, column, member,
                                           [](std::int64_t number) { return Decimal{number}; });
            return;
        case NativeKind::boolean:
            detail::member_as<bool>(member) = row.integer(column) != 0;
            return;
        case NativeKind::money:
            detail::read_optional<Money>(row, column, member, [&](std::int64_t /*minor_units*/) {
                return detail::money_at(row, column);
            });
            return;
        case NativeKind::date:
            detail::read_optional<Date>(row, column, member, [](std::int64_t number) {
                return Date{static_cast<std::int32_t>(number)};
            });
            return;
        case NativeKind::instant:
            detail::read_optional<Instant>(row, column, member,
                                           [](std::int64_t number) { return Instant{number}; });
            return;
        case NativeKind::whole_instant:
            detail::member_as<Instant>(member).microseconds = row.integer(column);
            return;
        case NativeKind::id:
            detail::member_as<Id>(member).value = row.integer(column);
            return;
        case NativeKind::link:
            detail::member_as<Link>(member) = detail::link_at(row, column);
            return;
        case NativeKind::text_list:
            detail::member_as<std::vector<std::string>>(member) = split_list(row.text(column));
            return;
        case NativeKind::structure_list:
            detail::fail_without_column();
    }
}

/// Reads all fields into `object`, a constructed struct of `structure`.
inline void read_fields(const PackedRow& row, const Structure& structure, void* object) {
    int column = 0;
    for (const Field& field : structure.fields) {
        read_field(row, column, field, object);
        column += static_cast<int>(column_count(field.type()));
    }
}

/// The field whose first column is `column`, borrowed from the row; `list` keeps the items of a
/// list of text.
inline ValueView value_at(const PackedRow& row, int column, const Field& field,
                          std::vector<std::string>& list) {
    const auto number = [&](auto make) -> ValueView {
        return row.is_null(column) ? ValueView() : make(row.integer(column));
    };
    switch (field.native_kind()) {
        case NativeKind::text:
        case NativeKind::json:
        case NativeKind::enumeration:
        case NativeKind::whole_enumeration:
            return row.text(column);
        // Of these 0 is null.
        case NativeKind::id:
            return Id{row.integer(column)};
        case NativeKind::link:
            return detail::link_at(row, column);
        // These always have a value.
        case NativeKind::whole_integer:
            return row.integer(column);
        case NativeKind::boolean:
            return row.integer(column) != 0;
        case NativeKind::whole_instant:
            return Instant{row.integer(column)};
        case NativeKind::integer:
            return number([](std::int64_t value) -> ValueView { return value; });
        case NativeKind::decimal:
            return number([](std::int64_t value) -> ValueView { return Decimal{value}; });
        case NativeKind::money:
            return number([&](std::int64_t /*minor_units*/) -> ValueView {
                return detail::money_at(row, column);
            });
        case NativeKind::date:
            return number([](std::int64_t value) -> ValueView {
                return Date{static_cast<std::int32_t>(value)};
            });
        case NativeKind::instant:
            return number([](std::int64_t value) -> ValueView { return Instant{value}; });
        case NativeKind::text_list:
            list = split_list(row.text(column));
            return std::span<const std::string>(list);
        case NativeKind::structure_list:
            break;
    }
    detail::fail_without_column();
}

}  // namespace crmkit
