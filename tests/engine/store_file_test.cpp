/// Store files that are damaged, foreign, newer, locked, full or protected.
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <thread>

#include "backends.hpp"
#include "fault/watched_files.hpp"
#include "old_store.hpp"
#include "processes.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

void run_sql(const std::string& path, const char* sql) { testing::Database(path).run(sql); }

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A disk that takes no byte beyond a place in its files while it is full.
class SmallDisk final : public fault::FileWatcher {
  public:
    int before(const fault::FileRequest& request) override {
        const auto end = request.offset + static_cast<std::int64_t>(request.bytes.size());
        if (request.call != fault::FileCall::write || end <= capacity) {
            return SQLITE_OK;
        }
        errno = number;
        return answer;
    }

    std::int64_t capacity = INT64_MAX;
    /// What a write is told that finds no room, and what the system said before.
    int answer = SQLITE_FULL;
    int number = ENOSPC;
};

/// Lets no file of this process grow beyond `size`.
void limit_file_size(rlim_t size) {
    rlimit limit{};
    if (std::signal(SIGXFSZ, SIG_IGN) == SIG_ERR || ::getrlimit(RLIMIT_FSIZE, &limit) != 0) {
        throw std::runtime_error("cannot ask for the limit");
    }
    limit.rlim_cur = std::min(size, limit.rlim_max);
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        throw std::runtime_error("cannot set a limit");
    }
}

/// Makes accounts until one fails. Returns how many there are then, with one that was there before.
std::size_t fill(Session& me, ErrorCode& code) {
    for (std::size_t kept = 1;; ++kept) {
        REQUIRE(kept < 5'000);
        code = code_of([&me] {
            return me.create(Account{.name = "A", .description = std::string(4000, 'x')});
        });
        if (code != ErrorCode::ok) {
            return kept;
        }
    }
}

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

TEST_CASE("a store whose schema version is none is refused untouched") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    Crm::open(path).close();
    for (const char* version : {"abc", "", "-5", "0", "4x", "99999999999999999999"}) {
        CAPTURE(version);
        run_sql(path, ("UPDATE crmkit_settings SET value = '" + std::string(version) +
                       "' WHERE key = 'schema_version'")
                          .c_str());
        const std::string before = bytes_of(path);
        const Error error = error_of([&] { Crm::open(path); });
        CHECK(error.code() == ErrorCode::corrupt);
        CHECK_MESSAGE(error.message().find("'" + std::string(version) + "'") != std::string::npos,
                      error.message());
        CHECK(bytes_of(path) == before);
    }
}

TEST_CASE("a store of a newer crmkit is refused untouched") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    make_store(path);
    run_sql(path, "UPDATE crmkit_settings SET value = '999' WHERE key = 'schema_version'");
    const std::string before = bytes_of(path);
    for (const bool read_only : {false, true}) {
        OpenOptions options;
        options.read_only = read_only;
        const Error error = error_of([&] { (void)Crm::open(path, options); });
        CHECK(error.code() == ErrorCode::newer_schema);
        CHECK(error.message().find("999") != std::string::npos);
        CHECK(error.message().find(path) != std::string::npos);
        CHECK(bytes_of(path) == before);
        // A reader of a store with a log leaves an empty one.
        CHECK((read_only || !std::filesystem::exists(path + "-wal")));
    }
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
    SmallDisk disk;
    SUBCASE("no room") {}
    SUBCASE("no room in a quota") {
        disk.answer = SQLITE_IOERR_WRITE;
        disk.number = EDQUOT;
    }
    const fault::WatchedFiles files(disk);
    const std::string path = folder.file("store.db");
    const Id id = make_store(path);
    Crm crm = Crm::open(path);
    Session me = crm.as_system();
    disk.capacity = 12 * 1024 * 1024;
    ErrorCode code = ErrorCode::ok;
    const std::size_t kept = fill(me, code);
    CHECK(code == ErrorCode::disk_full);
    CHECK(kept > 100);
    CHECK(me.get<Account>(id).name == "Acme");
    CHECK(me.query<Account>().all().size() == kept);
    CHECK(code_of([&] {
              me.create(Account{.name = "A", .description = std::string(30'000, 'x')});
          }) == ErrorCode::disk_full);
    disk.capacity = INT64_MAX;
    CHECK(me.create(Account{.name = "After"}).id);
    CHECK(me.query<Account>().all().size() == kept + 1);
    CHECK(crm.check_integrity().empty());
}

TEST_CASE("a file that must not grow any more is a full disk, and goes on when it may") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    make_store(path);
    testing::ChildProcess child([&path] {
        Crm crm = Crm::open(path);
        Session me = crm.as_system();
        limit_file_size(1024 * 1024);
        ErrorCode code = ErrorCode::ok;
        const std::size_t kept = fill(me, code);
        limit_file_size(RLIM_INFINITY);
        me.create(Account{.name = "After"});
        if (code != ErrorCode::disk_full || me.query<Account>().all().size() != kept + 1 ||
            !crm.check_integrity().empty()) {
            throw std::runtime_error("it ended with " + std::string(to_string(code)));
        }
    });
    CHECK(child.wait() == "exit 0");
}

TEST_CASE("a file that may only be read is opened for reading alone") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    const Id id = make_store(path);
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    std::filesystem::permissions(path, std::filesystem::perms(0444));
    const std::string before = bytes_of(path);
    const auto run = [&](const std::function<void()>& work) {
        testing::ChildProcess child([&work] {
            // Root may write everything.
            constexpr unsigned nobody = 65'534;
            if (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)) {
                throw std::runtime_error("cannot become nobody");
            }
            work();
        });
        return child.wait();
    };
    const auto require = [](bool holds, const char* what) {
        if (!holds) {
            throw std::runtime_error(what);
        }
    };
    CHECK(run([&] {
              const Error error = error_of([&] { (void)Crm::open(path); });
              require(error.code() == ErrorCode::read_only, "not read_only");
              require(error.message().find(path) != std::string::npos, "the file is not named");
          }) == "exit 0");
    CHECK(run([&] {
              OpenOptions options;
              options.read_only = true;
              Crm crm = Crm::open(path, options);
              Session me = crm.as_system();
              require(me.get<Account>(id).name == "Acme", "the account is not there");
              require(code_of([&] { me.create(Account{.name = "B"}); }) == ErrorCode::read_only,
                      "it was written to");
          }) == "exit 0");
    CHECK(bytes_of(path) == before);
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
