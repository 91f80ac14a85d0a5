/// `Money`: an exact amount in one currency.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/currency.hpp"
#include "crmkit/base/decimal.hpp"
#include "crmkit/base/error.hpp"
#include "crmkit/base/int128.hpp"
#include "crmkit/base/rounding.hpp"

namespace crmkit {

/// A count of minor units of a currency: 1050 EUR cents, 1050 yen. Never floating point, and never
/// summed over two currencies. A default Money is zero of no currency.
struct Money {
    std::int64_t minor_units = 0;  ///< 10^-currency.exponent() of the unit
    Currency currency;

    /// Of "1200000.00" and "EUR": an optional sign, digits, optionally a point and decimals.
    /// Throws Error(validation) for another form, an unknown currency, or a decimal that is not
    /// zero beyond those of the currency; Error(limit) when the amount does not fit.
    static constexpr Money of(std::string_view decimal_text, std::string_view currency_code);
    static constexpr Money of(std::string_view decimal_text, Currency currency);

    static constexpr Money of_minor(std::int64_t minor_units, Currency currency) {
        return Money{minor_units, currency};
    }

    /// Reads "EUR 1200000.00" or "1200000.00 EUR", one or more spaces between.
    /// Throws as of() does.
    static constexpr Money parse(std::string_view text);

    [[nodiscard]] constexpr bool is_zero() const { return minor_units == 0; }
    [[nodiscard]] constexpr bool is_negative() const { return minor_units < 0; }

    /// Same amount and same currency.
    friend constexpr bool operator==(const Money&, const Money&) = default;
};

namespace detail {

[[noreturn]] inline void throw_bad_amount(ErrorCode code, std::string_view text,
                                          std::string message) {
    throw Error::about(
        code,
        Problem{
            .entity = {}, .field = {}, .value = std::string(text), .message = std::move(message)});
}

[[noreturn]] inline void throw_excess_decimals(std::string_view text, Currency currency) {
    throw_bad_amount(ErrorCode::validation, text,
                     "has more decimals than the " + std::to_string(currency.exponent()) + " of " +
                         std::string(currency.code()));
}

[[noreturn]] inline void throw_money_overflow() {
    throw Error(ErrorCode::limit, "money: the result does not fit in 64 bits of minor units");
}

[[noreturn]] inline void throw_mixed_currencies(const Money& a, const Money& b) {
    const auto name = [](Currency currency) {
        return currency ? std::string(currency.code()) : std::string("no currency");
    };
    throw Error(ErrorCode::validation, "money: " + name(a.currency) + " and " + name(b.currency) +
                                           " cannot be added or compared; convert one first");
}

constexpr void require_same_currency(const Money& a, const Money& b) {
    if (a.currency != b.currency) {
        throw_mixed_currencies(a, b);
    }
}

/// A 128-bit result as minor units. Throws Error(limit) when it does not fit.
constexpr std::int64_t checked_minor_units(int128 value) {
    if (value < int128(INT64_MIN) || value > int128(INT64_MAX)) {
        throw_money_overflow();
    }
    return static_cast<std::int64_t>(value);
}

}  // namespace detail

constexpr Money Money::of(std::string_view decimal_text, Currency currency) {
    std::string_view digits = decimal_text;
    const bool negative = !digits.empty() && digits.front() == '-';
    if (negative || (!digits.empty() && digits.front() == '+')) {
        digits.remove_prefix(1);
    }
    std::int64_t amount = 0;  // below zero: that side holds one more
    int decimals = -1;
    bool any_digit = false;
    bool fits = true;
    const auto append = [&amount, &fits](int digit) {
        if (amount < (INT64_MIN + digit) / 10) {
            fits = false;
        } else {
            amount = amount * 10 - digit;
        }
    };
    for (const char c : digits) {
        if (c == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9') {
            detail::throw_bad_amount(ErrorCode::validation, decimal_text,
                                     "is not an amount such as 1200000.00");
        }
        any_digit = true;
        if (decimals < 0 || decimals < currency.exponent()) {
            append(c - '0');
            decimals += decimals >= 0 ? 1 : 0;
        } else if (c != '0') {
            detail::throw_excess_decimals(decimal_text, currency);
        }
    }
    if (!any_digit) {
        detail::throw_bad_amount(ErrorCode::validation, decimal_text,
                                 "is not an amount such as 1200000.00");
    }
    for (int i = std::max(decimals, 0); i < currency.exponent(); ++i) {
        append(0);
    }
    if (!fits || (!negative && amount == INT64_MIN)) {
        detail::throw_bad_amount(ErrorCode::limit, decimal_text, "is too large an amount");
    }
    return Money{negative ? amount : -amount, currency};
}

constexpr Money Money::of(std::string_view decimal_text, std::string_view currency_code) {
    return of(decimal_text, Currency::of(currency_code));
}

constexpr Money Money::parse(std::string_view text) {
    const std::size_t first_space = text.find(' ');
    if (first_space == std::string_view::npos) {
        detail::throw_bad_amount(ErrorCode::validation, text,
                                 "is not an amount with its currency such as 1200000.00 EUR");
    }
    const std::string_view left = text.substr(0, first_space);
    const std::string_view right = text.substr(text.find_last_of(' ') + 1);
    if (text.find_first_not_of(' ', first_space) != text.size() - right.size()) {
        detail::throw_bad_amount(ErrorCode::validation, text,
                                 "is not an amount with its currency such as 1200000.00 EUR");
    }
    const bool code_first = !left.empty() && left.front() >= 'A' && left.front() <= 'z';
    return code_first ? of(right, left) : of(left, right);
}

/// Throws Error(validation) for two currencies, Error(limit) when the sum does not fit.
constexpr Money operator+(const Money& a, const Money& b) {
    detail::require_same_currency(a, b);
    return {detail::checked_minor_units(int128(a.minor_units) + int128(b.minor_units)), a.currency};
}

/// Throws Error(validation) for two currencies, Error(limit) when the difference does not fit.
constexpr Money operator-(const Money& a, const Money& b) {
    detail::require_same_currency(a, b);
    return {detail::checked_minor_units(int128(a.minor_units) - int128(b.minor_units)), a.currency};
}

/// Throws Error(limit) for the one amount whose opposite does not fit.
constexpr Money operator-(const Money& money) {
    return {detail::checked_minor_units(-int128(money.minor_units)), money.currency};
}

/// Throws as operator+ does; `sum` then keeps its value.
constexpr Money& operator+=(Money& sum, const Money& other) { return sum = sum + other; }
/// Throws as operator- does; `rest` then keeps its value.
constexpr Money& operator-=(Money& rest, const Money& other) { return rest = rest - other; }

/// Which of two amounts is larger; unordered for two currencies. There are no operators < and >
/// on purpose: both would be false for two currencies, and the caller would not notice.
constexpr std::partial_ordering compare(const Money& a, const Money& b) {
    if (a.currency != b.currency) {
        return std::partial_ordering::unordered;
    }
    return a.minor_units <=> b.minor_units;
}

/// money · numerator / denominator, exact up to the one rounding at the end.
/// Throws Error(invalid_argument) for a zero denominator, Error(limit) when the result does not
/// fit.
constexpr Money scaled(const Money& money, std::int64_t numerator, std::int64_t denominator,
                       Rounding rounding = {}) {
    return {rounded_quotient(int128(money.minor_units) * int128(numerator), int128(denominator),
                             rounding),
            money.currency};
}

/// money · factor, e.g. a quantity or a discount. Throws Error(limit) when it does not fit.
constexpr Money scaled(const Money& money, Decimal factor, Rounding rounding = {}) {
    return scaled(money, factor.billionths, Decimal::one, rounding);
}

/// The same amount on the grid of `rounding`, e.g. to whole 5 Rappen.
/// Throws Error(invalid_argument) for an increment below 1, Error(limit) when it does not fit.
constexpr Money rounded(const Money& money, Rounding rounding) {
    return scaled(money, 1, 1, rounding);
}

/// The money in another currency: `rate` units of `target` for one unit of money.currency.
/// Throws Error(limit) when the result does not fit.
constexpr Money converted(const Money& money, Currency target, Decimal rate,
                          Rounding rounding = {}) {
    const int128 numerator = int128(money.minor_units) * int128(rate.billionths);
    const std::int64_t from = money.currency.minor_units_per_unit();
    const std::int64_t to = target.minor_units_per_unit();
    const std::int64_t shared = std::gcd(from, to);
    const int128 factor = to / shared;
    const int128 largest = int128_max() / factor;
    if (numerator > largest || numerator < -largest) {
        detail::throw_money_overflow();
    }
    return {rounded_quotient(numerator * factor, int128(Decimal::one) * int128(from / shared),
                             rounding),
            target};
}

/// Divides `total` in proportion to the weights so that the parts add up to it exactly: each part
/// is cut off, and the minor units left go to the largest remainders, the earlier part first
/// (the largest-remainder method of Hamilton).
/// Throws Error(validation) when a weight is negative or all are zero.
inline std::vector<Money> allocate(const Money& total, std::span<const std::int64_t> weights) {
    int128 weight_sum = 0;
    bool negative_weight = false;
    for (const std::int64_t weight : weights) {
        negative_weight = negative_weight || weight < 0;
        weight_sum += int128(weight);
    }
    if (negative_weight || weight_sum == int128(0)) {
        throw Error(ErrorCode::validation,
                    "money: the weights of a division must not be negative, nor all zero");
    }
    const int128 sign = total.is_negative() ? -1 : 1;
    const int128 magnitude = int128(total.minor_units) * sign;
    std::vector<Money> parts;
    parts.reserve(weights.size());
    std::vector<int128> remainders;
    remainders.reserve(weights.size());
    int128 left = magnitude;
    for (const std::int64_t weight : weights) {
        const int128 product = magnitude * int128(weight);
        const int128 share = product / weight_sum;
        left -= share;
        remainders.push_back(product % weight_sum);
        parts.push_back({static_cast<std::int64_t>(share * sign), total.currency});
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&remainders](std::size_t a, std::size_t b) {
        return remainders[a] > remainders[b];
    });
    for (std::size_t i = 0; i < static_cast<std::size_t>(left); ++i) {
        parts[order[i]].minor_units += static_cast<std::int64_t>(sign);
    }
    return parts;
}

/// The amount alone with all decimals of its currency: "1200000.00", "-0.05", "1050" for yen.
inline std::string decimal_text(const Money& money) {
    char buffer[32];
    char* const end = buffer + sizeof buffer;
    char* at = end;
    std::uint64_t rest = money.is_negative() ? 0 - static_cast<std::uint64_t>(money.minor_units)
                                             : static_cast<std::uint64_t>(money.minor_units);
    const int decimals = money.currency.exponent();
    for (int i = 0; i <= decimals || rest != 0; ++i) {
        if (i == decimals && decimals > 0) {
            *--at = '.';
        }
        *--at = static_cast<char>('0' + rest % 10);
        rest /= 10;
    }
    if (money.is_negative()) {
        *--at = '-';
    }
    return {at, end};
}

/// "1200000.00 EUR"; the amount alone for no currency.
inline std::string to_string(const Money& money) {
    std::string out = decimal_text(money);
    if (money.currency) {
        out += ' ';
        out += money.currency.code();
    }
    return out;
}

}  // namespace crmkit
