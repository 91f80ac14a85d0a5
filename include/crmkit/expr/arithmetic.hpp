/// Arithmetic and comparison of values, exactly as the expression language defines them: nothing
/// where SQL would say null. The evaluator and the SQL backends compute with the same functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "crmkit/base/int128.hpp"
#include "crmkit/base/rounding.hpp"
#include "crmkit/schema/value.hpp"

namespace crmkit::expr {

namespace detail {

/// A 128-bit result in 64 bits; nothing when it does not fit.
constexpr std::optional<std::int64_t> narrowed(int128 wide) {
    if (wide < int128(INT64_MIN) || wide > int128(INT64_MAX)) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(wide);
}

/// The quotient rounded half-even; nothing for a zero denominator or a result that does not fit.
inline std::optional<std::int64_t> quotient(int128 numerator, int128 denominator) {
    if (denominator == int128(0)) {
        return std::nullopt;
    }
    try {
        return rounded_quotient(numerator, denominator);
    } catch (const Error&) {
        return std::nullopt;
    }
}

inline ValueView as_integer(std::optional<std::int64_t> number) {
    return number ? ValueView(*number) : ValueView();
}
inline ValueView as_decimal(std::optional<std::int64_t> billionths) {
    return billionths ? ValueView(Decimal{*billionths}) : ValueView();
}
inline ValueView as_money(std::optional<std::int64_t> minor_units, Currency currency) {
    return minor_units ? ValueView(Money{*minor_units, currency}) : ValueView();
}
/// The date so many days after 1970-01-01; nothing outside the years 0001 to 9999.
inline ValueView as_date(int128 days) {
    const bool fits = days >= int128(Date::min().days) && days <= int128(Date::max().days);
    return fits ? ValueView(Date{static_cast<std::int32_t>(static_cast<std::int64_t>(days))})
                : ValueView();
}
/// The instant so many microseconds after 1970; nothing outside the years 0001 to 9999.
inline ValueView as_instant(int128 microseconds) {
    const bool fits = microseconds >= int128(Instant::min().microseconds) &&
                      microseconds <= int128(Instant::max().microseconds);
    return fits ? ValueView(Instant{static_cast<std::int64_t>(microseconds)}) : ValueView();
}

inline bool is_whole(const ValueView& value) { return value.kind() == ValueKind::integer; }

/// An integer or decimal in billionths.
inline int128 billionths(const ValueView& number) {
    return is_whole(number) ? int128(number.integer()) * int128(Decimal::one)
                            : int128(number.decimal().billionths);
}

inline ValueView add_numbers(const ValueView& a, const ValueView& b, int sign) {
    if (is_whole(a) && is_whole(b)) {
        return as_integer(narrowed(int128(a.integer()) + int128(sign) * int128(b.integer())));
    }
    return as_decimal(narrowed(billionths(a) + int128(sign) * billionths(b)));
}

inline ValueView add_money(const Money& a, const Money& b, int sign) {
    if (a.currency != b.currency) {
        return {};
    }
    return as_money(narrowed(int128(a.minor_units) + int128(sign) * int128(b.minor_units)),
                    a.currency);
}

/// `a` plus or minus `b`, where `a` may be a date or an instant and `b` a number of days.
inline ValueView add_signed(const ValueView& a, const ValueView& b, int sign) {
    if (a.is_null() || b.is_null()) {
        return {};
    }
    if (a.kind() == ValueKind::money) {
        return add_money(a.money(), b.money(), sign);
    }
    if (a.kind() == ValueKind::date) {
        return as_date(int128(a.date().days) + int128(sign) * int128(b.integer()));
    }
    if (a.kind() == ValueKind::instant) {
        return as_instant(int128(a.instant().microseconds) +
                          int128(sign) * int128(b.integer()) * int128(Instant::per_day));
    }
    return add_numbers(a, b, sign);
}

inline ValueView multiply_money(const Money& money, const ValueView& number) {
    const int128 minor_units(money.minor_units);
    if (is_whole(number)) {
        return as_money(narrowed(minor_units * int128(number.integer())), money.currency);
    }
    return as_money(quotient(minor_units * int128(number.decimal().billionths), Decimal::one),
                    money.currency);
}

}  // namespace detail

/// a + b: numbers, two monies of one currency, a date or an instant and a whole number of days.
inline ValueView add(const ValueView& a, const ValueView& b) {
    const bool days_first = b.kind() == ValueKind::date || b.kind() == ValueKind::instant;
    return days_first ? detail::add_signed(b, a, 1) : detail::add_signed(a, b, 1);
}

/// a - b: as a + b, and two dates, whose difference is a whole number of days.
inline ValueView subtract(const ValueView& a, const ValueView& b) {
    if (a.kind() == ValueKind::date && b.kind() == ValueKind::date) {
        return ValueView(std::int64_t{a.date().days} - std::int64_t{b.date().days});
    }
    return detail::add_signed(a, b, -1);
}

/// a · b: numbers, or a money and a number; a money is rounded half-even to its minor units, a
/// decimal to nine places.
inline ValueView multiply(const ValueView& a, const ValueView& b) {
    using namespace detail;  // NOLINT: the helpers above
    if (a.is_null() || b.is_null()) {
        return {};
    }
    if (a.kind() == ValueKind::money) {
        return multiply_money(a.money(), b);
    }
    if (b.kind() == ValueKind::money) {
        return multiply_money(b.money(), a);
    }
    if (is_whole(a) && is_whole(b)) {
        return as_integer(narrowed(int128(a.integer()) * int128(b.integer())));
    }
    if (is_whole(a) || is_whole(b)) {
        const std::int64_t whole = is_whole(a) ? a.integer() : b.integer();
        const Decimal decimal = is_whole(a) ? b.decimal() : a.decimal();
        return as_decimal(narrowed(int128(whole) * int128(decimal.billionths)));
    }
    return as_decimal(
        quotient(int128(a.decimal().billionths) * int128(b.decimal().billionths), Decimal::one));
}

/// a / b: of numbers and of two monies of one currency a decimal of nine places, of a money and a
/// number a money; rounded half-even. Nothing when b is zero.
inline ValueView divide(const ValueView& a, const ValueView& b) {
    using namespace detail;  // NOLINT: the helpers above
    const int128 one(Decimal::one);
    if (a.is_null() || b.is_null()) {
        return {};
    }
    if (a.kind() == ValueKind::money && b.kind() == ValueKind::money) {
        if (a.money().currency != b.money().currency) {
            return {};
        }
        return as_decimal(
            quotient(int128(a.money().minor_units) * one, int128(b.money().minor_units)));
    }
    if (a.kind() == ValueKind::money) {
        const int128 minor_units(a.money().minor_units);
        return as_money(is_whole(b) ? quotient(minor_units, int128(b.integer()))
                                    : quotient(minor_units * one, billionths(b)),
                        a.money().currency);
    }
    if (is_whole(b)) {
        return as_decimal(quotient(billionths(a), int128(b.integer())));
    }
    return as_decimal(quotient(billionths(a) * one, billionths(b)));
}

/// -a, of a number or a money.
inline ValueView negate(const ValueView& a) {
    if (a.is_null()) {
        return {};
    }
    if (a.kind() == ValueKind::money) {
        return detail::as_money(detail::narrowed(-int128(a.money().minor_units)),
                                a.money().currency);
    }
    return detail::add_numbers(ValueView(std::int64_t{0}), a, -1);
}

namespace detail {

/// A money beside a number of major units of its own currency.
inline std::strong_ordering compare_major(const Money& money, const ValueView& number) {
    const std::int64_t per_unit = money.currency.minor_units_per_unit();
    if (is_whole(number)) {
        const int128 minor_units = int128(number.integer()) * int128(per_unit);
        return int128(money.minor_units) < minor_units   ? std::strong_ordering::less
               : int128(money.minor_units) > minor_units ? std::strong_ordering::greater
                                                         : std::strong_ordering::equal;
    }
    const int128 left = int128(money.minor_units) * int128(Decimal::one);
    const int128 right = int128(number.decimal().billionths) * int128(per_unit);
    return left < right   ? std::strong_ordering::less
           : left > right ? std::strong_ordering::greater
                          : std::strong_ordering::equal;
}

inline std::strong_ordering compare_numbers(const ValueView& a, const ValueView& b) {
    if (a.kind() == b.kind()) {
        return a.integer() <=> b.integer();
    }
    const int128 left = billionths(a);
    const int128 right = billionths(b);
    return left < right   ? std::strong_ordering::less
           : left > right ? std::strong_ordering::greater
                          : std::strong_ordering::equal;
}

inline std::strong_ordering reversed(std::strong_ordering order) {
    return order < 0   ? std::strong_ordering::greater
           : order > 0 ? std::strong_ordering::less
                       : std::strong_ordering::equal;
}

}  // namespace detail

/// How two values compare: nothing (SQL's null) when one of them is null, or both are money of
/// different currencies. The checker has seen to it that their types can be compared.
inline std::optional<std::strong_ordering> compare(const ValueView& a, const ValueView& b) {
    if (a.is_null() || b.is_null()) {
        return std::nullopt;
    }
    if (a.kind() == ValueKind::money) {
        if (b.kind() != ValueKind::money) {
            return detail::compare_major(a.money(), b);
        }
        const Money left = a.money();
        const Money right = b.money();
        return left.currency == right.currency
                   ? std::optional(left.minor_units <=> right.minor_units)
                   : std::nullopt;
    }
    if (b.kind() == ValueKind::money) {
        return detail::reversed(detail::compare_major(b.money(), a));
    }
    switch (a.kind()) {
        case ValueKind::text:
            return a.text().compare(b.text()) <=> 0;
        case ValueKind::integer:
        case ValueKind::decimal:
            return detail::compare_numbers(a, b);
        case ValueKind::boolean:
            return a.boolean() <=> b.boolean();
        case ValueKind::date:
            return a.date() <=> b.date();
        case ValueKind::instant:
            return a.instant() <=> b.instant();
        case ValueKind::id:
            return a.id() <=> b.id();
        case ValueKind::link:
            return a.link() <=> b.link();
        case ValueKind::null:
        case ValueKind::money:
        case ValueKind::text_list:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace crmkit::expr
