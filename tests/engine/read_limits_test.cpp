/// Reads that are cancelled, or that have used up their budget.
#include <thread>

#include "backends.hpp"

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
        {"page", [](Session& me) { (void)me.page<Account>("order by description"); }},
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

TEST_CASE("another thread cancels a read that is under way") {
    const TemporaryFolder folder;
    TestClock clock;
    Crm crm = Crm::open(folder.file("store.db"), clock.options());
    Session me = crm.as_system();
    add_accounts(me, 3000);
    const auto cancellation = me.cancellation();
    std::thread other([&cancellation] { cancellation->cancel(); });
    // Three thousand by three thousand: it would go on for minutes.
    const Error error = error_of([&] {
        for (;;) {
            (void)me.aggregate<Account>(
                "count() where exists(child_accounts where description like '%z%')");
        }
    });
    other.join();
    CHECK(error.code() == ErrorCode::cancelled);
}
