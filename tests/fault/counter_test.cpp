/// Many processes read, change and write one record: none of it is lost, and none of them starves.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "crmkit/crm.hpp"
#include "fault/fairness.hpp"
#include "fault/replay.hpp"
#include "fault/size.hpp"
#include "message_pipe.hpp"
#include "processes.hpp"
#include "temporary_folder.hpp"

namespace crmkit::fault {
namespace {

constexpr int processes = 8;

/// So many updates of others may come between two of a process. Chance decides who finds the lock
/// free, and shows a tenth to a quarter of it; who starves is passed until the others stop.
constexpr std::int64_t most_allowed = 3'000;

/// What a process says at its end.
struct Share {
    std::int64_t updates = 0;
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

/// Goes on until every process has done its share, so that the last gets no help from a rest of the
/// others.
Share do_share(Session& me, Id counter, int rounds, testing::SharedCount& finished) {
    using Steady = std::chrono::steady_clock;
    Share share;
    while (finished.value() < processes) {
        const auto start = Steady::now();
        share.conflicts += add_one(me, counter);
        share.worst_wait =
            std::max(share.worst_wait,
                     std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start));
        if (++share.updates == rounds) {
            finished.add(1);
        }
    }
    return share;
}

/// One of the processes. When it fails nobody waits for its share.
Share work(const std::string& path, Id counter, int number, testing::SharedCount& finished) {
    try {
        const Crm crm = Crm::open(path, options());
        Session me = crm.as_system();
        me.set_origin(std::to_string(number));
        return do_share(me, counter, by_size(40, 1'000, 8'000), finished);
    } catch (...) {
        finished.add(processes);
        throw;
    }
}

Share sum_of(testing::MessagePipe<Share>& pipe) {
    Share all;
    int ended = 0;
    while (const auto share = pipe.receive()) {
        ++ended;
        all.updates += share->updates;
        all.conflicts += share->conflicts;
        all.worst_wait = std::max(all.worst_wait, share->worst_wait);
    }
    CHECK(ended == processes);
    return all;
}

}  // namespace

TEST_CASE("eight processes that read, change and write one record lose no update") {
    const testing::TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    Id counter;
    {
        const Crm crm = Crm::open(path, options());
        counter = crm.as_system().create(Account{.name = "Counter", .number_of_employees = 0}).id;
    }
    testing::MessagePipe<Share> pipe;
    testing::SharedCount finished;
    testing::in_processes(processes, [&](int number) {
        pipe.only_write();
        pipe.send(work(path, counter, number, finished));
    });
    pipe.only_read();
    const Share all = sum_of(pipe);

    const Crm crm = Crm::open(path, options());
    Session me = crm.as_system();
    CHECK(me.get<Account>(counter).number_of_employees == all.updates);
    CHECK(me.get<Account>(counter).version == all.updates + 1);
    const std::int64_t passed = most_passed(me.history(counter));
    CHECK(passed < most_allowed);
    Replay replay;
    CHECK(replay.follow(me) == Findings{});
    CHECK(replay.compare_all(me) == Findings{});
    CHECK(crm.check_integrity().empty());
    MESSAGE("volume: " << counted(all.updates, "updates, ")
                       << counted(all.conflicts, "conflicts, at most ")
                       << counted(passed, "updates of others between two of one, worst wait ")
                       << counted(all.worst_wait.count() / 1000, "ms"));
}

}  // namespace crmkit::fault
