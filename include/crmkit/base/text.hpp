/// Text: UTF-8 checking, the one search normal form, words, patterns and nearest names.
///
/// A text is UTF-8 in a std::string or std::string_view. Functions that take text accept any
/// bytes: none of them throws or reads outside it because it is not well-formed.
#pragma once

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

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
