/// The order of query results: comparing sort keys, and going on behind a record already seen.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <span>
#include <vector>

#include "crmkit/expr/evaluator.hpp"

namespace crmkit::expr {

namespace detail {

/// The place of a label among those of its type, from 0; -1 for null.
inline std::ptrdiff_t rank_of(const ValueView& label, const Type& type) {
    const auto found = std::find(type.labels.begin(), type.labels.end(), label.text());
    return label.is_null() || found == type.labels.end() ? -1 : found - type.labels.begin();
}

inline std::strong_ordering compare_money_keys(const Money& a, const Money& b) {
    const int code = a.currency.code().compare(b.currency.code());
    return code != 0 ? code <=> 0 : a.minor_units <=> b.minor_units;
}

}  // namespace detail

/// How two values of a type are sorted: nulls first, enumerations in declared order, money by
/// currency code and then amount, polymorphic references by entity number and then id, texts by
/// their bytes, false before true.
inline std::strong_ordering compare_for_order(const ValueView& a, const ValueView& b,
                                              const Type& type) {
    if (a.is_null() || b.is_null()) {
        return !a.is_null() <=> !b.is_null();
    }
    if (type.kind == TypeKind::enumeration) {
        return detail::rank_of(a, type) <=> detail::rank_of(b, type);
    }
    if (type.kind == TypeKind::money) {
        return detail::compare_money_keys(a.money(), b.money());
    }
    return compare(a, b).value_or(std::strong_ordering::equal);
}

/// The values of a query's sort keys for a record; the last is its id. Throws as evaluate() does.
inline std::vector<Value> keys_of(const Query& query, const RecordView& record,
                                  const Context& context) {
    std::vector<Value> keys;
    keys.reserve(query.order.size());
    for (const OrderTerm& term : query.order) {
        keys.push_back(evaluate(term.value, record, context));
    }
    return keys;
}

/// Which of two records, given by their keys_of() the query, comes first.
inline std::strong_ordering compare_keys(const Query& query, std::span<const Value> a,
                                         std::span<const Value> b) {
    for (std::size_t i = 0; i < query.order.size(); ++i) {
        const OrderTerm& term = query.order[i];
        const auto order = compare_for_order(a[i].view(), b[i].view(), term.value.type());
        if (order != 0) {
            return term.is_descending ? detail::reversed(order) : order;
        }
    }
    return std::strong_ordering::equal;
}

/// Whether a record comes after the one that had the keys `after`: the condition of the next page.
/// Throws as evaluate() does.
inline bool is_after(const Query& query, const RecordView& record, std::span<const Value> after,
                     const Context& context) {
    return compare_keys(query, keys_of(query, record, context), after) > 0;
}

}  // namespace crmkit::expr
