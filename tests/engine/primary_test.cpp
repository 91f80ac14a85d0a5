/// One primary record of several.
#include "backends.hpp"
#include "crmkit/model/registry.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

template <RecordType T>
std::size_t primary_count(Session& me) {
    return me.query<T>("is_primary").all().size();
}

}  // namespace

TEST_CASE("who becomes the primary one takes the place of the one before") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Account beta = me.create(Account{.name = "Beta"});
        const Contact ann = me.create(Contact{.last_name = "Ann"});
        const Contact bob = me.create(Contact{.last_name = "Bob"});

        const auto first =
            me.create(AccountContact{.account = acme.id, .contact = ann.id, .is_primary = true});
        const auto other =
            me.create(AccountContact{.account = acme.id, .contact = bob.id, .is_primary = true});
        CHECK(primary_count<AccountContact>(me) == 2);  // one of each contact
        const auto second =
            me.create(AccountContact{.account = beta.id, .contact = ann.id, .is_primary = true});
        CHECK_FALSE(me.get<AccountContact>(first.id).is_primary);
        CHECK(me.get<AccountContact>(other.id).is_primary);
        CHECK(me.get<AccountContact>(second.id).is_primary);

        me.update<AccountContact>(first.id, {{"is_primary", true}});
        CHECK(me.get<AccountContact>(first.id).is_primary);
        CHECK_FALSE(me.get<AccountContact>(second.id).is_primary);
        // Moved to another contact, which has one.
        me.update<AccountContact>(first.id, {{"contact", bob.id}});
        CHECK_FALSE(me.get<AccountContact>(other.id).is_primary);

        const Link party{Account::entity_number, acme.id};
        me.create(Address{.party = party, .is_primary = true, .city = "Bonn"});
        me.create(Address{.party = party, .is_primary = true, .city = "Kiel"});
        CHECK(me.query<Address>("is_primary").first()->city == "Kiel");
        CHECK(primary_count<Address>(me) == 1);

        const auto deal = me.create(Opportunity{.name = "Deal", .account = acme.id});
        for (const Id contact : {ann.id, bob.id}) {
            me.create(OpportunityContactRole{
                .opportunity = deal.id, .contact = contact, .is_primary = true});
        }
        CHECK(me.query<OpportunityContactRole>("is_primary").first()->contact == bob.id);
        CHECK(primary_count<OpportunityContactRole>(me) == 1);
    });
}

TEST_CASE("regression: the mark and the reference beside it say the same") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Account beta = me.create(Account{.name = "Beta"});
        const Contact ann = me.create(Contact{.last_name = "Ann", .account = acme.id});
        const auto at_acme =
            me.create(AccountContact{.account = acme.id, .contact = ann.id, .is_primary = true});
        CHECK(me.get<Contact>(ann.id).version == ann.version);
        const auto at_beta =
            me.create(AccountContact{.account = beta.id, .contact = ann.id, .is_primary = true});
        CHECK(me.get<Contact>(ann.id).account == beta.id);

        me.update<Contact>(ann.id, {{"account", acme.id}});
        CHECK(me.get<AccountContact>(at_acme.id).is_primary);
        CHECK_FALSE(me.get<AccountContact>(at_beta.id).is_primary);
        me.undo(me.history(ann.id).back().position);
        CHECK(me.get<Contact>(ann.id).account == beta.id);
        CHECK_FALSE(me.get<AccountContact>(at_acme.id).is_primary);
        CHECK(me.get<AccountContact>(at_beta.id).is_primary);

        me.update<AccountContact>(at_acme.id, {{"is_primary", true}});
        CHECK(me.get<Contact>(ann.id).account == acme.id);
        me.undo(me.history(at_acme.id).back().position);
        CHECK(me.get<Contact>(ann.id).account == beta.id);
        CHECK(me.get<AccountContact>(at_beta.id).is_primary);

        me.update<Contact>(ann.id, {{"account", me.create(Account{.name = "Gamma"}).id}});
        CHECK(primary_count<AccountContact>(me) == 0);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("the first contact of a sale follows its primary role") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Contact ann = me.create(Contact{.last_name = "Ann"});
        const Contact bob = me.create(Contact{.last_name = "Bob"});
        const auto deal = me.create(Opportunity{.name = "Deal", .primary_contact = ann.id});
        const auto role = me.create(
            OpportunityContactRole{.opportunity = deal.id, .contact = bob.id, .is_primary = true});
        CHECK(me.get<Opportunity>(deal.id).primary_contact == bob.id);
        me.update<OpportunityContactRole>(role.id, {{"contact", ann.id}});
        CHECK(me.get<Opportunity>(deal.id).primary_contact == ann.id);
        me.update<Opportunity>(deal.id, {{"primary_contact", bob.id}});
        CHECK(primary_count<OpportunityContactRole>(me) == 0);
    });
}

TEST_CASE("regression: the mark comes back with the account that it was for") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Account beta = me.create(Account{.name = "Beta"});
        const Contact ann = me.create(Contact{.last_name = "Ann"});
        const auto place =
            me.create(AccountContact{.account = acme.id, .contact = ann.id, .is_primary = true});
        me.remove<Account>(acme.id);
        CHECK_FALSE(me.get<Contact>(ann.id).account);
        me.restore<Account>(acme.id);
        CHECK(me.get<Contact>(ann.id).account == acme.id);
        CHECK(me.get<AccountContact>(place.id).is_primary);
        me.remove<Account>(acme.id);
        me.undo(me.history(acme.id).back().position);
        CHECK(me.get<AccountContact>(place.id).is_primary);

        me.remove<Account>(acme.id);
        me.update<Contact>(ann.id, {{"account", beta.id}});
        me.restore<Account>(acme.id);
        CHECK(me.get<Contact>(ann.id).account == beta.id);
        CHECK_FALSE(me.get<AccountContact>(place.id).is_primary);

        // Taking the account away and back makes no link the primary one that was not.
        me.update<Contact>(ann.id, {{"account", acme.id}});
        me.update<AccountContact>(place.id, {{"is_primary", false}});
        me.update<Contact>(ann.id, {{"account", Value()}});
        me.undo(me.history(ann.id).back().position);
        CHECK(me.get<Contact>(ann.id).account == acme.id);
        CHECK_FALSE(me.get<AccountContact>(place.id).is_primary);
    });
}

TEST_CASE("taking back who became the primary one brings back the one before") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Link party{Account::entity_number, me.create(Account{.name = "Acme"}).id};
        const auto bonn = me.create(Address{.party = party, .is_primary = true, .city = "Bonn"});
        const auto kiel = me.create(Address{.party = party, .is_primary = true, .city = "Kiel"});
        me.undo(me.history(kiel.id).back().position);
        CHECK(me.find<Address>(kiel.id) == std::nullopt);
        CHECK(me.get<Address>(bonn.id).is_primary);

        const auto ulm = me.create(Address{.party = party, .city = "Ulm"});
        me.update<Address>(ulm.id, {{"is_primary", true}});
        CHECK_FALSE(me.get<Address>(bonn.id).is_primary);
        me.undo(me.history(ulm.id).back().position);
        CHECK_FALSE(me.get<Address>(ulm.id).is_primary);
        CHECK(me.get<Address>(bonn.id).is_primary);

        me.remove<Address>(bonn.id);
        me.update<Address>(ulm.id, {{"is_primary", true}});
        me.restore<Address>(bonn.id);
        CHECK(me.get<Address>(bonn.id).is_primary);
        CHECK_FALSE(me.get<Address>(ulm.id).is_primary);
    });
}
