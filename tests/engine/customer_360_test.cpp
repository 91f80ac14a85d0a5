#include "crmkit/engine/customer_360.hpp"

#include "backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

TEST_CASE("the 360 view of an account shows every section") {
    on_each_store([](Crm crm, TestClock& clock) {
        const User ada = crm.ensure_user("Ada", "ada@example.com");
        Session me = crm.as(ada);
        const Account parent = me.create(Account{.name = "Holding"});
        const Account acme = me.create(Account{.name = "Acme",
                                               .parent_account = parent.id,
                                               .email = "info@acme.example",
                                               .industry = "steel"});
        const Link party{Account::entity_number, acme.id};
        me.create(Account{.name = "Acme Sub", .parent_account = acme.id});
        me.create(Address{.party = party, .is_primary = true, .city = "Lyon", .country = "FR"});
        const Contact ann =
            me.create(Contact{.last_name = "Ann", .account = acme.id, .job_title = "Buyer"});
        me.create(
            Opportunity{.name = "Deal", .account = acme.id, .amount = Money::of("100", "EUR")});
        me.create(
            Opportunity{.name = "Deal 2", .account = acme.id, .amount = Money::of("50", "USD")});
        me.create(Case{.subject = "Broken", .account = acme.id, .contact = ann.id});
        const Campaign campaign = me.create(Campaign{.name = "Spring", .campaign_type = "email"});
        me.create(CampaignMember{.campaign = campaign.id, .party = party, .status = "sent"});
        const auto sale = [&](const char* amount, const char* currency, int days_ago) {
            me.create(
                Transaction{.party = party,
                            .kind = TransactionKind::sale,
                            .at = Instant{test_start.microseconds - days_ago * Instant::per_day},
                            .amount = Money::of(amount, currency)});
        };
        sale("10.00", "EUR", 30);
        sale("20.00", "EUR", 3);
        sale("5.00", "EUR", 2);
        sale("7.00", "USD", 40);
        clock.clock->advance(std::chrono::hours(1));

        const Customer360 view = customer_360(me, {.party = party});
        CHECK(view.name == "Acme");
        CHECK(view.city == "Lyon");
        CHECK(view.owner_name == "Ada");
        REQUIRE(view.people.size() == 1);
        CHECK(view.people[0].relation == "Buyer");
        REQUIRE(view.relations.size() == 2);
        CHECK(view.relations[0].relation == "parent");
        CHECK(view.relations[1].name == "Acme Sub");
        CHECK(view.opportunities.size() == 2);
        CHECK(view.opportunity_totals.size() == 2);
        CHECK(view.cases.size() == 1);
        REQUIRE(view.campaigns.size() == 1);
        CHECK(view.campaigns[0].name == "Spring");
        CHECK(view.transactions.size() == 4);
        CHECK(view.timeline.size() == 7);
        REQUIRE(view.purchases.size() == 2);
        const auto& euro = view.purchases[0].total->currency == Currency::of("EUR")
                               ? view.purchases[0]
                               : view.purchases[1];
        CHECK(euro.frequency == 3);
        CHECK(*euro.total == Money::of("35.00", "EUR"));
        CHECK(*euro.average == Money::of("11.67", "EUR"));
        CHECK(*euro.year_to_date == Money::of("25.00", "EUR"));
        CHECK(euro.recency_days == 2);
    });
}

TEST_CASE("the 360 view of a contact shows organisations and reports") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme", .industry = "steel"});
        const Account second = me.create(Account{.name = "Second"});
        const Contact boss = me.create(Contact{.last_name = "Boss"});
        const Contact ann =
            me.create(Contact{.last_name = "Ann", .account = acme.id, .reports_to = boss.id});
        me.create(AccountContact{.account = second.id, .contact = ann.id, .role = "adviser"});
        const Customer360 view = customer_360(me, {.party = Link{Contact::entity_number, ann.id}});
        CHECK(view.name == "Ann");
        CHECK(view.industry == "steel");
        REQUIRE(view.people.size() == 2);
        CHECK(view.people[1].relation == "adviser");
        REQUIRE(view.relations.size() == 1);
        CHECK(view.relations[0].relation == "manager");
    });
}

TEST_CASE("a 360 view of nobody is refused") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        CHECK(code_of([&] {
                  (void)customer_360(me, {.party = Link{Account::entity_number, Id{3}}});
              }) == ErrorCode::not_found);
        CHECK(code_of([&] {
                  (void)customer_360(me, {.party = Link{Lead::entity_number, Id{3}}});
              }) == ErrorCode::validation);
    });
}
