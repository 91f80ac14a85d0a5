/// From checked expressions to SQLite's SQL: text with `?` for every value, and what to bind there.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/expr/expression.hpp"
#include "crmkit/schema/record.hpp"
#include "sqlite_functions.hpp"

namespace crmkit::sqlite {

/// Where the value of a `?` comes from.
enum class SlotKind : std::uint8_t {
    constant,  ///< an expression that needs no record
    program,   ///< the first argument of crmkit_evaluate()
    label,     ///< a label of an enumeration
    after,     ///< a key of the record that the page before ended with
    limit,
};

/// Which part of the value.
enum class SlotPart : std::uint8_t {
    whole,
    first,   ///< minor units of money, id of a link
    second,  ///< currency of money, entity of a link
    rank,    ///< of a label among those of its type
};

/// One `?`.
struct Slot {
    SlotKind kind = SlotKind::constant;
    SlotPart part = SlotPart::whole;
    /// constant: whose parameters it uses. after: the number of the key.
    std::uint16_t index = 0;
    expr::Type type{};
    const expr::Node* node = nullptr;
    std::string_view label{};
    std::shared_ptr<const Program> program{};
};

/// The values of one execution.
struct BindValues {
    expr::Moment moment{};
    /// First the parameters of the query, then those of each further condition, in order. May be
    /// shorter where the rest has none.
    std::span<const std::span<const ValueView>> parameters{};
    /// The keys of the record that the page before ended with, as compile_page() was given them.
    std::span<const Value> after{};
    /// Bound to LIMIT where the statement has one.
    std::int64_t limit = 0;
};

/// A column of the result that is computed.
struct OutputColumn {
    expr::Type type{};
    int column = 0;
    bool is_packed = false;
};

/// A compiled statement. Immutable; depends on nothing but the registry.
struct CompiledStatement {
    std::string sql;
    std::vector<Slot> slots;
    /// Of a select with keys: the sort keys. Of an aggregation: its columns.
    std::vector<OutputColumn> outputs;
    /// Keeps the nodes alive that the slots point at.
    std::vector<expr::Expression> expressions;

    /// Binds every `?` of a statement prepared from `sql`. Texts are copied. Throws
    /// Error(expression) for a parameter whose value is missing or of another type than declared,
    /// and what SQLite reports.
    void bind(sqlite3_stmt* statement, const BindValues& values) const;
    /// Reads an output of the current row.
    [[nodiscard]] Value read(sqlite3_stmt* statement, std::size_t output) const;
};

/// Which rows a select may see.
enum class Rows : std::uint8_t {
    live,
    deleted,
    all,
};

/// What a select returns.
enum class Selection : std::uint8_t {
    records,  ///< what a RowReader reads; without keys
    ids,
    count,  ///< one row with the number of records; order and limit are left out
};

/// How to compile a query.
struct SelectOptions {
    std::string_view table_prefix{};
    Rows rows = Rows::live;
    Selection selection = Selection::records;
    /// Whether the statement ends with LIMIT ?.
    bool has_limit = false;
    /// Whether the sort keys follow the selected columns, for the cursor of the next page.
    bool has_keys = false;
    /// How many arguments a function of the connection may have; the default is SQLite's own.
    int most_arguments = 127;
    /// Of records: the fields to read; null for all.
    const FieldSet* fields = nullptr;
    /// Further conditions on the same entity, such as what the actor may see.
    std::span<const expr::Expression> conditions{};
};

/// Compiles a query. Throws Error(limit) for one that is beyond what SQLite can take.
CompiledStatement compile_select(const expr::Query& query, const SelectOptions& options);

/// Compiles what comes behind the keys `after`: statements to run one after the other until the
/// page is full. Only which of the keys are null decides about their text; the values are bound.
/// There are several where one would not be served by an index. Throws as compile_select() does.
std::vector<CompiledStatement> compile_page(const expr::Query& query, const SelectOptions& options,
                                            std::span<const Value> after);

/// Compiles an aggregation over live records; of `options`, prefix and conditions count. It ends
/// with LIMIT ? if the aggregation has a limit. Throws as compile_select() does.
CompiledStatement compile_aggregation(const expr::Aggregation& aggregation,
                                      const SelectOptions& options);

}  // namespace crmkit::sqlite
