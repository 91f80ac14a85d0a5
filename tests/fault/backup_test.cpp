/// Backups while two processes write: each is a store as it was at one moment.
#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <thread>

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

/// Two writers, and what they have acknowledged so far.
class Writers {
  public:
    explicit Writers(Load load) {
        for (int number = 0; number < 2; ++number) {
            workers_.emplace_back([&, number] {
                pipe_.only_write();
                load.seed += static_cast<std::uint64_t>(number);
                Writer(load, number, pipe_).run();
            });
        }
        pipe_.only_read();
        listener_ = std::thread([this] {
            while (const auto message = pipe_.receive()) {
                const std::lock_guard lock(mutex_);
                if (message->command > 0) {
                    acknowledged_.push_back(*message);
                }
            }
        });
    }
    Writers(const Writers&) = delete;
    Writers& operator=(const Writers&) = delete;
    ~Writers() {
        for (testing::ChildProcess& worker : workers_) {
            worker.kill();
            CHECK(worker.wait() == "signal 9");
        }
        listener_.join();
    }

    [[nodiscard]] std::vector<Acknowledgement> acknowledged() const {
        const std::lock_guard lock(mutex_);
        return acknowledged_;
    }
    /// Waits for so many more commits, so that a backup differs from the one before.
    void wait_for(std::size_t commits) const {
        const std::size_t wanted = acknowledged().size() + commits;
        const auto is_running = [](const testing::ChildProcess& worker) {
            return worker.is_running();
        };
        while (acknowledged().size() < wanted &&
               std::all_of(workers_.begin(), workers_.end(), is_running)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }

  private:
    AcknowledgementPipe pipe_;
    std::vector<testing::ChildProcess> workers_;
    mutable std::mutex mutex_;
    std::vector<Acknowledgement> acknowledged_;
    std::thread listener_;
};

/// The changes of the backup that its source does not have just so. When there is none, and no gap
/// between them, the backup is how its source began.
Findings invented(const Load& backup, const Load& source) {
    testing::Database database(source.path);
    database.run("ATTACH '" + backup.path + "' AS backup");
    Findings findings;
    for (const std::string& position : database.rows(
             "SELECT position FROM (SELECT * FROM backup.changes EXCEPT SELECT * FROM changes)")) {
        findings.push_back("the source does not have change " + position + " of the backup");
    }
    return findings;
}

/// The backup is what its source was at one moment: a whole store, with at least what was
/// acknowledged before it began.
void check_backup(const Load& backup, const Load& source,
                  const std::vector<Acknowledgement>& acknowledged) {
    const Crm crm = backup.open();
    Session me = crm.as_system();
    Replay replay;
    report(replay.follow(me));
    report(replay.compare_all(me));
    const Marks marks(replay.news(), backup.round);
    report(marks.half_done());
    report(lost(acknowledged, replay.news(), marks));
    report(invented(backup, source));
    report(check_soundness(crm, backup.path));
}

}  // namespace

TEST_CASE("every backup taken while others write restores to what was committed at one moment") {
    constexpr int backups_of_a_store = 20;
    const int wanted = by_size(10, 100, 1'000);
    std::size_t commits = 0;
    for (int number = 0; number < wanted;) {
        const testing::TemporaryFolder folder;
        const Load load{.path = folder.file("store.db"),
                        .round = 1,
                        .seed = static_cast<std::uint64_t>(number) + 1};
        CAPTURE(load.seed);
        { const Crm made = load.open(); }
        const Writers writers(load);
        const Crm crm = load.open();
        for (int i = 0; i < backups_of_a_store && number < wanted; ++i, ++number) {
            writers.wait_for(5);
            const auto acknowledged = writers.acknowledged();
            Load backup = load;
            backup.path = folder.file("backup" + std::to_string(i) + ".db");
            crm.backup(backup.path);
            check_backup(backup, load, acknowledged);
        }
        commits += writers.acknowledged().size();
    }
    MESSAGE("volume: " << counted(wanted, "backups, ")
                       << counted(static_cast<std::int64_t>(commits), "commits"));
}

}  // namespace crmkit::fault
