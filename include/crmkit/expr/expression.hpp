/// `Expression`, `Query` and `Aggregation`: checked texts of the expression language, ready to be
/// evaluated or compiled. See docs/expressions.md for the language, expr/parse.hpp to make them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/expr/node.hpp"

namespace crmkit::expr {

/// What a text may be at most; beyond it, parsing throws Error(expression). The same for every
/// backend, so that what is accepted by one is accepted by all.
namespace limits {
inline constexpr std::size_t text_bytes = 65'536;
inline constexpr std::size_t nodes = 10'000;
/// Nesting of parentheses in the text, and of the tree.
inline constexpr std::size_t depth = 200;
inline constexpr std::size_t list_items = 1'000;
inline constexpr std::size_t parameters = 200;
/// Different fields, paths and child lists that one expression reads from one record.
inline constexpr std::size_t leaves = 60;
/// Different records that one expression reaches from one record by references.
inline constexpr std::size_t joins = 25;
/// Nesting of child lists and of references with more than `most_joined_targets` targets.
inline constexpr std::size_t subqueries = 4;
/// Entities that the polymorphic references of one path may lead to, taken together.
inline constexpr std::size_t alternatives = 200;
}  // namespace limits

/// A `:name` of a text. Its type follows from where it stands.
struct Parameter {
    std::string name{};
    Type type{};
    /// A parameter that is only compared, and so may be any number: beside integers a decimal, too,
    /// beside money also a plain number, of major units in the currency of what it is compared
    /// with.
    bool accepts_number = false;

    friend bool operator==(const Parameter&, const Parameter&) = default;
};

using Parameters = std::vector<Parameter>;

namespace detail {

bool equal(const Node& a, const Node& b);

inline bool equal(const NodePointer& a, const NodePointer& b) {
    return a == nullptr || b == nullptr ? a == b : equal(*a, *b);
}

inline bool equal(const ChildList& a, const ChildList& b) {
    return a.kind == b.kind && a.owner == b.owner && a.from == b.from &&
           a.reference == b.reference && equal(a.argument, b.argument) &&
           equal(a.condition, b.condition);
}

/// Same meaning part by part; positions and numbering do not count.
inline bool equal(const Node& a, const Node& b) {
    if (a.kind != b.kind || a.type != b.type || a.index != b.index || a.literal != b.literal ||
        a.path != b.path || a.function != b.function || a.operands.size() != b.operands.size() ||
        (a.children == nullptr) != (b.children == nullptr)) {
        return false;
    }
    for (std::size_t i = 0; i < a.operands.size(); ++i) {
        if (!equal(*a.operands[i], *b.operands[i])) {
            return false;
        }
    }
    return a.children == nullptr || equal(*a.children, *b.children);
}

}  // namespace detail

/// A checked expression over the records of one entity. Immutable and cheap to copy; threads may
/// share it. Borrows the registry's entities, which must outlive it.
class Expression {
  public:
    /// No expression: as a filter, it matches everything.
    Expression() = default;
    Expression(const Entity& entity, std::shared_ptr<const Node> root,
               std::shared_ptr<const Parameters> parameters)
        : entity_(&entity), root_(std::move(root)), parameters_(std::move(parameters)) {}

    explicit operator bool() const { return root_ != nullptr; }
    /// The entity whose records it is about; only when there is an expression.
    [[nodiscard]] const Entity& entity() const { return *entity_; }
    /// The type of its values; only when there is an expression.
    [[nodiscard]] const Type& type() const { return root_->type; }
    /// The parameters of the text that it comes from, shared with its neighbours there.
    [[nodiscard]] const Parameters& parameters() const {
        static const Parameters none;
        return parameters_ == nullptr ? none : *parameters_;
    }
    [[nodiscard]] const Node& root() const { return *root_; }

    /// Whether both mean the same, part by part.
    friend bool operator==(const Expression& a, const Expression& b) {
        if (!a || !b) {
            return !a && !b;
        }
        return a.entity_ == b.entity_ && detail::equal(*a.root_, *b.root_);
    }

  private:
    const Entity* entity_ = nullptr;
    std::shared_ptr<const Node> root_;
    std::shared_ptr<const Parameters> parameters_;
};

/// One key to sort by.
struct OrderTerm {
    Expression value{};
    bool is_descending = false;

    friend bool operator==(const OrderTerm&, const OrderTerm&) = default;
};

/// "state = 'open' and amount > 50000 order by close_date limit 20": which records, in which order.
struct Query {
    const Entity* entity = nullptr;
    /// A boolean; a record matches when it is true. Empty: all records.
    Expression filter{};
    /// Ends with the id, in the direction of the key before it, so that no two records are equal.
    std::vector<OrderTerm> order{};
    /// The order is asked for by `sort by`: also where no index serves it.
    bool may_sort = false;
    /// Whether one does; see expr/served_order.hpp. Filled in by parse_query().
    bool is_served = false;
    std::optional<std::int64_t> limit{};
    std::shared_ptr<const Parameters> parameters{};

    friend bool operator==(const Query& a, const Query& b) {
        return a.entity == b.entity && a.filter == b.filter && a.order == b.order &&
               a.may_sort == b.may_sort && a.limit == b.limit;
    }
};

/// One computed column of an aggregation.
struct Measure {
    AggregateKind kind = AggregateKind::count;
    /// Empty for count(), the number of records.
    Expression argument{};
    Type type{};

    friend bool operator==(const Measure&, const Measure&) = default;
};

/// A column of the result to sort by.
struct ColumnOrder {
    std::size_t column = 0;
    bool is_descending = false;

    friend bool operator==(const ColumnOrder&, const ColumnOrder&) = default;
};

/// "count(), sum(amount) by stage.name where state = 'won' order by 2 desc limit 10": a row for
/// each group. The columns are the measures, then the group keys, as written. When a measure is of
/// money, there is a row for each currency within each group: monies of two currencies are never
/// added.
struct Aggregation {
    const Entity* entity = nullptr;
    Expression filter{};
    std::vector<Measure> measures{};
    std::vector<Expression> group_by{};
    /// Groups that are equal in all of these are in the order of their keys.
    std::vector<ColumnOrder> order{};
    std::optional<std::int64_t> limit{};
    std::shared_ptr<const Parameters> parameters{};

    [[nodiscard]] std::size_t column_count() const { return measures.size() + group_by.size(); }
    [[nodiscard]] const Type& column_type(std::size_t column) const {
        return column < measures.size() ? measures[column].type
                                        : group_by[column - measures.size()].type();
    }

    friend bool operator==(const Aggregation& a, const Aggregation& b) {
        return a.entity == b.entity && a.filter == b.filter && a.measures == b.measures &&
               a.group_by == b.group_by && a.order == b.order && a.limit == b.limit;
    }
};

}  // namespace crmkit::expr
