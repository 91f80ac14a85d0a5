/// `OldStore`: the stored file of an earlier version, upgraded while things go wrong.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <string>

#include "contents_of.hpp"
#include "crmkit/crm.hpp"
#include "crmkit/store/schema_version.hpp"
#include "fault/replay.hpp"
#include "fault/scenario.hpp"
#include "fault/soundness.hpp"
#include "old_store.hpp"
#include "temporary_folder.hpp"

namespace crmkit::fault {

class OldStore {
  public:
    /// Upgrades the file once while nothing goes wrong.
    explicit OldStore(int version) {
        testing::make_old_store(original_, version);
        old_schema_ = testing::schema_of(original_);
        renew();
        const auto start = std::chrono::steady_clock::now();
        const Crm crm = open();
        upgrade_time_ = std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - start);
        new_schema_ = testing::schema_of(path_);
        Session me = crm.as_system();
        contents_ = testing::contents_of(me);
        REQUIRE(new_schema_.contains("derived_values|2|"));
        REQUIRE(without_contents(old_schema_) != without_contents(new_schema_));
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::chrono::microseconds upgrade_time() const { return upgrade_time_; }

    /// Puts the old file where path() is.
    void renew() const {
        for (const char* const end : {"", "-wal", "-shm", "-journal"}) {
            std::filesystem::remove(path_ + end);
        }
        std::filesystem::copy_file(original_, path_);
    }
    /// Opens it, which upgrades it, the same way each time.
    [[nodiscard]] Crm open() const {
        OpenOptions options = options_of_a_run();
        options.cache_kib = OpenOptions().cache_kib;
        return Crm::open(path_, options);
    }

    /// What must hold when an upgrade was cut short: the file is the old one or the new one, and
    /// once it has been opened again it is the same as if nothing had been. Returns whether it was
    /// the new one.
    [[nodiscard]] bool check() const {
        const auto schema = testing::schema_of(path_);
        const bool is_upgraded = without_contents(schema) == without_contents(new_schema_);
        CHECK((is_upgraded || schema == old_schema_));
        // Until all contents are there nobody may read the store, and whoever opens it next
        // completes them.
        if (is_upgraded && schema != new_schema_) {
            OpenOptions reading;
            reading.read_only = true;
            CHECK_THROWS_AS((void)Crm::open(path_, reading), Error);
        }
        const Crm crm = open();
        CHECK(testing::schema_of(path_) == new_schema_);
        Session me = crm.as_system();
        CHECK((testing::contents_of(me) == contents_));
        Replay replay;
        report(replay.follow(me));
        CHECK(replay.position() > 0);
        report(replay.compare_all(me));
        report(check_soundness(crm, path_));
        return is_upgraded;
    }

  private:
    /// Without the settings that say which first data and which derived values there are: these
    /// come in transactions of their own, behind that of the tables.
    static std::multiset<std::string> without_contents(std::multiset<std::string> schema) {
        std::erase_if(schema, [](const std::string& row) {
            return row.starts_with("first_data|") || row.starts_with("derived_values|");
        });
        return schema;
    }

    testing::TemporaryFolder folder_;
    std::string original_ = folder_.file("original.db");
    std::string path_ = folder_.file("store.db");
    std::multiset<std::string> old_schema_;
    std::multiset<std::string> new_schema_;
    std::string contents_;
    std::chrono::microseconds upgrade_time_{};
};

/// Runs a test on the stored file of each earlier version.
template <typename Test>
void for_each_old_store(Test test) {
    for (int version = 1; version < schema_version; ++version) {
        CAPTURE(version);
        test(OldStore(version));
    }
}

}  // namespace crmkit::fault
