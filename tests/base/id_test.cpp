#include "crmkit/base/id.hpp"

#include <doctest/doctest.h>

#include <set>
#include <thread>
#include <vector>

#include "crmkit/base/id_generator.hpp"

using namespace crmkit;

namespace {

const Instant start = *Instant::parse("2026-11-21T09:30:00Z");

}  // namespace

TEST_CASE("an id is read and written as decimal digits") {
    CHECK(Id::parse("123") == Id{123});
    CHECK(Id::parse("9223372036854775807") == Id{INT64_MAX});
    CHECK(to_string(Id{42}) == "42");
    CHECK(to_string(Id{}) == "0");
    for (const char* text : {"", "0", "-1", "+1", " 1", "1 ", "12x", "0x10", "9223372036854775808",
                             "99999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(Id::parse(text));
    }
}

TEST_CASE("an id says when and where it was made") {
    ManualClock clock(start);
    IdGenerator ids(clock, 77);
    const Id id = ids.next();
    CHECK(id.created_at() == start);
    CHECK(id.replica() == 77);
}

TEST_CASE("ids go up, also when the clock stands still or goes back") {
    ManualClock clock(start);
    IdGenerator ids(clock);
    Id last;
    for (int i = 0; i < 5000; ++i) {
        const Id id = ids.next();
        REQUIRE(id > last);
        last = id;
    }
    clock.advance(std::chrono::hours(-24));
    CHECK(ids.next() > last);
}

TEST_CASE("a generator goes on after the ids of the one before, and of others") {
    ManualClock clock(start);
    IdGenerator first(clock, 9);
    Id last;
    for (int i = 0; i < 2000; ++i) {
        last = first.next();
    }
    IdGenerator second(clock, 1, last);
    CHECK(second.next() > last);

    IdGenerator third(clock, 0);
    third.continue_after(last);
    CHECK(third.next() > last);
    const Id later = third.next();
    third.continue_after(Id{1});
    CHECK(third.next() > later);
}

TEST_CASE("two of the same replica make different ids when each is told of the other's") {
    ManualClock clock(start);
    IdGenerator one(clock, 3);
    IdGenerator other(clock, 3);
    std::set<Id> seen;
    Id highest;
    for (int i = 0; i < 3000; ++i) {
        IdGenerator& generator = i % 3 == 0 ? one : other;
        generator.continue_after(highest);
        highest = generator.next();
        REQUIRE(seen.insert(highest).second);
    }
}

TEST_CASE("ids of several threads are all different") {
    ManualClock clock(start);
    IdGenerator ids(clock);
    std::vector<std::vector<Id>> made(4);
    std::vector<std::thread> threads;
    for (auto& mine : made) {
        threads.emplace_back([&ids, &mine] {
            for (int i = 0; i < 5000; ++i) {
                mine.push_back(ids.next());
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    std::set<Id> all;
    for (const auto& mine : made) {
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == 20'000);
}

TEST_CASE("a clock outside 2020 to 2089 and a replica out of range are refused") {
    ManualClock early(*Instant::parse("2019-12-31T23:59:59Z"));
    IdGenerator too_early(early);
    CHECK_THROWS_AS(too_early.next(), Error);
    ManualClock late(*Instant::parse("2090-01-01T00:00:00Z"));
    IdGenerator too_late(late);
    CHECK_THROWS_AS(too_late.next(), Error);
    ManualClock clock(start);
    CHECK_THROWS_AS(IdGenerator(clock, -1), Error);
    CHECK_THROWS_AS(IdGenerator(clock, 4096), Error);
    CHECK(IdGenerator(clock, 4095).next().replica() == 4095);
}
