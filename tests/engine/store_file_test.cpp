/// Store files that are damaged, foreign, newer, locked, full or protected.
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "backends.hpp"
#include "old_store.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

void run_sql(const std::string& path, const char* sql) { testing::Database(path).run(sql); }

/// A store file with one account, closed.
Id make_store(const std::string& path) {
    Crm crm = Crm::open(path);
    return crm.as_system().create(Account{.name = "Acme"}).id;
}

}  // namespace

TEST_CASE("a store is there again when it is opened again") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    const Id id = make_store(path);
    Crm crm = Crm::open(path);
    Session me = crm.as_system();
    CHECK(me.get<Account>(id).name == "Acme");
    CHECK(me.create(Account{.name = "Next"}).id > id);
    CHECK(crm.check_integrity().empty());
}

TEST_CASE("what is not a store is refused and left alone") {
    const TemporaryFolder folder;
    const std::string text = folder.file("text.db");
    std::ofstream(text) << std::string(5000, 'x');
    const Error no_database = error_of([&] { (void)Crm::open(text); });
    CHECK(no_database.code() == ErrorCode::corrupt);
    CHECK(no_database.message().find(text) != std::string::npos);

    const std::string foreign = folder.file("foreign.db");
    run_sql(foreign, "CREATE TABLE invoices (number TEXT)");
    const Error error = error_of([&] { (void)Crm::open(foreign); });
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(error.message().find(foreign) != std::string::npos);

    OpenOptions options;
    options.create = false;
    CHECK(code_of([&] { (void)Crm::open(folder.file("none.db"), options); }) == ErrorCode::io);
    CHECK(code_of([&] { (void)Crm::open(folder.file("no/folder.db")); }) == ErrorCode::io);
}

TEST_CASE("a damaged store is reported as corrupt") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    make_store(path);
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096);
        file << std::string(200 * 4096, '\x5A');
    }
    const ErrorCode code = code_of([&] {
        const Crm crm = Crm::open(path);
        if (!crm.check_integrity().empty()) {
            throw Error(ErrorCode::corrupt, "the check found it");
        }
    });
    CHECK(code == ErrorCode::corrupt);
}

TEST_CASE("a store of a newer crmkit is refused untouched") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    make_store(path);
    run_sql(path, "UPDATE crmkit_settings SET value = '999' WHERE key = 'schema_version'");
    const Error error = error_of([&] { (void)Crm::open(path); });
    CHECK(error.code() == ErrorCode::newer_schema);
    CHECK(error.message().find("999") != std::string::npos);
}

TEST_CASE("a read-only store reads and refuses to write") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    const Id id = make_store(path);
    OpenOptions options;
    options.read_only = true;
    Crm crm = Crm::open(path, options);
    Session me = crm.as_system();
    CHECK(me.get<Account>(id).name == "Acme");
    CHECK(code_of([&] { me.create(Account{.name = "B"}); }) == ErrorCode::read_only);
    CHECK(code_of([&] { me.update<Account>(id, {{"name", "B"}}); }) == ErrorCode::read_only);
    CHECK(code_of([&] { me.remove<Account>(id); }) == ErrorCode::read_only);
    CHECK(me.get<Account>(id).name == "Acme");
}

TEST_CASE("a store that another connection holds is busy after the timeout") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    const Id id = make_store(path);
    OpenOptions options;
    options.busy_timeout = std::chrono::milliseconds(20);
    Crm crm = Crm::open(path, options);
    Session me = crm.as_system();
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &other) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(code_of([&] { me.create(Account{.name = "B"}); }) == ErrorCode::busy);
    CHECK(me.get<Account>(id).name == "Acme");
    sqlite3_close(other);
    CHECK(me.create(Account{.name = "B"}).id);
}

TEST_CASE("a writer meets the short moments in which another leaves the lock free") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    make_store(path);
    std::atomic<bool> is_done = false;
    std::thread other([&] {
        testing::Database database(path);
        while (!is_done) {
            database.run("BEGIN IMMEDIATE");
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            database.run("COMMIT");
            std::this_thread::sleep_for(std::chrono::milliseconds(4));
        }
    });
    OpenOptions options;
    options.busy_timeout = std::chrono::seconds(2);
    const ErrorCode code = code_of([&] {
        const Crm crm = Crm::open(path, options);
        Session me = crm.as_system();
        for (int i = 0; i < 5; ++i) {
            me.create(Account{.name = "B"});
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    });
    is_done = true;
    other.join();
    CHECK(code == ErrorCode::ok);
}

TEST_CASE("two processes' worth of stores share a file") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    Crm one = Crm::open(path);
    Crm two = Crm::open(path);
    Session first = one.as_system();
    Session second = two.as_system();
    for (int i = 0; i < 20; ++i) {
        const Account a = first.create(Account{.name = "A" + std::to_string(i)});
        const Account b = second.create(Account{.name = "B" + std::to_string(i)});
        CHECK(second.get<Account>(a.id).name == a.name);
        CHECK(first.get<Account>(b.id).name == b.name);
    }
    const auto changes = first.changes_since(1, 100000);
    for (std::size_t i = 0; i < changes.size(); ++i) {
        REQUIRE(changes[i].position == static_cast<std::int64_t>(i) + 1);
    }
    CHECK(one.check_integrity().empty());
}

TEST_CASE("a full disk is a clear error, and what was there stays") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    const Id id = make_store(path);
    Crm crm = Crm::open(path);
    Session me = crm.as_system();
    // A limit on the size of files stands in for the end of the disk; SIGXFSZ would end the
    // process.
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit old_limit{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &old_limit) == 0);
    rlimit limit = old_limit;
    limit.rlim_cur = 2 * 1024 * 1024;
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    ErrorCode code = ErrorCode::ok;
    for (int i = 0; i < 5000 && code == ErrorCode::ok; ++i) {
        code = code_of(
            [&] { me.create(Account{.name = "A", .description = std::string(4000, 'x')}); });
    }
    REQUIRE(setrlimit(RLIMIT_FSIZE, &old_limit) == 0);
    std::signal(SIGXFSZ, old_handler);
    CHECK((code == ErrorCode::disk_full || code == ErrorCode::io));
    CHECK(me.get<Account>(id).name == "Acme");
    CHECK(me.create(Account{.name = "After"}).id);
    CHECK(crm.check_integrity().empty());
}

TEST_CASE("a backup is a whole store, taken while others write") {
    const TemporaryFolder folder;
    Crm crm = Crm::open(folder.file("store.db"));
    Session me = crm.as_system();
    const Id id = me.create(Account{.name = "Acme"}).id;
    TransactionScope transaction = me.transaction();
    me.create(Account{.name = "Uncommitted"});
    crm.backup(folder.file("copy.db"));
    transaction.commit();
    Crm copy = Crm::open(folder.file("copy.db"));
    CHECK(copy.as_system().get<Account>(id).name == "Acme");
    CHECK(copy.as_system().query<Account>().all().size() == 1);
    CHECK(copy.check_integrity().empty());
    CHECK(code_of([&] { Crm::open_memory().backup(folder.file("x.db")); }) ==
          ErrorCode::unsupported);
}
