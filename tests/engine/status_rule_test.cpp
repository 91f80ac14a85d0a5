#include <doctest/doctest.h>

#include "engine/backends.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

namespace {

Id status_named(Session& session, const char* entity, const char* name) {
    const auto status = session
                            .query<Status>("entity = :entity and name = :name",
                                           {{"entity", entity}, {"name", name}})
                            .first();
    REQUIRE_MESSAGE(status, name);
    return status->id;
}

Interaction call_about(std::string subject) {
    return {.kind = InteractionKind::call, .subject = std::move(subject)};
}

}  // namespace

TEST_CASE("a record without a status gets the default of its first state") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        CHECK(me.create(call_about("x")).status == "planned");
        CHECK(me.create(Case{.subject = "x"}).status == "new");
        CHECK(me.create(Lead{.last_name = "x"}).status == "new");
        CHECK(me.create(Campaign{.name = "x", .campaign_type = "email"}).status == "planned");
        CHECK(me.create(Product{.name = "x"}).status == "active");
    });
}

TEST_CASE("the status decides the state") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        const Interaction held = me.create([] {
            Interaction call = call_about("x");
            call.status = "held";
            call.actual_end = Instant{test_start.microseconds - Instant::per_day};
            return call;
        }());
        CHECK(held.state == InteractionState::completed);
        CHECK(held.completed_at == held.actual_end);

        Case issue = me.create(Case{.subject = "x", .status = "waiting_customer"});
        CHECK(issue.state == CaseState::open);
        time.clock->advance(1h);
        issue = me.update<Case>(issue.id, {{"status", "resolved"}, {"resolution", "done"}});
        CHECK(issue.state == CaseState::resolved);
        CHECK(issue.resolved_at == time.clock->now());
        CHECK_FALSE(issue.closed_at);
        const Instant resolved = time.clock->now();
        time.clock->advance(1h);
        issue.status = "closed";
        issue = me.update(issue);
        CHECK(issue.resolved_at == resolved);
        CHECK(issue.closed_at == time.clock->now());
        issue = me.update<Case>(issue.id, {{"status", "in_progress"}});
        CHECK(issue.state == CaseState::open);
        CHECK_FALSE(issue.resolved_at);
        CHECK_FALSE(issue.closed_at);

        me.undo(me.history(issue.id).back().position);
        issue = me.get<Case>(issue.id);
        CHECK(issue.state == CaseState::closed);
        CHECK(issue.resolved_at == resolved);

        issue = me.update<Case>(issue.id, {{"status", Value()}});
        CHECK(issue.status == "closed");
    });
}

TEST_CASE("an unknown or retired status is refused with the nearest") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Error error =
            error_of([&] { me.create(Case{.status = "wating_customer", .satisfaction = 9}); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(error.problems().size() == 3);
        CHECK(error.message().find("case.status: 'wating_customer' is no status of a case; nearest "
                                   "is 'waiting_customer'") != std::string::npos);
        CHECK(error.message().find("case.subject: is required") != std::string::npos);
        me.update<Status>(status_named(me, "case", "on_hold"), {{"is_active", false}});
        CHECK(code_of([&] { me.create(Case{.subject = "x", .status = "on_hold"}); }) ==
              ErrorCode::validation);
        // A status of another entity is none of this one.
        CHECK(code_of([&] { me.create(Case{.subject = "x", .status = "held"}); }) ==
              ErrorCode::validation);
    });
}

TEST_CASE("regression: the nearest status is named from the list that is still there") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const TransactionScope open = me.transaction();
        me.create(Status{.name = "odd", .entity = "case", .state = "open"});
        // Until the transaction has ended, each look at the list reads it anew.
        const Error error =
            error_of([&] { me.create(Case{.subject = "x", .status = "wating_customer"}); });
        CHECK(error.message().find("nearest is 'waiting_customer'") != std::string::npos);
    });
}

TEST_CASE("a product moves through its life by its status") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id product = me.create(Product{.name = "x", .status = "draft"}).id;
        const auto go = [&](const char* status) {
            return me.update<Product>(product, {{"status", status}}).state;
        };
        CHECK(go("active") == ProductState::active);
        CHECK(go("under_revision") == ProductState::under_revision);
        CHECK(go("retired") == ProductState::retired);
        CHECK(code_of([&] { go("draft"); }) == ErrorCode::illegal_transition);
        CHECK(go("active") == ProductState::active);
    });
}

TEST_CASE("illegal moves and missing reasons are refused") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Case issue = me.create(Case{.subject = "x"});
        const Error illegal = error_of([&] { me.update<Case>(issue.id, {{"status", "closed"}}); });
        CHECK(illegal.code() == ErrorCode::illegal_transition);
        CHECK(illegal.message() ==
              "case.state: 'closed' cannot follow 'open'; from there it may go to: resolved, "
              "cancelled");
        const Error reason = error_of([&] {
            me.update<Case>(issue.id, {{"status", "cancelled"}, {"satisfaction", 17}});
        });
        CHECK(reason.code() == ErrorCode::validation);
        CHECK(reason.problems().size() == 2);
        CHECK(reason.message().find("case.resolution: is required to go from open to cancelled") !=
              std::string::npos);
        CHECK(me.get<Case>(issue.id).version == 1);
        const Lead lead = me.create(Lead{.last_name = "x", .status = "converted"});
        CHECK(lead.converted_at == test_start);
        CHECK(code_of([&] {
                  me.update<Lead>(lead.id, {{"status", "new"}});
              }) == ErrorCode::illegal_transition);
        CHECK(code_of([&] {
                  me.update<Case>(issue.id, {{"state", "resolved"}});
              }) == ErrorCode::validation);
    });
}

TEST_CASE("statuses are the host's, checked against the entity's states") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        me.create(Status{.name = "parked", .entity = "case", .state = "open"});
        const Case issue = me.create(Case{.subject = "x", .status = "parked"});
        CHECK(issue.state == CaseState::open);
        const Error wrong =
            error_of([&] { me.create(Status{.name = "y", .entity = "case", .state = "opened"}); });
        CHECK(wrong.problems().at(0).field == "state");
        CHECK(wrong.message().find("nearest is 'open'") != std::string::npos);
        for (const char* entity : {"account", "opportunity", "nothing", "cases"}) {
            CHECK(
                error_of([&] { me.create(Status{.name = "y", .entity = entity, .state = "open"}); })
                    .problems()
                    .at(0)
                    .field == "entity");
        }
        const Id parked = status_named(me, "case", "parked");
        CHECK(code_of([&] { me.remove<Status>(parked); }) == ErrorCode::restricted);
        CHECK(code_of([&] {
                  me.update<Status>(parked, {{"name", "waiting"}});
              }) == ErrorCode::validation);
        CHECK(code_of([&] {
                  me.update<Status>(parked, {{"state", "resolved"}});
              }) == ErrorCode::validation);
        me.remove<Case>(issue.id);
        me.update<Status>(parked, {{"state", "resolved"}});
        CHECK(me.create(Case{.subject = "x", .status = "parked"}).state == CaseState::resolved);
    });
}

TEST_CASE("a state has one default status") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        me.update<Status>(status_named(me, "case", "in_progress"), {{"is_default", true}});
        CHECK_FALSE(me.get<Status>(status_named(me, "case", "new")).is_default);
        CHECK(me.get<Status>(status_named(me, "case", "resolved")).is_default);
        CHECK(me.create(Case{.subject = "x"}).status == "in_progress");
        me.update<Status>(status_named(me, "case", "in_progress"), {{"is_default", false}});
        CHECK(me.create(Case{.subject = "x"}).status == "new");
        for (const Status& status :
             me.query<Status>("entity = 'interaction' or entity = 'lead'").all()) {
            me.remove<Status>(status.id);
        }
        CHECK(me.create(call_about("x")).status.empty());
        // A lead and a campaign must have one.
        CHECK(code_of([&] { me.create(Lead{.last_name = "x"}); }) == ErrorCode::validation);
    });
}

TEST_CASE("statuses are remembered, but never longer than they are true") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        me.create(call_about("x"));
        {
            const TransactionScope dropped = me.transaction();
            me.create(Status{.name = "ringing", .entity = "interaction", .state = "open"});
            Interaction call = call_about("y");
            call.status = "ringing";
            CHECK(me.create(call).state == InteractionState::open);
        }
        Interaction call = call_about("z");
        call.status = "ringing";
        CHECK(code_of([&] { me.create(call); }) == ErrorCode::validation);
        {
            auto outer = me.transaction();
            {
                const TransactionScope inner = me.transaction();
                me.create(Status{.name = "ringing", .entity = "interaction", .state = "open"});
                me.create(call);
            }
            CHECK(code_of([&] { me.create(call); }) == ErrorCode::validation);
            outer.commit();
        }
        me.create(Status{.name = "ringing", .entity = "interaction", .state = "open"});
        CHECK(me.create(call).id);
        CHECK(crm.as_system().create(call).id);
    });
}

TEST_CASE("statuses that another process changes are seen") {
    const TemporaryFolder folder;
    TestClock time;
    OpenOptions options = time.options();
    options.replica = 1;
    const Crm one = Crm::open(folder.file("store.db"), options);
    options.replica = 2;
    const Crm two = Crm::open(folder.file("store.db"), options);
    Session here = one.as_system();
    Session there = two.as_system();
    CHECK(here.create(Case{.subject = "x"}).status == "new");
    there.update<Status>(status_named(there, "case", "in_progress"), {{"is_default", true}});
    CHECK(here.create(Case{.subject = "x"}).status == "in_progress");
    there.create(Status{.name = "odd", .entity = "case", .state = "open"});
    CHECK(here.create(Case{.subject = "x", .status = "odd"}).id);
}

TEST_CASE("a hook's status counts as if the caller had asked for it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        crm.before_write("interaction", [](WriteEvent& event) {
            if (event.after.get("subject") == ValueView("done")) {
                event.after.set(field_of(event.entity, "status"), "held");
            }
        });
        const Interaction done = me.create(call_about("done"));
        CHECK(done.state == InteractionState::completed);
        CHECK(done.completed_at == test_start);
        CHECK(me.create(call_about("other")).state == InteractionState::open);
    });
}
