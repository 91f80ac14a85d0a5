/// The links that tie each change of the history to the one before it.
#include "../../src/engine/history_chain.hpp"

#include <sqlite3.h>

#include <set>

#include "backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// A store on a connection of the test's own, so that it can reach into the tables.
class OpenFile {
  public:
    OpenFile() {
        REQUIRE(sqlite3_open(":memory:", &handle_) == SQLITE_OK);
        crm_.emplace(Crm::open(handle_, clock_.options()));
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        crm_.reset();
        sqlite3_close(handle_);
    }

    [[nodiscard]] Crm& crm() { return *crm_; }
    void tamper(const std::string& sql) {
        REQUIRE_MESSAGE(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK,
                        sqlite3_errmsg(handle_));
        REQUIRE(sqlite3_changes(handle_) > 0);
    }

  private:
    TestClock clock_;
    sqlite3* handle_ = nullptr;
    std::optional<Crm> crm_;
};

/// A few changes of every kind.
void make_history(Session& me) {
    Account acme = me.create(Account{.name = "Acme", .industry = "steel"});
    me.update<Account>(acme.id, {{"industry", "manufacturing"}});
    me.remove<Account>(acme.id);
    me.restore<Account>(acme.id);
    me.create(Contact{.last_name = "Lovelace"});
}

}  // namespace

TEST_CASE("SHA-256 is that of the standard") {
    engine::Sha256 sha;
    // FIPS 180-4's own example, and the empty message.
    sha.add("abc", 3);
    CHECK(to_string(sha.take()) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_string(sha.take()) ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha.add("a", 1);
    sha.add("bc", 2);
    CHECK(to_string(sha.take()) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("no two salts are alike") {
    engine::Sha256 sha;
    engine::SaltSource source(Digest{});
    std::set<engine::SaltSource::Salt> seen;
    for (int i = 0; i < 1000; ++i) {
        CHECK(seen.insert(source.next(sha)).second);
    }
}

TEST_CASE("the history of each store is a sound chain") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        make_history(me);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("what is rolled back leaves the chain as it was") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        make_history(me);
        {
            TransactionScope lost = me.transaction();
            make_history(me);
        }
        {
            TransactionScope outer = me.transaction();
            me.create(Account{.name = "Before"});
            {
                TransactionScope inner = me.transaction();
                me.create(Account{.name = "Lost"});
            }
            me.create(Account{.name = "After"});
            outer.commit();
        }
        CHECK(code_of([&] { me.create(Account{}); }) == ErrorCode::validation);
        make_history(me);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("several stores on one file make one chain") {
    const TemporaryFolder folder;
    TestClock clock;
    OpenOptions options = clock.options();
    Crm one = Crm::open(folder.file("store.db"), options);
    options.seed = 2;
    Crm other = Crm::open(folder.file("store.db"), options);
    for (int i = 0; i < 5; ++i) {
        Session me = one.as_system();
        make_history(me);
        Session you = other.as_system();
        make_history(you);
    }
    CHECK(one.check_integrity().empty());
}

TEST_CASE("a host's rollback of what crmkit had committed leaves the chain sound") {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(":memory:", &handle) == SQLITE_OK);
    {
        TestClock clock;
        Crm crm = Crm::open(handle, clock.options());
        Session me = crm.as_system();
        make_history(me);
        sqlite3_exec(handle, "BEGIN", nullptr, nullptr, nullptr);
        make_history(me);
        sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr);
        make_history(me);
        CHECK(crm.check_integrity().empty());
    }
    sqlite3_close(handle);
}

TEST_CASE("whoever alters the history is found out") {
    const char* alterations[] = {
        "UPDATE crm_changes SET changed = replace(changed, 'steel', 'paper') WHERE position > 0",
        "UPDATE crm_changes SET actor = 7 WHERE position = 3",
        "UPDATE crm_changes SET at = at + 1 WHERE position = 3",
        "UPDATE crm_changes SET origin = 'import' WHERE position = 3",
        "UPDATE crm_changes SET version = 9 WHERE position = 3",
        "UPDATE crm_changes SET salt = zeroblob(16) WHERE position = 3",
        "UPDATE crm_changes SET link = zeroblob(32) WHERE position = 3",
        "UPDATE crm_changes SET salt = NULL, link = NULL WHERE position = 3",
        "DELETE FROM crm_changes WHERE position = 3",
        "UPDATE crm_changes SET position = -position WHERE position IN (3, 4)",
    };
    for (const char* alteration : alterations) {
        CAPTURE(alteration);
        OpenFile file;
        Session me = file.crm().as_system();
        make_history(me);
        REQUIRE(file.crm().check_integrity().empty());
        file.tamper(alteration);
        CHECK_FALSE(file.crm().check_integrity().empty());
    }
}

TEST_CASE("the same commands with the same seed make the same chain") {
    const auto last_link = [] {
        TestClock clock;
        OpenOptions options = clock.options();
        options.replica = 1;
        sqlite3* handle = nullptr;
        REQUIRE(sqlite3_open(":memory:", &handle) == SQLITE_OK);
        std::string link;
        {
            Crm crm = Crm::open(handle, options);
            Session me = crm.as_system();
            make_history(me);
            const auto read = [](void* into, int, char** values, char**) {
                *static_cast<std::string*>(into) = values[0];
                return 0;
            };
            sqlite3_exec(handle, "SELECT hex(link) FROM crm_changes ORDER BY position DESC LIMIT 1",
                         read, &link, nullptr);
        }
        sqlite3_close(handle);
        return link;
    };
    const std::string link = last_link();
    CHECK(link.size() == 64);
    CHECK(link == last_link());
}
