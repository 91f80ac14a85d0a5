/// One store, many threads.
#include <atomic>
#include <thread>

#include "engine/backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

TEST_CASE("threads write in turn and lose nothing") {
    on_each_store([](Crm crm, TestClock&) {
        constexpr int threads = 4;
        constexpr int rounds = 25;
        const Account counter =
            crm.as_system().create(Account{.name = "Counter", .number_of_employees = 0});
        std::vector<std::thread> running;
        std::atomic<int> conflicts = 0;
        for (int t = 0; t < threads; ++t) {
            running.emplace_back([&crm, &counter, &conflicts] {
                Session me = crm.as_system();
                for (int done = 0; done < rounds;) {
                    Account account = me.get<Account>(counter.id);
                    ++*account.number_of_employees;
                    try {
                        me.update(account);
                        ++done;
                    } catch (const Error& error) {
                        REQUIRE(error.code() == ErrorCode::conflict);
                        ++conflicts;
                    }
                }
            });
        }
        for (std::thread& thread : running) {
            thread.join();
        }
        Session me = crm.as_system();
        CHECK(me.get<Account>(counter.id).number_of_employees == threads * rounds);
        CHECK(me.history(counter.id).size() == threads * rounds + 1);
    });
}

TEST_CASE("readers see whole transactions while a writer works") {
    on_each_store([](Crm crm, TestClock&) {
        std::atomic<bool> is_done = false;
        std::thread writer([&] {
            Session me = crm.as_system();
            for (int i = 0; i < 40; ++i) {
                TransactionScope pair = me.transaction();
                me.create(Account{.name = "Left"});
                me.create(Account{.name = "Right"});
                pair.commit();
            }
            is_done = true;
        });
        int looks = 0;
        Session me = crm.as_system();
        do {
            CHECK(me.query<Account>("name in ('Left', 'Right')").all().size() % 2 == 0);
            ++looks;
        } while (!is_done);
        writer.join();
        CHECK(me.query<Account>().all().size() == 80);
        CHECK(looks > 0);
    });
}

TEST_CASE("regression: a cursor that outlives its transaction moves on in its session's turn") {
    on_each_store([](Crm crm, TestClock&) {
        Session first = crm.as_system();
        Session second = crm.as_system();
        first.create(Account{.name = "A"});
        TransactionScope open = first.transaction();
        first.create(Account{.name = "B"});
        const auto accounts = first.stream(entity_of<Account>(), "", {});
        CHECK(accounts->next());
        open.commit();
        {
            // The connection that the cursor was opened on is the other session's now.
            const TransactionScope other = second.transaction();
            CHECK(code_of([&] { return accounts->next(); }) == ErrorCode::busy);
        }
        CHECK(accounts->next());
    });
}

// What else happens ThreadSanitizer sees: two threads give back statements at once.
TEST_CASE("regression: cursors of sessions that share a connection end in turn") {
    on_each_store([](Crm crm, TestClock&) {
        crm.as_system().create(Account{.name = "A"});
        std::vector<std::thread> running;
        for (int t = 0; t < 4; ++t) {
            running.emplace_back([&crm] {
                Session me = crm.as_system();
                for (int round = 0; round < 50; ++round) {
                    const auto accounts = me.stream(entity_of<Account>(), "", {});
                    CHECK(accounts->next());
                    me.create(Account{.name = "B"});
                }
            });
        }
        for (std::thread& thread : running) {
            thread.join();
        }
        CHECK(crm.as_system().query<Account>().all().size() == 4 * 50 + 1);
    });
}

TEST_CASE("a second session of the same thread is told, not left waiting") {
    on_each_store([](Crm crm, TestClock&) {
        Session first = crm.as_system();
        Session second = crm.as_system();
        const TransactionScope open = first.transaction();
        CHECK(code_of([&] { second.create(Account{.name = "B"}); }) == ErrorCode::busy);
    });
}
