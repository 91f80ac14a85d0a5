#include "crmkit/base/instant.hpp"

#include <doctest/doctest.h>

#include "crmkit/base/random.hpp"

using namespace crmkit;

TEST_CASE("an instant is read as RFC 3339") {
    const Instant moment = *Instant::parse("2026-11-21T09:30:00Z");
    CHECK(moment.microseconds == 1'795'253'400'000'000);
    for (const char* same :
         {"2026-11-21t09:30:00z", "2026-11-21 09:30:00Z", "2026-11-21T10:30:00+01:00",
          "2026-11-21T04:00:00-05:30", "2026-11-21T09:30Z", "2026-11-21T09:30:00.000000Z"}) {
        CAPTURE(same);
        CHECK(Instant::parse(same) == moment);
    }
    CHECK(Instant::parse("2026-11-21") == Instant::start_of(*Date::parse("2026-11-21")));
    CHECK(Instant::parse("1970-01-01T00:00:00.000001Z") == Instant{1});
    CHECK(Instant::parse("1969-12-31T23:59:59.5Z") == Instant{-500'000});
}

TEST_CASE("what is no instant is not read") {
    for (const char* text : {"",
                             "now",
                             "2026-11-21T",
                             "2026-11-21T09:30:00",
                             "2026-11-21T24:00:00Z",
                             "2026-11-21T09:60:00Z",
                             "2026-11-21T09:30:60Z",
                             "2026-11-21T09:30:00.Z",
                             "2026-11-21T09:30:00.1234567Z",
                             "2026-11-21T09:30:00+24:00",
                             "2026-11-21T09:30:00+01:60",
                             "2026-11-21T09:30:00Zx",
                             "2026-02-30T00:00:00Z",
                             "30000-01-01T00:00:00Z",
                             "2026-11-21T0930Z",
                             "0001-01-01T00:00:00+01:00",
                             "9999-12-31T23:59:59-01:00",
                             "2026-11-21x09:30:00Z",
                             "2026-11-21Tab:30:00Z",
                             "2026-11-21T09:-1:00Z",
                             "2026-11-21T09:30:a0Z",
                             "2026-11-21T09:30:00.a",
                             "2026-11-21T09:30:00./Z",
                             "2026-11-21T09:30:00+a1:00",
                             "2026-11-21T09:30:00+01:b0",
                             "2026-11-21T09:30:00+01:00x"}) {
        CAPTURE(text);
        CHECK_FALSE(Instant::parse(text));
    }
}

TEST_CASE("an instant goes to text and back") {
    CHECK(to_string(Instant{0}) == "1970-01-01T00:00:00Z");
    CHECK(to_string(Instant{-1}) == "1969-12-31T23:59:59.999999Z");
    CHECK(to_string(Instant{1'500}) == "1970-01-01T00:00:00.001500Z");
    CHECK(to_string(Instant::max()) == "9999-12-31T23:59:59.999999Z");
    CHECK(to_string(Instant{Instant::max().microseconds + 1}) == "microsecond 253402300800000000");
    CHECK(to_string(Instant{Instant::min().microseconds - 1}) == "microsecond -62135596800000001");
    Random random(1);
    for (int i = 0; i < 10'000; ++i) {
        const Instant moment{
            random.between(Instant::min().microseconds, Instant::max().microseconds)};
        REQUIRE(Instant::parse(to_string(moment)) == moment);
    }
}

TEST_CASE("the date of an instant is the day that it falls in, also before 1970") {
    CHECK(Instant{0}.date() == Date(0));
    CHECK(Instant{-1}.date() == Date(-1));
    CHECK(Instant{Instant::per_day - 1}.date() == Date(0));
    CHECK(Instant{Instant::per_day}.date() == Date(1));
    CHECK(Instant{-Instant::per_day}.date() == Date(-1));
    CHECK(Instant{-Instant::per_day - 1}.date() == Date(-2));
    CHECK(Instant::min().date() == Date::min());
    CHECK(Instant::max().date() == Date::max());
}
