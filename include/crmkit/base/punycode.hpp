/// Punycode (RFC 3492): how a label with letters beyond ASCII travels in the DNS.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crmkit {

namespace detail {

// RFC 3492, section 5.
inline constexpr std::uint32_t punycode_base = 36;
inline constexpr std::uint32_t punycode_tmin = 1;
inline constexpr std::uint32_t punycode_tmax = 26;
inline constexpr std::uint32_t punycode_skew = 38;
inline constexpr std::uint32_t punycode_damp = 700;
inline constexpr std::uint32_t punycode_initial_bias = 72;
inline constexpr std::uint32_t punycode_initial_n = 0x80;

/// The longest input taken: a DNS label has 63 bytes, and the work grows with the square.
inline constexpr std::size_t punycode_longest = 256;

/// RFC 3492, section 6.1.
constexpr std::uint32_t punycode_adapt(std::uint32_t delta, std::uint32_t points, bool first) {
    delta /= first ? punycode_damp : 2;
    delta += delta / points;
    std::uint32_t k = 0;
    while (delta > (punycode_base - punycode_tmin) * punycode_tmax / 2) {
        delta /= punycode_base - punycode_tmin;
        k += punycode_base;
    }
    return k + (punycode_base - punycode_tmin + 1) * delta / (delta + punycode_skew);
}

constexpr std::uint32_t punycode_threshold(std::uint32_t k, std::uint32_t bias) {
    return k <= bias ? punycode_tmin : std::min(k - bias, punycode_tmax);
}

/// 0 to 35, or punycode_base for a byte that is no digit.
constexpr std::uint32_t punycode_digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<std::uint32_t>(c - '0') + 26;
    }
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower >= 'a' && lower <= 'z' ? static_cast<std::uint32_t>(lower - 'a') : punycode_base;
}

}  // namespace detail

/// The characters that a Punycode text (without "xn--") stands for (RFC 3492, section 6.2);
/// nothing when it is malformed, longer than 256 bytes, or gives no Unicode scalar value.
inline std::optional<std::u32string> decode_punycode(std::string_view text) {
    if (text.size() > detail::punycode_longest) {
        return std::nullopt;
    }
    std::u32string out;
    const std::size_t delimiter = text.rfind('-');
    if (delimiter != std::string_view::npos) {
        for (const char c : text.substr(0, delimiter)) {
            if (static_cast<unsigned char>(c) >= 0x80) {
                return std::nullopt;
            }
            out += static_cast<char32_t>(c);
        }
        text.remove_prefix(delimiter + 1);
    }
    std::uint32_t n = detail::punycode_initial_n;
    std::uint32_t i = 0;
    std::uint32_t bias = detail::punycode_initial_bias;
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t old_i = i;
        std::uint32_t weight = 1;
        for (std::uint32_t k = detail::punycode_base;; k += detail::punycode_base) {
            const std::uint32_t digit =
                at < text.size() ? detail::punycode_digit(text[at++]) : detail::punycode_base;
            if (digit >= detail::punycode_base || digit > (UINT32_MAX - i) / weight) {
                return std::nullopt;
            }
            i += digit * weight;
            const std::uint32_t threshold = detail::punycode_threshold(k, bias);
            if (digit < threshold) {
                break;
            }
            if (weight > UINT32_MAX / (detail::punycode_base - threshold)) {
                return std::nullopt;
            }
            weight *= detail::punycode_base - threshold;
        }
        const auto points = static_cast<std::uint32_t>(out.size()) + 1;
        bias = detail::punycode_adapt(i - old_i, points, old_i == 0);
        if (i / points > 0x10FFFF - n) {
            return std::nullopt;
        }
        n += i / points;
        i %= points;
        if (n >= 0xD800 && n <= 0xDFFF) {
            return std::nullopt;
        }
        out.insert(out.begin() + static_cast<std::ptrdiff_t>(i), static_cast<char32_t>(n));
        ++i;
    }
    return out;
}

/// The Punycode text of some characters, without "xn--" (RFC 3492, section 6.3); nothing when
/// there are more than 256 of them.
inline std::optional<std::string> encode_punycode(std::u32string_view characters) {
    if (characters.size() > detail::punycode_longest) {
        return std::nullopt;
    }
    std::string out;
    for (const char32_t c : characters) {
        if (c < 0x80) {
            out += static_cast<char>(c);
        }
    }
    const auto basic = static_cast<std::uint32_t>(out.size());
    if (basic > 0) {
        out += '-';
    }
    std::uint32_t n = detail::punycode_initial_n;
    std::uint64_t delta = 0;  // at most 0x10FFFF * 257, so 64 bits are plenty
    std::uint32_t bias = detail::punycode_initial_bias;
    for (std::uint32_t handled = basic; handled < characters.size(); ++n, ++delta) {
        std::uint32_t next = UINT32_MAX;
        for (const char32_t c : characters) {
            next = c >= n ? std::min(next, static_cast<std::uint32_t>(c)) : next;
        }
        delta += std::uint64_t{next - n} * (handled + 1);
        n = next;
        for (const char32_t c : characters) {
            delta += c < n ? 1U : 0U;
            if (c != n) {
                continue;
            }
            std::uint64_t rest = delta;
            for (std::uint32_t k = detail::punycode_base;; k += detail::punycode_base) {
                const std::uint32_t threshold = detail::punycode_threshold(k, bias);
                const bool last = rest < threshold;
                const std::uint64_t span = detail::punycode_base - threshold;
                const auto digit =
                    static_cast<unsigned>(last ? rest : threshold + (rest - threshold) % span);
                out += static_cast<char>(digit < 26 ? 'a' + digit : '0' + (digit - 26));
                if (last) {
                    break;
                }
                rest = (rest - threshold) / span;
            }
            bias = detail::punycode_adapt(static_cast<std::uint32_t>(delta), handled + 1,
                                          handled == basic);
            delta = 0;
            ++handled;
        }
    }
    return out;
}

}  // namespace crmkit
