/// Which sections a 360 view gives, and as of when.
#include "crmkit/engine/customer_360.hpp"

#include <array>
#include <set>

#include "backends.hpp"
#include "counting_connection.hpp"
#include "crmkit/schema/json.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

namespace {

Money eur(std::string_view amount) { return Money::of(amount, "EUR"); }

/// A customer, an account and its contact, with something in each section.
struct Customer {
    Account account;
    Contact contact;
    Opportunity deal;
    Case issue;
    CampaignMember member;

    explicit Customer(Session& me) {
        account = me.create(Account{.name = "Acme"});
        contact = me.create(Contact{.last_name = "Ann", .account = account.id});
        me.create(Account{.name = "Acme Sub", .parent_account = account.id});
        me.create(Contact{.last_name = "Ben", .reports_to = contact.id});
        const Account other = me.create(Account{.name = "Bolt"});
        me.create(AccountContact{.account = other.id, .contact = contact.id, .role = "adviser"});
        deal = me.create(Opportunity{.name = "Deal",
                                     .account = account.id,
                                     .primary_contact = contact.id,
                                     .amount = eur("100")});
        issue = me.create(Case{.subject = "Broken", .account = account.id, .contact = contact.id});
        const Campaign campaign = me.create(Campaign{.name = "Spring", .campaign_type = "email"});
        for (const Link& party : parties()) {
            member = me.create(
                CampaignMember{.campaign = campaign.id, .party = party, .status = "sent"});
            buy(me, party, me.now(), "10");
        }
    }
    [[nodiscard]] std::array<Link, 2> parties() const {
        return {Link{Account::entity_number, account.id}, Link{Contact::entity_number, contact.id}};
    }
    static void buy(Session& me, const Link& party, Instant at, std::string_view amount) {
        me.create(Transaction{
            .party = party, .kind = TransactionKind::sale, .at = at, .amount = eur(amount)});
    }
    /// The next things that happen, in each section.
    void go_on(Session& me) const {
        me.update<Opportunity>(
            deal.id, {{"stage", stage_of(me, OpportunityState::won)}, {"amount", eur("90")}});
        me.update<Case>(issue.id,
                        {{"priority", "urgent"}, {"status", "resolved"}, {"resolution", "mended"}});
        me.update<CampaignMember>(member.id, {{"status", "responded"}, {"responded_at", me.now()}});
        me.create(
            Opportunity{.name = "More", .account = account.id, .primary_contact = contact.id});
        me.create(Case{.subject = "Again", .account = account.id, .contact = contact.id});
        const Campaign campaign = me.create(Campaign{.name = "Autumn", .campaign_type = "email"});
        for (const Link& party : parties()) {
            me.create(CampaignMember{.campaign = campaign.id, .party = party, .status = "sent"});
            buy(me, party, me.now(), "20");
        }
    }
    static Id stage_of(Session& me, OpportunityState state) {
        return me.query<Stage>("state = :state limit 1", {{"state", label_of(state)}}).first()->id;
    }
};

/// The tables that statements read beside those of the parties and their addresses.
std::set<std::string> tables_of(const std::vector<std::string>& statements) {
    constexpr std::string_view start = "\"crm_";
    std::set<std::string> found;
    for (const std::string& text : statements) {
        for (std::size_t at = text.find(start); at != text.npos; at = text.find(start, at)) {
            at += start.size();
            found.insert(text.substr(at, text.find('"', at) - at));
        }
    }
    for (const char* of_parties : {"accounts", "contacts", "addresses"}) {
        found.erase(of_parties);
    }
    return found;
}

}  // namespace

TEST_CASE("a section that is not asked for costs no statement") {
    CountingConnection host;
    TestClock clock;
    Crm crm = Crm::open(host.handle(), clock.options());
    Session me = crm.as_system();
    const Customer customer(me);
    const Link account = customer.parties()[0];
    const auto statements = [&](std::vector<std::string> sections, const Link& party) {
        return host.texts(
            [&] { (void)customer_360(me, {.party = party, .sections = std::move(sections)}); });
    };
    const auto tables = [&](const char* section) {
        return tables_of(statements({section}, account));
    };
    using Tables = std::set<std::string>;
    CHECK(tables("people") == Tables{"account_contacts"});
    CHECK(tables("relations").empty());
    CHECK(tables("timeline") == Tables{"cases", "opportunities", "timeline", "transactions"});
    CHECK(tables("opportunities") == Tables{"opportunities", "stages"});
    CHECK(tables("opportunity_totals") == Tables{"opportunities"});
    CHECK(tables("cases") == Tables{"cases"});
    CHECK(tables("campaigns") ==
          Tables{"campaign_members", "campaigns", "timeline", "timeline_milestones"});
    const Tables of_purchases{"timeline", "timeline_milestones", "transactions"};
    CHECK(tables("purchases") == of_purchases);
    CHECK(tables("transactions") == of_purchases);
    // The party, its address, its cases; of a contact also its account.
    CHECK(statements({"cases"}, account).size() == 3);
    CHECK(statements({"cases"}, customer.parties()[1]).size() == 4);
    CHECK(statements({"purchases", "transactions"}, account) == statements({"purchases"}, account));
}

TEST_CASE("a view has the sections that were asked for, as the whole view has them") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Customer customer(me);
        for (const Link& party : customer.parties()) {
            const Customer360 whole = customer_360(me, {.party = party});
            std::vector<std::string> sections;
            for (const Field& field : structure_of<Customer360>().fields) {
                if (field.type() != FieldType::structure_list) {
                    continue;
                }
                const std::string section(field.name);
                CAPTURE(section);
                sections.push_back(section);
                Customer360 only = whole;
                for (const Field& other : structure_of<Customer360>().fields) {
                    if (other.type() == FieldType::structure_list && other.id != field.id) {
                        other.native->destroy(other.member(&only));
                        other.native->construct(other.member(&only));
                    }
                }
                CHECK(field.native->row_count(field.member(&whole)) > 0);
                CHECK(to_json(customer_360(me, {.party = party, .sections = {section}})) ==
                      to_json(only));
            }
            CHECK(sections.size() == 9);
            CHECK(to_json(customer_360(me, {.party = party, .sections = sections})) ==
                  to_json(whole));
        }
    });
}

TEST_CASE("a view as of a moment is what the view was at that moment") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        const Customer customer(me);
        clock.clock->advance(24h);
        const Instant moment = me.now();
        std::vector<std::string> views;
        for (const Link& party : customer.parties()) {
            views.push_back(to_json(customer_360(me, {.party = party})));
        }
        clock.clock->advance(400 * 24h);  // into another year
        customer.go_on(me);
        for (std::size_t i = 0; i < views.size(); ++i) {
            const Link party = customer.parties()[i];
            CHECK(to_json(customer_360(me, {.party = party})) != views[i]);
            CHECK(to_json(customer_360(me, {.party = party, .as_of = moment})) == views[i]);
            const std::string today = to_json(customer_360(me, {.party = party}));
            CHECK(to_json(customer_360(me, {.party = party, .as_of = me.now()})) == today);
        }
        const Customer360 before =
            customer_360(me, {.party = customer.parties()[0],
                              .as_of = Instant{test_start.microseconds - Instant::per_day}});
        CHECK(before.name == "Acme");
        CHECK(before.people.size() == 1);
        CHECK(before.timeline.empty());
        CHECK(before.opportunities.empty());
        CHECK(before.opportunity_totals.empty());
        CHECK(before.cases.empty());
        CHECK(before.campaigns.empty());
        CHECK(before.purchases.empty());
    });
}

TEST_CASE("a sale that was entered after it closed was open while it went on") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        me.create(Opportunity{.name = "Old",
                              .account = acme.id,
                              .stage = Customer::stage_of(me, OpportunityState::won),
                              .amount = eur("70"),
                              .close_date = Date{2025y / 3 / 1},
                              .opened_on = Date{2025y / 1 / 10}});
        const auto view = [&](Date day) {
            return customer_360(me, {.party = Link{Account::entity_number, acme.id},
                                     .as_of = Instant::start_of(day)});
        };
        CHECK(view(Date{2025y / 1 / 9}).opportunities.empty());
        const Customer360 during = view(Date{2025y / 2 / 1});
        REQUIRE(during.opportunities.size() == 1);
        CHECK(during.opportunities[0].state == "open");
        CHECK(during.opportunities[0].stage.empty());
        CHECK(during.opportunities[0].amount == eur("70"));
        CHECK_FALSE(during.opportunities[0].probability);
        CHECK_FALSE(during.opportunities[0].close_date);
        CHECK(during.opportunity_totals.at(0).state == "open");
        CHECK(during.timeline.size() == 1);
        const Customer360 after = view(Date{2025y / 3 / 1});
        CHECK(after.opportunities.at(0).state == "won");
        CHECK(after.opportunities.at(0).stage == "Won");
        CHECK(after.timeline.size() == 2);
    });
}

TEST_CASE("a sale that was reopened since was closed at the moment") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        const Customer customer(me);
        const Id open = customer.deal.stage;
        const auto enter = [&](Id stage) {
            clock.clock->advance(24h);
            me.update<Opportunity>(customer.deal.id, {{"stage", stage}});
        };
        enter(Customer::stage_of(me, OpportunityState::won));
        const Instant moment = me.now();
        enter(open);
        const Customer360Request request{.party = customer.parties()[0],
                                         .sections = {"opportunities"}};
        Customer360Request of_then = request;
        of_then.as_of = moment;
        CHECK(customer_360(me, request).opportunities.at(0).state == "open");
        CHECK(customer_360(me, of_then).opportunities.at(0).state == "won");
        CHECK(customer_360(me, of_then).opportunities.at(0).probability == 100);
    });
}

TEST_CASE("an unknown section and a moment outside the calendar are refused") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Customer customer(me);
        const Error error = error_of([&] {
            (void)customer_360(me, {.party = customer.parties()[0],
                                    .limit = 0,
                                    .sections = {"cases", "deals", "name"},
                                    .as_of = Instant{INT64_MAX}});
        });
        CHECK(error.code() == ErrorCode::validation);
        REQUIRE(error.problems().size() == 4);
        CHECK(error.problems()[0].field == "as_of");
        CHECK(error.problems()[1].field == "limit");
        CHECK(error.problems()[2].field == "sections");
        CHECK(error.problems()[2].value == "deals");
        CHECK(error.problems()[3].value == "name");
        const std::string party = "account/" + to_string(customer.account.id);
        const auto cases_of = [&](const char* as_of) {
            return me.call("engine.customer_360", R"({"party": ")" + party +
                                                      R"(", "sections": ["cases"], "as_of": ")" +
                                                      as_of + "\"}");
        };
        CHECK(cases_of("2026-02-01").find("Broken") != std::string::npos);
        CHECK(cases_of("2026-02-01T00:00:00Z").find(R"("timeline":[])") != std::string::npos);
        CHECK(cases_of("2025-01-01").find(R"("cases":[])") != std::string::npos);
    });
}
