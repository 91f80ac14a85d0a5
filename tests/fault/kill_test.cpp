/// kill -9 at random moments while two processes write and one reads. Whatever was acknowledged is
/// there, and nothing is half-done.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "crmkit/store/schema_version.hpp"
#include "fault/marks.hpp"
#include "fault/mixed_load.hpp"
#include "fault/replay.hpp"
#include "fault/size.hpp"
#include "fault/soundness.hpp"
#include "old_store.hpp"
#include "processes.hpp"
#include "temporary_folder.hpp"

namespace crmkit::fault {
namespace {

using testing::ChildProcess;

constexpr int writers = 2;

void wait_up_to(std::int64_t microseconds, Random& random) {
    std::this_thread::sleep_for(std::chrono::microseconds(random.between(0, microseconds)));
}

/// One round: the processes begin, some time passes, and one after the other or all at once is
/// killed.
class Round {
  public:
    explicit Round(Load load) : number_(load.round), random_(load.seed) {
        for (int worker = 0; worker < writers; ++worker) {
            workers_.emplace_back([&, worker] {
                pipe_.only_write();
                load.seed += static_cast<std::uint64_t>(worker) + 1;
                Writer(load, worker, pipe_).run();
            });
        }
        workers_.emplace_back([&] {
            pipe_.only_write();
            Reader(load).run(pipe_);
        });
        pipe_.only_read();
    }

    /// Kills all, at one moment or at two, and returns at how many. `from_beginning`: at a moment
    /// that may come before a worker has opened the store.
    int kill_all(bool from_beginning) {
        if (!from_beginning) {
            wait_for_commits(random_.below(20));
        }
        wait_up_to(from_beginning ? 20'000 : 4'000, random_);
        const bool has_first_victim = random_.chance(500);
        if (has_first_victim) {
            workers_[random_.below(workers_.size())].kill();
            wait_up_to(10'000, random_);  // the others go on meanwhile
        }
        for (const ChildProcess& worker : workers_) {
            worker.kill();
        }
        for (ChildProcess& worker : workers_) {
            CHECK(worker.wait() == "signal 9");
        }
        while (const auto message = pipe_.receive()) {
            take(*message);
        }
        return has_first_victim ? 2 : 1;
    }

    [[nodiscard]] const std::vector<Acknowledgement>& acknowledged() const { return acknowledged_; }
    [[nodiscard]] std::int64_t number() const { return number_; }

  private:
    /// Until all writers have begun, too. Or until a worker has failed: its end then says so.
    void wait_for_commits(std::uint64_t count) {
        const auto is_running = [](const ChildProcess& worker) { return worker.is_running(); };
        for (int begun = 0; begun < writers || acknowledged_.size() < count;) {
            const auto message = pipe_.receive();
            if (!message || !std::all_of(workers_.begin(), workers_.end(), is_running)) {
                return;
            }
            take(*message);
            begun += message->command == 0 && message->worker >= 0 ? 1 : 0;
        }
    }
    void take(const Acknowledgement& message) {
        if (message.command > 0) {
            acknowledged_.push_back(message);
        }
    }

    std::int64_t number_;
    Random random_;
    AcknowledgementPipe pipe_;
    std::vector<ChildProcess> workers_;
    std::vector<Acknowledgement> acknowledged_;
};

/// One store, from the upgrade of an old file, through many rounds, to a check of all of it.
class Life {
  public:
    Life(Durability durability, int version)
        : load_{.path = folder_.file("store.db"), .durability = durability} {
        testing::make_old_store(load_.path, version);
    }

    /// The load of the next round.
    [[nodiscard]] Load load(std::int64_t round, std::uint64_t seed) const {
        Load load = load_;
        load.round = round;
        load.seed = seed;
        return load;
    }
    /// What must hold after a round.
    void check(const Round& round) {
        const Crm crm = load_.open();
        Session me = crm.as_system();
        report(replay_.follow(me));
        report(replay_.compare_news(me));
        const Marks marks(replay_.news(), round.number());
        report(marks.half_done());
        report(marks.unannounced(round.acknowledged()));
        report(lost(round.acknowledged(), replay_.news(), marks));
        report(check_soundness(crm, load_.path));
    }

    void check_all() const {
        const Crm crm = load_.open();
        Session me = crm.as_system();
        report(replay_.compare_all(me));
    }

  private:
    testing::TemporaryFolder folder_;
    Load load_;
    Replay replay_;
};

}  // namespace

TEST_CASE("kill -9 under a mixed load loses nothing acknowledged and leaves nothing half-done") {
    constexpr std::int64_t rounds_of_a_life = 30;
    const auto wanted = by_size<std::int64_t>(40, 1'000, 10'000);
    std::int64_t moments = 0;
    std::int64_t commits = 0;
    std::unique_ptr<Life> life;
    for (std::int64_t number = 1; moments < wanted; ++number) {
        const std::uint64_t seed = 1'000 * static_cast<std::uint64_t>(number);
        CAPTURE(seed);
        const bool is_first = number % rounds_of_a_life == 1;
        if (is_first) {
            // A crash of processes alone takes nothing in fast mode either.
            const std::int64_t lives = number / rounds_of_a_life;
            life = std::make_unique<Life>(lives % 4 == 1 ? Durability::fast : Durability::durable,
                                          1 + static_cast<int>(lives % schema_version));
        }
        Round round(life->load(number, seed));
        // The first round of a life may be killed amid the upgrade of the file.
        moments += round.kill_all(is_first || number % 5 == 0);
        commits += static_cast<std::int64_t>(round.acknowledged().size());
        life->check(round);
        if (number % rounds_of_a_life == 0 || moments >= wanted) {
            life->check_all();
        }
    }
    CHECK(commits > moments);
    MESSAGE("volume: " << counted(moments, "moments, ") << counted(commits, "commits"));
}

}  // namespace crmkit::fault
