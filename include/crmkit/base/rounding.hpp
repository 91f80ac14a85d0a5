/// `Rounding`: the one way in which crmkit rounds an exact result to whole units.
#pragma once

#include <cstdint>

#include "crmkit/base/error.hpp"
#include "crmkit/base/int128.hpp"

namespace crmkit {

/// Where a result between two representable ones goes. The names are those of IEEE 754 and
/// java.math.RoundingMode; "up" and "down" are seen from zero.
enum class RoundingMode : std::uint8_t {
    half_even,  ///< to the nearest, a tie to the even one: no drift over many amounts
    half_up,    ///< to the nearest, a tie away from zero: commercial rounding
    half_down,  ///< to the nearest, a tie towards zero
    up,         ///< away from zero
    down,       ///< towards zero: cut off
    ceiling,    ///< towards positive infinity
    floor,      ///< towards negative infinity
};

/// How to round an amount.
struct Rounding {
    /// Default: half_even. Change it where law or contract names another mode, e.g. half_up for
    /// the tax of most countries.
    RoundingMode mode = RoundingMode::half_even;
    /// The result is a multiple of this many minor units; default 1. Change it for cash without
    /// small coins, e.g. 5 for Swiss francs.
    std::int64_t increment = 1;

    friend constexpr bool operator==(const Rounding&, const Rounding&) = default;
};

namespace detail {

/// Whether a magnitude of `quotient` steps and a rest goes up to the next step.
constexpr bool rounds_away(RoundingMode mode, bool negative, bool odd_quotient, int128 rest,
                           int128 step) {
    const int128 missing = step - rest;
    switch (mode) {
        case RoundingMode::half_even:
            return rest > missing || (rest == missing && odd_quotient);
        case RoundingMode::half_up:
            return rest >= missing;
        case RoundingMode::half_down:
            return rest > missing;
        case RoundingMode::up:
            return true;
        case RoundingMode::down:
            return false;
        case RoundingMode::ceiling:
            return !negative;
        case RoundingMode::floor:
            return negative;
    }
    return false;
}

}  // namespace detail

/// The quotient of two exact numbers, rounded to a multiple of `rounding.increment`.
///
/// Throws Error(invalid_argument) for a zero denominator or an increment below 1, and Error(limit)
/// when the result does not fit in 64 bits or the operands leave no room in 128 bits.
constexpr std::int64_t rounded_quotient(int128 numerator, int128 denominator,
                                        Rounding rounding = {}) {
    const int128 zero = 0;
    const int128 largest = int128_max();
    if (denominator == zero || rounding.increment < 1) {
        throw Error(ErrorCode::invalid_argument,
                    "rounding: the denominator must not be zero and the increment at least 1");
    }
    const bool negative = (numerator < zero) != (denominator < zero);
    if (numerator < -largest || denominator < -largest) {
        throw Error(ErrorCode::limit, "rounding: an operand does not fit");
    }
    const int128 dividend = numerator < zero ? -numerator : numerator;
    const int128 divisor = denominator < zero ? -denominator : denominator;
    const int128 increment = rounding.increment;
    if (divisor > largest / increment) {
        throw Error(ErrorCode::limit, "rounding: denominator times increment does not fit");
    }
    const int128 step = divisor * increment;
    int128 steps = dividend / step;
    const int128 rest = dividend % step;
    const bool odd = steps % int128(2) != zero;
    if (rest != zero && detail::rounds_away(rounding.mode, negative, odd, rest, step)) {
        steps = steps + int128(1);
    }
    const int128 bound = int128(INT64_MAX) + int128(negative ? 1 : 0);
    if (steps > bound / increment) {
        throw Error(ErrorCode::limit, "rounding: the result does not fit in 64 bits");
    }
    const int128 result = steps * increment;
    return static_cast<std::int64_t>(negative ? -result : result);
}

}  // namespace crmkit
