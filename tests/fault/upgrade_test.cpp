/// The upgrade of a stored file of an earlier version, killed: the file is then the old one or the
/// upgraded one, and the next who opens it finishes.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "crmkit/base/random.hpp"
#include "fault/size.hpp"
#include "fault/upgrade.hpp"
#include "processes.hpp"

namespace crmkit::fault {
namespace {

using testing::ChildProcess;

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

}  // namespace

TEST_CASE("an upgrade killed at any of its writes leaves the old file or the new one") {
    const int step = by_size(80, 1, 1);
    std::int64_t kills = 0;
    std::int64_t upgraded = 0;
    for_each_old_store([&](const OldStore& store) {
        bool was_killed = true;
        for (std::int64_t writes = 0; was_killed; writes += step) {
            CAPTURE(writes);
            for (const bool half : {false, true}) {
                store.renew();
                ChildProcess upgrade([&] {
                    killing_write::arm(writes, half);
                    const Crm crm = store.open();
                });
                const std::string end = upgrade.wait();
                was_killed = end == "signal 9";
                CHECK((was_killed || end == "exit 0"));
                kills += was_killed ? 1 : 0;
                upgraded += store.check() && was_killed ? 1 : 0;
            }
        }
    });
    CHECK(kills > 5);
    MESSAGE("volume: " << counted(kills, "kills, ")
                       << counted(upgraded, "of them after the upgrade"));
}

TEST_CASE("an upgrade killed at a random moment leaves the old file or the new one") {
    const int wanted = by_size(5, 250, 2'500);
    Random random(1);
    std::int64_t kills = 0;
    std::int64_t upgraded = 0;
    for_each_old_store([&](const OldStore& store) {
        for (int kill = 0; kill < wanted; ++kill, ++kills) {
            CAPTURE(kill);
            store.renew();
            ChildProcess upgrade([&] {
                const Crm crm = store.open();
                ::pause();
            });
            std::this_thread::sleep_for(
                std::chrono::microseconds(random.between(0, 2 * store.upgrade_time().count())));
            upgrade.kill();
            CHECK(upgrade.wait() == "signal 9");
            upgraded += store.check() ? 1 : 0;
        }
    });
    MESSAGE("volume: " << counted(kills, "kills, ")
                       << counted(upgraded, "of them after the upgrade"));
}

}  // namespace crmkit::fault
