/// What full-text search finds a record by.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "crmkit/base/text.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// Whether full-text search knows records of the entity: it has searchable fields.
inline bool is_searchable(const Entity& entity) { return !entity.searchable.empty(); }

namespace detail {

/// Appends the words of a folded text, a space before each but the very first.
inline void append_words_of_folded(std::string& found, std::string_view folded) {
    for_each_word(folded, [&found](std::string_view word) {
        found += found.empty() ? "" : " ";
        found += word;
    });
}

/// What a byte of ASCII is in a word: itself in lower case, 0 between words.
consteval std::array<char, 128> make_word_bytes() {
    std::array<char, 128> bytes{};
    for (std::size_t c = 0; c < bytes.size(); ++c) {
        const char byte = static_cast<char>(c);
        bytes[c] = is_ascii_alphanumeric(byte) ? ascii_lower(byte) : '\0';
    }
    return bytes;
}
inline constexpr std::array<char, 128> word_bytes = make_word_bytes();

/// Appends the words of a text, folded, a space before each but the very first. ASCII, of which
/// most texts are, is folded and split in one go.
inline void append_words(std::string& found, std::string_view text) {
    const std::size_t start = found.size();
    found.resize(start + text.size() + 1);
    char* to = found.data() + start;
    bool in_word = false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) {
            found.resize(start);
            append_words_of_folded(found, fold(text));
            return;
        }
        const char inside = word_bytes[byte];
        if (inside != '\0') {
            if (!in_word && to != found.data()) {
                *to++ = ' ';
            }
            *to++ = inside;
        }
        in_word = inside != '\0';
    }
    found.resize(static_cast<std::size_t>(to - found.data()));
}

}  // namespace detail

/// search_text() of a record whose values `value_of(const Field&)` gives.
template <typename ValueOf>
std::string search_text_of(const Entity& entity, ValueOf value_of) {
    constexpr std::size_t usual_size = 128;
    std::string found;
    found.reserve(usual_size);
    for (const Field* field : entity.searchable) {
        const ValueView value = value_of(*field);
        detail::append_words(found, value.text());
        for (const std::string& item : value.list()) {
            detail::append_words(found, item);
        }
    }
    return found;
}

/// The folded words of a record's searchable fields, separated by spaces; empty when it has none.
inline std::string search_text(const Entity& entity, const void* object) {
    return search_text_of(entity, [object](const Field& field) { return field.get(object); });
}

}  // namespace crmkit
