/// Many processes read, change and write one record, and none of it is lost.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "crmkit/crm.hpp"
#include "fault/replay.hpp"
#include "fault/size.hpp"
#include "message_pipe.hpp"
#include "processes.hpp"
#include "temporary_folder.hpp"

namespace crmkit::fault {
namespace {

/// What a process says when it has done its share.
struct Share {
    std::int64_t conflicts = 0;
    std::chrono::microseconds worst_wait{};
};

/// With the deadline that a host has who says nothing; but a run of all tests keeps the machine
/// busy with others.
OpenOptions options() {
    OpenOptions options;
    if (size() == Size::small) {
        options.busy_timeout = std::chrono::minutes(1);
    }
    return options;
}

/// Adds one to the counter, again and again until nobody has been quicker. Returns how many times
/// somebody was.
std::int64_t add_one(Session& me, Id counter) {
    for (std::int64_t conflicts = 0;; ++conflicts) {
        Account account = me.get<Account>(counter);
        ++*account.number_of_employees;
        try {
            me.update(account);
            return conflicts;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::conflict) {
                throw;  // busy, above all
            }
        }
    }
}

Share do_share(const std::string& path, Id counter, int rounds) {
    using Steady = std::chrono::steady_clock;
    const Crm crm = Crm::open(path, options());
    Session me = crm.as_system();
    Share share;
    for (int round = 0; round < rounds; ++round) {
        const auto start = Steady::now();
        share.conflicts += add_one(me, counter);
        share.worst_wait =
            std::max(share.worst_wait,
                     std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start));
    }
    return share;
}

}  // namespace

TEST_CASE("eight processes that read, change and write one record lose no update") {
    constexpr int processes = 8;
    const int rounds = by_size(40, 1'000, 8'000);
    const testing::TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    Id counter;
    {
        const Crm crm = Crm::open(path, options());
        counter = crm.as_system().create(Account{.name = "Counter", .number_of_employees = 0}).id;
    }
    testing::MessagePipe<Share> pipe;
    testing::in_processes(processes, [&](int) {
        pipe.only_write();
        pipe.send(do_share(path, counter, rounds));
    });
    pipe.only_read();
    Share all;
    int done = 0;
    while (const auto share = pipe.receive()) {
        ++done;
        all.conflicts += share->conflicts;
        all.worst_wait = std::max(all.worst_wait, share->worst_wait);
    }
    CHECK(done == processes);

    const Crm crm = Crm::open(path, options());
    Session me = crm.as_system();
    CHECK(me.get<Account>(counter).number_of_employees == processes * rounds);
    CHECK(me.get<Account>(counter).version == processes * rounds + 1);
    Replay replay;
    CHECK(replay.follow(me) == Findings{});
    CHECK(replay.compare_all(me) == Findings{});
    CHECK(crm.check_integrity().empty());
    MESSAGE("volume: " << counted(processes * rounds, "updates, ")
                       << counted(all.conflicts, "conflicts, worst wait ")
                       << counted(all.worst_wait.count() / 1000, "ms"));
}

}  // namespace crmkit::fault
