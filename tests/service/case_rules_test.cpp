#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "crmkit/engine/timeline.hpp"
#include "engine/backends.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

namespace {

void change_status(Session& me, std::string_view name, std::string_view field, const Value& value) {
    const auto status =
        me.query<Status>("entity = 'case' and name = :name", {{"name", name}}).first();
    REQUIRE(status);
    me.update<Status>(status->id, {{field, value}});
}

}  // namespace

TEST_CASE("cases are numbered one after the other, and no number comes twice") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        CHECK(me.create(Case{.subject = "a"}).case_number == "1");
        const Case second = me.create(Case{.subject = "b"});
        CHECK(second.case_number == "2");
        me.remove<Case>(second.id);
        CHECK(me.create(Case{.subject = "c"}).case_number == "3");
        me.restore<Case>(second.id);
        CHECK(me.get<Case>(second.id).case_number == "2");
        CHECK(me.search<Case>("3").size() == 1);
        // A case that comes to nothing spends no number.
        CHECK(code_of([&] { me.create(Case{}); }) == ErrorCode::validation);
        {
            const TransactionScope dropped = me.transaction();
            CHECK(me.create(Case{.subject = "d"}).case_number == "4");
        }
        {
            auto transaction = me.transaction();
            CHECK(code_of([&] { me.create(Case{.satisfaction = 9}); }) == ErrorCode::validation);
            CHECK(me.create(Case{.subject = "e"}).case_number == "4");
            transaction.commit();
        }
    });
}

TEST_CASE("a case of a contact alone is its account's") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Contact ann = me.create(Contact{.last_name = "Ann", .account = acme.id});
        const Case issue = me.create(Case{.subject = "a", .contact = ann.id});
        CHECK(issue.account == acme.id);
        CHECK_FALSE(me.create(Case{.subject = "b"}).account);
        const auto page = timeline(me, {.party = Link{Account::entity_number, acme.id}});
        REQUIRE(page.items.size() == 1);
        CHECK(page.items[0].record.id == issue.id);
    });
}

TEST_CASE("the number of a case is the library's") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        for (const Case& issue : {Case{.subject = "x", .case_number = "77"},
                                  Case{.subject = "x", .response_by = test_start},
                                  Case{.subject = "x", .resolve_by = test_start},
                                  Case{.subject = "x", .on_hold_seconds = 5}}) {
            CHECK(code_of([&] { me.create(issue); }) == ErrorCode::validation);
        }
        const Case issue = me.create(Case{.subject = "x", .first_responded_at = test_start});
        CHECK_FALSE(issue.first_responded_at);
    });
}

TEST_CASE("two processes give out the numbers of one file together") {
    const TemporaryFolder folder;
    TestClock time;
    OpenOptions options = time.options();
    options.replica = 1;
    const Crm one = Crm::open(folder.file("store.db"), options);
    options.replica = 2;
    const Crm two = Crm::open(folder.file("store.db"), options);
    Session here = one.as_system();
    Session there = two.as_system();
    CHECK(here.create(Case{.subject = "a"}).case_number == "1");
    CHECK(there.create(Case{.subject = "b"}).case_number == "2");
    CHECK(here.create(Case{.subject = "c"}).case_number == "3");
}

TEST_CASE("a hook that changes a case does not spend a second number") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        crm.before_write("case", [](WriteEvent& event) {
            event.after.set(field_of(event.entity, "case_type"), "question");
        });
        CHECK(me.create(Case{.subject = "a"}).case_number == "1");
        CHECK(me.create(Case{.subject = "b"}).case_number == "2");
    });
}

TEST_CASE("the time that a case is on hold adds up") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        const Id issue = me.create(Case{.subject = "x"}).id;
        const auto go = [&](const char* status) {
            time.clock->advance(1h);
            return me.update<Case>(issue, {{"status", status}, {"resolution", "done"}});
        };
        CHECK_FALSE(go("waiting_customer").on_hold_since);
        Case now = go("on_hold");
        CHECK(now.on_hold_since == time.clock->now());
        now = go("in_progress");
        CHECK_FALSE(now.on_hold_since);
        CHECK(now.on_hold_seconds == 3600);
        go("on_hold");
        now = go("resolved");
        CHECK(now.on_hold_seconds == 7200);
        CHECK_FALSE(now.on_hold_since);

        // Taken back, it is on hold again since when it was.
        time.clock->advance(1h);
        me.undo(me.history(issue).back().position);
        now = me.get<Case>(issue);
        CHECK(now.status == "on_hold");
        CHECK(now.on_hold_seconds == 3600);
        CHECK(now.on_hold_since ==
              Instant{time.clock->now().microseconds - 7200 * Instant::per_second});
        CHECK(go("in_progress").on_hold_seconds == 3600 + 3 * 3600);
    });
}

TEST_CASE("the host says which statuses are on hold, as long as no case is in them") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        change_status(me, "waiting_customer", "is_on_hold", true);
        const Case issue = me.create(Case{.subject = "x", .status = "waiting_customer"});
        CHECK(issue.on_hold_since == time.clock->now());
        CHECK(code_of([&] { change_status(me, "waiting_customer", "is_on_hold", false); }) ==
              ErrorCode::validation);
    });
}

TEST_CASE("a case is opened again within the days of its status only") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        change_status(me, "closed", "reopen_days", 14);
        CHECK(code_of([&] { change_status(me, "closed", "reopen_days", -1); }) ==
              ErrorCode::validation);
        const auto closed = [&] {
            const Id issue = me.create(Case{.subject = "x"}).id;
            me.update<Case>(issue, {{"status", "resolved"}, {"resolution", "done"}});
            me.update<Case>(issue, {{"status", "closed"}});
            return issue;
        };
        const Id early = closed();
        const Id late = closed();
        time.clock->advance(24h * 14);
        CHECK(me.update<Case>(early, {{"status", "new"}}).state == CaseState::open);
        time.clock->advance(1s);
        const Error error = error_of([&] { me.update<Case>(late, {{"status", "new"}}); });
        CHECK(error.code() == ErrorCode::illegal_transition);
        CHECK(error.message() ==
              "case.status: 'new' comes too late: a case that is closed can be opened again for 14 "
              "days; make a new one that names it as its parent_case");
        CHECK(me.get<Case>(late).state == CaseState::closed);
        // Where the status has no days, it can be opened for ever.
        const Id cancelled = me.create(Case{.subject = "x", .status = "cancelled"}).id;
        time.clock->advance(24h * 1000);
        CHECK(me.update<Case>(cancelled, {{"status", "new"}}).state == CaseState::open);
    });
}

TEST_CASE("a case that another took the place of is merged") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Case first = me.create(Case{.subject = "x"});
        Case again = me.create(Case{.subject = "x again"});
        CHECK_FALSE(again.merged);
        again = me.update<Case>(again.id, {{"master", first.id}});
        CHECK(again.merged);
        CHECK(code_of([&] { me.update<Case>(first.id, {{"master", again.id}}); }) != ErrorCode::ok);
    });
}
