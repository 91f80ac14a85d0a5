#include "crmkit/model/campaign.hpp"

#include <doctest/doctest.h>

#include "crmkit/model/campaign_member.hpp"
#include "model/problems_of.hpp"
#include "model/state_machines.hpp"

namespace crmkit {
namespace {

using testing::problems_of;

TEST_CASE("campaign: dates are in order, costs and expected answers not negative") {
    CHECK(problems_of(Campaign{.name = "Spring",
                               .start_date = Date{10},
                               .end_date = Date{10},
                               .budgeted_cost = Money::of("0", "EUR"),
                               .expected_response = 0})
              .empty());
    const Campaign campaign{.name = "Spring",
                            .start_date = Date{10},
                            .end_date = Date{9},
                            .budgeted_cost = Money::of("-1", "EUR"),
                            .actual_cost = Money::of("-2", "EUR"),
                            .expected_response = -3};
    CHECK(problems_of(campaign) ==
          std::vector<std::string>{
              "campaign.end_date: '1970-01-10' is before start_date, which is 1970-01-11",
              "campaign.budgeted_cost: '-1.00 EUR' is negative",
              "campaign.actual_cost: '-2.00 EUR' is negative",
              "campaign.expected_response: '-3' is negative"});
}

TEST_CASE("campaign: is stopped with a reason and can go on; what is done stays done") {
    CHECK(testing::moves_of(entity_of<Campaign>()) ==
          std::vector<std::string>{"planned > running", "planned > stopped (reason)",
                                   "running > done", "running > stopped (reason)",
                                   "stopped > running", "stopped > planned"});
}

TEST_CASE("campaign: has a status, and its members are planned, sent to, or have responded") {
    CHECK(entity_of<Campaign>().find("status")->is_required);
    CHECK(testing::moves_of(entity_of<CampaignMember>()) ==
          std::vector<std::string>{"planned > sent", "planned > responded", "sent > responded",
                                   "sent > planned", "responded > sent"});
}

}  // namespace
}  // namespace crmkit
