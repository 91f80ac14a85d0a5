#include "crmkit/model/currency_rate.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"

namespace crmkit {
namespace {

using testing::has_only_problem;
using testing::problems_of;

TEST_CASE("currency_rate: is more than zero, between two currencies") {
    CurrencyRate rate{.from_currency = "EUR",
                      .to_currency = "USD",
                      .effective_date = Date{20'000},
                      .rate = Decimal{1}};
    CHECK(problems_of(rate).empty());
    rate.rate = Decimal{};
    CHECK(has_only_problem(rate, "currency_rate.rate: '0' is not more than 0"));
    rate.rate = Decimal{-1};
    CHECK(has_only_problem(rate, "currency_rate.rate: '-0.000000001' is not more than 0"));
    rate.rate = Decimal::of(1);
    rate.to_currency = "EUR";
    CHECK(has_only_problem(rate, "currency_rate.to_currency: 'EUR' is the same as from_currency"));
    CHECK(problems_of(CurrencyRate{}).empty());
}

}  // namespace
}  // namespace crmkit
