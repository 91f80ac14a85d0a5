/// The SQL functions that compiled queries call, and how values travel to SQLite and back.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "crmkit/expr/context.hpp"
#include "crmkit/expr/expression.hpp"

namespace crmkit::sqlite {

/// A path or child list that a program reads, as it comes in the arguments of crmkit_evaluate().
struct LeafArgument {
    std::uint16_t leaf = 0;
    expr::Type type{};
    /// Money and polymorphic references: one packed value rather than two columns.
    bool is_packed = false;
};

/// A part of an expression that SQL has no words for. crmkit_evaluate() computes it with the
/// evaluator, from the leaves that SQL has read.
struct Program {
    const expr::Node* root = nullptr;
    std::vector<LeafArgument> leaves{};
    /// One more than the highest leaf number.
    std::size_t leaf_count = 0;
    /// Whose parameters it uses; see BindValues.
    std::size_t source = 0;
};

/// What a program is executed with, copied, so that a statement depends on nothing outside it.
struct Execution {
    expr::Moment moment{};
    /// By source.
    std::vector<std::vector<Value>> values{};
    std::vector<std::vector<ValueView>> parameters{};
};

/// Adds crmkit_evaluate(), crmkit_row() and the aggregates crmkit_sum_integer(), … to a connection.
/// They are deterministic and innocuous, so that they work with trusted_schema off. Throws
/// out_of_memory.
void register_functions(sqlite3* connection);

/// Binds the pointer that is the first argument of crmkit_evaluate().
int bind_program(sqlite3_stmt* statement, int index, std::shared_ptr<const Program> program,
                 std::shared_ptr<const Execution> execution);

/// Binds a value as one SQL value: money and links packed, ordered as the language orders them.
/// Texts are copied.
int bind_whole(sqlite3_stmt* statement, int index, const ValueView& value);

/// Reads a value of a type from column `column`; from two columns for a pair that is not packed.
Value read_column(sqlite3_stmt* statement, int column, const expr::Type& type, bool is_packed);

}  // namespace crmkit::sqlite
