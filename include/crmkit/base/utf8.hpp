/// UTF-8: checking, characters, white space, and the case of letters.
///
/// A text is UTF-8 in a std::string or std::string_view. Functions that take text accept any
/// bytes: none of them throws or reads outside it because it is not well-formed.
#pragma once

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace crmkit {

namespace detail {

/// Takes the place of what is not UTF-8.
inline constexpr char32_t replacement_character = 0xFFFD;

constexpr std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

/// Bytes of the well-formed UTF-8 sequence at `at` (RFC 3629, section 4); 0 when there is none.
constexpr std::size_t sequence_length(std::string_view text, std::size_t at) {
    const std::uint8_t lead = byte_at(text, at);
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return 0;
    }
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (text.size() - at < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte_at(text, at + i) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    const std::uint8_t second = byte_at(text, at + 1);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool surrogate = lead == 0xED && second >= 0xA0;
    const bool beyond = lead == 0xF4 && second >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

/// The character at `at`, which is moved past it; a byte that is not UTF-8 counts as one U+FFFD.
constexpr char32_t next_character(std::string_view text, std::size_t& at) {
    const std::size_t length = sequence_length(text, at);
    const std::uint8_t lead = byte_at(text, at);
    if (length <= 1) {
        ++at;
        return length == 1 ? char32_t{lead} : replacement_character;
    }
    char32_t character = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        character = (character << 6U) | (byte_at(text, at + i) & 0x3FU);
    }
    at += length;
    return character;
}

/// Appends a character as UTF-8. It must be a Unicode scalar value.
inline void append_character(std::string& out, char32_t character) {
    std::array<utf8proc_uint8_t, 4> bytes;
    const auto length =
        utf8proc_encode_char(static_cast<utf8proc_int32_t>(character), bytes.data());
    out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
}

/// The general category of a character, e.g. UTF8PROC_CATEGORY_LU.
inline utf8proc_category_t category_of(char32_t character) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(character));
}

inline bool is_mark(utf8proc_category_t category) {
    return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

inline bool is_letter_or_mark(utf8proc_category_t category) {
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
}

inline bool is_number(utf8proc_category_t category) {
    return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

/// White space as Unicode's White_Space property has it, and the byte order mark.
constexpr bool is_space(char32_t c) {
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

constexpr bool is_ascii_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

constexpr char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr char ascii_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace detail

/// Where the first byte stands that is not part of well-formed UTF-8 (RFC 3629: no overlong forms,
/// no surrogates, nothing above U+10FFFF); std::string_view::npos when all is well. NUL is valid
/// UTF-8; see contains_nul().
inline std::size_t find_invalid_utf8(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        while (text.size() - at >= sizeof(std::uint64_t)) {
            std::uint64_t block = 0;
            std::memcpy(&block, text.data() + at, sizeof block);
            if ((block & 0x8080808080808080U) != 0) {
                break;
            }
            at += sizeof block;
        }
        if (at == text.size()) {
            break;
        }
        const std::size_t length = detail::sequence_length(text, at);
        if (length == 0) {
            return at;
        }
        at += length;
    }
    return std::string_view::npos;
}

/// Whether the text contains a zero byte, which C hosts would take for its end.
inline bool contains_nul(std::string_view text) noexcept {
    return text.find('\0') != std::string_view::npos;
}

/// How many characters (Unicode code points) the text has; each byte that is not UTF-8 counts one.
inline std::size_t length_in_characters(std::string_view text) noexcept {
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++characters) {
        at += std::max<std::size_t>(detail::sequence_length(text, at), 1);
    }
    return characters;
}

/// The text without the white space at both ends: Unicode's (so also the no-break space that
/// spreadsheets leave behind) and byte order marks. Borrowed from `text`.
inline std::string_view trim(std::string_view text) noexcept {
    while (!text.empty()) {
        std::size_t next = 0;
        if (!detail::is_space(detail::next_character(text, next))) {
            break;
        }
        text.remove_prefix(next);
    }
    while (!text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && text.size() - start < 4 &&
               (detail::byte_at(text, start) & 0xC0U) == 0x80U) {
            --start;
        }
        std::size_t end = start;
        if (!detail::is_space(detail::next_character(text, end)) || end != text.size()) {
            break;
        }
        text.remove_suffix(text.size() - start);
    }
    return text;
}

namespace detail {

/// Each character of a text by its own counterpart of the other case; bytes that are not UTF-8
/// stay.
template <typename OfAscii>
std::string with_case(std::string_view text, OfAscii of_ascii,
                      utf8proc_int32_t (*of_other)(utf8proc_int32_t)) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = sequence_length(text, at);
        if (length <= 1) {
            out += of_ascii(text[at++]);
        } else {
            const auto character = static_cast<utf8proc_int32_t>(next_character(text, at));
            append_character(out, static_cast<char32_t>(of_other(character)));
        }
    }
    return out;
}

}  // namespace detail

/// The text in small letters, each character by itself as Unicode's simple mapping has it, in no
/// language's own way. For finding what people mean, fold() is better.
inline std::string lower_case(std::string_view text) {
    return detail::with_case(text, detail::ascii_lower, utf8proc_tolower);
}

/// The text in capitals, as lower_case().
inline std::string upper_case(std::string_view text) {
    return detail::with_case(text, detail::ascii_upper, utf8proc_toupper);
}

}  // namespace crmkit
