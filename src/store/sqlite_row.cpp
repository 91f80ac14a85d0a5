#include "sqlite_row.hpp"

#include <array>
#include <memory>
#include <new>

#include "crmkit/store/columns.hpp"
#include "crmkit/store/list_column.hpp"
#include "crmkit/store/packed_record.hpp"

namespace crmkit::sqlite {

namespace {

template <typename T>
const T& as(const void* member) {
    return *static_cast<const T*>(member);
}
template <typename T>
T& as(void* member) {
    return *static_cast<T*>(member);
}

void bind_text(Statement& statement, int index, std::string_view text) {
    if (!text.empty()) {
        statement.bind(index, text);
    }
}

void bind_id(Statement& statement, int index, Id id) {
    if (id) {
        statement.bind(index, id.value);
    }
}

template <typename T, typename Number>
void bind_optional(Statement& statement, int index, const std::optional<T>& value, Number number) {
    if (value) {
        statement.bind(index, static_cast<std::int64_t>(number(*value)));
    }
}

void pack_sql(RowPacker& packer, sqlite3_value* value) {
    switch (sqlite3_value_type(value)) {
        case SQLITE_NULL:
            packer.add_null();
            return;
        case SQLITE_INTEGER:
            packer.add(std::int64_t{sqlite3_value_int64(value)});
            return;
        default: {
            const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
            if (text == nullptr) {
                throw std::bad_alloc();
            }
            packer.add(
                std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(value))));
        }
    }
}

constexpr const char* row_function = "crmkit_row";

/// Gives a packed row back to SQLite, which copies it into memory that it keeps for the next one.
void set_result(sqlite3_context* context, const RowPacker& packer) {
    constexpr std::size_t usual = 1024;
    const std::size_t size = packer.size();
    if (size <= usual) {
        std::array<char, usual> row;  // NOLINT: written to before it is read
        packer.write(row.data());
        sqlite3_result_blob64(context, row.data(), size, SQLITE_TRANSIENT);
        return;
    }
    auto* const row = static_cast<char*>(sqlite3_malloc64(size));
    if (row == nullptr) {
        throw std::bad_alloc();
    }
    packer.write(row);
    sqlite3_result_blob64(context, row, size, sqlite3_free);
}

/// crmkit_row(column, …): the packed row of its arguments. Asking SQLite for each column of a
/// result costs more than all else that is done to read it; the arguments of a function cost
/// little.
void pack_row(sqlite3_context* context, int count, sqlite3_value** columns) noexcept {
    try {
        auto& packer = *static_cast<RowPacker*>(sqlite3_user_data(context));
        packer.start(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
            pack_sql(packer, columns[i]);
        }
        set_result(context, packer);
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(context);
    } catch (const std::exception&) {
        sqlite3_result_error_toobig(context);
    }
}

}  // namespace

int bind_member(Statement& statement, int index, const Field& field, const void* object,
                BoundTexts& texts) {
    const void* member = field.member(object);
    switch (field.native_kind()) {
        case NativeKind::text:
            bind_text(statement, index, as<std::string>(member));
            break;
        case NativeKind::json:
            bind_text(statement, index, as<Json>(member).text);
            break;
        case NativeKind::enumeration:
        case NativeKind::whole_enumeration:
            bind_text(statement, index, field.native->get(member).text());
            break;
        case NativeKind::integer:
            bind_optional(statement, index, as<std::optional<std::int64_t>>(member),
                          [](std::int64_t number) { return number; });
            break;
        case NativeKind::whole_integer:
            statement.bind(index, as<std::int64_t>(member));
            break;
        case NativeKind::decimal:
            bind_optional(statement, index, as<std::optional<Decimal>>(member),
                          [](Decimal decimal) { return decimal.billionths; });
            break;
        case NativeKind::boolean:
            statement.bind(index, std::int64_t{as<bool>(member)});
            break;
        case NativeKind::money: {
            const auto& money = as<std::optional<Money>>(member);
            bind_optional(statement, index, money, [](const Money& m) { return m.minor_units; });
            bind_text(statement, index + 1, money ? money->currency.code() : std::string_view());
            return index + 2;
        }
        case NativeKind::date:
            bind_optional(statement, index, as<std::optional<Date>>(member),
                          [](Date date) { return date.days; });
            break;
        case NativeKind::instant:
            bind_optional(statement, index, as<std::optional<Instant>>(member),
                          [](Instant instant) { return instant.microseconds; });
            break;
        case NativeKind::whole_instant:
            statement.bind(index, as<Instant>(member).microseconds);
            break;
        case NativeKind::id:
            bind_id(statement, index, as<Id>(member));
            break;
        case NativeKind::link: {
            const Link link = as<Link>(member);
            bind_id(statement, index, link.id);
            bind_id(statement, index + 1, link ? Id{link.entity} : Id{});
            return index + 2;
        }
        case NativeKind::text_list: {
            const auto& list = as<std::vector<std::string>>(member);
            if (!list.empty()) {
                statement.bind(index, texts.emplace_back(join_list(list)));
            }
            break;
        }
        case NativeKind::structure_list:
            throw Error(ErrorCode::internal, "a list of rows cannot be stored in a column");
    }
    return index + 1;
}

void bind_value(Statement& statement, int index, const ValueView& value) {
    switch (value.kind()) {
        case ValueKind::null:
            statement.bind_null(index);
            return;
        case ValueKind::text:
            statement.bind_copy(index, value.text());
            return;
        case ValueKind::text_list:
            statement.bind_copy(index, join_list(value.list()));
            return;
        case ValueKind::integer:
        case ValueKind::decimal:
        case ValueKind::boolean:
        case ValueKind::money:
        case ValueKind::date:
        case ValueKind::instant:
        case ValueKind::id:
        case ValueKind::link:
            statement.bind(index, value.integer());
            return;
    }
}

std::string row_columns(const Entity& entity, std::string_view qualifier, int most_arguments,
                        const FieldSet* fields) {
    std::string columns;
    int count = 0;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        if (!is_wanted(fields, i)) {
            continue;
        }
        for (const Column& column : columns_of(entity.fields[i])) {
            columns += count++ == 0 ? "" : ", ";
            columns += std::string(qualifier) + quoted(column.name);
        }
    }
    return count <= most_arguments ? std::string(row_function) + "(" + columns + ")" : columns;
}

PackedRow RowReader::row(const Statement& statement) {
    const int columns = sqlite3_column_count(statement.handle());
    if (columns == 1) {
        return PackedRow(statement.blob(0));
    }
    packer_.start(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
        pack_sql(packer_, sqlite3_column_value(statement.handle(), column));
    }
    bytes_.resize(packer_.size());
    packer_.write(bytes_.data());
    return PackedRow(bytes_.data());
}

void register_row_function(sqlite3* connection) {
    auto packer = std::make_unique<RowPacker>();
    // SQLite destroys it also when it refuses the function.
    check(connection,
          sqlite3_create_function_v2(connection, row_function, -1,
                                     SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                     packer.release(), &pack_row, nullptr, nullptr,
                                     [](void* data) { delete static_cast<RowPacker*>(data); }));
}

}  // namespace crmkit::sqlite
