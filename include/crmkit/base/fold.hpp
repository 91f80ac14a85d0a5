/// The one search normal form of texts.
#pragma once

#include <utf8proc.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crmkit/base/utf8.hpp"

namespace crmkit {

namespace detail {

/// Lower case of each ASCII byte, 0 where the search form has a gap (white space and controls).
consteval std::array<char, 128> make_ascii_folds() {
    std::array<char, 128> folds{};
    for (std::size_t c = 0x21; c < 0x7F; ++c) {
        folds[c] = ascii_lower(static_cast<char>(c));
    }
    return folds;
}
inline constexpr std::array<char, 128> ascii_folds = make_ascii_folds();

/// Marks that the search form drops: accents of alphabets, vowel points of Hebrew and Arabic, the
/// Arabic elongation. The marks of Indic and Thai scripts and of kana stay: there they are letters.
constexpr bool is_dropped_mark(char32_t c) {
    if (c < 0x0300) {
        return false;
    }
    return c <= 0x036F || (c >= 0x0483 && c <= 0x0489) ||
           (c >= 0x0591 && c <= 0x05C7 && c != 0x05BE && c != 0x05C0 && c != 0x05C3 &&
            c != 0x05C6) ||
           (c >= 0x0610 && c <= 0x061A) || c == 0x0640 || (c >= 0x064B && c <= 0x065F) ||
           c == 0x0670 ||
           (c >= 0x06D6 && c <= 0x06ED && c != 0x06DD && c != 0x06DE && c != 0x06E5 &&
            c != 0x06E6 && c != 0x06E9) ||
           (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) ||
           (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE20 && c <= 0xFE2F);
}

/// What people type on a keyboard for a letter, apostrophe or dash that has no decomposition in
/// Unicode; empty for every other character.
constexpr std::string_view plain_spelling(char32_t c) {
    switch (c) {
        case 0x00E6:
            return "ae";
        case 0x00F0:
        case 0x0111:
            return "d";
        case 0x00F8:
            return "o";
        case 0x00FE:
            return "th";
        case 0x0127:
            return "h";
        case 0x0131:
            return "i";
        case 0x0142:
            return "l";
        case 0x014B:
            return "n";
        case 0x0153:
            return "oe";
        case 0x0167:
            return "t";
        case 0x02B9:
        case 0x02BB:
        case 0x02BC:
        case 0x2018:
        case 0x2019:
        case 0x201B:
        case 0x2032:
            return "'";
        case 0x2010:
        case 0x2012:
        case 0x2013:
        case 0x2014:
        case 0x2015:
        case 0x2212:
            return "-";
        default:
            return {};
    }
}

/// What utf8proc does to each character before it decomposes it: a mark that would be dropped later
/// becomes one that UTF8PROC_IGNORE drops now, and the acute accent as a character of its own an
/// apostrophe, which people mean by it, instead of a space with an accent.
inline utf8proc_int32_t before_decomposition(utf8proc_int32_t c, void* /*unused*/) {
    constexpr utf8proc_int32_t zero_width_space = 0x200B;
    constexpr utf8proc_int32_t acute_accent = 0x00B4;
    return is_dropped_mark(static_cast<char32_t>(c)) ? zero_width_space
           : c == acute_accent                       ? '\''
                                                     : c;
}

/// The text with each byte that is not UTF-8 replaced by U+FFFD.
inline std::string with_replacements(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 16);
    for (std::size_t at = 0; at < text.size();) {
        append_character(out, next_character(text, at));
    }
    return out;
}

/// Folds a well-formed text piece by piece. A piece is short, so that it fits on the stack and so
/// that a hostile run of a million marks cannot make the sorting of marks take quadratic time.
class Folder {
  public:
    explicit Folder(std::string& out) : out_(out), start_(out.size()) {}

    void append(std::string_view text) {
        while (!text.empty()) {
            const std::size_t size = piece_size(text);
            append_piece(text.substr(0, size));
            text.remove_prefix(size);
        }
    }

  private:
    static constexpr std::size_t longest_piece = 128;  ///< bytes
    /// Characters per byte: the three bytes of U+FDFA give eighteen, and no other gives more.
    static constexpr std::size_t longest_decomposition = 6;
    /// No character below ever composes with the one before it once the marks are dropped.
    static constexpr utf8proc_int32_t first_composing = 0x0900;

    /// Bytes of the next piece. It ends before a character that composes with none before it; only
    /// inside a longer run of marks than any language has, it ends anywhere.
    static std::size_t piece_size(std::string_view text) {
        if (text.size() <= longest_piece) {
            return text.size();
        }
        std::size_t forced = longest_piece;
        while ((byte_at(text, forced) & 0xC0U) == 0x80U) {
            --forced;
        }
        for (std::size_t end = forced; end > 0; --end) {
            std::size_t next = end;
            const bool boundary = (byte_at(text, end) & 0xC0U) != 0x80U;
            if (boundary && starts_piece(next_character(text, next))) {
                return end;
            }
        }
        return forced;
    }

    static bool starts_piece(char32_t c) {
        const bool trailing_jamo = c >= 0x1160 && c <= 0x11FF;
        return c < 0x80 || (!trailing_jamo && !is_mark(category_of(c)));
    }

    void append_piece(std::string_view piece) {
        std::array<utf8proc_int32_t, longest_piece * longest_decomposition> buffer;
        const auto decomposed = utf8proc_decompose_custom(
            reinterpret_cast<const utf8proc_uint8_t*>(piece.data()),
            static_cast<utf8proc_ssize_t>(piece.size()), buffer.data(),
            static_cast<utf8proc_ssize_t>(buffer.size()),
            static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                                           UTF8PROC_CASEFOLD | UTF8PROC_IGNORE),
            before_decomposition, nullptr);
        bool composes = false;
        std::size_t size = 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(decomposed); ++i) {
            if (!is_dropped_mark(static_cast<char32_t>(buffer[i]))) {
                composes = composes || buffer[i] >= first_composing;
                buffer[size++] = buffer[i];
            }
        }
        if (composes) {
            size = static_cast<std::size_t>(utf8proc_normalize_utf32(
                buffer.data(), static_cast<utf8proc_ssize_t>(size),
                static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE)));
        }
        for (std::size_t i = 0; i < size; ++i) {
            append_folded(static_cast<char32_t>(buffer[i]));
        }
    }

    void append_folded(char32_t c) {
        const bool gap = c < 0x80 ? ascii_folds[c] == '\0' : c < 0xA0 || is_space(c);
        if (gap) {
            gap_ = true;
            return;
        }
        if (gap_ && out_.size() > start_) {
            out_ += ' ';
        }
        gap_ = false;
        if (c < 0x80) {
            out_ += ascii_folds[c];
        } else if (const std::string_view plain = plain_spelling(c); !plain.empty()) {
            out_ += plain;
        } else {
            append_character(out_, c);
        }
    }

    std::string& out_;
    std::size_t start_;
    bool gap_ = false;
};

/// The folds of the letters of European names, U+00C0 to U+017F, which have two bytes each: what
/// Folder makes of each by itself, which is also what it makes of it beside others and ASCII, since
/// a fold of these is a base letter or two and nothing that composes.
class LatinFolds {
  public:
    static constexpr unsigned char first_lead = 0xC3;
    static constexpr unsigned char last_lead = 0xC5;

    LatinFolds() {
        for (std::size_t i = 0; i < folds_.size(); ++i) {
            std::string text;
            append_character(text, first + static_cast<char32_t>(i));
            std::string folded;
            Folder(folded).append(text);
            folds_[i].size = static_cast<std::uint8_t>(folded.copy(folds_[i].bytes, longest));
        }
    }
    /// The fold of the letter with these two bytes; at most as long as longest.
    [[nodiscard]] std::string_view of(unsigned char lead, unsigned char trail) const {
        const Fold& fold = folds_[((lead & 0x1FU) << 6U) + (trail & 0x3FU) - first];
        return {fold.bytes, fold.size};
    }
    static constexpr std::size_t longest = 3;

    static const LatinFolds& instance() {
        static const LatinFolds folds;
        return folds;
    }

  private:
    static constexpr char32_t first = 0xC0;
    struct Fold {
        std::uint8_t size = 0;
        char bytes[longest] = {};
    };
    std::array<Fold, 0x180 - first> folds_{};
};

/// fold_into() for any text, by the general way.
inline void fold_slowly(std::string& out, std::string_view text) {
    if (find_invalid_utf8(text) == std::string_view::npos) {
        Folder(out).append(text);
    } else {
        Folder(out).append(with_replacements(text));
    }
}

constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace detail

/// Appends the search normal form of `text` to `out`; see fold(). `text` must not lie in `out`.
inline void fold_into(std::string& out, std::string_view text) {
    using detail::LatinFolds;
    const std::size_t start = out.size();
    out.resize(start + text.size() + text.size() / 2 + 1);  // two bytes can become three
    char* const begin = out.data() + start;
    char* to = begin;
    bool gap = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            const char folded = detail::ascii_folds[byte];
            if (folded == '\0') {
                gap = true;
                continue;
            }
            if (gap && to != begin) {
                *to++ = ' ';
            }
            gap = false;
            *to++ = folded;
            continue;
        }
        const bool is_latin = byte >= LatinFolds::first_lead && byte <= LatinFolds::last_lead &&
                              i + 1 < text.size() && detail::is_continuation(text[i + 1]);
        if (!is_latin) {
            out.resize(start);
            detail::fold_slowly(out, text);
            return;
        }
        if (gap && to != begin) {
            *to++ = ' ';
        }
        gap = false;
        const std::string_view folded =
            LatinFolds::instance().of(byte, static_cast<unsigned char>(text[++i]));
        to += folded.copy(to, LatinFolds::longest);
    }
    out.resize(start + static_cast<std::size_t>(to - begin));
}

/// The one search normal form of the library: two texts are the same to a person looking for one of
/// them exactly when their folds are equal.
///
/// Unicode compatibility composition (NFKC) with full case folding (ß is ss), without accents and
/// vowel points, with ø, đ, ł, æ, … and typographic apostrophes and dashes as typed on a keyboard,
/// invisible characters dropped, white space and controls collapsed to single spaces and trimmed.
/// Bytes that are not UTF-8 become U+FFFD. Folding a folded text changes nothing.
inline std::string fold(std::string_view text) {
    std::string out;
    fold_into(out, text);
    return out;
}

}  // namespace crmkit
