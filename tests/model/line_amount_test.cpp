#include "crmkit/model/line_amount.hpp"

#include <doctest/doctest.h>

namespace crmkit {
namespace {

Money eur(std::string_view amount) { return Money::of(amount, "EUR"); }

std::vector<std::string> problems_of(const LinePrice& line,
                                     const std::optional<Money>& tax = std::nullopt) {
    std::vector<Problem> problems;
    detail::check_line("opportunity_line", line, tax, problems);
    std::vector<std::string> lines;
    for (const Problem& problem : problems) {
        lines.push_back(to_string(problem));
    }
    return lines;
}

TEST_CASE("line_amount: quantity times price, less the discount") {
    CHECK(line_amount({Decimal::of(3), eur("19.99")}) == eur("59.97"));
    CHECK(line_amount({Decimal::parse("0.333"), eur("10.00")}) == eur("3.33"));
    CHECK(line_amount({Decimal::of(3), eur("19.99"), Decimal::of(10)}) == eur("53.97"));
    CHECK(line_amount({Decimal::of(3), eur("19.99"), Decimal::of(100)}) == eur("0"));
    CHECK(line_amount({Decimal::of(3), eur("19.99"), {}, eur("9.97")}) == eur("50.00"));
    CHECK(line_amount({Decimal::of(2), Money::of("105", "JPY"), Decimal::parse("12.5")}) ==
          Money::of("184", "JPY"));
    CHECK(line_amount({Decimal{}, eur("19.99")}) == eur("0"));
}

TEST_CASE("line_amount: rounds half to even, once for each product") {
    CHECK(line_amount({Decimal::parse("0.5"), eur("0.05")}) == eur("0.02"));
    CHECK(line_amount({Decimal::parse("0.5"), eur("0.07")}) == eur("0.04"));
    CHECK(line_amount({Decimal::of(1), eur("0.05"), Decimal::of(50)}) == eur("0.03"));
}

TEST_CASE("line_amount: a line without quantity or price has no amount") {
    CHECK_FALSE(line_amount({}).has_value());
    CHECK_FALSE(line_amount({Decimal::of(1), {}}).has_value());
    CHECK_FALSE(line_amount({{}, eur("1")}).has_value());
    CHECK(problems_of({}).empty());
}

TEST_CASE("line_amount: an amount that does not fit is a problem, not an overflow") {
    const LinePrice huge{Decimal::of(Decimal::largest_whole),
                         Money{INT64_MAX, Currency::of("EUR")}};
    CHECK_FALSE(line_amount(huge).has_value());
    REQUIRE(problems_of(huge).size() == 1);
    CHECK(problems_of(huge)[0].starts_with(
        "opportunity_line.unit_price: '92233720368547758.07 EUR' times the quantity"));
    CHECK(line_amount({Decimal::of(1), Money{INT64_MIN, Currency::of("EUR")}}) ==
          Money{INT64_MIN, Currency::of("EUR")});
    CHECK_FALSE(line_amount({Decimal::of(1), Money{INT64_MIN, Currency::of("EUR")}, {}, eur("1")})
                    .has_value());
}

TEST_CASE("line_amount: a discount in another currency is a problem") {
    const LinePrice mixed{Decimal::of(1), eur("10"), {}, Money::of("1", "USD")};
    CHECK_FALSE(line_amount(mixed).has_value());
    REQUIRE(problems_of(mixed).size() == 1);
    CHECK(problems_of(mixed)[0].find("in another currency") != std::string::npos);
}

TEST_CASE("line_amount: a tax in another currency is a problem") {
    const LinePrice line{Decimal::of(1), eur("10")};
    CHECK(problems_of(line, eur("1")).empty());
    CHECK(problems_of(line, Money::of("1", "USD")) ==
          std::vector<std::string>{"opportunity_line.tax: '1.00 USD' is in another currency than "
                                   "unit_price: EUR"});
}

TEST_CASE("line_gross: quantity times price, whatever the discount") {
    CHECK(line_gross({Decimal::of(3), eur("19.99"), Decimal::of(10)}) == eur("59.97"));
    CHECK_FALSE(line_gross({Decimal::of(3), {}}).has_value());
}

TEST_CASE("line_amount: one discount only, no negative quantity, a percentage within 0 and 100") {
    const LinePrice line{Decimal::of(-1), eur("10"), Decimal::parse("100.000000001"), eur("-1")};
    CHECK(problems_of(line) ==
          std::vector<std::string>{
              "opportunity_line.quantity: '-1' is negative",
              "opportunity_line.discount_percent: '100.000000001' is not between 0 and 100",
              "opportunity_line.discount_amount: '-1.00 EUR' is negative",
              "opportunity_line.discount_amount: '-1.00 EUR' cannot stand beside a "
              "discount_percent: give one of the two"});
    CHECK(problems_of({Decimal{}, eur("10"), Decimal::of(100)}).empty());
    CHECK(problems_of({Decimal::of(1), eur("-10")}).empty());
}

}  // namespace
}  // namespace crmkit
