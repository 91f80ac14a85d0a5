/// The strings of JSON text (RFC 8259, section 7): how to write one, and where one needs care.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "crmkit/base/text.hpp"

namespace crmkit {

namespace detail {

/// Whether a byte stands for itself in a JSON string and is a whole character.
constexpr bool is_plain_in_json(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// Whether all eight bytes of a block are plain. Tests each byte for being below n by the borrow of
/// a subtraction (Bit Twiddling Hacks, "Determine if a word has a byte less than n").
constexpr bool is_plain_block_in_json(std::uint64_t block) {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t tops = 0x8080808080808080U;
    const std::uint64_t quote = block ^ (ones * '"');
    const std::uint64_t backslash = block ^ (ones * '\\');
    const std::uint64_t found = ((block - ones * 0x20U) & ~block) | ((quote - ones) & ~quote) |
                                ((backslash - ones) & ~backslash) | block;
    return (found & tops) == 0;
}

/// How many bytes from `at` on are plain in a JSON string.
inline std::size_t plain_run_in_json(std::string_view text, std::size_t at) noexcept {
    const std::size_t start = at;
    while (text.size() - at >= sizeof(std::uint64_t)) {
        std::uint64_t block = 0;
        std::memcpy(&block, text.data() + at, sizeof block);
        if (!is_plain_block_in_json(block)) {
            break;
        }
        at += sizeof block;
    }
    // The last block, overlapping the one before, in place of its bytes one by one.
    const std::size_t left = text.size() - at;
    if (left > 0 && left < sizeof(std::uint64_t) && text.size() - start >= sizeof(std::uint64_t)) {
        std::uint64_t block = 0;
        std::memcpy(&block, text.data() + text.size() - sizeof block, sizeof block);
        if (is_plain_block_in_json(block)) {
            return text.size() - start;
        }
    }
    while (at < text.size() && is_plain_in_json(text[at])) {
        ++at;
    }
    return at - start;
}

/// Appends the escape of a byte that may not stand in a JSON string by itself.
inline void append_json_escape(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += digits[static_cast<unsigned char>(c) >> 4U];
            out += digits[static_cast<unsigned char>(c) & 0x0FU];
            return;
    }
}

/// append_json_string() from the first byte that is not plain on.
inline void append_json_string_slowly(std::string& out, std::string_view text, std::size_t at) {
    std::size_t written = 0;
    while (at < text.size()) {
        const std::size_t length = sequence_length(text, at);
        if (length > 1) {
            at += length;
        } else {
            out.append(text, written, at - written);
            if (length == 0) {
                append_character(out, replacement_character);
            } else {
                append_json_escape(out, text[at]);
            }
            written = ++at;
        }
        at += plain_run_in_json(text, at);
    }
    out.append(text, written, text.size() - written);
}

}  // namespace detail

/// Appends `text` as a JSON string in quotes: controls, quotes and backslashes escaped, each byte
/// that is not UTF-8 replaced by U+FFFD, everything else as it is. `text` must not lie in `out`.
inline void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    const std::size_t plain = detail::plain_run_in_json(text, 0);
    if (plain == text.size()) {
        out.append(text);
    } else {
        detail::append_json_string_slowly(out, text, plain);
    }
    out += '"';
}

}  // namespace crmkit
