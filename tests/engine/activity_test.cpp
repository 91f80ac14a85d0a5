/// What interactions say of contacts and cases.
#include <doctest/doctest.h>

#include "engine/backends.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

namespace {

Instant hours_before(std::int64_t hours) {
    return Instant{test_start.microseconds - hours * 3600 * Instant::per_second};
}

Id call_at(Session& me, const Instant& at) {
    return me
        .create(Interaction{.kind = InteractionKind::call,
                            .direction = InteractionDirection::outbound,
                            .actual_start = at})
        .id;
}

}  // namespace

TEST_CASE("a contact was last active when the latest interaction with it took place") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id ann = me.create(Contact{.last_name = "Ann"}).id;
        const Link party{Contact::entity_number, ann};
        const auto active = [&] { return me.get<Contact>(ann).last_activity_at; };
        CHECK_FALSE(active());
        const Id late = call_at(me, hours_before(1));
        const Id early = call_at(me, hours_before(5));
        const Id link = me.create(InteractionParticipant{.interaction = late, .party = party}).id;
        CHECK(active() == hours_before(1));
        me.create(InteractionRegarding{.interaction = early, .record = party});
        CHECK(active() == hours_before(1));

        me.update<Interaction>(late, {{"actual_start", hours_before(9)}});
        CHECK(active() == hours_before(5));
        me.update<Interaction>(late, {{"actual_start", hours_before(2)}});
        CHECK(active() == hours_before(2));
        me.update<Interaction>(late, {{"status", "cancelled"}});
        CHECK(active() == hours_before(5));
        me.undo(me.history(late).back().position);
        CHECK(active() == hours_before(2));
        me.remove<InteractionParticipant>(link);
        CHECK(active() == hours_before(5));
        me.restore<InteractionParticipant>(link);
        CHECK(active() == hours_before(2));
        me.remove<Interaction>(late);
        CHECK(active() == hours_before(5));
        me.restore<Interaction>(late);
        CHECK(active() == hours_before(2));
        // What changes while the contact is deleted is there when it comes back.
        me.remove<Contact>(ann);
        me.update<Interaction>(late, {{"actual_start", hours_before(4)}});
        me.restore<Contact>(ann);
        CHECK(active() == hours_before(4));
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("a meeting of tomorrow makes nobody active before it was held") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        const Contact ann = me.create(Contact{.last_name = "Ann"});
        const Instant tomorrow{test_start.microseconds + Instant::per_day};
        const Interaction meeting =
            me.create(Interaction{.kind = InteractionKind::meeting, .scheduled_start = tomorrow});
        me.create(InteractionParticipant{.interaction = meeting.id,
                                         .party = Link{Contact::entity_number, ann.id}});
        CHECK_FALSE(me.get<Contact>(ann.id).last_activity_at);
        time.clock->advance(48h);
        me.update<Interaction>(meeting.id, {{"status", "held"}});
        const auto now = me.get<Contact>(ann.id);
        CHECK(now.last_activity_at == tomorrow);
        CHECK(now.version == ann.version);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("a case was first answered by the first outbound interaction about it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id issue = me.create(Case{.subject = "x"}).id;
        const Link about{Case::entity_number, issue};
        const auto answered = [&] { return me.get<Case>(issue).first_responded_at; };
        const auto add = [&](const Interaction& interaction) {
            const Id id = me.create(interaction).id;
            me.create(InteractionRegarding{.interaction = id, .record = about});
            return id;
        };
        add({.kind = InteractionKind::email,
             .direction = InteractionDirection::inbound,
             .received_at = hours_before(9)});
        add({.kind = InteractionKind::email,
             .direction = InteractionDirection::outbound,
             .sent_at = hours_before(8),
             .is_auto_reply = true});
        CHECK_FALSE(answered());
        add({.kind = InteractionKind::email,
             .direction = InteractionDirection::outbound,
             .sent_at = hours_before(2)});
        CHECK(answered() == hours_before(2));
        const Id first = add({.kind = InteractionKind::email,
                              .direction = InteractionDirection::outbound,
                              .sent_at = hours_before(3)});
        CHECK(answered() == hours_before(3));
        me.remove<Interaction>(first);
        CHECK(answered() == hours_before(2));
        CHECK(crm.check_integrity().empty());
    });
}
