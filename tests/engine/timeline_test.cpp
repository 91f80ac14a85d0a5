#include "crmkit/engine/timeline.hpp"

#include <algorithm>

#include "../../src/engine/session_state.hpp"
#include "../../src/engine/timeline_rules.hpp"
#include "backends.hpp"
#include "crmkit/base/random.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

Link link_to(const Account& account) { return {Account::entity_number, account.id}; }
Link link_to(const Contact& contact) { return {Contact::entity_number, contact.id}; }

/// An interaction at an hour of the first day, with one party.
Interaction interaction(Session& me, InteractionKind kind, int hour, const Link& party) {
    const Interaction made = me.create(Interaction{
        .kind = kind,
        .subject = "at " + std::to_string(hour),
        .actual_start = Instant{test_start.microseconds + hour * 3600 * Instant::per_second}});
    me.create(InteractionParticipant{.interaction = made.id, .party = party});
    return made;
}

std::vector<std::string> titles(Session& me, const TimelineRequest& request) {
    std::vector<std::string> found;
    for (const TimelineItem& item : timeline(me, request).items) {
        found.push_back(item.title);
    }
    return found;
}

using Titles = std::vector<std::string>;

/// The timelines that are kept hold what the records ask for.
void check_recomputed(Session& me) {
    engine::ReadScope storage(me.state());
    std::vector<TimelineEntry> kept;
    storage->visit_timelines([&kept](const TimelineEntry& entry) { kept.push_back(entry); });
    std::vector<TimelineEntry> expected;
    engine::visit_expected_timelines(
        me.state().engine(), *storage,
        [&expected](const TimelineEntry& entry) { expected.push_back(entry); });
    std::sort(kept.begin(), kept.end());
    std::sort(expected.begin(), expected.end());
    CHECK(kept == expected);
}

}  // namespace

TEST_CASE("a timeline follows account, contacts, opportunities and cases") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Contact ann = me.create(Contact{.last_name = "Ann", .account = acme.id});
        const Opportunity deal = me.create(Opportunity{
            .name = "Deal", .account = acme.id, .opened_on = Date(test_start.date() - 1)});
        const Case issue = me.create(Case{.subject = "Broken", .account = acme.id});
        interaction(me, InteractionKind::call, 1, link_to(acme));
        interaction(me, InteractionKind::email, 2, link_to(ann));
        interaction(me, InteractionKind::meeting, 3,
                    Link{Lead::entity_number, me.create(Lead{.last_name = "Else"}).id});
        const Interaction about = me.create(Interaction{
            .kind = InteractionKind::note,
            .subject = "about the deal",
            .actual_start = Instant{test_start.microseconds + 4 * 3600 * Instant::per_second}});
        me.create(InteractionRegarding{.interaction = about.id,
                                       .record = Link{Opportunity::entity_number, deal.id}});
        me.create(InteractionRegarding{.interaction = about.id,
                                       .record = Link{Case::entity_number, issue.id}});
        CHECK(titles(me, {.party = link_to(acme)}) ==
              Titles{"about the deal", "at 2", "at 1", "Broken", "Deal"});
        CHECK(titles(me, {.party = link_to(ann)}) == Titles{"at 2"});
        CHECK(titles(me, {.party = Link{Opportunity::entity_number, deal.id}}) ==
              Titles{"about the deal", "Deal"});
        CHECK(titles(me, {.party = link_to(acme), .kinds = {"call", "email"}}) ==
              Titles{"at 2", "at 1"});
        CHECK(titles(me, {.party = link_to(acme),
                          .since = test_start,
                          .until = Instant{test_start.microseconds + 1}}) == Titles{"Broken"});
        check_recomputed(me);
    });
}

TEST_CASE("a timeline may also be followed to those that a record concerns") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Account beta = me.create(Account{.name = "Beta"});
        const Contact ann = me.create(Contact{.last_name = "Ann", .account = acme.id});
        const Contact bob = me.create(Contact{.last_name = "Bob", .account = beta.id});
        const Opportunity deal = me.create(Opportunity{.name = "Deal",
                                                       .account = acme.id,
                                                       .primary_contact = ann.id,
                                                       .opened_on = Date(test_start.date() - 1)});
        me.create(OpportunityContactRole{.opportunity = deal.id, .contact = bob.id});
        interaction(me, InteractionKind::call, 1, link_to(acme));
        interaction(me, InteractionKind::email, 2, link_to(ann));
        interaction(me, InteractionKind::email, 3, link_to(bob));
        interaction(me, InteractionKind::call, 4, link_to(beta));

        const Link subject{Opportunity::entity_number, deal.id};
        CHECK(titles(me, {.party = subject}) == Titles{"Deal"});
        CHECK(titles(me, {.party = subject, .with_related = true}) ==
              Titles{"at 3", "at 2", "at 1", "Deal"});
        CHECK(titles(me, {.party = link_to(ann), .with_related = true}) ==
              Titles{"at 2", "at 1", "Deal"});
        CHECK(titles(me, {.party = link_to(acme), .with_related = true}) ==
              titles(me, {.party = link_to(acme)}));

        Titles paged;
        TimelineRequest request{.party = subject, .limit = 1, .with_related = true};
        do {
            const TimelinePage page = timeline(me, request);
            REQUIRE(page.items.size() == 1);
            paged.push_back(page.items.front().title);
            request.after = page.next;
        } while (!request.after.empty());
        CHECK(paged == Titles{"at 3", "at 2", "at 1", "Deal"});
    });
}

TEST_CASE("a timeline is read page by page") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        for (int hour = 0; hour < 7; ++hour) {
            interaction(me, InteractionKind::call, hour / 2, link_to(acme));
        }
        Titles all;
        TimelineRequest request{.party = link_to(acme), .limit = 3};
        int pages = 0;
        do {
            const TimelinePage page = timeline(me, request);
            for (const TimelineItem& item : page.items) {
                all.push_back(item.title);
            }
            request.after = page.next;
            ++pages;
        } while (!request.after.empty());
        CHECK(pages == 3);
        CHECK(all == Titles{"at 3", "at 2", "at 2", "at 1", "at 1", "at 0", "at 0"});
    });
}

TEST_CASE("a contact who moves takes the history along") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account old_home = me.create(Account{.name = "Old"});
        const Account new_home = me.create(Account{.name = "New"});
        const Contact ann = me.create(Contact{.last_name = "Ann", .account = old_home.id});
        interaction(me, InteractionKind::call, 1, link_to(ann));
        me.update<Contact>(ann.id, {{"account", new_home.id}});
        CHECK(titles(me, {.party = link_to(old_home)}).empty());
        CHECK(titles(me, {.party = link_to(new_home)}) == Titles{"at 1"});
        const AccountContact place =
            me.create(AccountContact{.account = old_home.id, .contact = ann.id});
        CHECK(titles(me, {.party = link_to(old_home)}) == Titles{"at 1"});
        me.update<AccountContact>(place.id, {{"is_active", false}});
        CHECK(titles(me, {.party = link_to(old_home)}).empty());
        check_recomputed(me);
    });
}

TEST_CASE("regression: an interaction leaves the timeline of whom its link moved away from") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account one = me.create(Account{.name = "One"});
        const Account two = me.create(Account{.name = "Two"});
        const Interaction first = interaction(me, InteractionKind::call, 9, link_to(one));
        const Interaction second = interaction(me, InteractionKind::call, 10, link_to(two));
        const auto link =
            me.query<InteractionParticipant>("interaction = :first", {{"first", first.id}}).first();
        REQUIRE(link);
        me.update<InteractionParticipant>(link->id, {{"interaction", second.id}});
        CHECK(titles(me, {.party = link_to(one)}) == Titles{"at 10"});
        CHECK(titles(me, {.party = link_to(two)}) == Titles{"at 10"});
        check_recomputed(me);
    });
}

TEST_CASE("regression: a link that moves to another subject takes the old one's entries along") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Contact ann = me.create(Contact{.last_name = "Ann"});
        const Contact bob = me.create(Contact{.last_name = "Bob"});
        interaction(me, InteractionKind::call, 9, link_to(ann));
        interaction(me, InteractionKind::call, 10, link_to(bob));
        const auto place = me.create(AccountContact{.account = acme.id, .contact = ann.id});
        CHECK(titles(me, {.party = link_to(acme)}) == Titles{"at 9"});
        me.update<AccountContact>(place.id, {{"contact", bob.id}});
        CHECK(titles(me, {.party = link_to(acme)}) == Titles{"at 10"});
        me.undo(me.history(place.id).back().position);
        CHECK(titles(me, {.party = link_to(acme)}) == Titles{"at 9"});

        const auto mill = me.create(Opportunity{.name = "Mill"});
        const auto roof = me.create(Opportunity{.name = "Roof"});
        const auto role =
            me.create(OpportunityContactRole{.opportunity = mill.id, .contact = ann.id});
        me.update<OpportunityContactRole>(role.id, {{"opportunity", roof.id}});
        const Titles of_ann = titles(me, {.party = link_to(ann)});
        CHECK(std::count(of_ann.begin(), of_ann.end(), "Mill") == 0);
        CHECK(std::count(of_ann.begin(), of_ann.end(), "Roof") == 1);
        check_recomputed(me);
    });
}

TEST_CASE("bad timeline requests are refused with all their problems") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Error error = error_of([&] {
            (void)timeline(
                me, {.party = link_to(acme), .kinds = {"shout"}, .limit = 0, .after = "nonsense"});
        });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(error.problems().size() == 3);
        CHECK(code_of([&] {
                  (void)timeline(me, {.party = Link{Account::entity_number, Id{5}}});
              }) == ErrorCode::not_found);
    });
}

TEST_CASE("timelines kept up step by step equal those worked out from scratch") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        Random random(42);
        std::vector<Account> accounts;
        std::vector<Contact> contacts;
        for (int i = 0; i < 4; ++i) {
            accounts.push_back(me.create(Account{.name = "A" + std::to_string(i)}));
            contacts.push_back(me.create(
                Contact{.last_name = "C" + std::to_string(i), .account = accounts.back().id}));
        }
        std::vector<Id> interactions;
        std::vector<Id> deals;
        for (int step = 0; step < 150; ++step) {
            clock.clock->advance(std::chrono::minutes(7));
            const Account& account = accounts[random.below(4)];
            const Contact& contact = contacts[random.below(4)];
            switch (random.below(9)) {
                case 0:
                    interactions.push_back(
                        interaction(me, InteractionKind::call, static_cast<int>(random.below(99)),
                                    random.chance(500) ? link_to(account) : link_to(contact))
                            .id);
                    break;
                case 1:
                    deals.push_back(me.create(Opportunity{.name = "D",
                                                          .account = account.id,
                                                          .primary_contact = contact.id})
                                        .id);
                    break;
                case 2:
                    me.update<Contact>(contact.id, {{"account", account.id}});
                    break;
                case 3:
                    if (!interactions.empty()) {
                        const Id id = interactions[random.below(interactions.size())];
                        if (me.find<Interaction>(id)) {
                            me.remove<Interaction>(id);
                        } else {
                            me.restore<Interaction>(id);
                        }
                    }
                    break;
                case 4:
                    if (!deals.empty()) {
                        const Id id = deals[random.below(deals.size())];
                        if (!me.find<Opportunity>(id)) {
                            me.restore<Opportunity>(id);
                        } else if (random.chance(300)) {
                            me.remove<Opportunity>(id);
                        } else {
                            me.update<Opportunity>(id, {{"account", account.id}});
                        }
                    }
                    break;
                case 5:
                    if (!interactions.empty() && !deals.empty()) {
                        const Id what = interactions[random.below(interactions.size())];
                        const Id deal = deals[random.below(deals.size())];
                        const bool is_linked =
                            me.query<InteractionRegarding>("interaction = :what", {{"what", what}})
                                .first()
                                .has_value();
                        if (!is_linked && me.find<Interaction>(what) &&
                            me.find<Opportunity>(deal)) {
                            me.create(InteractionRegarding{
                                .interaction = what,
                                .record = Link{Opportunity::entity_number, deal}});
                        }
                    }
                    break;
                case 7:
                    if (auto place = me.query<AccountContact>("limit 1").first();
                        place && random.chance(500)) {
                        me.update<AccountContact>(
                            place->id, {{"contact", contact.id}, {"account", account.id}});
                    } else {
                        me.create(AccountContact{.account = account.id,
                                                 .contact = contact.id,
                                                 .is_primary = random.chance(500)});
                    }
                    break;
                case 6:
                    me.create(Transaction{.party = link_to(account),
                                          .kind = TransactionKind::sale,
                                          .at = me.now(),
                                          .amount = Money::of("10", "EUR")});
                    break;
                default:
                    if (auto roles = me.query<OpportunityContactRole>("limit 1").first();
                        roles && random.chance(300)) {
                        me.remove<OpportunityContactRole>(roles->id);
                    } else if (roles && random.chance(500) && me.find<Opportunity>(deals.front())) {
                        me.update<OpportunityContactRole>(roles->id,
                                                          {{"opportunity", deals.front()}});
                    } else if (!deals.empty() && me.find<Opportunity>(deals.back())) {
                        me.create(OpportunityContactRole{.opportunity = deals.back(),
                                                         .contact = contact.id});
                    }
                    break;
            }
        }
        check_recomputed(me);
    });
}
