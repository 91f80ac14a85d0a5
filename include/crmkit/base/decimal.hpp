/// `Decimal`: an exact number with nine decimals, for quantities, percentages and rates.
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crmkit {

/// A count of billionths, so from -9,223,372,036.854775807 to +9,223,372,036.854775807.
/// Never a floating-point number: 0.1 is exactly 0.1.
struct Decimal {
    std::int64_t billionths = 0;

    friend constexpr auto operator<=>(Decimal, Decimal) = default;

    static constexpr std::int64_t one = 1'000'000'000;
    static constexpr int decimals = 9;
    /// The largest whole number that fits.
    static constexpr std::int64_t largest_whole = 9'223'372'036;

    static constexpr Decimal of(std::int64_t whole) { return Decimal{whole * one}; }

    /// Reads "12", "-0.5", "+3.25"; nothing for another form, a tenth decimal that is not zero, or
    /// a number that does not fit.
    static constexpr std::optional<Decimal> parse(std::string_view text) {
        const bool negative = !text.empty() && text.front() == '-';
        if (negative || (!text.empty() && text.front() == '+')) {
            text.remove_prefix(1);
        }
        // Unsigned, because the magnitude of the smallest number does not fit the signed type.
        const std::uint64_t most = static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
        std::uint64_t number = 0;
        int seen_decimals = -1;
        bool any_digit = false;
        for (const char c : text) {
            if (c == '.' && seen_decimals < 0) {
                seen_decimals = 0;
                continue;
            }
            if (c < '0' || c > '9') {
                return std::nullopt;
            }
            any_digit = true;
            if (seen_decimals == decimals) {
                if (c != '0') {
                    return std::nullopt;
                }
                continue;
            }
            const auto digit = static_cast<std::uint64_t>(c - '0');
            if (number > (most - digit) / 10) {
                return std::nullopt;
            }
            number = number * 10 + digit;
            seen_decimals += seen_decimals >= 0 ? 1 : 0;
        }
        for (int i = seen_decimals < 0 ? 0 : seen_decimals; any_digit && i < decimals; ++i) {
            if (number > most / 10) {
                return std::nullopt;
            }
            number *= 10;
        }
        if (!any_digit) {
            return std::nullopt;
        }
        return Decimal{static_cast<std::int64_t>(negative ? 0 - number : number)};
    }
};

/// The shortest exact text: "12", "-0.5".
inline std::string to_string(Decimal decimal) {
    const bool negative = decimal.billionths < 0;
    const std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(decimal.billionths)
                                             : static_cast<std::uint64_t>(decimal.billionths);
    const auto one = static_cast<std::uint64_t>(Decimal::one);
    std::string out = negative ? "-" : "";
    out += std::to_string(magnitude / one);
    if (std::uint64_t fraction = magnitude % one; fraction != 0) {
        std::string digits = std::to_string(fraction);
        digits.insert(0, Decimal::decimals - digits.size(), '0');
        digits.erase(digits.find_last_not_of('0') + 1);
        out += '.' + digits;
    }
    return out;
}

}  // namespace crmkit
