/// What a host does with the engine: a store in SQLite, a record, a query, a report.
#include <crmkit/crm.hpp>
#include <crmkit/sales/operations.hpp>
#include <cstdio>

int main() {
    const auto crm = crmkit::Crm::open(":memory:");
    auto me = crm.as(crm.ensure_user("Ada Lovelace", "ada@example.com"));
    const auto acme = me.create(crmkit::Account{.name = "Acme Steel"});
    me.create(crmkit::Opportunity{.name = "Rolling mill",
                                  .account = acme.id,
                                  .amount = crmkit::Money::of("1200000.00", "EUR")});
    const auto deal = me.query<crmkit::Opportunity>("account.name starts_with 'acme'").first();
    const auto pipeline = crmkit::sales::pipeline_by_stage(me, {});
    const bool is_right = deal && deal->owner.entity == crmkit::User::entity_number &&
                          pipeline.rows.front().count == 1 && crm.check_integrity().empty();
    std::printf("%s\n", is_right ? deal->name.c_str() : "something is wrong");
    return is_right ? 0 : 1;
}
