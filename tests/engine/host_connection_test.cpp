/// crmkit's tables inside the host's database, on the host's connection.
#include <sqlite3.h>

#include "backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// A host's connection to a file of its own.
class Host {
  public:
    explicit Host(const std::string& path) {
        REQUIRE(sqlite3_open(path.c_str(), &connection_) == SQLITE_OK);
        run("CREATE TABLE IF NOT EXISTS invoices (number TEXT)");
    }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    ~Host() { sqlite3_close(connection_); }

    void run(const char* sql) const {
        REQUIRE(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    }
    [[nodiscard]] std::int64_t count(const std::string& sql) const {
        sqlite3_stmt* statement = nullptr;
        REQUIRE(sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
        REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
        const std::int64_t found = sqlite3_column_int64(statement, 0);
        sqlite3_finalize(statement);
        return found;
    }
    [[nodiscard]] sqlite3* connection() const { return connection_; }

  private:
    sqlite3* connection_ = nullptr;
};

}  // namespace

TEST_CASE("a host's rollback leaves no trace of crmkit") {
    const TemporaryFolder folder;
    const Host host(folder.file("erp.db"));
    TestClock clock;
    Crm crm = Crm::open(host.connection(), clock.options());
    Session me = crm.as_system();
    const Account kept = me.create(Account{.name = "Kept"});
    const std::int64_t changes = host.count("SELECT count(*) FROM crm_changes");

    host.run("BEGIN");
    host.run("INSERT INTO invoices VALUES ('1')");
    const Account gone = me.create(Account{.name = "Ghost"});
    me.update<Account>(kept.id, {{"name", "Renamed"}});
    host.run("ROLLBACK");

    CHECK(host.count("SELECT count(*) FROM invoices") == 0);
    CHECK(host.count("SELECT count(*) FROM crm_changes") == changes);
    CHECK_FALSE(me.find<Account>(gone.id, Deleted::shown));
    CHECK(me.get<Account>(kept.id).name == "Kept");
    CHECK(me.search<Account>("ghost").empty());
    CHECK(me.search<Account>("renamed").empty());
    CHECK(me.create(Account{.name = "Next"}).id);
    CHECK(me.history(kept.id).size() == 1);
    CHECK(crm.check_integrity().empty());
}

TEST_CASE("a host's commit keeps both sides") {
    const TemporaryFolder folder;
    Id account;
    {
        const Host host(folder.file("erp.db"));
        Crm crm = Crm::open(host.connection());
        Session me = crm.as_system();
        host.run("BEGIN");
        host.run("INSERT INTO invoices VALUES ('1')");
        account = me.create(Account{.name = "Acme"}).id;
        {
            const TransactionScope dropped = me.transaction();
            me.create(Account{.name = "Dropped"});
        }
        host.run("COMMIT");
    }
    const Host host(folder.file("erp.db"));
    Crm crm = Crm::open(host.connection());
    CHECK(crm.as_system().get<Account>(account).name == "Acme");
    CHECK(host.count("SELECT count(*) FROM crm_accounts") == 1);
    CHECK(host.count("SELECT count(*) FROM invoices") == 1);
}

TEST_CASE("crmkit never begins, commits or changes a pragma on a host's connection") {
    const TemporaryFolder folder;
    const Host host(folder.file("erp.db"));
    const std::int64_t synchronous = host.count("PRAGMA synchronous");
    const std::int64_t foreign_keys = host.count("PRAGMA foreign_keys");
    host.run("BEGIN");
    {
        Crm crm = Crm::open(host.connection());
        Session me = crm.as_system();
        me.create(Account{.name = "Acme"});
        CHECK(sqlite3_get_autocommit(host.connection()) == 0);
    }
    CHECK(sqlite3_get_autocommit(host.connection()) == 0);
    host.run("ROLLBACK");
    CHECK(host.count("SELECT count(*) FROM sqlite_master WHERE name LIKE 'crm\\_%' ESCAPE '\\'") ==
          0);
    CHECK(host.count("PRAGMA synchronous") == synchronous);
    CHECK(host.count("PRAGMA foreign_keys") == foreign_keys);
}

TEST_CASE("the prefix is the host's choice, and must be plain") {
    const TemporaryFolder folder;
    const Host host(folder.file("erp.db"));
    OpenOptions options;
    options.table_prefix = "sales_";
    Crm crm = Crm::open(host.connection(), options);
    crm.as_system().create(Account{.name = "Acme"});
    CHECK(host.count("SELECT count(*) FROM sales_accounts") == 1);
    options.table_prefix = "x\"; DROP TABLE invoices; --";
    CHECK(code_of([&] { (void)Crm::open(host.connection(), options); }) ==
          ErrorCode::invalid_argument);
    CHECK(code_of([&] { (void)Crm::open(static_cast<sqlite3*>(nullptr)); }) ==
          ErrorCode::invalid_argument);
}
