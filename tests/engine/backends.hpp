/// The stores that every engine test runs on.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crmkit/crm.hpp"
#include "errors_of.hpp"
#include "temporary_folder.hpp"

namespace crmkit::test {

using testing::code_of;
using testing::error_of;
using testing::TemporaryFolder;

/// 2026-01-05 09:00 UTC, a Monday: when every test begins.
inline constexpr Instant test_start = *Instant::parse("2026-01-05T09:00:00Z");

/// Options of a store whose clock stands still until the test moves it.
struct TestClock {
    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(test_start);

    [[nodiscard]] OpenOptions options() const {
        OpenOptions options;
        options.clock = clock;
        options.seed = 1;
        return options;
    }
};

/// Runs a test on a store inside a database of the host's in memory.
inline void on_host_connection(const OpenOptions& options, const std::function<void(Crm)>& test) {
    sqlite3* connection = nullptr;
    REQUIRE(sqlite3_open(":memory:", &connection) == SQLITE_OK);
    // Closed behind the store, also when an exception ends the test.
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> closing(connection, sqlite3_close_v2);
    test(Crm::open(connection, options));
}

/// Runs a test once on each kind of store, as subcases of the same names.
inline void on_each_store(const std::function<void(Crm, TestClock&)>& test) {
    TestClock clock;
    SUBCASE("memory") { test(Crm::open_memory(clock.options()), clock); }
    SUBCASE("sqlite file") {
        const TemporaryFolder folder;
        test(Crm::open(folder.file("store.db"), clock.options()), clock);
    }
    SUBCASE("sqlite in memory") { test(Crm::open(":memory:", clock.options()), clock); }
    SUBCASE("a host's connection") {
        OpenOptions options = clock.options();
        options.may_use_progress_handler = true;
        on_host_connection(options, [&](Crm crm) { test(std::move(crm), clock); });
    }
}

}  // namespace crmkit::test
