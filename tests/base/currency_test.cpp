#include "crmkit/base/currency.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <type_traits>

using crmkit::currencies;
using crmkit::Currency;
using crmkit::CurrencyInfo;
using crmkit::Error;
using crmkit::ErrorCode;

static_assert(std::is_trivially_copyable_v<Currency>);
static_assert(sizeof(Currency) == 4);
static_assert(Currency::of("EUR").exponent() == 2);
static_assert(!Currency());

TEST_CASE("a currency is found by its code in either case") {
    CHECK(Currency::of("EUR").code() == "EUR");
    CHECK(Currency::find("usd").value().code() == "USD");
    CHECK(Currency::find("cHf").value().name() == "Swiss Franc");
    const Currency yen = Currency::of("JPY");
    CHECK(yen.code() == "JPY");
    CHECK(yen.numeric_code() == 392);
    CHECK(to_string(yen) == "JPY");
}

TEST_CASE("every currency in the table finds itself") {
    std::set<std::string> seen;
    std::set<int> active_numbers;
    for (const CurrencyInfo& info : currencies) {
        CAPTURE(info.code);
        const Currency currency = Currency::of(info.code);
        CHECK(currency.code() == info.code);
        CHECK(currency.exponent() == info.exponent);
        CHECK(currency.active() == info.active);
        CHECK_FALSE(info.name.empty());
        CHECK(info.exponent >= 0);
        CHECK(info.exponent <= 4);
        CHECK(seen.insert(std::string(info.code)).second);
        if (info.active) {
            CHECK(active_numbers.insert(info.numeric_code).second);
        }
    }
    CHECK(active_numbers.size() > 150);
}

TEST_CASE("amounts have the decimals of ISO 4217") {
    for (const char* const code : {"JPY", "KRW", "ISK", "CLP", "XAF", "VND", "UYI", "ITL"}) {
        CHECK(Currency::of(code).exponent() == 0);
    }
    for (const char* const code : {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}) {
        CHECK(Currency::of(code).exponent() == 3);
    }
    for (const char* const code : {"CLF", "UYW"}) {
        CHECK(Currency::of(code).exponent() == 4);
    }
    for (const char* const code : {"EUR", "USD", "GBP", "CHF", "HUF", "DEM", "XAU", "ZWG"}) {
        CHECK(Currency::of(code).exponent() == 2);
    }
    CHECK(Currency::of("BHD").minor_units_per_unit() == 1000);
    CHECK(Currency::of("JPY").minor_units_per_unit() == 1);
}

TEST_CASE("withdrawn currencies are known and not active") {
    for (const char* const code : {"DEM", "FRF", "ITL", "HRK", "EEK", "LTL", "BGN", "ANG"}) {
        CAPTURE(code);
        CHECK_FALSE(Currency::of(code).active());
    }
    CHECK(Currency::of("XCG").active());
}

TEST_CASE("what is no currency code is refused, and the message shows it") {
    using namespace std::string_view_literals;
    for (const std::string_view wrong : {""sv, "E"sv, "EU"sv, "EURO"sv, "EU "sv, "E\0R"sv, "ÄÖ"sv,
                                         "€"sv, "AAA"sv, "ZZZ"sv, "[[["sv, "\xFF\xFF\xFF"sv}) {
        CHECK_FALSE(Currency::find(wrong));
    }
    CHECK_FALSE(Currency::find(std::string(1'000'000, 'E')));
    try {
        (void)Currency::of("EURO");
        FAIL("EURO was taken for a currency");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::validation);
        CHECK(error.problems().at(0).value == "EURO");
        CHECK(error.message().find("'EURO' is not an ISO 4217 currency code") != std::string::npos);
    }
}

TEST_CASE("no currency has no properties and comes first") {
    const Currency none;
    CHECK_FALSE(none);
    CHECK(none.code().empty());
    CHECK(none.name().empty());
    CHECK(none.exponent() == 0);
    CHECK(none.numeric_code() == 0);
    CHECK_FALSE(none.active());
    CHECK(none < Currency::of("AED"));
    CHECK(Currency::of("EUR") < Currency::of("USD"));
    CHECK(Currency::of("EUR") == Currency::of("eur"));
}
