#include "crmkit/base/money.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <vector>

#include "errors_of.hpp"

using crmkit::allocate;
using crmkit::compare;
using crmkit::converted;
using crmkit::Currency;
using crmkit::Decimal;
using crmkit::Error;
using crmkit::ErrorCode;
using crmkit::Money;
using crmkit::rounded;
using crmkit::Rounding;
using crmkit::RoundingMode;
using crmkit::scaled;

static_assert(std::is_trivially_copyable_v<Money>);
static_assert(sizeof(Money) == 16);
static_assert(Money::of("12.5", "chf") == Money::of_minor(1250, Currency::of("CHF")));

namespace {

using crmkit::testing::code_of;

Money euro(std::int64_t cents) { return Money::of_minor(cents, Currency::of("EUR")); }

}  // namespace

TEST_CASE("an amount is read exactly") {
    CHECK(Money::of("1200000.00", "EUR").minor_units == 120'000'000);
    CHECK(Money::of("-0.05", "EUR").minor_units == -5);
    CHECK(Money::of("+7", "EUR").minor_units == 700);
    CHECK(Money::of(".5", "EUR").minor_units == 50);
    CHECK(Money::of("5.", "EUR").minor_units == 500);
    CHECK(Money::of("0.1", "BHD").minor_units == 100);
    CHECK(Money::of("1050", "JPY").minor_units == 1050);
    CHECK(Money::of("1050.000", "JPY").minor_units == 1050);
    CHECK(Money::of("1.2300", "EUR").minor_units == 123);
    CHECK(Money::of("1.2345", "CLF").minor_units == 12345);
    CHECK(Money::of("-92233720368547758.08", "EUR").minor_units == INT64_MIN);
    CHECK(Money::of("92233720368547758.07", "EUR").minor_units == INT64_MAX);
    CHECK(Money::of(std::string(100'000, '0') + "1", "EUR").minor_units == 100);
}

TEST_CASE("what is no amount is refused with the amount in the message") {
    for (const char* const wrong : {"", "-", "+", ".", "-.", "1,5", "1 000", "1e3", "--1", "1.2.3",
                                    "0x10", "NaN", "12a", " 1", "1 ", "١٢"}) {
        CAPTURE(wrong);
        CHECK(code_of([&] { (void)Money::of(wrong, "EUR"); }) == ErrorCode::validation);
    }
    CHECK(code_of([] { (void)Money::of("1.234", "EUR"); }) == ErrorCode::validation);
    CHECK(code_of([] { (void)Money::of("1.5", "JPY"); }) == ErrorCode::validation);
    CHECK(code_of([] { (void)Money::of("1", "XYZ"); }) == ErrorCode::validation);
    CHECK(code_of([] { (void)Money::of("92233720368547758.08", "EUR"); }) == ErrorCode::limit);
    CHECK(code_of([] { (void)Money::of("-92233720368547758.09", "EUR"); }) == ErrorCode::limit);
    CHECK(code_of([] { (void)Money::of(std::string(100'000, '9'), "JPY"); }) == ErrorCode::limit);
    try {
        (void)Money::of("12.345", "EUR");
    } catch (const Error& error) {
        CHECK(error.message() == "'12.345' has more decimals than the 2 of EUR");
    }
}

TEST_CASE("an amount with its currency is read in both orders and written in one") {
    CHECK(Money::parse("1200000.00 EUR") == Money::of("1200000", "EUR"));
    CHECK(Money::parse("EUR 1200000.00") == Money::of("1200000", "EUR"));
    CHECK(Money::parse("chf   -3.5") == Money::of("-3.50", "CHF"));
    CHECK(to_string(Money::of("1200000", "EUR")) == "1200000.00 EUR");
    CHECK(to_string(Money::of("1050", "JPY")) == "1050 JPY");
    CHECK(to_string(Money::of("-0.05", "EUR")) == "-0.05 EUR");
    CHECK(to_string(Money::of("0.007", "KWD")) == "0.007 KWD");
    CHECK(to_string(Money{}) == "0");
    CHECK(to_string(euro(INT64_MIN)) == "-92233720368547758.08 EUR");
    for (const char* const wrong : {"", "EUR", "12", "12EUR", "EUR EUR", "12 13", "12 EUR x",
                                    "EUR 12 13", " 12 EUR", "12 EUR ", "12\tEUR"}) {
        CAPTURE(wrong);
        CHECK(code_of([&] { (void)Money::parse(wrong); }) == ErrorCode::validation);
    }
    for (const std::int64_t cents :
         std::initializer_list<std::int64_t>{0, 1, -1, 99, 100, -101, INT64_MAX, INT64_MIN}) {
        CHECK(Money::parse(to_string(euro(cents))) == euro(cents));
    }
}

TEST_CASE("sums are checked and never mix currencies") {
    CHECK(euro(150) + euro(-50) == euro(100));
    CHECK(euro(150) - euro(200) == euro(-50));
    CHECK(-euro(5) == euro(-5));
    Money sum = euro(1);
    sum += euro(2);
    sum -= euro(5);
    CHECK(sum == euro(-2));
    CHECK(code_of([] { (void)(euro(INT64_MAX) + euro(1)); }) == ErrorCode::limit);
    CHECK(code_of([] { (void)(euro(INT64_MIN) - euro(1)); }) == ErrorCode::limit);
    CHECK(code_of([] { (void)-euro(INT64_MIN); }) == ErrorCode::limit);
    const Money yen = Money::of("5", "JPY");
    CHECK(code_of([&] { (void)(euro(1) + yen); }) == ErrorCode::validation);
    CHECK(code_of([&] { (void)(euro(1) - yen); }) == ErrorCode::validation);
    CHECK(code_of([&] { (void)(Money{} + yen); }) == ErrorCode::validation);
    CHECK(code_of([&] { sum += yen; }) == ErrorCode::validation);
    CHECK(sum == euro(-2));
}

TEST_CASE("amounts compare within a currency only") {
    CHECK(compare(euro(1), euro(2)) == std::partial_ordering::less);
    CHECK(compare(euro(2), euro(2)) == std::partial_ordering::equivalent);
    CHECK(compare(euro(3), euro(2)) == std::partial_ordering::greater);
    CHECK(compare(euro(1), Money::of("1", "USD")) == std::partial_ordering::unordered);
    CHECK(euro(0) != Money::of("0", "USD"));
}

TEST_CASE("a product is rounded once") {
    const Money price = Money::of("19.99", "EUR");
    CHECK(scaled(price, Decimal::parse("0.19").value()) == Money::of("3.80", "EUR"));
    CHECK(scaled(price, 1, 3) == Money::of("6.66", "EUR"));
    CHECK(scaled(euro(5), 1, 10, {RoundingMode::half_up}) == euro(1));
    CHECK(scaled(euro(5), 1, 10) == euro(0));
    CHECK(scaled(euro(INT64_MAX), INT64_MAX, INT64_MAX) == euro(INT64_MAX));
    CHECK(scaled(euro(INT64_MIN), INT64_MIN, INT64_MIN) == euro(INT64_MIN));
    CHECK(rounded(Money::of("12.33", "CHF"), Rounding{RoundingMode::half_up, 5}) ==
          Money::of("12.35", "CHF"));
    CHECK(code_of([] { (void)scaled(euro(INT64_MAX), 2, 1); }) == ErrorCode::limit);
    CHECK(code_of([] { (void)scaled(euro(1), 1, 0); }) == ErrorCode::invalid_argument);
}

TEST_CASE("a conversion accounts for the decimals of both currencies") {
    const auto rate = [](const char* text) { return Decimal::parse(text).value(); };
    const Currency yen = Currency::of("JPY");
    const Currency dinar = Currency::of("BHD");
    CHECK(converted(Money::of("100.00", "EUR"), yen, rate("163.25")) == Money::of("16325", "JPY"));
    CHECK(converted(Money::of("16325", "JPY"), Currency::of("EUR"), rate("0.006125574")) ==
          Money::of("100.00", "EUR"));
    CHECK(converted(Money::of("1.00", "EUR"), dinar, rate("0.4075")) == Money::of("0.408", "BHD"));
    CHECK(converted(Money::of("0.408", "BHD"), Currency::of("EUR"), rate("2.45")) ==
          Money::of("1.00", "EUR"));
    for (const std::int64_t amount : {INT64_MAX, INT64_MIN}) {
        CHECK(code_of([&] {
                  (void)converted(Money::of_minor(amount, yen), Currency::of("CLF"),
                                  Decimal{INT64_MAX});
              }) == ErrorCode::limit);
    }
}

TEST_CASE("a division loses no minor unit") {
    const auto minor_units = [](const Money& total, const std::vector<std::int64_t>& weights) {
        std::vector<std::int64_t> units;
        for (const Money& part : allocate(total, weights)) {
            CHECK(part.currency == total.currency);
            units.push_back(part.minor_units);
        }
        return units;
    };
    using Units = std::vector<std::int64_t>;
    CHECK(minor_units(euro(100), {1, 1, 1}) == Units{34, 33, 33});
    CHECK(minor_units(euro(-100), {1, 1, 1}) == Units{-34, -33, -33});
    CHECK(minor_units(euro(5), {3, 7}) == Units{2, 3});
    CHECK(minor_units(euro(100), {50, 30, 20}) == Units{50, 30, 20});
    CHECK(minor_units(euro(1), {0, 1, 0}) == Units{0, 1, 0});
    CHECK(minor_units(euro(0), {1, 2}) == Units{0, 0});
    CHECK(minor_units(euro(1000), {1, 1, 2, 1}) == Units{200, 200, 400, 200});
    CHECK(minor_units(euro(10), {1, 2, 4}) == Units{1, 3, 6});
    CHECK(minor_units(euro(INT64_MIN), {INT64_MAX, INT64_MAX}) ==
          Units{INT64_MIN / 2, INT64_MIN / 2});
    CHECK(code_of([] { (void)allocate(euro(1), {}); }) == ErrorCode::validation);
    CHECK(code_of([&] { (void)minor_units(euro(1), {0, 0}); }) == ErrorCode::validation);
    CHECK(code_of([&] { (void)minor_units(euro(1), {2, -1}); }) == ErrorCode::validation);
    CHECK(code_of([&] { (void)minor_units(euro(1), {-1, 2}); }) == ErrorCode::validation);
}

TEST_CASE("parts of random divisions add up, each within one minor unit of its share") {
    std::uint64_t state = 42;
    const auto random = [&state](std::int64_t below) {
        state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        return static_cast<std::int64_t>((state >> 33U) % static_cast<std::uint64_t>(below));
    };
    for (int round = 0; round < 500; ++round) {
        std::vector<std::int64_t> weights;
        std::int64_t weight_sum = 0;
        for (std::int64_t i = 0; i <= random(20); ++i) {
            weights.push_back(random(1000));
            weight_sum += weights.back();
        }
        weights.front() += 1;
        weight_sum += 1;
        const Money total = euro(random(2'000'000'000) - 1'000'000'000);
        const auto parts = allocate(total, weights);
        Money sum = euro(0);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            sum += parts[i];
            const std::int64_t off =
                parts[i].minor_units * weight_sum - total.minor_units * weights[i];
            REQUIRE(off < weight_sum);
            REQUIRE(off > -weight_sum);
        }
        REQUIRE(sum == total);
    }
}
