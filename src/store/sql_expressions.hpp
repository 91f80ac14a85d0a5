/// The part of the SQL compiler that turns nodes into SQL expressions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sql_compiler.hpp"

namespace crmkit::sqlite {

/// A table in a FROM clause under its alias.
struct TableAlias {
    const Entity* entity = nullptr;
    std::string alias;
};

/// The record that a path has come to: a row of one of these, and nulls in the others.
using Reached = std::vector<TableAlias>;

/// The records that a reference leads to, joined to a FROM clause.
struct Join {
    /// The reference as SQL; equal references share a join.
    std::string reference;
    Reached targets;
};

/// One FROM clause in the making.
struct SqlScope {
    TableAlias table;
    SqlScope* outer = nullptr;
    std::vector<Join> joins{};
    std::string join_text{};
    /// How many tables are joined, its own included.
    int tables = 1;
};

/// A value as SQL. The second is empty unless it is a money or link in two columns.
struct Operand {
    std::string first;
    std::string second;

    [[nodiscard]] bool is_pair() const { return !second.empty(); }
};

/// Compiles the nodes of one statement. Slots are appended in the order in which their `?` stand in
/// the text, so that texts must be put together in the order in which they were made.
///
/// What SQL can say plainly (comparisons of columns with constants, and, or, not, exists, …) is
/// said in SQL, so that indexes serve it. Everything else is a call of crmkit_evaluate(), which
/// computes it with the evaluator from columns that SQL has read.
class SqlExpressions {
  public:
    explicit SqlExpressions(std::string_view table_prefix) : prefix_(table_prefix) {}

    /// The scope of a statement's own table.
    SqlScope make_scope(const Entity& entity, SqlScope* outer);
    /// " FROM table AS alias" with the joins made so far.
    [[nodiscard]] std::string from(const SqlScope& scope) const;
    /// A column of the scope's own table.
    static std::string column(const SqlScope& scope, std::string_view name);

    /// From now on, nodes use the parameters of this source.
    void set_source(std::size_t source) { source_ = static_cast<std::uint16_t>(source); }

    /// A condition that can stand between AND, or behind NOT.
    std::string condition(const expr::Node& node, SqlScope& scope);
    /// A value: two columns for a money or link that is a field; one, packed if need be, for
    /// whatever else.
    Operand operand(const expr::Node& node, SqlScope& scope);

    /// Appends a slot and gives its "?".
    std::string slot(Slot slot);
    std::vector<Slot> take_slots() { return std::move(slots_); }

  private:
    // ---- paths
    Reached follow(const Reached& at, const expr::PathStep& step, const expr::PathStep& next,
                   SqlScope& scope);
    std::string reference_id(const Reached& at, const expr::PathStep& step) const;
    std::string reference_entity(const Reached& at, const expr::PathStep& step) const;
    Operand field(const Reached& at, const expr::PathStep& step) const;
    Operand path(const expr::Path& path, std::size_t step, const Reached& at, SqlScope& scope);
    Operand wide_step(const expr::Path& path, std::size_t step, const Reached& at);

    // ---- child lists
    std::string children(const expr::Node& node, SqlScope& scope);
    std::string child_value(const expr::ChildList& list, SqlScope& inner);

    // ---- conditions
    std::string joined(const expr::Node& node, SqlScope& scope);
    std::string comparison(const expr::Node& node, SqlScope& scope);
    std::string money_comparison(const expr::Node& node, SqlScope& scope);
    std::string link_equality(const expr::Node& a, const expr::Node& b, SqlScope& scope);
    std::string in(const expr::Node& node, SqlScope& scope);

    // ---- values
    std::string constant(const expr::Node& node, SlotPart part);
    std::string program(const expr::Node& node, SqlScope& scope);
    /// One of the two columns of a field, or one part of a constant.
    std::string part(const expr::Node& node, SlotPart which, SqlScope& scope);

    std::string_view prefix_;
    std::vector<Slot> slots_;
    std::uint16_t source_ = 0;
    int aliases_ = 0;
    /// How much of SQLite's parser stack is in use where the text at hand will stand; estimated.
    int nesting_ = 0;
};

/// "crmkit_sum_money(a, b)": an aggregate over an argument; count(*) without one.
std::string aggregate_call(expr::AggregateKind kind, const expr::Type& type,
                           const Operand& argument);

}  // namespace crmkit::sqlite
