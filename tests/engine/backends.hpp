/// The stores that every engine test runs on.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crmkit/crm.hpp"

namespace crmkit::test {

/// A folder that is gone when the test ends.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        static int count = 0;
        path_ = std::filesystem::temp_directory_path() /
                ("crmkit_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count));
        std::filesystem::create_directories(path_);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

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

/// Runs a test once on each kind of store, as subcases of the same names.
inline void on_each_store(const std::function<void(Crm, TestClock&)>& test) {
    TestClock clock;
    SUBCASE("memory") { test(Crm::open_memory(clock.options()), clock); }
    SUBCASE("sqlite file") {
        const TemporaryFolder folder;
        test(Crm::open(folder.file("store.db"), clock.options()), clock);
    }
    SUBCASE("sqlite in memory") { test(Crm::open(":memory:", clock.options()), clock); }
}

/// The code of the Error that `call` throws; ok when it throws none.
template <typename Call>
ErrorCode code_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::ok;
}

/// The Error that `call` throws; fails the test when it throws none.
template <typename Call>
Error error_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    FAIL("no error was thrown");
    return Error(ErrorCode::ok, "");
}

}  // namespace crmkit::test
