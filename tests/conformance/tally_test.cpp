#include <algorithm>
#include <map>

#include "conformance/backend.hpp"

namespace crmkit::conformance {
namespace {

const Currency euro = *Currency::find("EUR");

TallyLine line(Id group, std::int64_t count, std::int64_t sum, Currency currency = euro) {
    return {{3, group, Link{1003, Id{9}}, currency, 40}, count, sum};
}

std::vector<TallyLine> sorted(std::vector<TallyLine> lines) {
    std::sort(lines.begin(), lines.end());
    return lines;
}

TEST_CASE_TEMPLATE("tally: changes add up, line by line", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    CHECK(store->tally(3).empty());
    const TallyLine first[] = {line(Id{1}, 1, 500), line(Id{2}, 1, -20), line(Id{1}, 1, 250)};
    store->add_to_tallies(first);
    CHECK(sorted(store->tally(3)) == sorted({line(Id{1}, 2, 750), line(Id{2}, 1, -20)}));
    const TallyLine second[] = {line(Id{2}, -1, 20), line(Id{1}, -1, -500)};
    store->add_to_tallies(second);
    CHECK(store->tally(3) == std::vector{line(Id{1}, 1, 250)});
}

TEST_CASE_TEMPLATE("tally: every part of the key tells lines apart", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    std::vector<TallyLine> lines{line(Id{1}, 1, 1)};
    for (int part = 0; part < 6; ++part) {
        TallyLine other = lines.front();
        other.key.group = part == 0 ? Id{INT64_MAX} : other.key.group;
        other.key.owner.id = part == 1 ? Id{} : other.key.owner.id;
        other.key.owner.entity = part == 2 ? EntityNumber{1004} : other.key.owner.entity;
        other.key.currency = part == 3 ? Currency{} : other.key.currency;
        other.key.weight = part == 4 ? INT64_MIN : other.key.weight;
        other.key.tally = part == 5 ? TallyNumber{255} : other.key.tally;
        lines.push_back(other);
    }
    store->add_to_tallies(lines);
    const TallyLine another = lines.back();
    lines.pop_back();
    CHECK(sorted(store->tally(3)) == sorted(lines));
    CHECK(store->tally(255) == std::vector{another});
    store->clear_tally(3);
    CHECK(store->tally(3).empty());
    CHECK(store->tally(255) == std::vector{another});
}

TEST_CASE_TEMPLATE("tally: a sum beyond 64 bits is refused", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    for (const std::int64_t end : {INT64_MAX, INT64_MIN}) {
        const TallyLine full[] = {line(Id{1}, 1, end)};
        store->add_to_tallies(full);
        const TallyLine more[] = {line(Id{1}, 1, end > 0 ? 1 : -1)};
        CHECK(code_of([&] { store->add_to_tallies(more); }) == ErrorCode::limit);
        CHECK(store->tally(3) == std::vector{full[0]});
        store->clear_tally(3);
    }
}

TEST_CASE_TEMPLATE("tally: what is rolled back was never counted", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const TallyLine kept[] = {line(Id{1}, 1, 100)};
    store->add_to_tallies(kept);
    {
        const OpenTransaction transaction(*store);
        const TallyLine lost[] = {line(Id{1}, 1, 50), line(Id{2}, 1, 50)};
        store->add_to_tallies(lost);
        CHECK(store->tally(3).size() == 2);
        store->clear_tally(3);
    }
    CHECK(store->tally(3) == std::vector{kept[0]});
}

}  // namespace
}  // namespace crmkit::conformance
