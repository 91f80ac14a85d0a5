#include "crmkit/base/random.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace crmkit;

TEST_CASE("the same seed gives the same numbers: SplitMix64's published ones") {
    Random random(1234567);
    CHECK(random.next() == 6457827717110365317U);
    CHECK(random.next() == 3203168211198807973U);
    CHECK(random.next() == 9817491932198370423U);
}

TEST_CASE("numbers below a count are spread evenly") {
    Random random(3);
    std::array<int, 6> seen{};
    for (int i = 0; i < 60'000; ++i) {
        ++seen.at(random.below(6));
    }
    for (const int count : seen) {
        CHECK(count > 9'500);
        CHECK(count < 10'500);
    }
}

TEST_CASE("numbers between two bounds reach both, up to the whole range") {
    Random random(5);
    bool low = false;
    bool high = false;
    for (int i = 0; i < 1000; ++i) {
        const std::int64_t drawn = random.between(-3, 3);
        REQUIRE(drawn >= -3);
        REQUIRE(drawn <= 3);
        low = low || drawn == -3;
        high = high || drawn == 3;
    }
    CHECK(low);
    CHECK(high);
    CHECK(random.between(7, 7) == 7);
    random.between(INT64_MIN, INT64_MAX);
    CHECK_FALSE(random.chance(0));
    CHECK(random.chance(1000));
}
