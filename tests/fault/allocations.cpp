/// Every allocation of the scenario fails once, and then again from that one on. A program of its
/// own, because it replaces operator new and SQLite's memory.
#include "fault/allocations.hpp"

#include <doctest/doctest.h>
#include <execinfo.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

#include "fault/fault_sweep.hpp"
#include "fault/faulty_files.hpp"
#include "fault/size.hpp"

namespace crmkit::fault {
namespace {

/// The places that allocate, each by the calls that lead there, and the first allocation of each.
class Places {
  public:
    Places() { on_chance = &note; }
    Places(const Places&) = delete;
    Places& operator=(const Places&) = delete;
    ~Places() {
        on_chance = nullptr;
        first_visits().clear();
    }

    /// The allocations by their numbers.
    static std::vector<std::int64_t> chances() {
        std::vector<std::int64_t> chances;
        for (const auto& [place, chance] : first_visits()) {
            chances.push_back(chance);
        }
        std::sort(chances.begin(), chances.end());
        return chances;
    }

  private:
    static std::unordered_map<std::string, std::int64_t>& first_visits() {
        static std::unordered_map<std::string, std::int64_t> visits;
        return visits;
    }
    static void note(Trap& trap) {
        const Trap::Pause ours(new_trap);
        const Trap::Pause pause(trap);
        std::array<void*, 24> calls{};  // deep enough to tell SQLite's statements apart
        const int depth = ::backtrace(calls.data(), static_cast<int>(calls.size()));
        const std::string place(reinterpret_cast<const char*>(calls.data()),
                                static_cast<std::size_t>(depth) * sizeof(void*));
        first_visits().try_emplace(place, trap.chances() + 1);
    }
};

Findings check_leaks() {
    Findings findings;
    const auto check = [&findings](std::int64_t left, const char* what) {
        if (left != 0) {
            findings.push_back(std::to_string(left) + what);
        }
    };
    check(std::exchange(outstanding_blocks, 0), " blocks are left");
    check(sqlite3_memory_used(), " bytes of SQLite's are left");
    return findings;
}

/// Small: some; whole: the first at each place that allocates, and at every fourth place all that
/// follow, too; long: every one.
void sweep(Trap& trap) {
    Trap none;
    FaultyFiles files(Fault::none, none);
    const WatchedFiles system(files);
    auto places = std::make_unique<Places>();
    FaultSweep sweep(trap, system, Harm::operations);
    const std::vector<std::int64_t> chances = Places::chances();
    places.reset();
    sweep.check_leaks = check_leaks;
    if (size() == Size::long_form) {
        sweep.run(1);
    } else {
        const std::size_t step = by_size<std::size_t>(chances.size() / 60, 1, 1);
        constexpr std::size_t lasting = 4;
        for (std::size_t i = 0; i < chances.size(); i += step) {
            sweep.run(chances[i], false);
            if (i / step % lasting == 0) {
                sweep.run(chances[i], true);
            }
        }
    }
    MESSAGE("volume: " << counted(sweep.runs(), "runs") << ", "
                       << counted(sweep.chances(), "allocations at ") << chances.size()
                       << " places");
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
