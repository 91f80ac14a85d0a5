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

namespace detail {

/// Appends the words of a folded text, a space before each but the very first.
inline void append_words(std::string& found, std::string_view folded) {
    const std::size_t start = found.size();
    found.reserve(start + folded.size() + 1);
    bool in_word = false;
    for (const char c : folded) {
        if (static_cast<unsigned char>(c) >= 0x80) {  // what a letter is takes a closer look
            found.resize(start);
            for_each_word(folded, [&found](std::string_view word) {
                found += found.empty() ? "" : " ";
                found += word;
            });
            return;
        }
        const bool is_inside = is_ascii_alphanumeric(c);
        if (is_inside && !in_word && !found.empty()) {
            found += ' ';
        }
        if (is_inside) {
            found += c;
        }
        in_word = is_inside;
    }
}

}  // namespace detail

/// The folded words of a record's searchable fields, separated by spaces; empty when it has none.
inline std::string search_text(const Entity& entity, const void* object) {
    std::string found;
    std::string folded;
    const auto append = [&found, &folded](std::string_view text) {
        folded.clear();
        fold_into(folded, text);
        detail::append_words(found, folded);
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
