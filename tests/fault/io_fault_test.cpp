/// Every call to the file system fails once, and then again from that call on.
#include <doctest/doctest.h>

#include "fault/fault_sweep.hpp"
#include "fault/faulty_files.hpp"
#include "fault/short_transfers.hpp"
#include "fault/size.hpp"

namespace crmkit::fault {
namespace {

void sweep(Trap& trap, FileWatcher& watcher, Harm harm) {
    const WatchedFiles system(watcher);
    FaultSweep sweep(trap, system, harm);
    sweep.run(by_size<std::int64_t>(101, 1, 1));
    MESSAGE("volume: " << counted(sweep.runs(), "runs") << ", "
                       << counted(sweep.chances(), "calls"));
}

void sweep(Fault fault, Harm harm) {
    Trap trap;
    FaultyFiles files(fault, trap);
    sweep(trap, files, harm);
}

}  // namespace

TEST_CASE("every call to the file system fails with an I/O error") {
    sweep(Fault::io_error, Harm::operations);
}

TEST_CASE("every write finds the disk full") { sweep(Fault::disk_full, Harm::operations); }

TEST_CASE("every lock is held by somebody else") { sweep(Fault::locked, Harm::operations); }

TEST_CASE("every read finds the file cut off") {
    // SQLite's pages bear no checksums, so that what it makes of the zeros is open.
    sweep(Fault::cut_off, Harm::contents);
}

TEST_CASE("every read and write is done by half at first") {
    Trap trap;
    FaultyFiles files(Fault::none, trap);
    const ShortTransfers transfers(trap);
    sweep(trap, files, Harm::none);
}

}  // namespace crmkit::fault
