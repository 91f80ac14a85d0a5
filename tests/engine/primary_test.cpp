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
