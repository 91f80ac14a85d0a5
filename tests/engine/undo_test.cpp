/// Taking back and restoring, where the records or hooks have gone on.
#include "backends.hpp"
#include "crmkit/model/registry.hpp"
#include "crmkit/sales/operations.hpp"

using namespace crmkit;
using namespace crmkit::test;

TEST_CASE("who is deleted leaves nothing that is owned by nobody there") {
    on_each_store([](Crm crm, TestClock&) {
        Session system = crm.as_system();
        const Id bob = crm.ensure_user("Bob", "bob@example.com").id;
        const Link owner{User::entity_number, bob};
        Account acme;
        Contact ann;
        {
            Session me = crm.as(bob);
            acme = me.create(Account{.name = "Acme"});
            ann = me.create(Contact{.last_name = "Ann", .account = acme.id});
        }
        CHECK(acme.owner == owner);
        system.remove<User>(bob);
        CHECK_FALSE(system.get<Account>(acme.id).owner);
        system.remove<Contact>(ann.id);
        system.restore<Contact>(ann.id);
        CHECK(system.get<Contact>(ann.id).last_name == "Ann");
        system.restore<User>(bob);
        CHECK(system.get<Account>(acme.id).owner == owner);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("restoring leaves alone what has been changed since, which undo reports") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Contact head = me.create(Contact{.last_name = "Head"});
        const Contact next = me.create(Contact{.last_name = "Next"});
        const Contact eve = me.create(Contact{.last_name = "Eve", .reports_to = head.id});
        const Contact ann = me.create(Contact{.last_name = "Ann", .reports_to = head.id});
        const Contact gone = me.create(Contact{.last_name = "Gone", .reports_to = head.id});
        me.remove<Contact>(head.id);
        const std::int64_t deletion = me.history(head.id).back().position;
        me.update<Contact>(eve.id, {{"reports_to", next.id}});
        me.remove<Contact>(gone.id);
        CHECK(code_of([&] {
                  me.undo(deletion);
                  return 0;
              }) == ErrorCode::conflict);
        me.restore<Contact>(head.id);
        CHECK(me.get<Contact>(eve.id).reports_to == next.id);
        CHECK(me.get<Contact>(ann.id).reports_to == head.id);
        const Error error = error_of([&] { return me.restore<Contact>(head.id); });
        CHECK(error.code() == ErrorCode::invalid_argument);
        CHECK(error.message().find("is not deleted") != std::string::npos);
    });
}

TEST_CASE(
    "what hooks write is the host's: restoring and undo neither stop at it nor take it back") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto note = [](const WriteEvent& event) {
            if (event.kind == ChangeKind::deleted) {
                event.session.create(Interaction{.kind = InteractionKind::note,
                                                 .subject = std::string(event.entity.name)});
            }
        };
        crm.after_write("account", note);
        crm.after_write("address", note);
        const Account acme = me.create(Account{.name = "Acme"});
        const Address address =
            me.create(Address{.party = Link{Account::entity_number, acme.id}, .city = "Lyon"});
        const Contact ann = me.create(Contact{.last_name = "Ann", .account = acme.id});
        const auto notes = [&] { return me.query<Interaction>().all().size(); };
        me.remove<Account>(acme.id);
        const std::int64_t deletion = me.history(acme.id).back().position;
        CHECK(notes() == 2);
        const auto of_note = me.history(me.query<Interaction>("subject = 'account'").first()->id);
        CHECK(of_note.front().cause == deletion);
        me.restore<Account>(acme.id);
        CHECK(me.find<Address>(address.id).has_value());
        CHECK(me.get<Contact>(ann.id).account == acme.id);
        CHECK(notes() == 2);
        me.remove<Account>(acme.id);
        me.undo(me.history(acme.id).back().position);
        CHECK(me.find<Address>(address.id).has_value());
        CHECK(notes() == 4);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("a before-hook cannot touch what the library keeps of a record") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        crm.before_write("account", [](WriteEvent& event) {
            auto& account = *static_cast<Account*>(event.after.object());
            const std::string name = account.name;
            account = Account{.name = name + "!"};
            account.id = Id{77};
            account.version = 77;
            account.deleted_at = Instant{1};
            account.created_at = Instant{1};
        });
        const Account changed = me.update<Account>(acme.id, {{"name", "Acme II"}});
        CHECK(changed.id == acme.id);
        CHECK(changed.version == 2);
        CHECK(changed.created_at == acme.created_at);
        CHECK(me.get<Account>(acme.id).name == "Acme II!");
        const Account made = me.create(Account{.name = "Beta"});
        CHECK(made.id != Id{77});
        CHECK(made.version == 1);
        CHECK(me.get<Account>(made.id).name == "Beta!");
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("undo looks at what was written, not at what follows from it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Contact ann = me.create(Contact{.first_name = "Ann", .last_name = "Bell"});
        me.update<Contact>(ann.id, {{"first_name", "Anna"}});
        const std::int64_t first = me.history(ann.id).back().position;
        me.update<Contact>(ann.id, {{"last_name", "Dell"}});
        me.undo(first);
        CHECK(me.get<Contact>(ann.id).full_name == "Ann Dell");
    });
}

TEST_CASE("a tree may be a thousand levels deep, and says so when it would be deeper") {
    TestClock clock;
    Crm crm = Crm::open_memory(clock.options());
    Session me = crm.as_system();
    Id parent;
    std::string refused;
    for (int level = 0; level < 1'100 && refused.empty(); ++level) {
        try {
            parent = me.create(Account{.name = "Level", .parent_account = parent}).id;
        } catch (const Error& error) {
            refused = error.problems().at(0).message;
        }
    }
    CHECK(refused.find("1000 levels below the top") != std::string::npos);
}

TEST_CASE("a hook does not change a record that is restored") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        crm.before_write("account", [](WriteEvent& event) {
            if (event.kind == ChangeKind::restored) {
                event.after.set(field_of(event.entity, "name"), "Else");
            }
        });
        me.remove<Account>(acme.id);
        CHECK(me.restore<Account>(acme.id).name == "Acme");
        CHECK(me.search<Account>("acme").size() == 1);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("undo passes by what was deleted by itself since") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Link party{Account::entity_number, me.create(Account{.name = "Acme"}).id};
        const auto bonn = me.create(Address{.party = party, .is_primary = true, .city = "Bonn"});
        const auto kiel = me.create(Address{.party = party, .is_primary = true, .city = "Kiel"});
        me.remove<Address>(bonn.id);
        me.undo(me.history(kiel.id).front().position);
        CHECK_FALSE(me.find<Address>(kiel.id).has_value());
        CHECK_FALSE(me.find<Address>(bonn.id).has_value());
    });
}

TEST_CASE("who owns itself comes back") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Team team = me.create(Team{.name = "North"});
        me.update<Team>(team.id, {{"owner", Link{Team::entity_number, team.id}}});
        me.remove<Team>(team.id);
        me.restore<Team>(team.id);
        CHECK(me.get<Team>(team.id).owner.id == team.id);
    });
}

TEST_CASE("regression: a bundle comes back before its parts, which are older") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto deal = me.create(Opportunity{.name = "Mill"});
        const auto line = [&](std::string_view description) {
            return me.create(OpportunityLine{.opportunity = deal.id,
                                             .description = std::string(description),
                                             .quantity = Decimal::of(1),
                                             .unit_price = Money::of("10", "EUR")});
        };
        const auto part = line("Motor");
        const auto bundle = line("Drive");
        me.update<OpportunityLine>(part.id, {{"parent_bundle", bundle.id}});
        me.remove<Opportunity>(deal.id);
        me.restore<Opportunity>(deal.id);
        CHECK(me.get<OpportunityLine>(part.id).parent_bundle == bundle.id);
        me.remove<Opportunity>(deal.id);
        me.undo(me.history(deal.id).back().position);
        CHECK(me.get<OpportunityLine>(part.id).parent_bundle == bundle.id);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("regression: undoing what undo and restore brought back is no conflict") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Contact ann = me.create(Contact{.last_name = "Ann", .account = acme.id});
        const auto deal = me.create(Opportunity{.name = "Mill"});
        for (const char* price : {"10", "20"}) {
            me.create(OpportunityLine{.opportunity = deal.id,
                                      .description = "Steel",
                                      .quantity = Decimal::of(1),
                                      .unit_price = Money::of(price, "EUR")});
        }
        // The position of the last change that made the record live or not.
        const auto last_turn = [&](Id id) {
            std::int64_t position = 0;
            for (const HistoryEntry& entry : me.history(id)) {
                position = entry.kind == ChangeKind::updated ? position : entry.position;
            }
            return position;
        };
        for (int i = 0; i < 3; ++i) {
            me.remove<Opportunity>(deal.id);
            if (i == 0) {
                me.restore<Opportunity>(deal.id);
            } else {
                me.undo(last_turn(deal.id));
            }
            CHECK(me.get<Opportunity>(deal.id).amount == Money::of("30", "EUR"));
            me.undo(last_turn(deal.id));
            CHECK_FALSE(me.find<Opportunity>(deal.id));
            me.undo(last_turn(deal.id));
            CHECK(me.query<OpportunityLine>().all().size() == 2);
        }
        me.remove<Account>(acme.id);
        me.restore<Account>(acme.id);
        CHECK(me.get<Contact>(ann.id).account == acme.id);
        me.undo(last_turn(acme.id));
        CHECK_FALSE(me.get<Contact>(ann.id).account);
        me.undo(last_turn(acme.id));
        CHECK(me.get<Contact>(ann.id).account == acme.id);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("regression: what can no longer be as it was does not keep a record from coming back") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account top = me.create(Account{.name = "Top"});
        const Account middle = me.create(Account{.name = "Middle", .parent_account = top.id});
        const Account low = me.create(Account{.name = "Low", .parent_account = middle.id});
        me.create(ExternalId{
            .system = "erp", .key = "1", .record = Link{Account::entity_number, middle.id}});
        me.remove<Account>(middle.id);
        me.update<Account>(top.id, {{"parent_account", low.id}});
        me.create(ExternalId{
            .system = "erp", .key = "1", .record = Link{Account::entity_number, low.id}});
        me.restore<Account>(middle.id);
        CHECK(me.get<Account>(middle.id).parent_account == top.id);
        CHECK_FALSE(me.get<Account>(low.id).parent_account);
        CHECK(me.query<ExternalId>().all().size() == 1);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("regression: undoing that one became the default gives it back to the one before") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto pipeline = me.create(Pipeline{.name = "New", .is_default = true});
        me.undo(me.history(pipeline.id).front().position);
        CHECK(me.query<Pipeline>("is_default").all().size() == 1);
        const auto other = me.create(Pipeline{.name = "Other"});
        me.update<Pipeline>(other.id, {{"is_default", true}});
        me.undo(me.history(other.id).back().position);
        CHECK(me.query<Pipeline>("is_default").first()->name == "Sales");

        const std::string defaults = "entity = 'case' and state = 'open' and is_default";
        const Id before = me.query<Status>(defaults).first()->id;
        const auto status = me.create(
            Status{.name = "Fresh", .entity = "case", .state = "open", .is_default = true});
        CHECK(me.query<Status>(defaults).first()->id == status.id);
        me.undo(me.history(status.id).front().position);
        CHECK(me.query<Status>(defaults).first()->id == before);
    });
}

TEST_CASE("regression: a reopened opportunity goes back to lost without the reason it never had") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id lost = me.query<Stage>("state = 'lost' and pipeline.is_default").first()->id;
        const auto deal = me.create(Opportunity{.name = "Old", .stage = lost});
        sales::reopen_opportunity(me, {.opportunity = deal.id});
        me.undo(me.history(deal.id).back().position);
        CHECK(me.get<Opportunity>(deal.id).state == OpportunityState::lost);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("regression: a change that was undone and made again can be undone again") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "X"});
        me.update<Account>(acme.id, {{"name", "Y"}});
        const std::int64_t change = me.history(acme.id).back().position;
        me.undo(change);
        me.update<Account>(acme.id, {{"name", "Y"}});
        me.undo(change);
        CHECK(me.get<Account>(acme.id).name == "X");
    });
}
