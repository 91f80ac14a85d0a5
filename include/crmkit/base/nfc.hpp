/// Unicode's Normalization Form C: one spelling for texts that look the same.
#pragma once

#include <utf8proc.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/utf8.hpp"

namespace crmkit {

namespace detail {

/// The quick yes of most texts: no character below U+0300 has another form, and none of them
/// composes with the one before it.
constexpr bool is_plainly_nfc(std::string_view text) noexcept {
    constexpr unsigned char first_lead_of_marks = 0xCC;
    bool is_plain = true;
    for (const char c : text) {
        is_plain = is_plain && static_cast<unsigned char>(c) < first_lead_of_marks;
    }
    return is_plain;
}

/// Whether more marks follow each other than any language has. They would be sorted, in a time that
/// grows with the square of their number (UAX #15, section 13, allows the same number).
inline bool has_endless_marks(std::string_view text) {
    constexpr int most_marks = 30;
    int marks = 0;
    for (std::size_t at = 0; at < text.size() && marks <= most_marks;) {
        const char32_t c = next_character(text, at);
        marks = c >= 0x80 && is_mark(category_of(c)) ? marks + 1 : 0;
    }
    return marks > most_marks;
}

}  // namespace detail

/// The text in Normalization Form C (UAX #15), in which letters and their accents are one character
/// where Unicode has one: a name typed on one system and the same name typed on another are then
/// the same bytes. A text that is not UTF-8, or has more than 30 marks in a row, stays as it is.
inline std::string nfc(std::string_view text) {
    if (detail::is_plainly_nfc(text) || find_invalid_utf8(text) != std::string_view::npos ||
        detail::has_endless_marks(text)) {
        return std::string(text);
    }
    constexpr auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto size = static_cast<utf8proc_ssize_t>(text.size());
    const auto count = utf8proc_decompose(bytes, size, nullptr, 0, options);
    // utf8proc_reencode() writes the bytes over the characters, and a NUL behind them.
    std::vector<utf8proc_int32_t> characters(static_cast<std::size_t>(count) + 1);
    utf8proc_decompose(bytes, size, characters.data(), count, options);
    const auto written = utf8proc_reencode(characters.data(), count, options);
    return {reinterpret_cast<const char*>(characters.data()), static_cast<std::size_t>(written)};
}

}  // namespace crmkit
