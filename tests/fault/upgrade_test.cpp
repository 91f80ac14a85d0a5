/// The upgrade of a stored file of an earlier version, killed: the file is then the old one or the
/// upgraded one, and the next who opens it finishes.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "crmkit/base/random.hpp"
#include "crmkit/crm.hpp"
#include "fault/replay.hpp"
#include "fault/size.hpp"
#include "fault/soundness.hpp"
#include "old_store.hpp"
#include "processes.hpp"
#include "temporary_folder.hpp"

namespace crmkit::fault {
namespace {

using testing::ChildProcess;
using Steady = std::chrono::steady_clock;

/// Ends this process as kill -9 does, at one of SQLite's writes to a file.
namespace killing_write {

using Write = ssize_t (*)(int, const void*, size_t, off_t);

Write real_write = nullptr;
std::int64_t writes_left = 0;
bool writes_half = false;

ssize_t write(int file, const void* data, size_t size, off_t offset) {
    if (writes_left-- == 0) {
        if (writes_half) {
            (void)real_write(file, data, size / 2, offset);
        }
        (void)::raise(SIGKILL);
    }
    return real_write(file, data, size, offset);
}

/// From now on `writes` are let through, and the one after them is the last thing that happens: not
/// done, or half.
void arm(std::int64_t writes, bool half) {
    writes_left = writes;
    writes_half = half;
    sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
    // Which of the two SQLite uses depends on how it was built.
    const char* const name =
        vfs->xGetSystemCall(vfs, "pwrite64") != nullptr ? "pwrite64" : "pwrite";
    real_write = reinterpret_cast<Write>(vfs->xGetSystemCall(vfs, name));
    vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(&write));
}

}  // namespace killing_write

/// The stored file of an earlier version, copied for each kill.
class OldStore {
  public:
    OldStore() {
        testing::make_old_store(original_);
        old_schema_ = testing::schema_of(original_);
        renew();
        const auto start = Steady::now();
        { const Crm crm = Crm::open(path_); }
        upgrade_time_ =
            std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start);
        new_schema_ = testing::schema_of(path_);
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

    /// What must hold after a kill. Returns whether the upgrade had been done.
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
        const Crm crm = Crm::open(path_);
        CHECK(testing::schema_of(path_) == new_schema_);
        Session me = crm.as_system();
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
    std::chrono::microseconds upgrade_time_{};
};

}  // namespace

TEST_CASE("an upgrade killed at any of its writes leaves the old file or the new one") {
    const OldStore store;
    const int step = by_size(40, 1, 1);
    std::int64_t kills = 0;
    std::int64_t upgraded = 0;
    bool was_killed = true;
    for (std::int64_t writes = 0; was_killed; writes += step) {
        CAPTURE(writes);
        for (const bool half : {false, true}) {
            store.renew();
            ChildProcess upgrade([&] {
                killing_write::arm(writes, half);
                const Crm crm = Crm::open(store.path());
            });
            const std::string end = upgrade.wait();
            was_killed = end == "signal 9";
            CHECK((was_killed || end == "exit 0"));
            kills += was_killed ? 1 : 0;
            upgraded += store.check() && was_killed ? 1 : 0;
        }
    }
    CHECK(kills > 5);
    MESSAGE("volume: " << counted(kills, "kills, ")
                       << counted(upgraded, "of them after the upgrade"));
}

TEST_CASE("an upgrade killed at a random moment leaves the old file or the new one") {
    const OldStore store;
    const int wanted = by_size(10, 500, 5'000);
    Random random(1);
    std::int64_t upgraded = 0;
    for (int kill = 0; kill < wanted; ++kill) {
        CAPTURE(kill);
        store.renew();
        ChildProcess upgrade([&] {
            const Crm crm = Crm::open(store.path());
            ::pause();
        });
        std::this_thread::sleep_for(
            std::chrono::microseconds(random.between(0, 2 * store.upgrade_time().count())));
        upgrade.kill();
        CHECK(upgrade.wait() == "signal 9");
        upgraded += store.check() ? 1 : 0;
    }
    MESSAGE("volume: " << counted(wanted, "kills, ")
                       << counted(upgraded, "of them after the upgrade"));
}

}  // namespace crmkit::fault
