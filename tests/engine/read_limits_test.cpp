/// Reads that are cancelled, or that have used up their budget.
#include "backends.hpp"
#include "crmkit/engine/timeline.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// Everything that reads many rows, each as a call of its own.
struct Read {
    const char* name;
    std::function<void(Session&)> run;
};

const std::vector<Read>& reads() {
    static const std::vector<Read> all{
        {"query", [](Session& me) { (void)me.query<Account>("description like '%z%'").all(); }},
        {"page", [](Session& me) { (void)me.page<Account>("sort by description"); }},
        {"rows",
         [](Session& me) {
             for (const auto& row : me.rows<Account>("description like '%z%'")) {
                 (void)row.get<&Account::name>();
             }
         }},
        {"aggregate", [](Session& me) { (void)me.aggregate<Account>("count() by description"); }},
    };
    return all;
}

void add_accounts(Session& me, int count) {
    std::vector<Account> accounts(static_cast<std::size_t>(count));
    for (Account& account : accounts) {
        account.name = "Account";
    }
    me.create_many(accounts);
}

}  // namespace

TEST_CASE("a read that takes more steps than its budget ends with limit") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        add_accounts(me, 2000);
        for (const Read& read : reads()) {
            CAPTURE(read.name);
            me.set_step_budget(100);
            const Error error = error_of([&] { read.run(me); });
            CHECK(error.code() == ErrorCode::limit);
            CHECK(error.message().find("100 steps") != std::string::npos);
            me.set_step_budget(1'000'000);
            CHECK(code_of([&] { read.run(me); }) == ErrorCode::ok);
            me.set_step_budget(0);
            CHECK(code_of([&] { read.run(me); }) == ErrorCode::ok);
        }
        // What is found by an index needs few, however many records there are.
        me.set_step_budget(100);
        const Id last = me.query<Account>("order by id desc limit 1").first()->id;
        CHECK(me.get<Account>(last).name == "Account");
    });
}

TEST_CASE("a budget is of one session, and a transaction of writes goes on after it") {
    on_each_store([](Crm crm, TestClock&) {
        Session strict = crm.as_system();
        add_accounts(strict, 2000);
        strict.set_step_budget(100);
        TransactionScope transaction = strict.transaction();
        const Id id = strict.create(Account{.name = "New"}).id;
        CHECK(code_of([&] { reads()[0].run(strict); }) == ErrorCode::limit);
        strict.update<Account>(id, {{"name", "Newer"}});
        transaction.commit();
        Session free = crm.as_system();
        CHECK(code_of([&] { reads()[0].run(free); }) == ErrorCode::ok);
        CHECK(free.get<Account>(id).name == "Newer");
    });
}

TEST_CASE("a cancelled session reads no further until it is allowed to") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        add_accounts(me, 2000);
        const auto cancellation = me.cancellation();
        for (const Read& read : reads()) {
            CAPTURE(read.name);
            cancellation->cancel();
            CHECK(code_of([&] { read.run(me); }) == ErrorCode::cancelled);
            cancellation->allow();
            CHECK(code_of([&] { read.run(me); }) == ErrorCode::ok);
        }
    });
}

TEST_CASE("a walk over records ends between two of them once it is cancelled") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        add_accounts(me, 100);
        const auto cancellation = me.cancellation();
        for (const char* query : {"order by id", "order by description, id", "name = 'Account'"}) {
            CAPTURE(query);
            int seen = 0;
            const ErrorCode code = code_of([&] {
                for (const auto& row : me.rows<Account>(query)) {
                    seen += row.get<&Account::name>() == "Account" ? 1 : 0;
                    cancellation->cancel();
                }
            });
            CHECK(code == ErrorCode::cancelled);
            CHECK(seen == 1);
            cancellation->allow();
        }
    });
}

TEST_CASE("history, search and timelines are limited as queries are") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        for (int i = 0; i < 300; ++i) {
            me.create(Opportunity{.name = "Deal", .account = acme.id});
        }
        const std::vector<Read> others{
            {"history", [](Session& by) { (void)by.changes_since(1); }},
            {"search", [](Session& by) { (void)by.search(entity_of<Opportunity>(), "deal"); }},
            {"timeline",
             [&](Session& by) {
                 (void)timeline(by, {.party = Link{Account::entity_number, acme.id}, .limit = 200});
             }},
        };
        const auto cancellation = me.cancellation();
        for (const Read& read : others) {
            CAPTURE(read.name);
            CHECK(code_of([&] { read.run(me); }) == ErrorCode::ok);
            cancellation->cancel();
            CHECK(code_of([&] { read.run(me); }) == ErrorCode::cancelled);
            cancellation->allow();
            me.set_step_budget(50);
            CHECK(code_of([&] { read.run(me); }) == ErrorCode::limit);
            me.set_step_budget(0);
        }
    });
}

namespace {

/// A query that looks at each child of each account, which SQLite does in one statement.
constexpr const char* all_children =
    "count() where exists(child_accounts where description like '%z%')";

/// As many accounts, each with as many children, but for the children.
void add_families(Session& me, int count) {
    std::vector<Account> children;
    for (int i = 0; i < count; ++i) {
        Account child{.name = "Child"};
        child.parent_account = me.create(Account{.name = "Parent"}).id;
        children.insert(children.end(), static_cast<std::size_t>(count), child);
    }
    me.create_many(children);
}

/// A clock that cancels a session when it is asked for the time, as each read does that has begun.
class CancellingClock final : public Clock {
  public:
    Instant now() override {
        if (session != nullptr) {
            session->cancel();
        }
        return test_start;
    }
    std::shared_ptr<Cancellation> session;
};

/// Cancels a session when SQLite has begun to run a statement, on each connection that is opened
/// while this lives.
class CancellingStatements {
  public:
    CancellingStatements() { sqlite3_auto_extension(extension()); }
    CancellingStatements(const CancellingStatements&) = delete;
    CancellingStatements& operator=(const CancellingStatements&) = delete;
    ~CancellingStatements() {
        sqlite3_cancel_auto_extension(extension());
        cancel(nullptr);
    }
    /// From the next statement on; null for none.
    static void cancel(std::shared_ptr<Cancellation> session) { session_ = std::move(session); }

  private:
    static void (*extension())() { return reinterpret_cast<void (*)()>(&watch); }
    static int watch(sqlite3* connection, char**, const void*) {
        return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, &begin, nullptr);
    }
    static int begin(unsigned /*what*/, void*, void*, void*) {
        if (session_ != nullptr) {
            session_->cancel();
        }
        return 0;
    }

    static inline std::shared_ptr<Cancellation> session_;
};

ErrorCode code_of_aggregate(Session& me) {
    return code_of([&] { (void)me.aggregate<Account>(all_children); });
}

}  // namespace

TEST_CASE("a read in memory is cancelled once it has begun") {
    const auto clock = std::make_shared<CancellingClock>();
    OpenOptions options;
    options.clock = clock;
    Crm crm = Crm::open_memory(options);
    Session me = crm.as_system();
    add_families(me, 20);
    clock->session = me.cancellation();
    CHECK(code_of_aggregate(me) == ErrorCode::cancelled);
    clock->session->allow();
    clock->session = nullptr;
    CHECK(code_of_aggregate(me) == ErrorCode::ok);
}

TEST_CASE("a read is cancelled in the middle of a statement") {
    const CancellingStatements statements;
    const auto check = [&](const Crm& crm) {
        Session me = crm.as_system();
        add_families(me, 40);
        CancellingStatements::cancel(me.cancellation());
        CHECK(code_of_aggregate(me) == ErrorCode::cancelled);
        CancellingStatements::cancel(nullptr);
        me.cancellation()->allow();
        CHECK(code_of_aggregate(me) == ErrorCode::ok);
    };
    SUBCASE("in a file") {
        const TemporaryFolder folder;
        check(Crm::open(folder.file("store.db")));
    }
    SUBCASE("on a host's connection that has room for a handler") {
        on_host_connection({.may_use_progress_handler = true}, check);
    }
}

TEST_CASE("on a host's connection a read is looked at between rows only, unless the host allows") {
    const CancellingStatements statements;
    on_host_connection({}, [&](const Crm& crm) {
        Session me = crm.as_system();
        add_families(me, 20);
        CancellingStatements::cancel(me.cancellation());
        CHECK(code_of_aggregate(me) == ErrorCode::cancelled);  // at the row that the statement gave
        CancellingStatements::cancel(nullptr);
        me.cancellation()->allow();
        me.set_step_budget(50);
        CHECK(code_of_aggregate(me) == ErrorCode::ok);
        CHECK(code_of([&] { (void)me.page<Account>("order by id"); }) == ErrorCode::limit);
    });
}

TEST_CASE("the host's progress handler stays where it is, and crmkit's goes with each read") {
    int calls = 0;
    const auto count = [](void* calls_of_host) {
        ++*static_cast<int*>(calls_of_host);
        return 0;
    };
    for (const bool is_allowed : {false, true}) {
        sqlite3* host = nullptr;
        REQUIRE(sqlite3_open(":memory:", &host) == SQLITE_OK);
        const std::unique_ptr<sqlite3, int (*)(sqlite3*)> closing(host, sqlite3_close_v2);
        const Crm crm = Crm::open(host, {.may_use_progress_handler = is_allowed});
        Session me = crm.as_system();
        add_families(me, 10);
        sqlite3_progress_handler(host, 1, count, &calls);
        me.cancellation()->cancel();
        CHECK(code_of_aggregate(me) == ErrorCode::cancelled);
        me.cancellation()->allow();
        CHECK(code_of_aggregate(me) == ErrorCode::ok);
        me.cancellation()->cancel();
        calls = 0;
        // Not cancelled either: it is the host's own.
        CHECK(sqlite3_exec(host, "SELECT count(*) FROM crm_accounts", nullptr, nullptr, nullptr) ==
              SQLITE_OK);
        CHECK((calls > 0) == !is_allowed);
    }
}

TEST_CASE("one statement that looks at many rows has a budget") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        add_families(me, 40);
        me.set_step_budget(1000);
        CHECK(code_of([&] { (void)me.aggregate<Account>(all_children); }) == ErrorCode::limit);
        me.set_step_budget(0);
        CHECK(me.aggregate<Account>(all_children)[0][0] == Value(0));
    });
}
