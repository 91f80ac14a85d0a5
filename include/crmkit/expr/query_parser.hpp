/// The grammar of queries and aggregations around expressions.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/expr/parser.hpp"

namespace crmkit::expr::detail {

/// An unchecked sort key.
struct OrderSyntax {
    NodePointer value{};
    bool is_descending = false;
};

/// An unchecked Query.
struct QuerySyntax {
    NodePointer filter{};
    std::vector<OrderSyntax> order{};
    bool may_sort = false;
    std::optional<std::int64_t> limit{};
};

/// An unchecked measure, or a plain expression where `kind` is empty.
struct MeasureSyntax {
    std::optional<AggregateKind> kind{};
    NodePointer argument{};
    std::uint32_t position = 0;
};

/// An unchecked sort key of an aggregation: a column number, or what the column is.
struct ColumnOrderSyntax {
    std::int64_t number = 0;
    MeasureSyntax column{};
    std::uint32_t position = 0;
    bool is_descending = false;
};

/// An unchecked Aggregation.
struct AggregationSyntax {
    std::vector<MeasureSyntax> measures{};
    std::vector<NodePointer> group_by{};
    NodePointer filter{};
    std::vector<ColumnOrderSyntax> order{};
    std::optional<std::int64_t> limit{};
};

/// Parses whole texts of every kind.
class Parser : public ExpressionParser {
  public:
    using ExpressionParser::ExpressionParser;

    QuerySyntax query() {
        QuerySyntax query;
        if (!at_keyword("order") && !at_keyword("sort") && !at_keyword("limit") &&
            current().kind != TokenKind::end) {
            query.filter = expression();
        }
        query.may_sort = at_keyword("sort");
        if (take_keyword("sort") || take_keyword("order")) {
            expect_keyword("by");
            do {
                OrderSyntax term;
                term.value = expression();
                term.is_descending = direction();
                query.order.push_back(std::move(term));
            } while (take_sign(","));
        }
        query.limit = limit();
        expect_end("'order by', 'sort by', 'limit' or the end of the query");
        return query;
    }

    AggregationSyntax aggregation() {
        AggregationSyntax aggregation;
        do {
            aggregation.measures.push_back(measure_or_expression());
        } while (take_sign(","));
        if (take_keyword("by")) {
            do {
                aggregation.group_by.push_back(expression());
            } while (take_sign(","));
        }
        if (take_keyword("where")) {
            aggregation.filter = expression();
        }
        if (take_keyword("order")) {
            expect_keyword("by");
            do {
                aggregation.order.push_back(column_order());
            } while (take_sign(","));
        }
        aggregation.limit = limit();
        expect_end("'by', 'where', 'order by', 'limit' or the end of the aggregation");
        return aggregation;
    }

  private:
    bool direction() {
        if (take_keyword("desc")) {
            return true;
        }
        take_keyword("asc");
        return false;
    }

    std::optional<std::int64_t> limit() {
        if (!take_keyword("limit")) {
            return std::nullopt;
        }
        std::int64_t count = 0;
        const char* const end = current().text.data() + current().text.size();
        const auto read = std::from_chars(current().text.data(), end, count);
        if (current().kind != TokenKind::number || read.ec != std::errc{} || read.ptr != end) {
            unexpected("a whole number");
        }
        advance();
        return count;
    }

    MeasureSyntax measure_or_expression() {
        MeasureSyntax measure;
        measure.position = current().position;
        const bool is_call =
            current().kind == TokenKind::name && following().is(TokenKind::sign, "(");
        measure.kind = is_call ? aggregate_of(lower(current().text)) : std::nullopt;
        if (!measure.kind || measure.kind == AggregateKind::exists) {
            measure.kind.reset();
            measure.argument = expression();
            return measure;
        }
        advance();
        expect_sign("(");
        if (measure.kind != AggregateKind::count || !at_sign(")")) {
            measure.argument = expression();
        }
        expect_sign(")");
        return measure;
    }

    ColumnOrderSyntax column_order() {
        ColumnOrderSyntax order;
        order.position = current().position;
        if (current().kind == TokenKind::number) {
            const std::string_view text = current().text;
            std::from_chars(text.data(), text.data() + text.size(), order.number);
            advance();
        } else {
            order.column = measure_or_expression();
        }
        order.is_descending = direction();
        return order;
    }
};

}  // namespace crmkit::expr::detail
