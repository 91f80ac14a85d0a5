/// What reaches the write-ahead log, and when.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "crmkit/crm.hpp"
#include "fault/watched_files.hpp"
#include "temporary_folder.hpp"

using namespace crmkit;

namespace {

/// Counts what is written to logs. A log that is begun anew has a head, which is not counted.
class LogWrites final : public fault::FileWatcher {
  public:
    int before(const fault::FileRequest& request) override {
        if (request.call == fault::FileCall::write && request.path.ends_with("-wal")) {
            ++writes;
            bytes += request.bytes.size();
        }
        return SQLITE_OK;
    }
    void forget() { writes = bytes = 0; }

    std::size_t writes = 0;
    std::size_t bytes = 0;
};

/// A store whose cache holds hardly a page, so that a transaction writes to the log all the time,
/// and which never waits for the disk, which would be told all that was written before.
OpenOptions small_cache() {
    OpenOptions options;
    options.durability = Durability::fast;
    options.cache_kib = 40;
    options.log_kib = 64;
    return options;
}

std::vector<Account> accounts(int count, const std::string& name) {
    std::vector<Account> made;
    for (int i = 0; i < count; ++i) {
        made.push_back(Account{.name = name + std::to_string(i)});
    }
    return made;
}

std::size_t count(Session& me) { return me.query<Account>().all().size(); }

constexpr std::size_t page_size = 4096;

}  // namespace

TEST_CASE("a commit is written to the log at once") {
    LogWrites log;
    const fault::WatchedFiles files(log);
    const testing::TemporaryFolder folder;
    Crm crm = Crm::open(folder.file("store.db"));
    Session me = crm.as_system();
    me.create(Account{.name = "Acme"});
    log.forget();
    me.create(Account{.name = "Bright"});
    CHECK(log.writes == 1);
    CHECK(log.bytes > 3 * page_size);
}

TEST_CASE("a commit of any size is written to the log in few pieces, and whole") {
    LogWrites log;
    const fault::WatchedFiles files(log);
    const testing::TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    {
        Crm crm = Crm::open(path);
        Session me = crm.as_system();
        me.create(Account{.name = "Acme"});
        log.forget();
        me.create_many(accounts(5'000, "Bright "));
        CHECK(log.writes <= log.bytes / (30 * page_size) + 2);
    }
    Crm crm = Crm::open(path);
    Session me = crm.as_system();
    CHECK(crm.check_integrity().empty());
    CHECK(count(me) == 5'001);
}

TEST_CASE("a transaction reads what the cache had no room for, and may take it back") {
    const testing::TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    {
        Crm crm = Crm::open(path, small_cache());
        Session me = crm.as_system();
        for (int round = 0; round < 6; ++round) {
            TransactionScope transaction = me.transaction();
            for (const Account& account : accounts(300, std::to_string(round) + "/")) {
                const Id id = me.create(account).id;
                CHECK(me.get<Account>(id).name == account.name);
            }
            CHECK(me.query<Account>("name = :name", {{"name", std::to_string(round) + "/0"}})
                      .all()
                      .size() == 1);
            if (round % 2 == 0) {
                transaction.commit();
            }
        }
        CHECK(count(me) == 900);
        CHECK(crm.check_integrity().empty());
    }
    Crm crm = Crm::open(path);
    Session me = crm.as_system();
    CHECK(count(me) == 900);
    CHECK(crm.check_integrity().empty());
}

TEST_CASE("what is committed is in the files, as a process that is killed leaves them") {
    const testing::TemporaryFolder folder;
    Crm crm = Crm::open(folder.file("store.db"), small_cache());
    Session me = crm.as_system();
    for (int round = 0; round < 10; ++round) {
        TransactionScope transaction = me.transaction();
        const Id first = me.create(Account{.name = "First"}).id;
        me.create_many(accounts(round * 20, "Bright "));
        // The page of the first one is in the log already, and is written over there.
        me.update<Account>(first, {{"name", "First of " + std::to_string(round)}});
        transaction.commit();
        for (const char* file : {"store.db", "store.db-wal"}) {
            std::filesystem::copy_file(folder.file(file), folder.file("left-" + std::string(file)),
                                       std::filesystem::copy_options::overwrite_existing);
        }
        Crm left = Crm::open(folder.file("left-store.db"));
        Session reader = left.as_system();
        CHECK(count(reader) == count(me));
        CHECK(reader.get<Account>(first).name == "First of " + std::to_string(round));
        CHECK(left.check_integrity().empty());
    }
}

TEST_CASE("two stores of a file write by turns, and each begins the log anew") {
    const testing::TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    Crm first = Crm::open(path, small_cache());
    Crm second = Crm::open(path, small_cache());
    Session one = first.as_system();
    Session two = second.as_system();
    for (int round = 0; round < 30; ++round) {
        one.create_many(accounts(1 + round % 7 * 20, "One "));
        CHECK(count(two) == count(one));
        two.create_many(accounts(1 + round % 5 * 30, "Two "));
        CHECK(count(two) == count(one));
        if (round % 3 == 0) {
            (round % 2 == 0 ? first : second).checkpoint();
        }
    }
    CHECK(first.check_integrity().empty());
    CHECK(second.check_integrity().empty());
}
