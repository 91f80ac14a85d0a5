/// The upgrade of a stored file of an earlier version while a call to the file system fails: the
/// file is then the old one or the upgraded one, and the next who opens it finishes.
#include <doctest/doctest.h>

#include "fault/faulty_files.hpp"
#include "fault/size.hpp"
#include "fault/trap.hpp"
#include "fault/upgrade.hpp"
#include "fault/watched_files.hpp"

namespace crmkit::fault {
namespace {

/// Upgrades, and closes at once. Either may fail for what the file system says, for nothing else.
void upgrade(const OldStore& store) {
    try {
        store.open().close();
    } catch (const Error& error) {
        CHECK_MESSAGE(is_of_storage({"upgrade", error.code(), error.message()}), error.what());
    }
}

/// One upgrade for each call, or in the small size for each `small_step`-th, which fails alone, or
/// with all that follow.
void sweep(Fault fault, std::int64_t small_step) {
    Trap trap;
    FaultyFiles files(fault, trap);
    const WatchedFiles system(files);
    const auto step = by_size<std::int64_t>(small_step, 1, 1);
    std::int64_t runs = 0;
    std::int64_t upgraded = 0;
    for_each_old_store([&](const OldStore& store) {
        bool has_struck = true;
        for (std::int64_t nth = 1; has_struck; nth += step) {
            CAPTURE(nth);
            for (const bool from_then_on : {false, true}) {
                CAPTURE(from_then_on);
                store.renew();
                {
                    const Trap::Armed armed(trap, nth, from_then_on);
                    upgrade(store);
                    has_struck = trap.has_struck();
                }
                CHECK(system.open_files() == 0);
                runs += has_struck ? 1 : 0;
                upgraded += store.check() && has_struck ? 1 : 0;
            }
        }
    });
    CHECK(runs > 5);
    MESSAGE("volume: " << counted(runs, "runs, ") << counted(upgraded, "of them upgraded"));
}

}  // namespace

TEST_CASE("an upgrade that meets an I/O error leaves the old file or the new one") {
    sweep(Fault::io_error, 151);
}

TEST_CASE("an upgrade that finds the disk full leaves the old file or the new one") {
    sweep(Fault::disk_full, 151);
}

TEST_CASE("an upgrade that finds a lock held leaves the old file or the new one") {
    sweep(Fault::locked, 11);
}

}  // namespace crmkit::fault
