/// Members of a record to and from the columns of an SQLite row, without a value in between.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crmkit/schema/entity.hpp"
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

/// Reads a field into `object` from column `column` on; returns the next column.
int read_member(const Statement& statement, int column, const Field& field, void* object);

/// A field from column `column` on as a value, borrowed until the next step; `list` keeps the items
/// of a list of text.
ValueView read_value(const Statement& statement, int column, const Field& field,
                     std::vector<std::string>& list);

/// The JSON array that keeps a list of text in one column, and back.
std::string join_list(std::span<const std::string> list);
std::vector<std::string> split_list(std::string_view json);

}  // namespace crmkit::sqlite
