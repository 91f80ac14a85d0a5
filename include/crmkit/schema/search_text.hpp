/// What full-text search finds a record by.
#pragma once

#include <algorithm>
#include <string>

#include "crmkit/base/text.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// Whether full-text search knows records of the entity: it has searchable fields.
inline bool is_searchable(const Entity& entity) {
    return std::any_of(entity.fields.begin(), entity.fields.end(),
                       [](const Field& field) { return field.is_searchable; });
}

/// The folded words of a record's searchable fields, separated by spaces; empty when it has none.
inline std::string search_text(const Entity& entity, const void* object) {
    std::string found;
    std::string folded;
    const auto append = [&found, &folded](std::string_view text) {
        folded.clear();
        fold_into(folded, text);
        for_each_word(folded, [&found](std::string_view word) {
            found += found.empty() ? "" : " ";
            found += word;
        });
    };
    for (const Field& field : entity.fields) {
        if (!field.is_searchable) {
            continue;
        }
        const ValueView value = field.native->get(field.member(object));
        append(value.text());
        for (const std::string& item : value.list()) {
            append(item);
        }
    }
    return found;
}

}  // namespace crmkit
