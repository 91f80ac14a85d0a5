/// Every allocation of the scenario fails once, and then again from that one on. A program of its
/// own, because it replaces operator new and SQLite's memory.
#include "fault/allocations.hpp"

#include <doctest/doctest.h>

#include "fault/allocation_places.hpp"
#include "fault/fault_sweep.hpp"
#include "fault/faulty_files.hpp"
#include "fault/size.hpp"

namespace crmkit::fault {
namespace {

Findings check_leaks() {
    const std::string left = what_is_left();
    return left.empty() ? Findings() : Findings{left};
}

void sweep(Trap& trap) {
    Trap none;
    FaultyFiles files(Fault::none, none);
    const WatchedFiles system(files);
    auto places = std::make_unique<Places>();
    FaultSweep sweep(trap, system, Harm::operations);
    const std::vector<std::int64_t> chances = Places::chances();
    places.reset();
    sweep.check_leaks = check_leaks;
    for_each_fault(chances, sweep.chances(),
                   [&](std::int64_t nth, bool from_then_on) { sweep.run(nth, from_then_on); });
    MESSAGE("volume: " << counted(sweep.runs(), "runs") << ", "
                       << counted(sweep.chances(), "allocations at ")
                       << counted(static_cast<std::int64_t>(chances.size()), "places"));
}

}  // namespace

TEST_CASE("regression: a transaction is rolled back without memory") {
    const testing::TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    Crm crm = Crm::open(path, options_of_a_run());
    Session me = crm.as_system();
    for (Trap* const trap : {&new_trap, &sqlite_trap}) {
        TransactionScope outer = me.transaction();
        me.create(Account{.name = "Outer"});
        TransactionScope inner = me.transaction();
        me.create(Account{.name = "Inner"});
        {
            const Trap::Armed armed(*trap, 1, true);
            inner.rollback();
            outer.rollback();
        }
        testing::Database other(path);
        CHECK_NOTHROW(other.run("PRAGMA busy_timeout = 0; BEGIN IMMEDIATE; COMMIT"));
        CHECK(me.query<Account>().all().empty());
        CHECK_NOTHROW(me.create(Account{.name = "Next"}));
        me.remove<Account>(me.query<Account>().first()->id);
    }
}

TEST_CASE("regression: what is committed stays so when there is no memory for the hooks") {
    Crm crm = Crm::open_memory(options_of_a_run());
    int told = 0;
    crm.after_commit([&told](const HistoryEntry&) { ++told; });
    Session me = crm.as_system();
    std::size_t made = 0;
    for (std::int64_t nth = 1; nth == 1 || new_trap.has_struck(); ++nth) {
        const std::string name(100, 'x');
        try {
            const Trap::Armed armed(new_trap, nth, true);
            me.create(Account{.name = name});
            ++made;
        } catch (const std::bad_alloc&) {
            INFO("without memory from allocation ", nth, " on");
            CHECK(me.query<Account>().all().size() == made);
        }
    }
    CHECK(told < static_cast<int>(made));
}

TEST_CASE("every allocation of ours fails") { sweep(new_trap); }

TEST_CASE("every allocation of SQLite's fails") { sweep(sqlite_trap); }

}  // namespace crmkit::fault
