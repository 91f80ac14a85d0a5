/// From text to a checked `Expression`, `Query` or `Aggregation`. The language is described in
/// docs/expressions.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/expr/checker.hpp"
#include "crmkit/expr/expression.hpp"
#include "crmkit/expr/query_parser.hpp"
#include "crmkit/expr/served_order.hpp"

namespace crmkit::expr {

namespace detail {

/// One text on its way from syntax to meaning.
class Definition {
  public:
    Definition(const Registry& registry, const Entity& entity, std::string_view text)
        : entity_(entity),
          text_(text),
          parser_(text),
          parameters_(std::make_shared<Parameters>()),
          checker_(registry, entity, text, *parameters_) {}

    Expression expression() {
        NodePointer node = parser_.expression_only();
        *parameters_ = parser_.take_parameters();
        checker_.check_any(node);
        checker_.finish();
        return share(std::move(node));
    }

    Query query() {
        QuerySyntax syntax = parser_.query();
        *parameters_ = parser_.take_parameters();
        Query query{.entity = &entity_,
                    .may_sort = syntax.may_sort,
                    .limit = syntax.limit,
                    .parameters = parameters_};
        if (syntax.filter != nullptr) {
            checker_.check_filter(syntax.filter);
        }
        for (OrderSyntax& term : syntax.order) {
            checker_.check_order(term.value);
        }
        add_id(syntax.order);
        checker_.finish();
        query.filter = share(std::move(syntax.filter));
        query.order.reserve(syntax.order.size());
        for (OrderSyntax& term : syntax.order) {
            query.order.push_back({share(std::move(term.value)), term.is_descending});
        }
        query.is_served = is_served(query);
        return query;
    }

    Aggregation aggregation() {
        AggregationSyntax syntax = parser_.aggregation();
        *parameters_ = parser_.take_parameters();
        Aggregation aggregation{
            .entity = &entity_, .limit = syntax.limit, .parameters = parameters_};
        for (MeasureSyntax& measure : syntax.measures) {
            aggregation.measures.push_back(this->measure(measure));
        }
        for (NodePointer& group : syntax.group_by) {
            checker_.check_group(group);
            aggregation.group_by.push_back(share(std::move(group)));
        }
        if (syntax.filter != nullptr) {
            checker_.check_filter(syntax.filter);
            aggregation.filter = share(std::move(syntax.filter));
        }
        for (ColumnOrderSyntax& term : syntax.order) {
            aggregation.order.push_back({column(aggregation, term), term.is_descending});
        }
        checker_.finish();
        return aggregation;
    }

  private:
    Expression share(NodePointer node) {
        return node == nullptr
                   ? Expression()
                   : Expression(entity_, std::shared_ptr<const Node>(std::move(node)), parameters_);
    }

    Measure measure(MeasureSyntax& syntax) {
        if (!syntax.kind) {
            throw_at(text_, syntax.position, {},
                     "a measure is count(), sum(…), min(…), max(…) or avg(…)");
        }
        Measure measure{.kind = *syntax.kind};
        measure.type = checker_.check_measure(*syntax.kind, syntax.argument, syntax.position);
        measure.argument = share(std::move(syntax.argument));
        return measure;
    }

    /// The id as the last sort key: what is behind it would decide nothing.
    void add_id(std::vector<OrderSyntax>& order) {
        for (std::size_t i = 0; i < order.size(); ++i) {
            const Path& path = order[i].value->path;
            if (path.steps.size() == 1 && path.steps.front().first.field->id == header::id) {
                order.erase(order.begin() + static_cast<std::ptrdiff_t>(i) + 1, order.end());
                return;
            }
        }
        OrderSyntax last;
        last.is_descending = !order.empty() && order.back().is_descending;
        last.value = std::make_unique<Node>();
        last.value->kind = NodeKind::path;
        last.value->names.push_back({"id", 0, true});
        checker_.check_any(last.value);
        order.push_back(std::move(last));
    }

    /// Which column of the aggregation a sort key means.
    std::size_t column(const Aggregation& aggregation, ColumnOrderSyntax& term) {
        const std::size_t count = aggregation.column_count();
        if (!term.column.kind && term.column.argument == nullptr) {
            if (term.number < 1 || static_cast<std::uint64_t>(term.number) > count) {
                throw_at(text_, term.position, std::to_string(term.number),
                         "is not a column; the result has " + std::to_string(count));
            }
            return static_cast<std::size_t>(term.number - 1);
        }
        return term.column.kind ? measure_column(aggregation, term)
                                : group_column(aggregation, term);
    }

    std::size_t measure_column(const Aggregation& aggregation, ColumnOrderSyntax& term) {
        const Measure wanted = measure(term.column);
        kept_.push_back(wanted.argument);
        for (std::size_t i = 0; i < aggregation.measures.size(); ++i) {
            if (aggregation.measures[i] == wanted) {
                return i;
            }
        }
        throw_at(text_, term.position, {}, "only what is a column of the result can be sorted by");
    }

    std::size_t group_column(const Aggregation& aggregation, ColumnOrderSyntax& term) {
        checker_.check_group(term.column.argument);
        const Expression wanted = share(std::move(term.column.argument));
        kept_.push_back(wanted);
        for (std::size_t i = 0; i < aggregation.group_by.size(); ++i) {
            if (aggregation.group_by[i] == wanted) {
                return aggregation.measures.size() + i;
            }
        }
        throw_at(text_, term.position, {}, "only what is a column of the result can be sorted by");
    }

    const Entity& entity_;
    std::string_view text_;
    Parser parser_;
    std::shared_ptr<Parameters> parameters_;
    Checker checker_;
    /// What was only compared with a column: the checker still completes its parameters.
    std::vector<Expression> kept_{};
};

}  // namespace detail

/// Reads an expression of any type over the records of `entity`: a formula, a condition.
///
/// Throws Error(expression), with line and column of every problem found: what is misspelled (with
/// the nearest known name), of the wrong type, or larger than expr::limits. The registry and the
/// entity must outlive the result; the text need not.
inline Expression parse_expression(const Registry& registry, const Entity& entity,
                                   std::string_view text) {
    return detail::Definition(registry, entity, text).expression();
}

/// Reads a query: an optional condition, an optional `order by` or `sort by`, an optional `limit`;
/// the empty text means all records. Throws as parse_expression() does.
inline Query parse_query(const Registry& registry, const Entity& entity, std::string_view text) {
    return detail::Definition(registry, entity, text).query();
}

/// Reads an aggregation: measures, then optionally `by`, `where`, `order by`, `limit`. Throws as
/// parse_expression() does.
inline Aggregation parse_aggregation(const Registry& registry, const Entity& entity,
                                     std::string_view text) {
    return detail::Definition(registry, entity, text).aggregation();
}

}  // namespace crmkit::expr
