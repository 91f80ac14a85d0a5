/// Sessions of several threads that share a commit, which goes well or fails.
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "engine/backends.hpp"
#include "fault/watched_files.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// Counts the syncs, and lets them fail while it is told to.
class SyncWatcher final : public fault::FileWatcher {
  public:
    int before(const fault::FileRequest& request) override {
        if (request.call != fault::FileCall::sync) {
            return SQLITE_OK;
        }
        ++syncs;
        return fails ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    }
    std::atomic<int> syncs = 0;
    std::atomic<bool> fails = false;
};

constexpr int threads = 8;

/// Lets every thread create an account while `me` has a transaction open, then commits that: all of
/// them wait behind it. Returns how many were told that their change is kept, that of `me`
/// included.
int create_together(Crm& crm, Session& me, const std::string& name) {
    std::atomic<int> kept = 0;
    const auto count = [&kept](const auto& change) {
        try {
            change();
            ++kept;
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::io);
        }
    };
    std::vector<std::thread> running;
    count([&] {
        TransactionScope transaction = me.transaction();
        me.create(Account{.name = name + " first"});
        for (int i = 0; i < threads; ++i) {
            running.emplace_back([&crm, &count, name, i] {
                Session session = crm.as_system();
                count([&] { session.create(Account{.name = name + std::to_string(i)}); });
            });
        }
        // Long enough for all of them to stand in the queue; who comes later commits by itself.
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        transaction.commit();
    });
    for (std::thread& thread : running) {
        thread.join();
    }
    return kept;
}

}  // namespace

TEST_CASE("threads that wait for each other share a commit") {
    const TemporaryFolder folder;
    SyncWatcher watcher;
    const fault::WatchedFiles files(watcher);
    {
        Crm crm = Crm::open(folder.file("store.db"));
        Session me = crm.as_system();
        watcher.syncs = 0;
        CHECK(create_together(crm, me, "A") == threads + 1);
        CHECK(watcher.syncs < threads + 1);
        CHECK(me.query<Account>().all().size() == threads + 1);
        CHECK(crm.check_integrity().empty());
    }
}

TEST_CASE("a shared commit that fails is kept for nobody, and everybody is told") {
    const TemporaryFolder folder;
    SyncWatcher watcher;
    const fault::WatchedFiles files(watcher);
    {
        Crm crm = Crm::open(folder.file("store.db"));
        Session me = crm.as_system();
        watcher.fails = true;
        CHECK(create_together(crm, me, "lost") == 0);
        watcher.fails = false;
        CHECK(me.query<Account>().all().empty());
        CHECK(create_together(crm, me, "kept") == threads + 1);
        CHECK(me.query<Account>("name like 'kept%'").all().size() == threads + 1);
        CHECK(crm.check_integrity().empty());
    }
}

TEST_CASE("what is refused in a shared commit is refused alone") {
    const TemporaryFolder folder;
    Crm crm = Crm::open(folder.file("store.db"));
    constexpr int rounds = 40;
    std::atomic<int> refused = 0;
    std::atomic<int> kept_long = 0;
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i) {
        running.emplace_back([&crm, &refused, &kept_long, i] {
            Session me = crm.as_system();
            for (int round = 0; round < rounds; ++round) {
                const bool is_good = (i + round) % 2 == 0;
                const bool is_long = (i + round) % 5 == 0;
                try {
                    if (is_long) {
                        TransactionScope transaction = me.transaction();
                        me.create(Account{.name = "Long"});
                        me.create(Contact{.last_name = is_good ? "Good" : ""});
                        transaction.commit();
                        ++kept_long;
                    } else {
                        me.create(Contact{.last_name = is_good ? "Good" : ""});
                    }
                } catch (const Error& error) {
                    CHECK(error.code() == ErrorCode::validation);
                    ++refused;
                }
            }
        });
    }
    for (std::thread& thread : running) {
        thread.join();
    }
    Session me = crm.as_system();
    CHECK(refused == threads * rounds / 2);
    CHECK(me.query<Contact>().all().size() == threads * rounds / 2);
    CHECK(kept_long > 0);
    CHECK(me.query<Account>().all().size() == static_cast<std::size_t>(kept_long));
    CHECK(crm.check_integrity().empty());
}
