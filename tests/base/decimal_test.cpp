#include "crmkit/base/decimal.hpp"

#include <doctest/doctest.h>

#include "crmkit/base/random.hpp"

using namespace crmkit;

TEST_CASE("a decimal is read exactly") {
    CHECK(Decimal::parse("0") == Decimal{0});
    CHECK(Decimal::parse("0.1") == Decimal{100'000'000});
    CHECK(Decimal::parse("-0.5") == Decimal{-500'000'000});
    CHECK(Decimal::parse("+3.25") == Decimal{3'250'000'000});
    CHECK(Decimal::parse("12") == Decimal::of(12));
    CHECK(Decimal::parse("0.000000001") == Decimal{1});
    CHECK(Decimal::parse("1.0000000000000") == Decimal::of(1));
    CHECK(Decimal::parse("007") == Decimal::of(7));
    CHECK(Decimal::parse("9223372036.854775807") == Decimal{INT64_MAX});
    CHECK(Decimal::parse("-9223372036.854775808") == Decimal{INT64_MIN});
}

TEST_CASE("what does not fit or is no number is not read") {
    for (const char* text : {"", "-", "+", ".", "-.", "1.2.3", "1e3", "0x1", "1,5", " 1", "1 ",
                             "--1", "inf", "nan", "0.0000000001", "9223372036.854775808",
                             "-9223372036.854775809", "9223372037", "99999999999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(Decimal::parse(text));
    }
}

TEST_CASE("a decimal is written in its shortest form, and read back") {
    CHECK(to_string(Decimal{0}) == "0");
    CHECK(to_string(Decimal::of(12)) == "12");
    CHECK(to_string(Decimal{-500'000'000}) == "-0.5");
    CHECK(to_string(Decimal{1}) == "0.000000001");
    CHECK(to_string(Decimal{INT64_MIN}) == "-9223372036.854775808");
    Random random(7);
    for (int i = 0; i < 10'000; ++i) {
        const Decimal number{static_cast<std::int64_t>(random.next())};
        REQUIRE(Decimal::parse(to_string(number)) == number);
    }
}

TEST_CASE("decimals are ordered as numbers") {
    CHECK(*Decimal::parse("0.1") < *Decimal::parse("0.11"));
    CHECK(*Decimal::parse("-2") < *Decimal::parse("-1.999999999"));
    CHECK(Decimal::of(Decimal::largest_whole) > Decimal::of(-Decimal::largest_whole));
}
