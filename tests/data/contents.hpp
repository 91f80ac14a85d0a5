/// What a stored file holds (README.md): a little of everything that the library keeps twice, so
/// that an upgrade has something to keep or to work out.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "crmkit/crm.hpp"
#include "data/stored_map.hpp"

namespace crmkit::testing {

namespace detail {

/// An account with its holding, and two people there, one of whom goes.
inline Contact write_customer(Session& me, ManualClock& clock) {
    const Account holding = me.create(Account{.name = "Acme Holding", .account_number = "100"});
    const Account acme = me.create(Account{.name = "Acme Söhne",
                                           .parent_account = holding.id,
                                           .website = "acme.example",
                                           .industry = "steel"});
    me.create(
        ExternalId{.system = "erp", .key = "C-1", .record = {Account::entity_number, acme.id}});
    Contact grace = me.create(Contact{.first_name = "Grace",
                                      .last_name = "Hopper",
                                      .account = acme.id,
                                      .email = "Grace@Example.com",
                                      .phone = "+49 30 123456",
                                      .birth_date = Date::parse("1906-12-09")});
    const Contact gone = me.create(Contact{.last_name = "Gone", .account = acme.id});
    clock.advance(std::chrono::hours(1));
    grace.job_title = "Rear admiral";
    grace = me.update(grace);
    me.remove<Contact>(gone.id);
    return grace;
}

/// A sale with a line, a case, and a call about the sale.
inline void write_business(Session& me, const Contact& with) {
    const Product mill = me.create(Product{.name = "Rolling mill"});
    me.create(Product{.name = "Mill", .status = "retired"});
    const Opportunity deal = me.create(Opportunity{.name = "Mill for Acme",
                                                   .account = with.account,
                                                   .primary_contact = with.id,
                                                   .amount = Money::of("1200000.50", "EUR"),
                                                   .close_date = Date::parse("2026-06-30"),
                                                   .product = mill.id});
    me.create(OpportunityLine{.opportunity = deal.id,
                              .description = "mill",
                              .quantity = Decimal::parse("2"),
                              .unit_price = Money::of("600000.25", "EUR")});
    me.create(Case{.subject = "It does not roll", .account = with.account});
    const Interaction call =
        me.create(Interaction{.kind = InteractionKind::call, .subject = "First call"});
    me.create(
        InteractionParticipant{.interaction = call.id, .party = {Contact::entity_number, with.id}});
    me.create(InteractionRegarding{.interaction = call.id,
                                   .record = {Opportunity::entity_number, deal.id}});
}

/// A campaign of which one took notice and one was reached in a way of the host's own.
inline void write_campaign(Session& me, const Contact& with) {
    const Account holding = *me.query<Account>("name = 'Acme Holding'").first();
    me.create(Status{.name = "phoned", .entity = "campaign_member", .state = "sent"});
    const Campaign spring = me.create(Campaign{.name = "Spring", .campaign_type = "email"});
    me.create(CampaignMember{
        .campaign = spring.id, .party = {Contact::entity_number, with.id}, .status = "responded"});
    me.create(CampaignMember{
        .campaign = spring.id, .party = {Account::entity_number, holding.id}, .status = "phoned"});
}

}  // namespace detail

/// Fills a new store, which `open` makes with the options it is given. The same at every call.
template <typename Open>
void write_contents(Open open) {
    const auto clock = std::make_shared<ManualClock>(*Instant::parse("2026-01-05T09:00:00Z"));
    OpenOptions options;
    options.clock = clock;
    options.seed = 1;
    options.replica = 1;
    const Crm crm = open(options);
    Session me = crm.as(crm.ensure_user("Ada Lovelace", "ada@example.com"));
    clock->advance(std::chrono::hours(1));
    const Contact grace = detail::write_customer(me, *clock);
    detail::write_business(me, grace);
    detail::write_campaign(me, grace);
}
/// As a file of SQLite.
inline void write_file(const std::string& path) {
    write_contents([&path](const OpenOptions& options) { return Crm::open(path, options); });
}
/// As the text of a host's map.
inline void write_map(const std::string& path) {
    const auto map = std::make_shared<StoredMap>();
    write_contents([&map](const OpenOptions& options) {
        return Crm::open(std::make_unique<OrderedMapStore>(map), options);
    });
    map->write(path);
}

}  // namespace crmkit::testing
