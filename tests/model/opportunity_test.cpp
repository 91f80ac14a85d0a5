#include "crmkit/model/opportunity.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"
#include "model/state_machines.hpp"

namespace crmkit {
namespace {

using testing::has_only_problem;
using testing::problems_of;
using namespace std::chrono_literals;

TEST_CASE("opportunity: is filled by name as the design shows") {
    const Opportunity deal{.name = "Rolling mill",
                           .account = Id{4},
                           .amount = Money::of("1200000.00", "EUR"),
                           .close_date = 2026y / 12 / 31};
    CHECK(deal.state == OpportunityState::open);
    CHECK_FALSE(deal.is_probability_manual);
    CHECK(deal.close_date == Date::parse("2026-12-31"));
    CHECK(problems_of(deal).empty());
}

TEST_CASE("opportunity: needs a name and a stage; a real export has deals without the rest") {
    std::vector<std::string> required;
    for (const Field& field : entity_of<Opportunity>().fields) {
        if (field.is_required) {
            required.emplace_back(field.name);
        }
    }
    CHECK(required == std::vector<std::string>{"name", "stage"});
}

TEST_CASE("opportunity: its probability is a percentage") {
    CHECK(problems_of(Opportunity{.name = "x", .probability = 0}).empty());
    CHECK(problems_of(Opportunity{.name = "x", .probability = 100}).empty());
    CHECK(has_only_problem(Opportunity{.name = "x", .probability = -1},
                           "opportunity.probability: '-1' is not between 0 and 100"));
    CHECK(has_only_problem(Opportunity{.name = "x", .probability = 101},
                           "opportunity.probability: '101' is not between 0 and 100"));
}

TEST_CASE("opportunity: its total is lines less discounts, with taxes and freight") {
    Opportunity deal{.name = "x", .freight = Money::of("5.00", "EUR")};
    CHECK_FALSE(testing::derived(deal).total_amount);
    deal.total_line_item_amount = Money::of("100.00", "EUR");
    CHECK(testing::derived(deal).total_amount == Money::of("105.00", "EUR"));
    deal.total_discount = Money::of("10.00", "EUR");
    deal.total_tax = Money::of("19.00", "EUR");
    deal = testing::derived(deal);
    CHECK(deal.total_amount == Money::of("114.00", "EUR"));
    CHECK(problems_of(deal).empty());
    deal.freight = Money::of("5.00", "USD");
    CHECK(has_only_problem(testing::derived(deal),
                           "opportunity.freight: '5.00 USD' does not go with the lines: it is in "
                           "another currency, or too large"));
    CHECK(has_only_problem(Opportunity{.name = "x", .freight = Money::of("-1", "EUR")},
                           "opportunity.freight: '-1.00 EUR' is negative"));
}

TEST_CASE("opportunity: does not close before it opened") {
    Opportunity deal{.name = "x", .opened_on = 2017y / 3 / 1};
    CHECK(problems_of(deal).empty());
    deal.close_date = deal.opened_on;
    CHECK(problems_of(deal).empty());
    deal.close_date = 2017y / 2 / 28;
    CHECK(has_only_problem(deal,
                           "opportunity.close_date: '2017-02-28' is before opened_on, which is "
                           "2017-03-01"));
}

TEST_CASE("opportunity: is won or lost from open, lost with a reason, and can be reopened") {
    CHECK(testing::moves_of(entity_of<Opportunity>()) ==
          std::vector<std::string>{"open > won", "open > lost (reason)", "won > open",
                                   "lost > open"});
    CHECK(entity_of<Opportunity>().state_machine->status_field == "stage");
    CHECK(entity_of<Opportunity>().state_machine->reason_field == "lost_reason");
}

TEST_CASE("opportunity: an imported deal may be created in any state without a reason") {
    const StateMachine& machine = *entity_of<Opportunity>().state_machine;
    for (const std::string_view state : {"open", "won", "lost"}) {
        CAPTURE(state);
        REQUIRE(machine.find("", state) != nullptr);
        CHECK_FALSE(machine.find("", state)->needs_reason);
    }
}

}  // namespace
}  // namespace crmkit
