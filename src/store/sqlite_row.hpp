/// Members of a record into the columns of an SQLite row, and whole rows out of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crmkit/schema/record.hpp"
#include "crmkit/store/packed_record.hpp"
#include "crmkit/store/packed_row.hpp"
#include "sqlite_connection.hpp"

namespace crmkit::sqlite {

/// Texts that are made for binding and must live until the statement has run.
using BoundTexts = std::vector<std::string>;

/// Binds a field of `object` from parameter `index` on, unless it is null, as the parameters of a
/// statement just lent are; returns the next free parameter.
int bind_member(Statement& statement, int index, const Field& field, const void* object,
                BoundTexts& texts);

/// Binds a value as a query parameter that takes one slot; money binds its minor units.
void bind_value(Statement& statement, int index, const ValueView& value);

/// Which fields of an entity a statement reads.
struct SelectedFields {
    /// These; null for all.
    SelectedFields(const Entity& entity, const FieldSet* fields)
        : is_all(fields == nullptr), columns(first_columns(entity, fields)) {}

    bool is_all;
    /// The first column of each field.
    std::vector<int> columns;
};

/// What a statement selects for RowReader: the columns of an entity, or of these of its fields,
/// each behind `qualifier`, as one packed row where a function of the connection may have so many
/// arguments.
std::string row_columns(const Entity& entity, std::string_view qualifier, int most_arguments,
                        const FieldSet* fields = nullptr);

/// Reads the rows of statements that select row_columns().
class RowReader {
  public:
    /// The present row of a statement, borrowed until its next step and this reader's next row.
    PackedRow row(const Statement& statement);

  private:
    RowPacker packer_;
    std::string bytes_;
};

/// Adds the function that packs rows to a connection. Throws out_of_memory.
void register_row_function(sqlite3* connection);

}  // namespace crmkit::sqlite
