#include "crmkit/model/stage.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"

namespace crmkit {
namespace {

using testing::has_only_problem;
using testing::problems_of;

TEST_CASE("stage: its probability is a percentage that its state does not contradict") {
    CHECK(problems_of(Stage{.name = "Proposal", .probability = 0}).empty());
    CHECK(problems_of(Stage{.name = "Proposal", .probability = 100}).empty());
    CHECK(problems_of(Stage{.name = "Won", .state = OpportunityState::won}).empty());
    CHECK(problems_of(Stage{.name = "Won", .state = OpportunityState::won, .probability = 100})
              .empty());
    CHECK(problems_of(Stage{.name = "Lost", .state = OpportunityState::lost}).empty());
    CHECK(problems_of(Stage{.name = "Lost", .state = OpportunityState::lost, .probability = 0})
              .empty());

    CHECK(has_only_problem(Stage{.name = "Proposal", .probability = 101},
                           "stage.probability: '101' is not between 0 and 100"));
    CHECK(has_only_problem(Stage{.name = "Won", .state = OpportunityState::won, .probability = 90},
                           "stage.probability: '90' is not 100, though the stage is won"));
    CHECK(has_only_problem(Stage{.name = "Lost", .state = OpportunityState::lost, .probability = 1},
                           "stage.probability: '1' is not 0, though the stage is lost"));
}

TEST_CASE("stage: no deal rots in negative time") {
    CHECK(has_only_problem(Stage{.name = "Proposal", .rotting_days = -1},
                           "stage.rotting_days: '-1' is negative"));
}

}  // namespace
}  // namespace crmkit
