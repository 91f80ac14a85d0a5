/// `int128`: the 128-bit intermediate of money and rate arithmetic. The only place that knows
/// whether the compiler has one; everybody else writes `int128`.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <type_traits>

namespace crmkit {

namespace detail {

/// A signed 128-bit integer for compilers without one (MSVC, 32-bit targets): two's complement,
/// wraps like the machine's own. Division goes bit by bit (about 100 ns): money is divided rarely.
class PortableInt128 {
  public:
    constexpr PortableInt128() = default;
    template <std::integral Integer>
    constexpr PortableInt128(Integer value)  // NOLINT: an integer is meant to widen by itself
        : low_(static_cast<std::uint64_t>(value)) {
        if constexpr (std::is_signed_v<Integer>) {
            high_ = value < 0 ? ~std::uint64_t{0} : 0;
        }
    }

    /// The low 64 bits; the caller has checked that the value fits.
    template <std::integral Integer>
    constexpr explicit operator Integer() const {
        return static_cast<Integer>(low_);
    }

    friend constexpr bool operator==(PortableInt128, PortableInt128) = default;
    friend constexpr std::strong_ordering operator<=>(PortableInt128 a, PortableInt128 b) {
        const auto high = static_cast<std::int64_t>(a.high_) <=> static_cast<std::int64_t>(b.high_);
        return high != 0 ? high : a.low_ <=> b.low_;
    }

    constexpr PortableInt128 operator-() const {
        const std::uint64_t low = 0 - low_;
        return {~high_ + (low == 0 ? 1U : 0U), low};
    }
    friend constexpr PortableInt128 operator+(PortableInt128 a, PortableInt128 b) {
        const std::uint64_t low = a.low_ + b.low_;
        return {a.high_ + b.high_ + (low < a.low_ ? 1U : 0U), low};
    }
    friend constexpr PortableInt128 operator-(PortableInt128 a, PortableInt128 b) { return a + -b; }
    friend constexpr PortableInt128 operator*(PortableInt128 a, PortableInt128 b) {
        const std::uint64_t half = 0xFFFFFFFFU;
        const std::uint64_t low = (a.low_ & half) * (b.low_ & half);
        const std::uint64_t left = (a.low_ >> 32U) * (b.low_ & half) + (low >> 32U);
        const std::uint64_t right = (a.low_ & half) * (b.low_ >> 32U) + (left & half);
        const std::uint64_t high =
            (a.low_ >> 32U) * (b.low_ >> 32U) + (left >> 32U) + (right >> 32U);
        return {high + a.high_ * b.low_ + a.low_ * b.high_, (right << 32U) | (low & half)};
    }
    friend constexpr PortableInt128 operator/(PortableInt128 a, PortableInt128 b) {
        PortableInt128 rest;
        const PortableInt128 quotient = divide(a.magnitude(), b.magnitude(), rest);
        return (a < 0) != (b < 0) ? -quotient : quotient;
    }
    friend constexpr PortableInt128 operator%(PortableInt128 a, PortableInt128 b) {
        PortableInt128 rest;
        divide(a.magnitude(), b.magnitude(), rest);
        return a < 0 ? -rest : rest;
    }
    constexpr PortableInt128& operator+=(PortableInt128 other) { return *this = *this + other; }
    constexpr PortableInt128& operator-=(PortableInt128 other) { return *this = *this - other; }
    constexpr PortableInt128& operator*=(PortableInt128 other) { return *this = *this * other; }

  private:
    constexpr PortableInt128(std::uint64_t high, std::uint64_t low) : high_(high), low_(low) {}

    [[nodiscard]] constexpr PortableInt128 magnitude() const { return *this < 0 ? -*this : *this; }

    [[nodiscard]] constexpr PortableInt128 doubled(bool lowest_bit) const {
        return {(high_ << 1U) | (low_ >> 63U), (low_ << 1U) | (lowest_bit ? 1U : 0U)};
    }

    [[nodiscard]] constexpr bool bit(unsigned place) const {
        return ((place < 64 ? low_ >> place : high_ >> (place - 64)) & 1U) != 0;
    }

    /// Shift and subtract, from the highest bit down; both below 2^127.
    static constexpr PortableInt128 divide(PortableInt128 dividend, PortableInt128 divisor,
                                           PortableInt128& rest) {
        PortableInt128 quotient;
        rest = 0;
        for (unsigned place = 128; place-- > 0;) {
            rest = rest.doubled(dividend.bit(place));
            const bool fits = rest >= divisor;
            rest = fits ? rest - divisor : rest;
            quotient = quotient.doubled(fits);
        }
        return quotient;
    }

    std::uint64_t high_ = 0;
    std::uint64_t low_ = 0;
};

}  // namespace detail

/// A signed 128-bit integer: arithmetic, comparison, conversion from and (explicitly) to integers.
#if defined(__SIZEOF_INT128__)
__extension__ typedef __int128 int128;  // NOLINT: `using` takes no __extension__
#else
using int128 = detail::PortableInt128;  // NOLINT: named like the builtin
#endif

/// The largest int128, 2^127 - 1. The smallest is one further from zero.
constexpr int128 int128_max() {
    return (int128(INT64_MAX) * int128(INT64_MAX) + int128(INT64_MAX) * int128(2)) * int128(2) +
           int128(1);
}

}  // namespace crmkit
