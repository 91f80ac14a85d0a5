#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"

namespace crmkit::conformance {
namespace {

constexpr std::int64_t party = 500;

TimelineEntry entry(std::int64_t at, std::int64_t record, std::int64_t via = party,
                    TimelineKind kind = 0, std::int64_t whose = party) {
    return {Id{whose}, {Instant{at}, Id{record}, kind}, Id{via}, 1001};
}

TimelineRange of_party(std::size_t limit = 1000) {
    TimelineRange range;
    range.party = Id{party};
    range.limit = limit;
    return range;
}

/// The records of a range, in its order: "1 3 2".
std::string read(Storage& storage, const TimelineRange& range) {
    std::string found;
    for (const TimelineEntry& one : storage.timeline(range)) {
        CHECK(one.party == range.party);
        found += (found.empty() ? "" : " ") + to_string(one.event.record);
    }
    return found;
}

TEST_CASE_TEMPLATE("timeline: an entry comes out as it went in", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const TimelineEntry first{
        Id{INT64_MAX}, {Instant::max(), Id{INT64_MAX}, 63}, Id{INT64_MAX}, 65535};
    const TimelineEntry second{Id{INT64_MAX}, {Instant::min(), Id{1}, 0}, Id{1}, 0};
    const TimelineEntry both[] = {first, second};
    store->add_timeline(both);
    TimelineRange range;
    range.party = Id{INT64_MAX};
    auto found = store->timeline(range);
    REQUIRE(found.size() == 1);  // the last instant is left out by default, as `until` is
    CHECK(found.front() == second);
    range.until = Instant{INT64_MAX};
    found = store->timeline(range);
    REQUIRE(found.size() == 2);
    CHECK(found.front() == first);
    CHECK(found.back() == second);
}

TEST_CASE_TEMPLATE("timeline: newest first, then the higher record", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const TimelineEntry entries[] = {
        entry(20, 2), entry(10, 9), entry(20, 3), entry(30, 1), entry(20, 7, party, 0, 501),
        entry(-5, 4)};
    store->add_timeline(entries);
    CHECK(read(*store, of_party()) == "1 3 2 9 4");
    TimelineRange other = of_party();
    other.party = Id{501};
    CHECK(read(*store, other) == "7");
    other.party = Id{502};
    CHECK(read(*store, other).empty());
}

TEST_CASE_TEMPLATE("timeline: since is included, until is not", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    for (std::int64_t at = 1; at <= 9; ++at) {
        const TimelineEntry one = entry(at * 10, at);
        store->add_timeline({&one, 1});
    }
    TimelineRange range = of_party();
    range.since = Instant{30};
    range.until = Instant{60};
    CHECK(read(*store, range) == "5 4 3");
    range.limit = 2;
    CHECK(read(*store, range) == "5 4");
    range.limit = 0;
    CHECK(read(*store, range).empty());
    range.limit = 10;
    range.until = Instant{30};
    CHECK(read(*store, range).empty());
    range.since = Instant{90};
    range.until = Instant::max();
    CHECK(read(*store, range) == "9");
}

TEST_CASE_TEMPLATE("timeline: only the wanted kinds", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const TimelineEntry entries[] = {entry(1, 1, party, 0), entry(2, 2, party, 1),
                                     entry(3, 3, party, 5), entry(4, 4, party, 63)};
    store->add_timeline(entries);
    TimelineRange range = of_party();
    range.kinds = std::uint64_t{1} << 63U;
    CHECK(read(*store, range) == "4");
    range.kinds = (1U << 0U) | (1U << 5U);
    CHECK(read(*store, range) == "3 1");
    range.limit = 1;
    range.kinds = 1U << 1U;
    CHECK(read(*store, range) == "2");  // the limit counts the wanted ones
    range.kinds = 0;
    CHECK(read(*store, range).empty());
}

TEST_CASE_TEMPLATE("timeline: an event that comes by several ways comes once", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const TimelineEntry entries[] = {entry(10, 1, 600), entry(10, 1, 601), entry(10, 1, party),
                                     entry(10, 2, 600), entry(20, 1, 600), entry(20, 1, 602)};
    store->add_timeline(entries);
    CHECK(read(*store, of_party()) == "1 2 1");
    CHECK(read(*store, of_party(1)) == "1");
    const TimelineEntry one_way = entry(10, 1, 601);
    store->remove_timeline({&one_way, 1});
    CHECK(read(*store, of_party()) == "1 2 1");
    const TimelineEntry other_ways[] = {entry(10, 1, 600), entry(10, 1, party)};
    store->remove_timeline(other_ways);
    CHECK(read(*store, of_party()) == "1 2");
}

TEST_CASE_TEMPLATE("timeline: page after page, nothing twice, nothing left out", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Random random(5);
    std::set<TimelineEvent> events;
    for (int i = 0; i < 400; ++i) {
        const std::int64_t at = random.between(-20, 20);
        const std::int64_t record = random.between(1, 30);
        const auto kind = static_cast<TimelineKind>(random.below(3));
        const TimelineEntry one = entry(at, record, 600 + random.between(0, 3), kind);
        events.insert(one.event);
        store->add_timeline({&one, 1});
    }
    const std::vector<TimelineEvent> expected(events.rbegin(), events.rend());
    for (const std::size_t limit : {1U, 7U, 50U, 1000U}) {
        std::vector<TimelineEvent> found;
        TimelineRange range = of_party(limit);
        for (auto page = store->timeline(range); !page.empty(); page = store->timeline(range)) {
            for (const TimelineEntry& one : page) {
                found.push_back(one.event);
            }
            range.after = page.back().event;
        }
        CHECK(found == expected);
    }
    TimelineRange range = of_party();
    range.until = Instant{0};
    range.after = TimelineEvent{Instant{10}, Id{3}, 0};
    for (const TimelineEntry& one : store->timeline(range)) {
        CHECK(one.event.at < Instant{0});
    }
}

TEST_CASE_TEMPLATE("timeline: adding twice and removing what is not there", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const TimelineEntry one = entry(10, 1);
    store->add_timeline({&one, 1});
    store->add_timeline({&one, 1});
    CHECK(store->timeline_via(Id{party}, Id{party}).size() == 1);
    const TimelineEntry others[] = {entry(11, 1), entry(10, 2), entry(10, 1, 600),
                                    entry(10, 1, party, 0, 501)};
    store->remove_timeline(others);
    CHECK(read(*store, of_party()) == "1");
    const TimelineEntry other_kind = entry(10, 1, party, 9);
    store->add_timeline({&other_kind, 1});
    CHECK(read(*store, of_party()) == "1 1");  // one record, two events at one instant
    store->remove_timeline({&one, 1});
    const auto found = store->timeline(of_party());
    REQUIRE(found.size() == 1);
    CHECK(found.front() == other_kind);
    store->add_timeline({});
    store->remove_timeline({});
}

TEST_CASE_TEMPLATE("timeline: what came by way of a record", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const TimelineEntry entries[] = {entry(10, 1, 600, 3), entry(30, 2, 600, 4), entry(20, 3, 601),
                                     entry(10, 1, 600, 3, 501)};
    store->add_timeline(entries);
    const auto found = store->timeline_via(Id{party}, Id{600});
    REQUIRE(found.size() == 2);
    CHECK(found[0] == entries[0]);
    CHECK(found[1] == entries[1]);
    CHECK(store->timeline_via(Id{party}, Id{party}).empty());
    CHECK(store->timeline_via(Id{999}, Id{600}).empty());
}

}  // namespace
}  // namespace crmkit::conformance
