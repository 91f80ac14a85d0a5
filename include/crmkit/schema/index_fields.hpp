/// `index_fields`: the fields that an entity's indexes and unique keys are made of.
#pragma once

#include <string_view>
#include <vector>

#include "crmkit/base/text.hpp"
#include "crmkit/schema/record.hpp"

namespace crmkit {

/// The fields of an index, in its order. Throws not_found for a name that is none.
inline std::vector<const Field*> index_fields(const Entity& entity, const Index& index) {
    std::vector<const Field*> fields;
    std::string_view rest = index.fields;
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        fields.push_back(&field_of(entity, trim(rest.substr(0, comma))));
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
    return fields;
}

/// Whether an index leaves out the records that have nothing in its field: it serves look-ups only,
/// and no order.
inline bool is_sparse(const Entity& entity, const Index& index) {
    const Field* const field = entity.find(index.fields);
    return field != nullptr && !index.is_unique && field->is_nullable() && !field->is_required &&
           (!field->target.empty() || !field->normal_form_of.empty());
}

/// The keys that no two live records of an entity have in common, unless a part of it is null:
/// unique fields first, then unique indexes.
inline std::vector<std::vector<const Field*>> unique_keys(const Entity& entity) {
    std::vector<std::vector<const Field*>> keys;
    for (const Field& field : entity.fields) {
        if (field.is_unique) {
            keys.push_back({&field});
        }
    }
    for (const Index& index : entity.indexes) {
        if (index.is_unique) {
            keys.push_back(index_fields(entity, index));
        }
    }
    return keys;
}

}  // namespace crmkit
