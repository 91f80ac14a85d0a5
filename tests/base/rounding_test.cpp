#include "crmkit/base/rounding.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>

using crmkit::Error;
using crmkit::ErrorCode;
using crmkit::int128;
using crmkit::int128_max;
using crmkit::rounded_quotient;
using crmkit::Rounding;
using crmkit::RoundingMode;

static_assert(rounded_quotient(5, 2) == 2);
static_assert(rounded_quotient(5, 2, {RoundingMode::half_up}) == 3);

TEST_CASE("each mode rounds tenths as its definition says") {
    // Columns: 5.5, 2.5, 1.6, 1.1, 1.0, -1.0, -1.1, -1.6, -2.5, -5.5
    constexpr std::array<int, 10> tenths{55, 25, 16, 11, 10, -10, -11, -16, -25, -55};
    struct Row {
        RoundingMode mode;
        std::array<int, 10> expected;
    };
    for (const Row& row : {Row{RoundingMode::half_even, {6, 2, 2, 1, 1, -1, -1, -2, -2, -6}},
                           Row{RoundingMode::half_up, {6, 3, 2, 1, 1, -1, -1, -2, -3, -6}},
                           Row{RoundingMode::half_down, {5, 2, 2, 1, 1, -1, -1, -2, -2, -5}},
                           Row{RoundingMode::up, {6, 3, 2, 2, 1, -1, -2, -2, -3, -6}},
                           Row{RoundingMode::down, {5, 2, 1, 1, 1, -1, -1, -1, -2, -5}},
                           Row{RoundingMode::ceiling, {6, 3, 2, 2, 1, -1, -1, -1, -2, -5}},
                           Row{RoundingMode::floor, {5, 2, 1, 1, 1, -1, -2, -2, -3, -6}}}) {
        for (std::size_t i = 0; i < tenths.size(); ++i) {
            CAPTURE(static_cast<int>(row.mode));
            CAPTURE(tenths[i]);
            CHECK(rounded_quotient(tenths[i], 10, {row.mode}) == row.expected[i]);
            CHECK(rounded_quotient(-tenths[i], -10, {row.mode}) == row.expected[i]);
        }
    }
}

TEST_CASE("an increment rounds to its multiples") {
    const Rounding five{RoundingMode::half_up, 5};
    CHECK(rounded_quotient(1232, 1, five) == 1230);
    CHECK(rounded_quotient(1233, 1, five) == 1235);
    CHECK(rounded_quotient(-1233, 1, five) == -1235);
    CHECK(rounded_quotient(12325, 10, five) == 1235);  // 1232.5 is a tie
    CHECK(rounded_quotient(25, 1, {RoundingMode::half_even, 10}) == 20);
    CHECK(rounded_quotient(35, 1, {RoundingMode::half_even, 10}) == 40);
    CHECK(rounded_quotient(0, 7, five) == 0);
}

TEST_CASE("the ends of the range are exact") {
    CHECK(rounded_quotient(INT64_MAX, 1) == INT64_MAX);
    CHECK(rounded_quotient(INT64_MIN, 1) == INT64_MIN);
    CHECK(rounded_quotient(int128(INT64_MIN) * int128(INT64_MIN), INT64_MIN) == INT64_MIN);
    CHECK(rounded_quotient(int128_max(), int128_max()) == 1);
    CHECK(rounded_quotient(1, int128_max(), {RoundingMode::up}) == 1);
    CHECK(rounded_quotient(int128_max() - int128(1), int128_max()) == 1);
}

TEST_CASE("what cannot be rounded is refused") {
    const auto code_of = [](int128 numerator, int128 denominator, Rounding rounding) {
        try {
            (void)rounded_quotient(numerator, denominator, rounding);
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::ok;
    };
    CHECK(code_of(1, 0, {}) == ErrorCode::invalid_argument);
    CHECK(code_of(1, 1, {RoundingMode::up, 0}) == ErrorCode::invalid_argument);
    CHECK(code_of(1, 1, {RoundingMode::up, -5}) == ErrorCode::invalid_argument);
    CHECK(code_of(int128(INT64_MAX) + int128(1), 1, {}) == ErrorCode::limit);
    CHECK(code_of(int128(INT64_MIN) - int128(1), 1, {}) == ErrorCode::limit);
    CHECK(code_of(INT64_MIN, -1, {}) == ErrorCode::limit);
    CHECK(code_of(INT64_MAX, 1, {RoundingMode::up, 5}) == ErrorCode::limit);
    CHECK(code_of(1, int128_max(), {RoundingMode::up, 2}) == ErrorCode::limit);
    CHECK(code_of(-int128_max() - int128(1), 1, {}) == ErrorCode::limit);
    CHECK(code_of(1, -int128_max() - int128(1), {}) == ErrorCode::limit);
}
