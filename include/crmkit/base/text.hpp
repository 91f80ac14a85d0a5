/// Text: words, patterns, replacement and nearest names; UTF-8 and the search form are in headers
/// of their own, which come with this one.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/fold.hpp"
#include "crmkit/base/utf8.hpp"

namespace crmkit {

/// Calls `visit(std::string_view)` for each word of a folded text, in order: the longest runs of
/// letters, marks and digits. The views are borrowed from `folded`.
template <class Visitor>
void for_each_word(std::string_view folded, Visitor&& visit) {
    std::size_t word = std::string_view::npos;
    for (std::size_t at = 0; at < folded.size();) {
        const std::size_t here = at;
        const char32_t c = detail::next_character(folded, at);
        bool inside = c < 0x80 && detail::is_ascii_alphanumeric(static_cast<char>(c));
        if (c >= 0x80) {
            const utf8proc_category_t category = detail::category_of(c);
            inside = detail::is_letter_or_mark(category) || detail::is_number(category);
        }
        if (inside && word == std::string_view::npos) {
            word = here;
        } else if (!inside && word != std::string_view::npos) {
            visit(folded.substr(word, here - word));
            word = std::string_view::npos;
        }
    }
    if (word != std::string_view::npos) {
        visit(folded.substr(word));
    }
}

/// The words of a folded text, see for_each_word(). Borrowed from `folded`.
inline std::vector<std::string_view> words(std::string_view folded) {
    std::vector<std::string_view> found;
    for_each_word(folded, [&found](std::string_view word) { found.push_back(word); });
    return found;
}
/// Not of a temporary text: the words would be gone with it.
template <std::same_as<std::string> Temporary>
std::vector<std::string_view> words(Temporary&& folded) = delete;

/// Whether the fold of `text` starts with the fold of `beginning`.
inline bool starts_with_folded(std::string_view text, std::string_view beginning) {
    return fold(text).starts_with(fold(beginning));
}

/// Whether the fold of `text` contains the fold of `part`.
inline bool contains_folded(std::string_view text, std::string_view part) {
    return fold(text).find(fold(part)) != std::string::npos;
}

/// SQL's LIKE: whether the whole of `text` matches `pattern`, where % is any run of characters, _
/// any one character, and \ makes the character after it literal. Compares bytes: fold both sides
/// first for a match without regard to case and accents (fold() keeps %, _ and \ as they are).
///
/// Time is at most the product of both lengths, and close to their sum for real patterns: only the
/// last % seen is ever retried, which is enough because an earlier one has already matched its
/// shortest run.
inline bool like(std::string_view pattern, std::string_view text) noexcept {
    constexpr std::size_t none = std::string_view::npos;
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t retry_pattern = none;
    std::size_t retry_text = 0;
    const auto step = [text](std::size_t at) {
        return at + std::max<std::size_t>(detail::sequence_length(text, at), 1);
    };
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '%') {
            retry_pattern = ++p;
            retry_text = t;
            continue;
        }
        if (p < pattern.size() && pattern[p] == '_') {
            ++p;
            t = step(t);
            continue;
        }
        const std::size_t escape =
            p + 1 < pattern.size() && pattern[p] == '\\' ? std::size_t{1} : std::size_t{0};
        if (p < pattern.size() && pattern[p + escape] == text[t]) {
            p += escape + 1;
            ++t;
            continue;
        }
        if (retry_pattern == none) {
            return false;
        }
        if (retry_pattern == pattern.size()) {
            return true;
        }
        p = retry_pattern;
        retry_text = step(retry_text);
        if (pattern[p] != '%' && pattern[p] != '_' && pattern[p] != '\\') {
            retry_text = text.find(pattern[p], retry_text);
            if (retry_text == none) {
                return false;
            }
        }
        t = retry_text;
    }
    return pattern.find_first_not_of('%', p) == none;
}

namespace detail {

/// Names longer than this are not compared; nobody mistypes them by a letter or two.
inline constexpr std::size_t longest_compared_name = 64;

/// How many insertions, deletions, changes and swaps of neighbours turn a into b (optimal string
/// alignment: Damerau 1964 with Levenshtein's recurrence), without regard to ASCII case.
inline std::size_t edit_distance(std::string_view a, std::string_view b) noexcept {
    using Row = std::array<std::size_t, longest_compared_name + 1>;
    Row before{};
    Row above{};
    Row row{};
    for (std::size_t j = 0; j <= b.size(); ++j) {
        above[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const char left = ascii_lower(a[i - 1]);
            const char right = ascii_lower(b[j - 1]);
            row[j] =
                std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (left == right ? 0U : 1U)});
            if (i > 1 && j > 1 && left == ascii_lower(b[j - 2]) && ascii_lower(a[i - 2]) == right) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
    }
    return above[b.size()];
}

}  // namespace detail

/// The candidate that `name` is most likely a misspelling of, for error messages: the first at the
/// smallest edit distance, which may be a third of the name's length; empty when nothing is near.
/// `candidates` is any range of texts; the result is borrowed from it.
template <class Candidates>
std::string_view nearest(std::string_view name, const Candidates& candidates) {
    if (name.empty() || name.size() > detail::longest_compared_name) {
        return {};
    }
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(name.size() / 3, 1) + 1;
    for (const auto& candidate : candidates) {
        const std::string_view text(candidate);
        if (text.empty() || text.size() > name.size() + best_distance ||
            name.size() > text.size() + best_distance ||
            text.size() > detail::longest_compared_name) {
            continue;
        }
        const std::size_t distance = detail::edit_distance(name, text);
        if (distance < best_distance && distance < std::max(name.size(), text.size())) {
            best = text;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace crmkit
