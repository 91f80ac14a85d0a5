/// `is_served`: whether a query's order is that of an index.
#pragma once

#include <algorithm>
#include <vector>

#include "crmkit/expr/expression.hpp"
#include "crmkit/schema/index_fields.hpp"

namespace crmkit::expr {

namespace detail {

/// The field of the record itself that a node is; null for anything else.
inline const Field* own_field(const Node& node) {
    const bool is_own =
        node.kind == NodeKind::path && node.path.levels == 0 && node.path.steps.size() == 1;
    return is_own ? node.path.steps.front().first.field : nullptr;
}

/// Adds the fields that have one value in all records that match.
inline void add_fixed_fields(const Node& condition, std::vector<const Field*>& fixed) {
    const auto& operands = condition.operands;
    if (condition.kind == NodeKind::logical_and) {
        for (const NodePointer& operand : operands) {
            add_fixed_fields(*operand, fixed);
        }
    } else if (condition.kind == NodeKind::equal) {
        for (const std::size_t side : {0U, 1U}) {
            const Field* const field = own_field(*operands[side]);
            if (field != nullptr && operands[1 - side]->is_constant) {
                fixed.push_back(field);
            }
        }
    }
}

/// Whether an index holds the values of a type in the order that `order by` gives them.
inline bool is_in_index_order(const Type& type) {
    return type.kind != TypeKind::enumeration && !type.is_pair();
}

/// Whether records with the `fixed` fields lie in the order of `keys`, and then of their ids, in an
/// index of these fields.
inline bool is_served_by(const std::vector<const Field*>& index,
                         const std::vector<const Field*>& fixed,
                         const std::vector<const Field*>& keys) {
    auto next = keys.begin();
    for (const Field* field : index) {
        if (next != keys.end() && *next == field) {
            ++next;
        } else if (std::find(fixed.begin(), fixed.end(), field) == fixed.end()) {
            return false;
        }
    }
    return next == keys.end();
}

}  // namespace detail

/// Whether an index of the entity has the records of a query in its order, so that a page of them
/// can be read without reading and sorting all that match. The order of the ids is always served.
inline bool is_served(const Query& query) {
    std::vector<const Field*> fixed;
    if (query.filter) {
        detail::add_fixed_fields(query.filter.root(), fixed);
    }
    std::vector<const Field*> keys;
    for (const OrderTerm& term : query.order) {
        const Field* const field = detail::own_field(term.value.root());
        const bool is_fixed = std::find(fixed.begin(), fixed.end(), field) != fixed.end();
        if (is_fixed && field->id != header::id) {
            continue;
        }
        if (field == nullptr || !detail::is_in_index_order(term.value.type()) ||
            term.is_descending != query.order.back().is_descending) {
            return false;
        }
        if (field->id != header::id) {
            keys.push_back(field);
        }
    }
    if (keys.empty()) {
        return true;
    }
    const Entity& entity = *query.entity;
    const auto serves = [&](const Index& index) {
        return !is_sparse(entity, index) &&
               detail::is_served_by(index_fields(entity, index), fixed, keys);
    };
    return std::any_of(entity.indexes.begin(), entity.indexes.end(), serves) ||
           (keys.size() == 1 && keys.front()->is_unique);
}

}  // namespace crmkit::expr
