/// What the formats of text fields ask for; see schema/normal_form.hpp for how equal values of one
/// are found.
#pragma once

#include <string_view>

#include "crmkit/base/currency.hpp"
#include "crmkit/base/email_address.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/schema/field.hpp"

namespace crmkit {

namespace detail {

/// A web address in its parts (RFC 3986, section 3), borrowed from its text.
struct UriParts {
    std::string_view scheme{};  ///< empty where none is written
    std::string_view user{};    ///< with its @
    std::string_view host{};
    std::string_view port{};  ///< with its colon
    std::string_view rest{};  ///< path, query and fragment
};

constexpr bool is_scheme(std::string_view text) {
    for (const char c : text) {
        if (!is_ascii_alphanumeric(c) && c != '+' && c != '-' && c != '.') {
            return false;
        }
    }
    return !text.empty();
}

constexpr UriParts split_uri(std::string_view text) {
    UriParts parts;
    if (const std::size_t mark = text.find("://");
        mark != std::string_view::npos && is_scheme(text.substr(0, mark))) {
        parts.scheme = text.substr(0, mark);
        text.remove_prefix(mark + 3);
    }
    std::string_view authority = text.substr(0, text.find_first_of("/?#"));
    parts.rest = text.substr(authority.size());
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        parts.user = authority.substr(0, at + 1);
        authority.remove_prefix(at + 1);
    }
    const std::size_t bracket = authority.rfind(']');
    const std::size_t colon = authority.rfind(':');
    const bool has_port =
        colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon);
    parts.host = authority.substr(0, has_port ? colon : authority.size());
    parts.port = authority.substr(parts.host.size());
    return parts;
}

inline bool is_same_ignoring_case(std::string_view text, std::string_view lower) {
    return text.size() == lower.size() && has_prefix_ignoring_case(text, lower);
}

constexpr bool is_port(std::string_view with_colon) {
    const std::string_view digits = with_colon.empty() ? with_colon : with_colon.substr(1);
    return digits.size() <= 5 && digits.find_first_not_of("0123456789") == std::string_view::npos;
}

/// RFC 3986 writes an IPv6 address as [2001:db8::1], mail as [IPv6:2001:db8::1].
inline bool is_host(std::string_view host) {
    if (host.starts_with('[')) {
        return host.ends_with(']') && is_ipv6_address(host.substr(1, host.size() - 2));
    }
    if (host.ends_with('.')) {
        host.remove_suffix(1);
    }
    return check_domain(host).empty();
}

inline bool is_uri(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = next_character(text, at);
        if (is_space(c) || c < 0x20 || c == 0x7F) {
            return false;
        }
    }
    const UriParts parts = split_uri(text);
    const bool is_web =
        is_same_ignoring_case(parts.scheme, "http") || is_same_ignoring_case(parts.scheme, "https");
    const bool looks_like_one = is_web || (parts.scheme.empty() && parts.user.empty() &&
                                           parts.host.find('.') != std::string_view::npos);
    return looks_like_one && is_host(parts.host) && is_port(parts.port);
}

/// People write numbers in every way there is; only what can be none is refused.
inline bool may_be_phone_number(std::string_view text) {
    constexpr int fewest_digits = 3;
    int digits = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = next_character(text, at);
        const bool is_ascii_digit = c >= '0' && c <= '9';
        digits += is_ascii_digit || (c >= 0x80 && category_of(c) == UTF8PROC_CATEGORY_ND) ? 1 : 0;
        if (c < 0x20 || c == 0x7F) {
            return false;
        }
    }
    return digits >= fewest_digits;
}

/// The shape of a name in the IANA time zone database: "Europe/Berlin", "Etc/GMT+1", "UTC".
constexpr bool may_be_time_zone(std::string_view text) {
    bool at_start = true;
    for (const char c : text) {
        const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        const bool is_inside = (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
        if (c == '/' ? at_start : !(is_letter || (is_inside && !at_start))) {
            return false;
        }
        at_start = c == '/';
    }
    return !at_start;
}

/// The shape of RFC 5646, section 2.1: "de", "pt-BR", "zh-Hant-TW"; subtags are not looked up.
constexpr bool may_be_language_tag(std::string_view text) {
    for (bool first = true;; first = false) {
        const std::size_t hyphen = text.find('-');
        const std::string_view subtag = text.substr(0, hyphen);
        if (subtag.empty() || subtag.size() > 8 || (first && subtag.size() < 2)) {
            return false;
        }
        for (const char c : subtag) {
            if (!is_ascii_alphanumeric(c) || (first && c >= '0' && c <= '9')) {
                return false;
            }
        }
        if (hyphen == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(hyphen + 1);
    }
}

/// In upper case, so that equal codes are equal texts.
constexpr bool is_currency_code(std::string_view text) {
    const auto currency = Currency::find(text);
    return currency && currency->code() == text;
}

/// What a text lacks of its format, continuing a sentence about it; empty when it has it all.
inline std::string_view format_fault(TextFormat format, std::string_view text) {
    switch (format) {
        case TextFormat::plain:
        case TextFormat::contact_point:
        case TextFormat::path:
            return {};
        case TextFormat::email_address: {
            MailboxParts parts;
            return is_plain_mailbox(text) ? "" : split_mailbox(text, parts);
        }
        case TextFormat::phone_number:
            return may_be_phone_number(text) ? "" : "is not a phone number: it has no three digits";
        case TextFormat::uri:
            return is_uri(text) ? "" : "is not a web address such as https://example.com/about";
        case TextFormat::currency_code:
            return is_currency_code(text) ? "" : "is not an ISO 4217 currency code such as EUR";
        case TextFormat::time_zone:
            return may_be_time_zone(text) ? "" : "is not a time zone such as Europe/Berlin";
        case TextFormat::language_tag:
            return may_be_language_tag(text) ? "" : "is not a language tag such as pt-BR";
    }
    return {};
}

}  // namespace detail

}  // namespace crmkit
