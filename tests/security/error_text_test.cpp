/// What an error says to a caller, who may show it to anybody: no SQL, no table, no statement.
#include <fstream>

#include "security/error_texts.hpp"
#include "security/watched_host.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// Checks that `call` fails with a code, if one is given, and says nothing of SQL. Returns what it
/// says.
template <typename Call>
std::string check_silent(Call call, ErrorCode code = ErrorCode::ok) {
    const Error error = error_of(call);
    CHECK((code == ErrorCode::ok || error.code() == code));
    const std::string telling = telling_text(error);
    CHECK_MESSAGE(telling.empty(), telling);
    return error.message();
}

/// Every way to read or write that ends in a statement of its own kind.
void check_all_calls_silent(Session& me, Id account) {
    check_silent([&] { me.create(Account{.name = "New"}); });
    check_silent([&] { (void)me.get<Account>(account); });
    check_silent([&] { me.update<Account>(account, {{"name", "Changed"}}); });
    check_silent([&] { me.remove<Account>(account); });
    check_silent([&] { (void)me.query<Account>("name = 'x' order by industry").all(); });
    check_silent([&] { (void)me.aggregate<Account>("count() by industry"); });
    check_silent([&] { (void)me.search<Account>("acme"); });
}

struct OwnStore {
    WatchedHost host;
    TestClock clock;
    Crm crm = Crm::open(host.connection(), clock.options());
    Session me = crm.as_system();
    Account account = me.create(Account{.name = "Acme", .account_number = "1"});
};

int deny(void* /*unused*/, int action, const char*, const char*, const char*, const char*) {
    return action == SQLITE_READ || action == SQLITE_INSERT || action == SQLITE_UPDATE ? SQLITE_DENY
                                                                                       : SQLITE_OK;
}

int stop(void* /*unused*/) { return 1; }

}  // namespace

TEST_CASE("a table that the host dropped is not named") {
    OwnStore store;
    store.host.run("PRAGMA foreign_keys = OFF");
    store.host.run("DROP TABLE crm_accounts");
    Session fresh = store.crm.as_system();
    check_all_calls_silent(fresh, store.account.id);
    store.host.run("DROP TABLE crm_changes");
    check_silent([&] { fresh.create(Contact{.last_name = "New"}); });
    check_silent([&] { (void)fresh.history(store.account.id); });
}

TEST_CASE("a column that the host renamed is not named") {
    OwnStore store;
    store.host.run("ALTER TABLE crm_accounts RENAME COLUMN industry TO trade");
    Session fresh = store.crm.as_system();
    check_silent([&] { (void)fresh.query<Account>("industry = 'x' and rating = 'hot'").all(); });
    check_silent([&] { fresh.create(Account{.name = "New", .industry = "steel"}); });
}

TEST_CASE("a denied statement is not shown") {
    OwnStore store;
    sqlite3_set_authorizer(store.host.connection(), deny, nullptr);
    check_all_calls_silent(store.me, store.account.id);
    sqlite3_set_authorizer(store.host.connection(), nullptr, nullptr);
}

TEST_CASE("an interrupted statement is not shown") {
    OwnStore store;
    sqlite3_progress_handler(store.host.connection(), 1, stop, nullptr);
    check_all_calls_silent(store.me, store.account.id);
    sqlite3_progress_handler(store.host.connection(), 0, nullptr, nullptr);
}

TEST_CASE("a full database, a trigger of the host's and a broken rule are not shown as SQL") {
    OwnStore store;
    SUBCASE("full") {
        store.host.run("PRAGMA max_page_count = 1");
        check_silent(
            [&] {
                for (int i = 0; i < 1000; ++i) {
                    store.me.create(Account{.name = "A", .description = std::string(5000, 'x')});
                }
            },
            ErrorCode::disk_full);
    }
    SUBCASE("trigger") {
        store.host.run(
            "CREATE TRIGGER no BEFORE INSERT ON crm_accounts BEGIN "
            "SELECT RAISE(ABORT, 'INSERT INTO crm_accounts refused'); END");
        check_silent([&] { store.me.create(Account{.name = "New"}); });
    }
    SUBCASE("unique") {
        check_silent([&] { store.me.create(Account{.name = "B", .account_number = "1"}); },
                     ErrorCode::duplicate);
    }
    SUBCASE("reference") {
        store.me.create(Opportunity{.name = "Deal", .account = store.account.id});
        check_silent([&] { store.me.remove<Account>(store.account.id); }, ErrorCode::restricted);
        check_silent([&] { store.me.create(Contact{.last_name = "X", .account = Id{5}}); },
                     ErrorCode::validation);
    }
    SUBCASE("too long for the connection") {
        sqlite3_limit(store.host.connection(), SQLITE_LIMIT_LENGTH, 2000);
        check_silent(
            [&] { store.me.create(Account{.name = "A", .description = std::string(5000, 'x')}); });
    }
    SUBCASE("too complex for the connection") {
        sqlite3_limit(store.host.connection(), SQLITE_LIMIT_EXPR_DEPTH, 5);
        check_silent([&] {
            (void)store.me
                .query<Account>("name = 'a' or not (name = 'b' and not (name = 'c' or name = 'd'))")
                .all();
        });
    }
}

TEST_CASE("files that are locked, damaged or no store are named, and nothing of their inside") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    TestClock clock;
    OpenOptions options = clock.options();
    options.busy_timeout = std::chrono::milliseconds(1);
    Id account;
    {
        Crm crm = Crm::open(path, options);
        Session me = crm.as_system();
        account = me.create(Account{.name = "Acme"}).id;
        Session other = Crm::open(path, options).as_system();
        const TransactionScope held = me.transaction();
        me.create(Account{.name = "Held"});
        const std::string said =
            check_silent([&] { other.create(Account{.name = "New"}); }, ErrorCode::busy);
        CHECK(said == "another connection holds the store '" +
                          std::filesystem::canonical(path).string() + "': database is locked (5)");
    }
    SUBCASE("damaged pages") {
        const auto size = std::filesystem::file_size(path);
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        for (std::uintmax_t at = 4096; at < size; at += 512) {
            file.seekp(static_cast<std::streamoff>(at));
            file << "damaged!";
        }
        file.close();
        check_silent([&] {
            Crm crm = Crm::open(path, options);
            Session me = crm.as_system();
            (void)me.get<Account>(account);
            (void)me.query<Contact>("order by last_name").all();
            me.create(Account{.name = "New"});
        });
    }
    SUBCASE("no store") {
        folder.write("text.db", "SELECT * FROM crm_accounts");
        check_silent([&] { (void)Crm::open(folder.file("text.db"), options); }, ErrorCode::corrupt);
        options.create = false;
        check_silent([&] { (void)Crm::open(folder.file("none.db"), options); }, ErrorCode::io);
    }
    SUBCASE("read-only") {
        options.read_only = true;
        Session me = Crm::open(path, options).as_system();
        check_silent([&] { me.create(Account{.name = "New"}); }, ErrorCode::read_only);
    }
}
