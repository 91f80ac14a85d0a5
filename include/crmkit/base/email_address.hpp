/// `Mailbox`: a mailbox of RFC 5321 with the international letters of RFC 6531.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/base/punycode.hpp"
#include "crmkit/base/text.hpp"

namespace crmkit {

/// The two halves of a mailbox, as they were written (case kept).
struct Mailbox {
    std::string local;   ///< before the @, without quotes and backslashes: what they stand for
    std::string domain;  ///< a domain name, or an address literal with its brackets

    friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

namespace detail {

/// The halves of a mailbox as they stand in its text.
struct MailboxParts {
    std::string_view local;  ///< with its quotes
    std::string_view domain;
    bool quoted = false;
};

// RFC 5321, sections 4.5.3.1.1 to .3: a path of 256 bytes holds "<", ">" and the mailbox.
inline constexpr std::size_t longest_mailbox = 254;
inline constexpr std::size_t longest_local_part = 64;
// RFC 1035, section 2.3.4: 255 bytes on the wire are 253 characters.
inline constexpr std::size_t longest_domain = 253;
inline constexpr std::size_t longest_label = 63;

/// RFC 5322, section 3.2.3; beyond ASCII see is_mailbox_character().
consteval std::array<bool, 128> make_atom_bytes() {
    std::array<bool, 128> allowed{};
    for (std::size_t c = 0; c < allowed.size(); ++c) {
        allowed[c] = is_ascii_alphanumeric(static_cast<char>(c));
    }
    for (const char c : std::string_view("!#$%&'*+-/=?^_`{|}~")) {
        allowed[static_cast<unsigned char>(c)] = true;
    }
    return allowed;
}
inline constexpr std::array<bool, 128> atom_bytes = make_atom_bytes();

/// RFC 6531 allows every character beyond ASCII in a local part. White space, controls, invisible
/// and unassigned characters are refused all the same: they come from copying, never from an owner.
/// The two joiners stay, Persian and Indic names need them.
inline bool is_mailbox_character(char32_t c) {
    const utf8proc_category_t category = category_of(c);
    return category != UTF8PROC_CATEGORY_CN &&
           (category < UTF8PROC_CATEGORY_ZS || c == 0x200C || c == 0x200D) &&
           c != replacement_character;
}

/// What RFC 5892 allows in a U-label, by category, and its contextual characters; upper case is
/// allowed here because the normal form lowers it.
inline bool is_label_character(char32_t c) {
    if (c < 0x80) {
        return is_ascii_alphanumeric(static_cast<char>(c)) || c == '-';
    }
    const utf8proc_category_t category = category_of(c);
    return (is_letter_or_mark(category) && category != UTF8PROC_CATEGORY_ME) ||
           category == UTF8PROC_CATEGORY_ND || c == 0x00B7 || c == 0x0375 || c == 0x05F3 ||
           c == 0x05F4 || c == 0x200C || c == 0x200D || c == 0x30FB;
}

inline utf8proc_int32_t lower_character(utf8proc_int32_t c, void* /*unused*/) {
    return utf8proc_tolower(c);
}

/// The characters of a short text in lower case and NFC. Not case-folded: ß and ss, ς and σ are
/// different letters in a domain (RFC 5894, section 7.2), and lowering keeps them apart.
inline std::u32string lower_nfc(std::string_view text) {
    // No canonical decomposition is longer than four characters.
    std::array<utf8proc_int32_t, longest_mailbox * 4> buffer;
    if (text.size() > longest_mailbox) {
        return {};
    }
    const auto decomposed = utf8proc_decompose_custom(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
        static_cast<utf8proc_ssize_t>(text.size()), buffer.data(),
        static_cast<utf8proc_ssize_t>(buffer.size()),
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE), lower_character,
        nullptr);
    const auto composed = utf8proc_normalize_utf32(
        buffer.data(), decomposed,
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    std::u32string out;
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max<utf8proc_ssize_t>(composed, 0));
         ++i) {
        out += static_cast<char32_t>(buffer[i]);
    }
    return out;
}

inline std::string to_utf8(std::u32string_view characters) {
    std::string out;
    for (const char32_t c : characters) {
        append_character(out, c);
    }
    return out;
}

/// "" when the dot-string or quoted string at the start of `text` is a local part followed by an @;
/// else what is wrong. `end` becomes its length.
inline std::string_view check_local_part(std::string_view text, bool& quoted, std::size_t& end) {
    quoted = text.front() == '"';
    std::size_t at = quoted ? 1 : 0;
    bool closed = !quoted;
    bool atom_is_empty = true;
    while (at < text.size() && (quoted ? !closed : text[at] != '@')) {
        const char32_t c = next_character(text, at);
        if (c >= 0x80 ? !is_mailbox_character(c) : quoted && (c < 0x20 || c == 0x7F)) {
            return "contains a control character, white space or another one that is not allowed";
        }
        if (quoted && c == '\\') {
            if (at == text.size() || text[at] < 0x20 || text[at] > 0x7E) {
                return "has a backslash that is not followed by a printable ASCII character";
            }
            ++at;
        } else if (quoted) {
            closed = c == '"';
        } else if (c == '.') {
            if (atom_is_empty) {
                return at == 1 ? "starts with a dot" : "has two dots in a row before the @";
            }
            atom_is_empty = true;
        } else if (c < 0x80 && !atom_bytes[c]) {
            return c == ' ' ? "contains a space"
                            : "contains a character that must be quoted before the @";
        } else {
            atom_is_empty = false;
        }
    }
    end = at;
    if (!closed) {
        return "has a quotation mark that is never closed";
    }
    if (at == text.size()) {
        return "has no @";
    }
    if (text[at] != '@') {
        return "has text between the closing quotation mark and the @";
    }
    if (!quoted && atom_is_empty) {
        return at == 0 ? "has nothing before the @" : "has a dot just before the @";
    }
    return at > longest_local_part ? "has more than 64 bytes before the @" : "";
}

/// RFC 5321, section 4.1.3: four numbers up to 255.
constexpr bool is_ipv4_address(std::string_view text) {
    int numbers = 0;
    while (numbers < 4) {
        const std::size_t dot = text.find('.');
        const std::string_view number = text.substr(0, dot);
        int value = 0;
        for (const char c : number) {
            if (c < '0' || c > '9' || number.size() > 3) {
                return false;
            }
            value = value * 10 + (c - '0');
        }
        if (number.empty() || value > 255) {
            return false;
        }
        ++numbers;
        if (dot == std::string_view::npos) {
            return numbers == 4;
        }
        text.remove_prefix(dot + 1);
    }
    return false;
}

/// 16-bit groups of "1:2:3", with a dotted IPv4 address counting two at the end where `ipv4` says
/// so; none for an empty text, -1 for a malformed one.
constexpr int count_ipv6_groups(std::string_view text, bool ipv4) {
    int groups = 0;
    while (!text.empty()) {
        const std::size_t colon = text.find(':');
        const std::string_view group = text.substr(0, colon);
        if (colon == std::string_view::npos && ipv4 && is_ipv4_address(group)) {
            return groups + 2;
        }
        if (group.empty() || group.size() > 4 || colon == text.size() - 1 ||
            group.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
            return -1;
        }
        ++groups;
        text = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    }
    return groups;
}

/// RFC 5321, section 4.1.3: eight groups, or up to six with one "::" in place of at least two.
constexpr bool is_ipv6_address(std::string_view text) {
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        return count_ipv6_groups(text, true) == 8;
    }
    const int left = count_ipv6_groups(text.substr(0, gap), false);
    const int right = count_ipv6_groups(text.substr(gap + 2), true);
    return left >= 0 && right >= 0 && left + right <= 6;
}

inline bool has_prefix_ignoring_case(std::string_view text, std::string_view lower_prefix) {
    if (text.size() < lower_prefix.size()) {
        return false;
    }
    for (std::size_t i = 0; i < lower_prefix.size(); ++i) {
        if (ascii_lower(text[i]) != lower_prefix[i]) {
            return false;
        }
    }
    return true;
}

inline std::string_view check_address_literal(std::string_view domain) {
    if (domain.size() < 3 || domain.back() != ']') {
        return "has a bracket after the @ that is never closed";
    }
    const std::string_view inside = domain.substr(1, domain.size() - 2);
    const bool valid = has_prefix_ignoring_case(inside, "ipv6:") ? is_ipv6_address(inside.substr(5))
                                                                 : is_ipv4_address(inside);
    return valid ? "" : "has no IPv4 or IPv6 address between the brackets";
}

/// "" for a label of the DNS; `ascii_size` becomes the length of its A-label.
inline std::string_view check_label(std::string_view label, std::size_t& ascii_size) {
    bool ascii = true;
    for (std::size_t at = 0; at < label.size();) {
        const char32_t c = next_character(label, at);
        ascii = ascii && c < 0x80;
        if (!is_label_character(c)) {
            return "has a character after the @ that no domain name contains";
        }
    }
    if (label.empty()) {
        return "has an empty part between the dots of its domain";
    }
    if (label.front() == '-' || label.back() == '-') {
        return "has a hyphen at the start or end of a part of its domain";
    }
    ascii_size = label.size();
    if (!ascii) {
        const std::optional<std::string> encoded = encode_punycode(lower_nfc(label));
        ascii_size = encoded ? encoded->size() + 4 : longest_label + 1;
    }
    return ascii_size > longest_label ? "has a part of more than 63 bytes in its domain" : "";
}

inline std::string_view check_domain(std::string_view domain) {
    if (domain.empty()) {
        return "has nothing after the @";
    }
    if (domain.front() == '[') {
        return check_address_literal(domain);
    }
    std::size_t total = 0;
    for (std::size_t start = 0; start <= domain.size();) {
        const std::size_t dot = std::min(domain.find('.', start), domain.size());
        std::size_t size = 0;
        const std::string_view reason = check_label(domain.substr(start, dot - start), size);
        if (!reason.empty()) {
            return reason;
        }
        total += size + (dot < domain.size() ? 1 : 0);
        start = dot + 1;
    }
    return total > longest_domain ? "has a domain of more than 253 bytes" : "";
}

/// Whether the text is a mailbox of the commonest kind, so that the general way need not look at
/// it: an ASCII dot-string before the @, and after it a domain name without A-labels. No for
/// everything else, mailbox or not.
inline bool is_plain_mailbox(std::string_view text) noexcept {
    if (text.size() > longest_mailbox) {
        return false;
    }
    std::size_t at = 0;
    char before = '.';
    for (; at < text.size() && text[at] != '@'; ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool is_dot = byte == '.';
        if (is_dot ? before == '.' : byte >= 0x80 || !atom_bytes[byte]) {
            return false;
        }
        before = text[at];
    }
    if (before == '.' || at > longest_local_part || at == text.size()) {
        return false;
    }
    std::size_t label = ++at;  // where the present label starts
    const auto is_plain_label = [text, &label](std::size_t end) {
        const std::size_t size = end - label;
        return size > 0 && size <= longest_label && text[label] != '-' && text[end - 1] != '-' &&
               !(size > 4 && text[label + 2] == '-' && text[label + 3] == '-');
    };
    for (; at < text.size(); ++at) {
        if (text[at] == '.') {
            if (!is_plain_label(at)) {
                return false;
            }
            label = at + 1;
        } else if (!is_ascii_alphanumeric(text[at]) && text[at] != '-') {
            return false;
        }
    }
    return is_plain_label(text.size());
}

/// "" when the text is a mailbox, whose halves `parts` then has; else what is wrong.
inline std::string_view split_mailbox(std::string_view text, MailboxParts& parts) {
    if (text.empty()) {
        return "is empty";
    }
    if (text.size() > longest_mailbox) {
        return "is longer than 254 bytes";
    }
    if (find_invalid_utf8(text) != std::string_view::npos) {
        return "is not UTF-8";
    }
    std::size_t at = 0;
    const std::string_view reason = check_local_part(text, parts.quoted, at);
    if (!reason.empty()) {
        return reason;
    }
    parts.local = text.substr(0, at);
    parts.domain = text.substr(at + 1);
    return check_domain(parts.domain);
}

inline std::string unquoted(std::string_view quoted_string) {
    std::string out;
    for (std::size_t i = 1; i + 1 < quoted_string.size(); ++i) {
        i += quoted_string[i] == '\\' ? 1U : 0U;
        out += quoted_string[i];
    }
    return out;
}

/// Appends the local part as it must be written: in quotes only where it is no dot-string.
inline void append_quoted_where_needed(std::string& out, std::string_view local) {
    bool dot_string = !local.empty();
    char before = '.';
    for (const char c : local) {
        const auto byte = static_cast<unsigned char>(c);
        dot_string = dot_string && (c == '.' ? before != '.' : byte >= 0x80 || atom_bytes[byte]);
        before = c;
    }
    if (dot_string && before != '.') {
        out += local;
        return;
    }
    out += '"';
    for (const char c : local) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    out += '"';
}

/// The label in lower case, an A-label as the U-label that it stands for. An A-label that is not
/// the one spelling of a U-label in its normal form (RFC 5891, section 5.4) stays as it is: made
/// up, it could stand for a label of plain ASCII and pass for another domain.
inline std::string normal_label(std::string_view label) {
    std::string lower;
    bool ascii = true;
    for (const char c : label) {
        ascii = ascii && static_cast<unsigned char>(c) < 0x80;
        lower += ascii_lower(c);
    }
    if (!ascii) {
        return to_utf8(lower_nfc(label));
    }
    if (!lower.starts_with("xn--")) {
        return lower;
    }
    const std::optional<std::u32string> decoded =
        decode_punycode(std::string_view(lower).substr(4));
    if (!decoded) {
        return lower;
    }
    const bool genuine =
        std::any_of(decoded->begin(), decoded->end(), [](char32_t c) { return c >= 0x80; });
    std::string unicode = to_utf8(*decoded);
    std::size_t ascii_size = 0;
    const bool is_label = genuine && check_label(unicode, ascii_size).empty();
    return is_label && lower_nfc(unicode) == *decoded ? unicode : lower;
}

/// Appends the local part in lower case and NFC; `local` is what it stands for, without quotes.
inline void append_normal_local_part(std::string& out, std::string_view local) {
    for (const char c : local) {
        if (static_cast<unsigned char>(c) >= 0x80) {
            append_quoted_where_needed(out, to_utf8(lower_nfc(local)));
            return;
        }
    }
    const std::size_t start = out.size();
    append_quoted_where_needed(out, local);
    for (std::size_t i = start; i < out.size(); ++i) {
        out[i] = ascii_lower(out[i]);
    }
}

inline void append_normal_domain(std::string& out, std::string_view domain) {
    if (domain.front() == '[') {
        for (const char c : domain) {
            out += ascii_lower(c);
        }
        return;
    }
    for (std::size_t start = 0; start <= domain.size();) {
        const std::size_t dot = std::min(domain.find('.', start), domain.size());
        out += start == 0 ? "" : ".";
        out += normal_label(domain.substr(start, dot - start));
        start = dot + 1;
    }
}

}  // namespace detail

/// Reads a mailbox such as "ana@example.com": RFC 5321's Dot-string or Quoted-string, an @, and a
/// domain name (one label will do) or an address literal [192.0.2.1], [IPv6:2001:db8::1]; letters
/// beyond ASCII as in RFC 6531. At most 64 bytes before the @, 63 in a label, 254 in all. No
/// comments, no white space around it, no forms that RFC 5322 calls obsolete, no display name.
/// Nothing when the text is anything else.
inline std::optional<Mailbox> parse_email_address(std::string_view text, std::string_view& reason) {
    detail::MailboxParts parts;
    reason = detail::split_mailbox(text, parts);
    if (!reason.empty()) {
        return std::nullopt;
    }
    return Mailbox{parts.quoted ? detail::unquoted(parts.local) : std::string(parts.local),
                   std::string(parts.domain)};
}

/// The same; use the other to learn the reason of a refusal: a static text such as "has no @" that
/// continues a sentence about the value, empty when the address was read.
inline std::optional<Mailbox> parse_email_address(std::string_view text) {
    std::string_view reason;
    return parse_email_address(text, reason);
}

/// The mailbox as it is written, in quotes only where they are needed.
inline std::string to_string(const Mailbox& address) {
    std::string out;
    detail::append_quoted_where_needed(out, address.local);
    return out + '@' + address.domain;
}

/// The key by which equal addresses are found: the domain in lower case, with U-labels whether it
/// was written with them or with A-labels (xn--…); the local part in lower case, NFC, and without
/// quotes it does not need.
///
/// RFC 5321 (section 2.4) leaves the case of the local part to the receiving host. No mail service
/// of note makes two mailboxes of it, and people type it as they like, so a key that kept it would
/// miss duplicates; mail still goes to the address as it was written. `address` must have been
/// parsed.
inline std::string normal_form(const Mailbox& address) {
    std::string out;
    detail::append_normal_local_part(out, address.local);
    out += '@';
    detail::append_normal_domain(out, address.domain);
    return out;
}

/// normal_form() of a text; nothing when it is no mailbox. The quick way for plain addresses.
inline std::optional<std::string> normalize_email_address(std::string_view text) {
    if (detail::is_plain_mailbox(text)) {
        std::string lower(text);
        std::transform(lower.begin(), lower.end(), lower.begin(), detail::ascii_lower);
        return lower;
    }
    detail::MailboxParts parts;
    if (!detail::split_mailbox(text, parts).empty()) {
        return std::nullopt;
    }
    std::string out;
    out.reserve(text.size());
    if (parts.quoted) {
        detail::append_normal_local_part(out, detail::unquoted(parts.local));
    } else {
        detail::append_normal_local_part(out, parts.local);
    }
    out += '@';
    detail::append_normal_domain(out, parts.domain);
    return out;
}

}  // namespace crmkit
