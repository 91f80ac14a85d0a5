#include "crmkit/store/snapshot_map.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "crmkit/base/random.hpp"

namespace crmkit {
namespace {

using Numbers = SnapshotMap<std::int64_t, std::string>;
using Model = std::map<std::int64_t, std::string>;

/// Everything that can be read from a map, read in both directions and by key.
void check_equal(const Numbers& map, const Model& model) {
    REQUIRE(map.size() == model.size());
    CHECK(map.empty() == model.empty());
    auto ahead = map.first();
    for (const auto& [key, value] : model) {
        REQUIRE(ahead);
        REQUIRE(ahead.key() == key);
        REQUIRE(ahead.value() == value);
        REQUIRE(map.find(key) != nullptr);
        REQUIRE(*map.find(key) == value);
        ahead.forward();
    }
    CHECK_FALSE(ahead);
    auto back = map.last();
    for (auto it = model.rbegin(); it != model.rend(); ++it) {
        REQUIRE(back);
        REQUIRE(back.key() == it->first);
        back.backward();
    }
    CHECK_FALSE(back);
}

void check_neighbours(const Numbers& map, const Model& model, std::int64_t key) {
    const auto above = map.at_or_above(key);
    const auto expected = model.lower_bound(key);
    REQUIRE(static_cast<bool>(above) == (expected != model.end()));
    if (above) {
        CHECK(above.key() == expected->first);
    }
    const auto under = map.below(key);
    REQUIRE(static_cast<bool>(under) == (expected != model.begin()));
    if (under) {
        CHECK(under.key() == std::prev(expected)->first);
    }
    CHECK(map.contains(key) == model.contains(key));
}

void change_at_random(Numbers& map, Model& model, Random& random, std::int64_t keys,
                      std::uint64_t erases_per_thousand) {
    const std::int64_t key = random.between(0, keys - 1);
    if (random.chance(erases_per_thousand)) {
        CHECK(map.erase(key) == (model.erase(key) == 1));
    } else if (random.chance(300)) {
        const std::string value = std::to_string(random.below(1000));
        map.assign(key, value);
        model[key] = value;
    } else {
        CHECK(map.insert(key, "new") == model.emplace(key, "new").second);
    }
}

TEST_CASE("snapshot map: empty") {
    Numbers map;
    check_equal(map, {});
    CHECK_FALSE(map.at_or_above(0));
    CHECK_FALSE(map.below(std::numeric_limits<std::int64_t>::max()));
    CHECK_FALSE(map.erase(1));
    CHECK(map.edit(1) == nullptr);
}

TEST_CASE("snapshot map: equals std::map after random changes, and so do its snapshots") {
    for (const std::uint64_t erases : {100U, 500U, 900U}) {
        for (const std::int64_t keys : {5, 40, 3000}) {
            CAPTURE(erases);
            CAPTURE(keys);
            Random random(erases * 7 + static_cast<std::uint64_t>(keys));
            Numbers map;
            Model model;
            std::vector<std::pair<Numbers, Model>> snapshots;
            for (int i = 0; i < 6000; ++i) {
                change_at_random(map, model, random, keys, erases);
                check_neighbours(map, model, random.between(-1, keys));
                if (i % 500 == 0) {
                    snapshots.emplace_back(map, model);
                }
                if (i % 1777 == 1776) {  // go back, as a rollback does
                    map = snapshots.back().first;
                    model = snapshots.back().second;
                }
            }
            check_equal(map, model);
            for (const auto& [old_map, old_model] : snapshots) {
                check_equal(old_map, old_model);
            }
        }
    }
}

TEST_CASE("snapshot map: filled in order, emptied in order, from either end") {
    for (const bool from_front : {true, false}) {
        Numbers map;
        for (std::int64_t i = 0; i < 5000; ++i) {
            REQUIRE(map.insert(i, "x"));
        }
        const Numbers full = map;
        for (std::int64_t i = 0; i < 5000; ++i) {
            REQUIRE(map.erase(from_front ? i : 4999 - i));
        }
        CHECK(map.empty());
        CHECK_FALSE(map.first());
        CHECK(full.size() == 5000);
        CHECK(full.last().key() == 4999);
        CHECK(map.insert(7, "again"));
        CHECK(map.first().value() == "again");
    }
}

TEST_CASE("snapshot map: edit changes this map and not its copy") {
    Numbers map;
    for (std::int64_t i = 0; i < 100; ++i) {
        map.insert(i, "before");
    }
    const Numbers copy = map;
    *map.edit(50) = "after";
    CHECK(*map.find(50) == "after");
    CHECK(*copy.find(50) == "before");
}

/// A number whose copying fails when it is told to.
struct Fragile {
    static inline int copies_left = -1;

    Fragile(std::int64_t of) : number(of) {}  // NOLINT: stands for a number
    Fragile(const Fragile& other) : number(other.number) {
        if (copies_left >= 0 && copies_left-- == 0) {
            throw std::bad_alloc();
        }
    }
    Fragile(Fragile&&) noexcept = default;
    Fragile& operator=(const Fragile&) = default;
    Fragile& operator=(Fragile&&) noexcept = default;
    ~Fragile() = default;
    friend bool operator<(const Fragile& a, const Fragile& b) { return a.number < b.number; }

    std::int64_t number;
};

std::vector<std::int64_t> numbers_in(const SnapshotMap<Fragile, Fragile>& map) {
    std::vector<std::int64_t> found;
    for (auto at = map.first(); at; at.forward()) {
        REQUIRE(at.key().number == at.value().number);
        found.push_back(at.key().number);
    }
    REQUIRE(found.size() == map.size());
    return found;
}

TEST_CASE("snapshot map: a change that runs out of memory has not happened") {
    Random random(8);
    SnapshotMap<Fragile, Fragile> map;
    std::vector<std::int64_t> expected;
    int failures = 0;
    for (int i = 0; i < 3000; ++i) {
        const SnapshotMap<Fragile, Fragile> snapshot = map;
        const std::int64_t number = random.between(0, 2000);
        Fragile key(number);
        Fragile value(number);
        const bool is_erase = random.chance(300);
        Fragile::copies_left = static_cast<int>(random.below(80));
        bool has_failed = false;
        try {
            if (is_erase) {
                map.erase(key);
            } else {
                map.insert(std::move(key), std::move(value));
            }
        } catch (const std::bad_alloc&) {
            has_failed = true;
            ++failures;
        }
        Fragile::copies_left = -1;
        if (!has_failed) {
            const auto place = std::lower_bound(expected.begin(), expected.end(), number);
            const bool is_there = place != expected.end() && *place == number;
            if (is_erase && is_there) {
                expected.erase(place);
            } else if (!is_erase && !is_there) {
                expected.insert(place, number);
            }
        }
        if (i % 50 == 0 || has_failed) {
            REQUIRE(numbers_in(map) == expected);
        }
    }
    CHECK(failures > 100);
    CHECK(numbers_in(map) == expected);
}

TEST_CASE("snapshot map: copies are read by other threads while the original changes") {
    Numbers map;
    for (std::int64_t i = 0; i < 2000; ++i) {
        map.insert(i, "v");
    }
    std::vector<std::thread> readers;
    std::vector<std::int64_t> sums(3);
    for (std::int64_t& sum : sums) {
        readers.emplace_back([copy = map, &sum] {
            for (auto at = copy.first(); at; at.forward()) {
                sum += at.key();
            }
        });
    }
    for (std::int64_t i = 0; i < 2000; ++i) {
        map.erase(i);
        map.insert(i + 10'000, "w");
    }
    for (std::thread& reader : readers) {
        reader.join();
    }
    for (const std::int64_t sum : sums) {
        CHECK(sum == 1999 * 2000 / 2);
    }
    CHECK(map.first().key() == 10'000);
}

}  // namespace
}  // namespace crmkit
