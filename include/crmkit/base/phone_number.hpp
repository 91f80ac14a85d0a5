/// `DialNumber`: telephone numbers as people write them, brought into the one form of ITU-T E.164.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crmkit/base/phone_region.hpp"
#include "crmkit/base/text.hpp"

namespace crmkit {

/// A telephone number that anybody can dial from anywhere.
struct DialNumber {
    std::string e164;       ///< "+" and digits only: "+4930123456"; equal for the same line
    std::string extension;  ///< digits dialled after the connection; empty for none
    /// Whether numbers of this length exist under the calling code. False tells of a missing or
    /// surplus digit; true does not tell that somebody answers.
    bool possible = false;

    friend bool operator==(const DialNumber&, const DialNumber&) = default;
};

namespace detail {

/// A short text in a fixed buffer, so that normalising allocates nothing but its result.
class PhoneText {
  public:
    static constexpr std::size_t capacity = 256;

    PhoneText() = default;
    [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }
    /// False when the buffer is full.
    bool append(char c) {
        if (size_ == capacity) {
            return false;
        }
        bytes_[size_++] = c;
        return true;
    }
    bool append(std::string_view text) {
        for (const char c : text) {
            if (!append(c)) {
                return false;
            }
        }
        return true;
    }

  private:
    std::array<char, capacity> bytes_;  // only the first size_ are ever read
    std::size_t size_ = 0;
};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower_letter(char c) { return c >= 'a' && c <= 'z'; }

constexpr bool is_phone_punctuation(char c) {
    return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '/' || c == '[' ||
           c == ']' || c == '~' || c == '*' || c == 'x';
}

/// The zeros of the scripts that write numbers with own decimal digits, in Unicode's order.
inline constexpr char32_t digit_zeros[] = {
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0};

/// Stands for a letter that no telephone has on its keys.
inline constexpr char foreign_letter = '\x03';

/// Stands for a word for "extension" in other letters; as letters it could become vanity digits.
inline constexpr char extension_sign = '\x02';

/// What a character beyond ASCII means in a telephone number: an ASCII character, 0 for nothing at
/// all, "?" for something that does not belong there.
inline char phone_character(char32_t c) {
    if (c >= 0xFF01 && c <= 0xFF5E) {  // full-width forms
        return ascii_lower(static_cast<char>(c - 0xFEE0));
    }
    if (is_space(c)) {
        return ' ';
    }
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x30FC) {
        return '-';
    }
    if (c == 0x2053 || c == 0x223C || c == 0x301C) {
        return '~';
    }
    if (c == 0x00D3 || c == 0x00F3) {  // extensión
        return 'o';
    }
    for (const char32_t zero : digit_zeros) {
        if (c >= zero && c < zero + 10) {
            return static_cast<char>('0' + (c - zero));
        }
    }
    const utf8proc_category_t category = category_of(c);
    if (is_letter_or_mark(category)) {
        return c == 0x0301 ? '\0' : foreign_letter;  // the accent of a decomposed "extensión"
    }
    return category == UTF8PROC_CATEGORY_CF ? '\0' : '?';
}

/// The text in ASCII and lower case, full-width and other digits as ASCII ones, invisible
/// characters dropped. False when it is longer than any telephone number.
inline bool read_phone_text(std::string_view raw, PhoneText& out) {
    constexpr std::string_view russian_extension[] = {"доб", "Доб", "ДОБ"};
    if (raw.size() > 4 * PhoneText::capacity) {
        return false;
    }
    for (std::size_t at = 0; at < raw.size();) {
        if (byte_at(raw, at) < 0x80) {
            const char c = raw[at++];
            const bool control = c < 0x20 || c == 0x7F;
            const bool space = c >= '\t' && c <= '\r';
            if (!out.append(space ? ' ' : control ? '?' : ascii_lower(c))) {
                return false;
            }
            continue;
        }
        bool is_extension = false;
        for (const std::string_view word : russian_extension) {
            is_extension = is_extension || raw.substr(at).starts_with(word);
        }
        if (is_extension) {
            at += russian_extension[0].size();
            if (!out.append(extension_sign)) {
                return false;
            }
            continue;
        }
        const char c = phone_character(next_character(raw, at));
        if (c != '\0' && !out.append(c)) {
            return false;
        }
    }
    return true;
}

/// The part of the text that is the number: from the first digit or plus to the last digit, letter
/// or #, and only the first of two numbers such as "555 0100 x12 / x13".
inline std::string_view extract_number(std::string_view text) {
    while (!text.empty() && !is_digit(text.front()) && text.front() != '+') {
        text.remove_prefix(1);
    }
    while (!text.empty() && !is_digit(text.back()) && !is_lower_letter(text.back()) &&
           text.back() != '#' && text.back() != foreign_letter) {
        text.remove_suffix(1);
    }
    for (std::size_t slash = text.find_first_of("/\\"); slash != std::string_view::npos;
         slash = text.find_first_of("/\\", slash + 1)) {
        const std::size_t next = text.find_first_not_of(' ', slash + 1);
        if (next != std::string_view::npos && text[next] == 'x') {
            return text.substr(0, text.find_last_not_of(' ', slash - 1) + 1);
        }
    }
    return text;
}

/// The number of a tel: URI (RFC 3966) or of any other text, with the digits of a global
/// phone-context before a local number and without a subaddress. Borrowed from `text` or `joined`.
inline std::string_view find_number(std::string_view text, PhoneText& joined) {
    constexpr std::string_view context_label = ";phone-context=";
    const std::size_t label = text.find(context_label);
    std::string_view number;
    if (label == std::string_view::npos) {
        number = extract_number(text);
    } else {
        std::string_view context = text.substr(label + context_label.size());
        context = context.substr(0, context.find(';'));
        if (context.starts_with('+')) {
            joined.append(context);
        }
        const std::size_t scheme = text.substr(0, label).find("tel:");
        const std::size_t start = scheme == std::string_view::npos ? 0 : scheme + 4;
        joined.append(text.substr(start, label - start));
        number = joined.view();
    }
    return number.substr(0, number.find(";isub="));
}

/// Whether a text without extension looks like a number: two digits, or at least three among
/// punctuation, with letters only after the third digit (1800 FLOWERS).
inline bool looks_like_number(std::string_view text) {
    if (text.size() == 2 && is_digit(text[0]) && is_digit(text[1])) {
        return true;
    }
    text.remove_prefix(std::min(text.find_first_not_of('+'), text.size()));
    int digits = 0;
    for (const char c : text) {
        if (is_digit(c)) {
            ++digits;
        } else if (!is_phone_punctuation(c) &&
                   (digits < 3 || (!is_lower_letter(c) && c != foreign_letter))) {
            return false;
        }
    }
    return digits >= 3;
}

constexpr bool is_extension_gap(char c) { return c == ' ' || c == ',' || c == '-'; }

/// Takes what announces an extension off the end of `before`: "ext", "extension", "xtn", "anexo",
/// "x", "#", "~", "int", ";", and gives the most digits an extension may have after it; 0 when
/// nothing of that kind is there. The vaguer the sign, the fewer digits it is believed.
inline std::size_t take_extension_label(std::string_view& before) {
    const auto take = [&before](std::string_view label) {
        const bool there = before.ends_with(label);
        before.remove_suffix(there ? label.size() : 0);
        return there;
    };
    if (take(";ext=") || take("anexo") || take({&extension_sign, 1})) {
        return 20;
    }
    const std::string_view all = before;
    take("n");
    if (!take("ensio")) {
        take("ensi");
    }
    if (take("xt")) {
        take("e");
        return 20;
    }
    before = all;
    if (take("int") || take("x") || take("#") || take("~")) {
        return 9;
    }
    return take(";") ? 15 : 0;
}

/// Splits "03 331 6005 ext. 12" into number and extension; false when there is no extension.
inline bool split_extension(std::string_view text, std::string_view& number,
                            std::string_view& extension) {
    const bool hash = text.ends_with('#');
    const std::size_t end = text.size() - (hash ? 1 : 0);
    std::size_t first = end;
    while (first > 0 && is_digit(text[first - 1])) {
        --first;
    }
    const std::size_t digits = end - first;
    if (digits == 0) {
        return false;
    }
    std::size_t gap_start = first;
    while (gap_start > 0 && is_extension_gap(text[gap_start - 1])) {
        --gap_start;
    }
    const std::string_view gap = text.substr(gap_start, first - gap_start);
    std::string_view before = text.substr(0, gap_start);
    if (before.ends_with(':') || before.ends_with('.')) {
        before.remove_suffix(1);
    }
    std::size_t most_digits = take_extension_label(before);
    if (digits > most_digits) {
        before = text.substr(0, gap_start);
        const bool only_hash = hash && !gap.empty() && gap.find(',') == std::string_view::npos;
        most_digits = gap.find(",,") != std::string_view::npos  ? 15
                      : gap.find(',') != std::string_view::npos ? 9
                      : only_hash                               ? 6
                                                                : 0;
    }
    while (before.ends_with(' ') || before.ends_with(',')) {
        before.remove_suffix(1);
    }
    if (digits > most_digits || !looks_like_number(before)) {
        return false;
    }
    number = before;
    extension = text.substr(first, digits);
    return true;
}

/// Digits that can grow at the front by an area code and lose a prefix.
class PhoneDigits {
  public:
    /// An international prefix, a calling code, a trunk prefix and a national number fit amply.
    static constexpr std::size_t capacity = 40;

    PhoneDigits() = default;
    [[nodiscard]] std::string_view view() const { return {bytes_.data() + begin_, end_ - begin_}; }
    bool append(char digit) {
        if (end_ == bytes_.size()) {
            return false;
        }
        bytes_[end_++] = digit;
        return true;
    }
    void remove_prefix(std::size_t count) { begin_ += count; }
    /// At most `room` digits over the life of the object.
    void prepend(std::string_view digits) {
        begin_ -= digits.size();
        digits.copy(bytes_.data() + begin_, digits.size());
    }
    void erase(std::size_t at, std::size_t count) {
        char* const from = bytes_.data() + begin_ + at;
        std::copy(from + count, bytes_.data() + end_, from);
        end_ -= count;
    }

  private:
    static constexpr std::size_t room = 8;  ///< the longest area code has four digits

    std::array<char, capacity + room> bytes_;  // only from begin_ to end_ is ever read
    std::size_t begin_ = room;
    std::size_t end_ = room;
};

/// What the letters of a number may be.
enum class PhoneLetters : std::uint8_t {
    slips,   ///< up to two, on the keys: they are passed over
    digits,  ///< three or more: digits as in 1800 FLOWERS, or words beside a complete number
    words,   ///< some are on no key: only words beside a complete number
};

inline PhoneLetters classify_letters(std::string_view number) {
    std::size_t letters = 0;
    for (const char c : number) {
        if (c == foreign_letter) {
            return PhoneLetters::words;
        }
        letters += is_lower_letter(c) ? 1U : 0U;
    }
    return letters >= 3 ? PhoneLetters::digits : PhoneLetters::slips;
}

/// The digits of a number, with those that its letters stand for on a telephone's keys (ITU-T
/// E.161) if asked for. False when there are too many.
inline bool read_digits(std::string_view number, bool with_letters, PhoneDigits& out) {
    constexpr std::string_view keys = "22233344455566677778889999";
    for (const char c : number) {
        const bool letter = with_letters && is_lower_letter(c);
        if ((is_digit(c) || letter) &&
            !out.append(letter ? keys[static_cast<std::size_t>(c - 'a')] : c)) {
            return false;
        }
    }
    return true;
}

constexpr std::size_t digit_value(char digit) { return static_cast<std::size_t>(digit - '0'); }

constexpr bool is_too_long(const PhoneRegion& region, std::size_t size) {
    return size >= 32 || (region.lengths >> size) == 0;
}

constexpr bool has_shape(const PhoneRegion& region, std::string_view national) {
    return !national.empty() && has_bit(region.first_digits, digit_value(national[0])) &&
           has_bit(region.lengths, national.size()) &&
           fit_pattern(region.shape, national) != std::string_view::npos;
}

/// Argentine mobile numbers dialled inland carry 15 after the area code of two (Buenos Aires) to
/// four digits; from abroad they carry a 9 before it instead.
inline void move_argentine_mobile_prefix(PhoneDigits& national) {
    const std::string_view digits = national.view();
    if (digits.size() != 12) {
        return;
    }
    for (std::size_t area = 2; area <= 4; ++area) {
        const bool is_area =
            area == 2 ? digits.starts_with("11") : digits[0] == '2' || digits[0] == '3';
        if (is_area && digits.substr(area, 2) == "15") {
            national.erase(area, 2);
            national.prepend("9");
            return;
        }
    }
}

/// Takes the trunk prefix off, or puts the area code of a small region before a local number;
/// nothing happens when the number has the shape of a national number only without the change.
inline void strip_trunk_prefix(const PhoneRegion& region, PhoneDigits& national) {
    constexpr std::uint16_t argentina = 54;
    const std::size_t prefix = fit_pattern(region.trunk_prefix, national.view());
    if (prefix == std::string_view::npos && region.calling_code != argentina) {
        return;
    }
    PhoneDigits changed = national;
    if (prefix == 0) {
        changed.prepend(region.area);
    } else if (prefix != std::string_view::npos) {
        changed.remove_prefix(prefix);
    }
    if (region.calling_code == argentina) {
        move_argentine_mobile_prefix(changed);
    }
    if (!has_shape(region, national.view()) || has_shape(region, changed.view())) {
        national = changed;
    }
}

/// The numbering plan of the calling code at the front of the digits, which is taken off; null and
/// no change for none. No calling code is the beginning of another.
inline const PhoneRegion* take_calling_code(PhoneDigits& digits) {
    std::size_t code = 0;
    const std::string_view all = digits.view();
    for (std::size_t i = 0; i < 3 && i < all.size() && all[0] != '0'; ++i) {
        code = code * 10 + digit_value(all[i]);
        if (const PhoneRegion* const region = find_calling_code(code); region != nullptr) {
            digits.remove_prefix(i + 1);
            return region;
        }
    }
    return nullptr;
}

/// Takes off what comes before the national number when no plus was written: an international
/// prefix with a calling code, or the region's own calling code where the number is not a national
/// one with it. Gives the numbering plan to go on with; null when a calling code is unknown.
inline const PhoneRegion* take_dialled_calling_code(const PhoneRegion& region,
                                                    PhoneDigits& digits) {
    const std::size_t prefix = fit_pattern(region.international_prefix, digits.view());
    if (prefix != std::string_view::npos &&
        !(digits.view().size() > prefix && digits.view()[prefix] == '0')) {
        digits.remove_prefix(prefix);
        return digits.view().size() > 2 ? take_calling_code(digits) : nullptr;
    }
    PhoneDigits rest = digits;
    if (take_calling_code(rest) == find_calling_code(region.calling_code)) {
        PhoneDigits national = rest;
        strip_trunk_prefix(region, national);
        const bool needs_no_code = has_shape(region, digits.view());
        if ((!needs_no_code && has_shape(region, national.view())) ||
            is_too_long(region, digits.view().size())) {
            digits = national;
            return find_calling_code(region.calling_code);
        }
    }
    return &region;
}

/// The numbering plan that the digits belong to; they become the national number with a trunk
/// prefix at most. Null when no calling code can be told.
inline const PhoneRegion* resolve_calling_code(const PhoneRegion* default_region, bool plus,
                                               PhoneDigits& digits) {
    if (plus) {
        if (const PhoneRegion* const region = take_calling_code(digits); region != nullptr) {
            return digits.view().empty() ? nullptr : region;
        }
    }
    if (default_region == nullptr) {
        return nullptr;
    }
    const std::size_t before = digits.view().size();
    const PhoneRegion* const region = take_dialled_calling_code(*default_region, digits);
    // People also write a plus before an international prefix: +0064 3 331 6005. But a plus and
    // then a national number is a mistake that nobody can undo.
    return plus && digits.view().size() == before ? nullptr : region;
}

/// The numbering plan of a number, whose national part `national` becomes; null when no calling
/// code can be told or there are too many digits.
inline const PhoneRegion* resolve_number(const PhoneRegion* default_region, std::string_view number,
                                         bool with_letters, PhoneDigits& national) {
    PhoneDigits digits;
    if (!read_digits(number, with_letters, digits)) {
        return nullptr;
    }
    const PhoneRegion* const region =
        resolve_calling_code(default_region, number.starts_with('+'), digits);
    if (region == nullptr) {
        return nullptr;
    }
    national = digits;
    strip_trunk_prefix(*region, national);
    const std::size_t size = national.view().size();
    if (!has_bit(region->lengths, size) && !is_too_long(*region, size)) {
        national = digits;  // too short without it: what was taken off belongs to the number
    }
    return region;
}

// ITU-T E.164 ends at 15 digits with the calling code; some plans go beyond it inland.
inline constexpr std::size_t shortest_national_number = 2;
inline constexpr std::size_t longest_national_number = 17;

/// Whether a number needs no letters to be one, so that those beside it are words (office), no
/// digits: a vanity number has at most six digits of its own.
constexpr bool is_complete(const PhoneRegion& region, std::string_view national) {
    return national.size() >= 7 && has_shape(region, national);
}

/// Whether the text is a plus and as many digits as E.164 allows, and so needs no reading.
inline bool is_plain_number(std::string_view text) noexcept {
    constexpr std::size_t fewest = 7;
    constexpr std::size_t most = 15;
    return text.size() > fewest && text.size() <= most + 1 && text.front() == '+' &&
           std::all_of(text.begin() + 1, text.end(), is_digit);
}

/// A number and its extension, found in what a person wrote.
class PhoneParts {
  public:
    /// False when the text has none. `raw` must outlive the parts.
    bool find(std::string_view raw) {
        if (is_plain_number(raw)) {
            number = raw;
            return true;
        }
        if (!read_phone_text(raw, text_)) {
            return false;
        }
        number = find_number(text_.view(), joined_);
        split_extension(number, number, extension);
        return looks_like_number(number);
    }

    std::string_view number;
    std::string_view extension;

  private:
    PhoneText text_;
    PhoneText joined_;
};

}  // namespace detail

/// Reads a telephone number as a person in `default_region` (ISO 3166-1 alpha-2, either case)
/// writes or dials it: with "+", an international or a trunk prefix, or none; with any punctuation,
/// full-width or other scripts' digits, vanity letters, an extension ("ext. 12", "x12", ",,12#",
/// ";ext=12"), as a tel: URI, or with words around it. Without a default region only numbers with a
/// plus can be told.
///
/// Nothing when the text is no number or no calling code can be told. A number of an impossible
/// length is brought into the form all the same, so that it can be found, and is not `possible`.
inline std::optional<DialNumber> parse_phone_number(std::string_view raw,
                                                    std::string_view default_region = {}) {
    detail::PhoneParts parts;
    if (!parts.find(raw)) {
        return std::nullopt;
    }
    const std::string_view number = parts.number;
    const detail::PhoneRegion* const home = detail::find_phone_region(default_region);
    detail::PhoneDigits national;
    const detail::PhoneRegion* region = detail::resolve_number(home, number, false, national);
    const detail::PhoneLetters letters = detail::classify_letters(number);
    if (letters != detail::PhoneLetters::slips &&
        (region == nullptr || !detail::is_complete(*region, national.view()))) {
        region = letters == detail::PhoneLetters::digits
                     ? detail::resolve_number(home, number, true, national)
                     : nullptr;
    }
    if (region == nullptr) {
        return std::nullopt;
    }
    const std::string_view result = national.view();
    if (result.size() < detail::shortest_national_number ||
        result.size() > detail::longest_national_number) {
        return std::nullopt;
    }
    const detail::PhoneRegion* const plan = detail::find_calling_code(region->calling_code);
    DialNumber parsed;
    parsed.e164 = '+' + std::to_string(region->calling_code);
    parsed.e164 += result;
    parsed.extension = parts.extension;
    parsed.possible = detail::has_bit(plan->lengths | plan->local_lengths, result.size());
    return parsed;
}

/// The E.164 form alone, e.g. "+4930123456" for "030 123456" in DE; see parse_phone_number().
inline std::optional<std::string> normalize_phone_number(std::string_view raw,
                                                         std::string_view default_region = {}) {
    std::optional<DialNumber> parsed = parse_phone_number(raw, default_region);
    return parsed ? std::optional(std::move(parsed->e164)) : std::nullopt;
}

}  // namespace crmkit
