#include "crmkit/engine/customer_360.hpp"

#include <algorithm>
#include <set>

#include "backends.hpp"
#include "crmkit/base/random.hpp"
#include "crmkit/schema/json.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// A store of parties that have to do with each other in every way there is, by chance.
class Crowd {
  public:
    explicit Crowd(Session& me) : me_(me) {
        campaigns_ = {me.create(Campaign{.name = "Spring", .campaign_type = "email"}).id,
                      me.create(Campaign{.name = "Autumn", .campaign_type = "email"}).id};
        for (int i = 0; i < 4; ++i) {
            accounts.push_back(me.create(Account{.name = "Account " + std::to_string(i)}).id);
        }
        for (int i = 0; i < 8; ++i) {
            contacts.push_back(me.create(Contact{.last_name = "Contact " + std::to_string(i),
                                                 .account = any_account()})
                                   .id);
        }
    }

    /// One more thing happens between them.
    void go_on() {
        switch (random_.below(8)) {
            case 0:
                deals_.push_back(me_.create(Opportunity{.name = "Deal",
                                                        .account = any_account(),
                                                        .primary_contact = any_contact(),
                                                        .amount = any_amount(),
                                                        .close_date = any_day().date()})
                                     .id);
                return;
            case 1:
                if (!deals_.empty()) {
                    me_.create(OpportunityContactRole{.opportunity = any(deals_),
                                                      .contact = any(contacts)});
                }
                return;
            case 2:
                me_.create(
                    Case{.subject = "Case", .account = any_account(), .contact = any_contact()});
                return;
            case 3:
                me_.create(Transaction{.party = any_party(),
                                       .kind = any_kind(),
                                       .at = any_day(),
                                       .amount = any_amount()});
                return;
            case 4:
                answer_campaign();
                return;
            case 5:
                me_.create(AccountContact{.account = any(accounts),
                                          .contact = any(contacts),
                                          .is_active = random_.below(3) != 0});
                return;
            case 6:
                me_.update<Contact>(any(contacts), {{"account", any_account()}});
                return;
            default:
                if (!deals_.empty() && random_.below(3) == 0) {
                    me_.remove<Opportunity>(deals_.back());
                    deals_.pop_back();
                }
                return;
        }
    }

    std::vector<Id> accounts;
    std::vector<Id> contacts;

  private:
    Id any(const std::vector<Id>& ids) { return ids[random_.below(ids.size())]; }
    Id any_account() { return random_.below(5) == 0 ? Id{} : any(accounts); }
    Id any_contact() { return random_.below(3) == 0 ? Id{} : any(contacts); }
    Link any_party() {
        return random_.below(2) == 0 ? Link{Account::entity_number, any(accounts)}
                                     : Link{Contact::entity_number, any(contacts)};
    }
    Money any_amount() {
        return {static_cast<std::int64_t>(random_.below(100'000)),
                Currency::of(random_.below(3) == 0 ? "USD" : "EUR")};
    }
    TransactionKind any_kind() {
        constexpr std::array kinds{TransactionKind::sale, TransactionKind::sale,
                                   TransactionKind::return_, TransactionKind::payment,
                                   TransactionKind::refund};
        return kinds[random_.below(kinds.size())];
    }
    Instant any_day() {
        const auto days = static_cast<std::int64_t>(random_.below(400));
        return Instant{test_start.microseconds - days * Instant::per_day};
    }
    void answer_campaign() {
        const Link party = any_party();
        const Id campaign = any(campaigns_);
        const auto known = me_.query<CampaignMember>("campaign = :c and party = :p",
                                                     {{"c", campaign}, {"p", party}})
                               .first();
        if (!known) {
            me_.create(CampaignMember{.campaign = campaign, .party = party, .status = "sent"});
        } else {
            me_.update<CampaignMember>(known->id, {{"responded_at", any_day()}});
        }
    }

    Session& me_;
    Random random_{7};
    std::vector<Id> campaigns_;
    std::vector<Id> deals_;
};

using Records = std::multiset<Link>;

/// The records of an entity that a timeline tells of.
Records on_timeline(Session& me, const Link& party, const char* kind) {
    Records found;
    for (const TimelineItem& item :
         timeline(me, {.party = party, .kinds = {kind}, .limit = 1000}).items) {
        found.insert(item.record);
    }
    return found;
}

template <RecordType T, typename Rows>
Records in_section(const Rows& rows, Id std::ranges::range_value_t<Rows>::*id) {
    Records found;
    for (const auto& row : rows) {
        found.insert(Link{T::entity_number, row.*id});
    }
    return found;
}

/// How often each campaign is on a timeline, by way of the party's answer to it.
Records campaigns_on_timeline(Session& me, const Link& party) {
    Records found;
    for (const Link& answer : on_timeline(me, party, "campaign_response")) {
        const Id campaign = me.get<CampaignMember>(answer.id).campaign;
        found.insert(Link{Campaign::entity_number, campaign});
    }
    return found;
}

/// That a view sums up what its own lists show.
void check_sums(const Customer360& view) {
    std::int64_t deals = 0;
    for (const OpportunityTotal& total : view.opportunity_totals) {
        Money sum{0, total.amount->currency};
        std::int64_t count = 0;
        for (const OpportunitySummary& deal : view.opportunities) {
            if (deal.state == total.state && deal.amount->currency == sum.currency) {
                sum += *deal.amount;
                ++count;
            }
        }
        CHECK(sum == *total.amount);
        CHECK(count == total.count);
        deals += count;
    }
    CHECK(deals == static_cast<std::int64_t>(view.opportunities.size()));
    for (const PurchaseMetrics& metrics : view.purchases) {
        const Money nothing{0, metrics.total->currency};
        Money sum = nothing;
        Money returned = nothing;
        Money this_year = nothing;
        std::int64_t count = 0;
        for (const TransactionSummary& transaction : view.transactions) {
            if (transaction.amount->currency != nothing.currency) {
                continue;
            }
            const bool is_of_this_year = transaction.at->date().year() == 2026;
            if (transaction.kind == "sale") {
                sum += *transaction.amount;
                this_year += is_of_this_year ? *transaction.amount : nothing;
                ++count;
            } else if (transaction.kind == "return") {
                returned += *transaction.amount;
                this_year -= is_of_this_year ? *transaction.amount : nothing;
            }
        }
        CHECK(sum == *metrics.total);
        CHECK(returned == *metrics.returned);
        CHECK(sum - returned == *metrics.net_total);
        CHECK(this_year == *metrics.year_to_date);
        CHECK(count == metrics.frequency);
        CHECK(metrics.average ==
              (count == 0 ? std::nullopt : std::optional(scaled(sum, 1, count))));
        CHECK(metrics.last_at.has_value() == (count > 0));
        CHECK(metrics.recency_days.has_value() == (count > 0));
    }
}

/// That the sections of a view tell of the same records as the timeline beside them.
void check_view(Session& me, const Link& party) {
    const Customer360 view = customer_360(me, {.party = party, .limit = 1000});
    CHECK(in_section<Opportunity>(view.opportunities, &OpportunitySummary::opportunity) ==
          on_timeline(me, party, "opportunity"));
    CHECK(in_section<Case>(view.cases, &CaseSummary::case_id) ==
          on_timeline(me, party, "case_opened"));
    CHECK(in_section<Transaction>(view.transactions, &TransactionSummary::transaction) ==
          on_timeline(me, party, "transaction"));
    std::vector<CampaignSummary> answered;
    std::copy_if(view.campaigns.begin(), view.campaigns.end(), std::back_inserter(answered),
                 [](const CampaignSummary& campaign) { return campaign.responded_at.has_value(); });
    CHECK(in_section<Campaign>(answered, &CampaignSummary::campaign) ==
          campaigns_on_timeline(me, party));
    check_sums(view);
    const Customer360Request as_of_now{.party = party, .limit = 1000, .as_of = me.now()};
    CHECK(to_json(customer_360(me, as_of_now)) == to_json(view));
}

/// That a short view has the beginnings of the whole one's lists.
void check_short_view(Session& me, const Link& party) {
    const Customer360 whole = customer_360(me, {.party = party, .limit = 1000});
    const Customer360 first = customer_360(me, {.party = party, .limit = 3});
    const auto check_start = [](const auto& few, const auto& all, auto id) {
        REQUIRE(few.size() == std::min<std::size_t>(3, all.size()));
        for (std::size_t i = 0; i < few.size(); ++i) {
            CHECK(few[i].*id == all[i].*id);
        }
    };
    check_start(first.opportunities, whole.opportunities, &OpportunitySummary::opportunity);
    check_start(first.cases, whole.cases, &CaseSummary::case_id);
    check_start(first.campaigns, whole.campaigns, &CampaignSummary::campaign);
    check_start(first.transactions, whole.transactions, &TransactionSummary::transaction);
    CHECK(first.purchases.size() == whole.purchases.size());
    CHECK(first.opportunity_totals.size() == whole.opportunity_totals.size());
}

}  // namespace

TEST_CASE("the sections of a 360 view tell what its timeline tells") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        Crowd crowd(me);
        for (int i = 0; i < 150; ++i) {
            clock.clock->advance(std::chrono::minutes(1));
            crowd.go_on();
        }
        std::size_t others = 0;
        for (const Id account : crowd.accounts) {
            const Link party{Account::entity_number, account};
            check_view(me, party);
            check_short_view(me, party);
            for (const Link& sale : on_timeline(me, party, "transaction")) {
                others += me.get<Transaction>(sale.id).party == party ? 0U : 1U;
            }
        }
        CHECK(others > 0);  // what an account's contacts have bought
        for (const Id contact : crowd.contacts) {
            check_view(me, Link{Contact::entity_number, contact});
            check_short_view(me, Link{Contact::entity_number, contact});
        }
    });
}

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
        const auto enter = [&](TransactionKind kind, const char* amount, const char* currency,
                               int days_ago) {
            me.create(
                Transaction{.party = party,
                            .kind = kind,
                            .at = Instant{test_start.microseconds - days_ago * Instant::per_day},
                            .amount = Money::of(amount, currency)});
        };
        enter(TransactionKind::sale, "10.00", "EUR", 30);
        enter(TransactionKind::sale, "20.00", "EUR", 3);
        enter(TransactionKind::sale, "5.00", "EUR", 2);
        enter(TransactionKind::sale, "7.00", "USD", 40);
        enter(TransactionKind::return_, "4.00", "EUR", 1);
        enter(TransactionKind::return_, "1.00", "EUR", 29);
        enter(TransactionKind::refund, "4.00", "EUR", 1);
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
        CHECK(view.transactions.size() == 7);
        CHECK(view.timeline.size() == 10);
        REQUIRE(view.purchases.size() == 2);
        const auto& euro = view.purchases[0].total->currency == Currency::of("EUR")
                               ? view.purchases[0]
                               : view.purchases[1];
        CHECK(euro.frequency == 3);
        CHECK(*euro.total == Money::of("35.00", "EUR"));
        CHECK(*euro.average == Money::of("11.67", "EUR"));
        CHECK(*euro.year_to_date == Money::of("21.00", "EUR"));
        CHECK(*euro.returned == Money::of("5.00", "EUR"));
        CHECK(*euro.net_total == Money::of("30.00", "EUR"));
        CHECK(euro.recency_days == 2);
    });
}

TEST_CASE("the people of an account are those whose only account is another place, too") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Contact own = me.create(Contact{.last_name = "Own", .account = acme.id});
        const Contact free = me.create(Contact{.last_name = "Free"});
        me.create(AccountContact{.account = acme.id, .contact = own.id, .role = "boss"});
        me.create(AccountContact{.account = acme.id, .contact = free.id, .role = "cfo"});
        const Link party{Account::entity_number, acme.id};
        const Customer360 view = customer_360(me, {.party = party});
        REQUIRE(view.people.size() == 2);
        CHECK(view.people[1].relation == "cfo");
        CHECK(customer_360(me, {.party = party, .limit = 1}).people.size() == 1);
    });
}

TEST_CASE("purchases do not count what is yet to come") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Link party{Account::entity_number, me.create(Account{.name = "Acme"}).id};
        for (const int days : {-3, 400}) {
            me.create(Transaction{.party = party,
                                  .kind = TransactionKind::sale,
                                  .at = Instant{test_start.microseconds + days * Instant::per_day},
                                  .amount = Money::of("10.00", "EUR")});
        }
        const Customer360 view = customer_360(me, {.party = party});
        REQUIRE(view.purchases.size() == 1);
        CHECK(view.purchases[0].frequency == 1);
        CHECK(view.purchases[0].recency_days == 3);
        CHECK(*view.purchases[0].net_total == Money::of("10.00", "EUR"));
        CHECK(view.transactions.size() == 2);
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
