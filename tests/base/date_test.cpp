#include "crmkit/base/date.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace crmkit;
using namespace std::chrono_literals;

TEST_CASE("a date is read and written as ISO 8601") {
    CHECK(Date::parse("1970-01-01") == Date(0));
    CHECK(Date::parse("2026-12-31") == Date(2026y / 12 / 31));
    CHECK(Date::parse("0001-01-01") == Date::min());
    CHECK(Date::parse("9999-12-31") == Date::max());
    for (const char* text :
         {"0001-01-01", "1969-12-31", "2000-02-29", "2026-07-04", "9999-12-31"}) {
        CHECK(to_string(*Date::parse(text)) == text);
    }
}

TEST_CASE("what is no date is not read") {
    for (const char* text :
         {"", "2026", "2026-1-1", "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31",
          "2026-02-29", "1900-02-29", "0000-01-01", "30000-01-01", "2026-01-01T00:00", "2026/01/01",
          "2026-01/01", "-026-01-01", "2026-01-1x", " 2026-01-01", "２０２６-01-01"}) {
        CAPTURE(text);
        CHECK_FALSE(Date::parse(text));
    }
    CHECK_FALSE(Date::parse(std::string_view("2026-01-0\0", 10)));
}

TEST_CASE("every day from 1600 to 2400 goes to text and back") {
    for (Date day(1600y / 1 / 1); day < Date(2400y / 1 / 1); day = day + 1) {
        REQUIRE(Date::parse(to_string(day)) == day);
    }
}

TEST_CASE("days are counted and added") {
    CHECK(Date(2024y / 3 / 1) - Date(2024y / 2 / 28) == 2);
    CHECK(Date(2023y / 3 / 1) - Date(2023y / 2 / 28) == 1);
    CHECK(Date(2026y / 1 / 1) - 1 == Date(2025y / 12 / 31));
    CHECK(Date(2026y / 12 / 31) + 1 == Date(2027y / 1 / 1));
    CHECK(Date::max() - Date::min() == 3'652'058);
}

TEST_CASE("a month later is the same day, or the last one there is") {
    CHECK(Date(2026y / 1 / 31).plus_months(1) == Date(2026y / 2 / 28));
    CHECK(Date(2024y / 1 / 31).plus_months(1) == Date(2024y / 2 / 29));
    CHECK(Date(2026y / 3 / 31).plus_months(-1) == Date(2026y / 2 / 28));
    CHECK(Date(2026y / 11 / 15).plus_months(3) == Date(2027y / 2 / 15));
    CHECK(Date(2026y / 2 / 15).plus_months(-26) == Date(2023y / 12 / 15));
}

TEST_CASE("quarters") {
    CHECK(Date(2026y / 1 / 1).quarter() == 1);
    CHECK(Date(2026y / 3 / 31).quarter() == 1);
    CHECK(Date(2026y / 4 / 1).quarter() == 2);
    CHECK(Date(2026y / 12 / 31).quarter() == 4);
}

TEST_CASE("a date outside the years of a store still has a text") {
    CHECK(to_string(Date(Date::max().days + 1)) == "day 2932897");
    CHECK(to_string(Date(Date::min().days - 1)) == "day -719163");
}
