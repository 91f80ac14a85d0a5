/// `normal_form`: the form in which equal texts of a field are equal, by the field's format.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "crmkit/base/email_address.hpp"
#include "crmkit/base/phone_number.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/schema/field.hpp"
#include "crmkit/schema/text_format.hpp"

namespace crmkit {

namespace detail {

/// Host in lower case without "www.", port, path; without scheme, user and closing slashes. None of
/// these makes two organisations of one.
inline std::string normal_uri(std::string_view text) {
    UriParts parts = split_uri(text);
    if (has_prefix_ignoring_case(parts.host, "www.")) {
        parts.host.remove_prefix(4);
    }
    while (parts.host.ends_with('.')) {
        parts.host.remove_suffix(1);
    }
    while (parts.rest.ends_with('/')) {
        parts.rest.remove_suffix(1);
    }
    std::string out;
    if (!parts.host.empty()) {
        append_normal_domain(out, parts.host);
    }
    out += parts.port;
    out += parts.rest;
    return out;
}

/// The digits alone, for a number that cannot be told from which country it is.
inline std::string phone_digits(std::string_view raw) {
    PhoneText text;
    read_phone_text(raw, text);
    std::string out;
    for (const char c : text.view()) {
        if (is_digit(c)) {
            out += c;
        }
    }
    return out;
}

inline std::string normal_email(std::string_view raw) {
    auto normal = normalize_email_address(trim(raw));
    return normal ? std::move(*normal) : fold(raw);
}

inline std::string normal_phone(std::string_view raw, std::string_view default_region) {
    auto normal = normalize_phone_number(raw, default_region);
    std::string found = normal ? std::move(*normal) : phone_digits(raw);
    return found.empty() ? fold(raw) : found;
}

/// A name in a chat may have digits in it, and is a phone number only where it has its country.
inline std::string normal_contact_point(std::string_view raw, std::string_view default_region) {
    if (raw.find('@') != std::string_view::npos) {
        return normal_email(raw);
    }
    const bool has_letters = std::any_of(
        raw.begin(), raw.end(), [](char c) { return is_ascii_alphanumeric(c) && !is_digit(c); });
    return has_letters && !normalize_phone_number(raw, {}) ? fold(raw)
                                                           : normal_phone(raw, default_region);
}

}  // namespace detail

/// The form in which equal values of the text field `source` are equal, by its format: e-mail
/// addresses as normalize_email_address(), phone numbers in E.164 for `default_region` (ISO 3166-1
/// alpha-2) or, where no country can be told, as their digits, points of contact as what they are
/// of these, web addresses as host and path, codes as codes, everything else folded. What does not
/// have its format is folded too.
inline std::string normal_form(const Field& source, std::string_view raw,
                               std::string_view default_region = {}) {
    switch (source.format) {
        case TextFormat::email_address:
            return detail::normal_email(raw);
        case TextFormat::phone_number:
            return detail::normal_phone(raw, default_region);
        case TextFormat::contact_point:
            return detail::normal_contact_point(raw, default_region);
        case TextFormat::uri:
            return detail::is_uri(trim(raw)) ? detail::normal_uri(trim(raw)) : fold(raw);
        case TextFormat::time_zone:
        case TextFormat::path:
            return std::string(raw);
        case TextFormat::plain:
        case TextFormat::currency_code:
        case TextFormat::language_tag:
            return fold(raw);
    }
    return {};
}

}  // namespace crmkit
