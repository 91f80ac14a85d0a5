#include <string>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"

namespace crmkit::conformance {
namespace {

Change line(std::int64_t position, std::int64_t record) {
    return Change{position,   Instant{position * 100},
                  Id{5},      "session",
                  0,          1001,
                  Id{record}, ChangeKind::updated,
                  position,   R"({"10":["a","b"]})"};
}

/// The positions that a visit passes: "5 6 7".
std::string positions(Storage& storage, Id record, std::int64_t from, std::size_t most = 1000) {
    std::string found;
    std::size_t count = 0;
    storage.changes(record, from, [&](const Change& change) {
        found += (found.empty() ? "" : " ") + std::to_string(change.position);
        return ++count < most;
    });
    return found;
}

TEST_CASE_TEMPLATE("history: a line comes out as it went in", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    CHECK(store->last_position() == 0);
    CHECK_FALSE(store->change(1));
    Change lines[] = {
        {1, Instant::min(), Id{INT64_MAX}, "import", 0, 65535, Id{INT64_MAX}, ChangeKind::created,
         1, ""},
        {2, Instant::max(), Id{}, "", 1, 1, Id{1}, ChangeKind::restored, INT64_MAX,
         "{\"10\":[null,\"\xf0\x9f\x92\xa9\\u0000\"]}"},
        {3, Instant{0}, Id{9}, "'; DROP TABLE changes; --", 2, 1001, Id{3}, ChangeKind::deleted, 4,
         std::string(1'000'000, 'x')},
    };
    lines[1].salt = {1, 0, 255};
    lines[1].link.bytes = {0, 2, 254};
    lines[2].link.bytes.back() = 1;
    for (const Change& change : lines) {
        store->append(change);
    }
    CHECK(store->last_position() == 3);
    for (const Change& expected : lines) {
        const auto found = store->change(expected.position);
        REQUIRE(found);
        std::string left;
        std::string right;
        detail::append_change(left, expected);
        detail::append_change(right, *found);
        CHECK(left == right);
    }
    CHECK_FALSE(store->change(0));
    CHECK_FALSE(store->change(4));
    CHECK_FALSE(store->change(-1));
}

TEST_CASE_TEMPLATE("history: positions follow each other", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    CHECK(store->append(line(1, 10)) == 1);
    CHECK(store->append(line(1, 10)) == 2);  // the position asked for is not looked at
    CHECK(store->append(line(-7, 10)) == 3);
    CHECK(store->last_position() == 3);
    CHECK(store->change(3)->position == 3);
    store->begin(Access::write);
    CHECK(store->append(line(0, 10)) == 4);
    store->rollback();
    CHECK(store->append(line(0, 10)) == 4);  // what was taken back leaves no gap
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("history: of one record, of all, from a position, until told to stop", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    for (std::int64_t position = 1; position <= 30; ++position) {
        store->append(line(position, 100 + position % 3));
    }
    CHECK(positions(*store, {}, 27) == "27 28 29 30");
    CHECK(positions(*store, {}, 0, 3) == "1 2 3");
    CHECK(positions(*store, {}, -5).ends_with("28 29 30"));
    CHECK(positions(*store, {}, 31).empty());
    CHECK(positions(*store, {}, 5, 3) == "5 6 7");
    CHECK(positions(*store, Id{101}, 20) == "22 25 28");
    CHECK(positions(*store, Id{101}, 22, 2) == "22 25");
    CHECK(positions(*store, Id{999}, 1).empty());
}

TEST_CASE_TEMPLATE("history: the visitor may read the store", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    for (std::int64_t position = 1; position <= 6; ++position) {
        const Specimen one = specimen(position, "name " + std::to_string(position));
        store->insert(entity_of<Specimen>(), &one);
        store->append(line(position, position % 2 + 1));
    }
    std::string names;
    store->changes({}, 1, [&](const Change& change) {
        Specimen found;
        CHECK(store->get(entity_of<Specimen>(), change.record, &found));
        names += found.name.back();
        CHECK(store->change(change.position)->position == change.position);
        std::size_t of_record = 0;
        store->changes(change.record, 1, [&](const Change& same) {
            CHECK(same.record == change.record);
            ++of_record;
            return true;
        });
        CHECK(of_record == 3);
        return true;
    });
    CHECK(names == "212121");
}

TEST_CASE_TEMPLATE("history: a visitor's exception comes through and leaves the store usable",
                   Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    store->append(line(1, 1));
    CHECK_THROWS_AS(store->changes({}, 1, [](const Change&) -> bool { throw std::string("mine"); }),
                    std::string);
    store->append(line(2, 1));
    CHECK(positions(*store, Id{1}, 1) == "1 2");
}

}  // namespace
}  // namespace crmkit::conformance
