/// `expr::Aggregator`: an aggregation computed in memory, record by record.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "crmkit/expr/accumulator.hpp"
#include "crmkit/expr/order.hpp"

namespace crmkit::expr {

namespace detail {

/// The measure arguments whose currencies split each group: those of money, each once.
inline std::vector<const Expression*> currency_splits(const Aggregation& aggregation) {
    std::vector<const Expression*> splits;
    for (const Measure& measure : aggregation.measures) {
        const bool adds_money = measure.argument && measure.kind != AggregateKind::count &&
                                measure.argument.type().kind == TypeKind::money;
        const bool is_known =
            adds_money && std::any_of(splits.begin(), splits.end(), [&](const Expression* known) {
                return *known == measure.argument;
            });
        if (adds_money && !is_known) {
            splits.push_back(&measure.argument);
        }
    }
    return splits;
}

}  // namespace detail

/// Takes records and gives the rows of the result. Borrows the aggregation.
class Aggregator {
  public:
    explicit Aggregator(const Aggregation& aggregation)
        : aggregation_(aggregation),
          splits_(detail::currency_splits(aggregation)),
          groups_(KeyOrder{&aggregation}) {}

    /// Counts a record if it meets the condition. Throws as evaluate() does.
    void add(const RecordView& record, const Context& context) {
        if (!matches(aggregation_.filter, record, context)) {
            return;
        }
        std::vector<Accumulator>& group = this->group(record, context);
        for (std::size_t i = 0; i < group.size(); ++i) {
            const Measure& measure = aggregation_.measures[i];
            if (measure.argument) {
                group[i].add(evaluate(measure.argument, record, context));
            } else {
                group[i].add_record();
            }
        }
    }

    /// The rows so far: measures, then group keys, in the aggregation's order and to its limit.
    /// Without `by`, money measures and records there is one row, of nothing.
    [[nodiscard]] std::vector<std::vector<Value>> rows() const {
        std::vector<std::vector<Value>> rows;
        for (const auto& [key, accumulators] : groups_) {
            rows.push_back(row(key, accumulators));
        }
        if (groups_.empty() && aggregation_.group_by.empty() && splits_.empty()) {
            rows.push_back(row({}, new_group()));
        }
        std::stable_sort(rows.begin(), rows.end(),
                         [this](const auto& a, const auto& b) { return is_before(a, b); });
        if (aggregation_.limit && static_cast<std::uint64_t>(*aggregation_.limit) < rows.size()) {
            rows.resize(static_cast<std::size_t>(*aggregation_.limit));
        }
        return rows;
    }

  private:
    using Key = std::vector<Value>;

    /// By group keys, then by the currencies that split the groups.
    struct KeyOrder {
        const Aggregation* aggregation;

        bool operator()(const Key& a, const Key& b) const {
            for (std::size_t i = 0; i < a.size(); ++i) {
                const Type type = i < aggregation->group_by.size() ? aggregation->group_by[i].type()
                                                                   : Type(TypeKind::text);
                const auto order = compare_for_order(a[i].view(), b[i].view(), type);
                if (order != 0) {
                    return order < 0;
                }
            }
            return false;
        }
    };

    [[nodiscard]] std::vector<Accumulator> new_group() const {
        std::vector<Accumulator> group;
        group.reserve(aggregation_.measures.size());
        for (const Measure& measure : aggregation_.measures) {
            group.emplace_back(measure.kind);
        }
        return group;
    }

    std::vector<Accumulator>& group(const RecordView& record, const Context& context) {
        Key key;
        key.reserve(aggregation_.group_by.size() + splits_.size());
        for (const Expression& by : aggregation_.group_by) {
            key.push_back(evaluate(by, record, context));
        }
        for (const Expression* split : splits_) {
            const Value money = evaluate(*split, record, context);
            key.push_back(money.is_null() ? Value() : Value(money.view().money().currency.code()));
        }
        const auto found = groups_.find(key);
        return found != groups_.end() ? found->second
                                      : groups_.emplace(std::move(key), new_group()).first->second;
    }

    [[nodiscard]] std::vector<Value> row(const Key& key,
                                         const std::vector<Accumulator>& accumulators) const {
        std::vector<Value> row;
        row.reserve(aggregation_.column_count());
        for (const Accumulator& accumulator : accumulators) {
            row.emplace_back(accumulator.result());
        }
        for (std::size_t i = 0; i < aggregation_.group_by.size(); ++i) {
            row.push_back(key[i]);
        }
        return row;
    }

    [[nodiscard]] bool is_before(const std::vector<Value>& a, const std::vector<Value>& b) const {
        for (const ColumnOrder& term : aggregation_.order) {
            const auto order = compare_for_order(a[term.column].view(), b[term.column].view(),
                                                 aggregation_.column_type(term.column));
            if (order != 0) {
                return term.is_descending ? order > 0 : order < 0;
            }
        }
        return false;
    }

    const Aggregation& aggregation_;
    std::vector<const Expression*> splits_;
    std::map<Key, std::vector<Accumulator>, KeyOrder> groups_;
};

}  // namespace crmkit::expr
