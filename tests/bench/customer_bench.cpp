/// T1: all there is to know about a customer with a thousand interactions.
#include "bench.hpp"
#include "crmkit/engine/customer_360.hpp"
#include "raw/raw_customer.h"

namespace crmkit::bench {

namespace {

/// Gives an account something in each section.
void make_lifelike(Session& me, Id account) {
    const Link party{Account::entity_number, account};
    const auto stage = me.query<Stage>("state = 'open' order by sort_order limit 1").all().at(0);
    const Instant now = me.now();
    me.create(Address{.party = party, .street = "Main Street 1", .city = "Lyon", .country = "FR"});
    for (int i = 0; i < 5; ++i) {
        me.create(Opportunity{.name = "Deal " + std::to_string(i),
                              .account = account,
                              .stage = stage.id,
                              .amount = Money{100'000 + i, Currency::of("EUR")},
                              .close_date = Date{now.date().days + i}});
        me.create(Case{.subject = "Case " + std::to_string(i), .account = account});
    }
    const auto contacts =
        me.query<Contact>("account = :account order by last_name limit 5", {{"account", account}})
            .all();
    const Campaign campaign = me.create(Campaign{.name = "Spring", .campaign_type = "email"});
    const auto address = [&](const Link& addressed, std::optional<Instant> responded_at) {
        me.create(CampaignMember{.campaign = campaign.id,
                                 .party = addressed,
                                 .status = "sent",
                                 .responded_at = responded_at});
    };
    address(party, {});
    for (const Contact& contact : contacts) {
        const Link buyer{Contact::entity_number, contact.id};
        address(buyer, now);
        me.create(Transaction{.party = buyer,
                              .kind = TransactionKind::sale,
                              .at = now,
                              .amount = Money{2'000, Currency::of("EUR")}});
    }
    for (int i = 0; i < 30; ++i) {
        me.create(Transaction{.party = party,
                              .kind = TransactionKind::sale,
                              .at = Instant{now.microseconds - i * 20 * Instant::per_day},
                              .amount = Money{1'000 + i, Currency::of("EUR")},
                              .reference = "R-" + std::to_string(i)});
    }
}

}  // namespace

void bench_customer(Bench& bench) {
    Session me = bench.specimen().crm().as_system();
    const Id account = bench.specimen().busiest_account();
    make_lifelike(me, account);
    const auto raw = owned(raw_customer_open(bench.specimen().path().c_str()), raw_customer_close);
    const Instant new_year =
        Instant::start_of(Date(std::chrono::year(me.now().date().year()) / 1 / 1));
    const Customer360Request request{.party = Link{Account::entity_number, account}};
    const int calls = bench.choose(50, 200);
    std::vector<double> taken;
    const Measured measured = measure(
        Bench::rounds(), calls,
        [&] {
            for (int i = 0; i < calls; ++i) {
                taken.push_back(1e6 * seconds_of(Meter::processor, [&] {
                                    look_at(static_cast<std::int64_t>(
                                        customer_360(me, request).timeline.size()));
                                }));
            }
        },
        [&] {
            for (int i = 0; i < calls; ++i) {
                require(raw_customer_360(raw.get(), account.value, new_year.microseconds) > 0,
                        "the sections");
            }
        });
    bench.table().compare({"T1", "customer_360 of 1,000 interactions", "C by hand, same sections"},
                          measured, at_most(1.20));
    bench.table().tell({"T1", "customer_360, p50"}, quantile(taken, 0.5), at_most(300));
}

}  // namespace crmkit::bench
