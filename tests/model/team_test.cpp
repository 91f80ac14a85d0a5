#include "crmkit/model/team.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"

namespace crmkit {
namespace {

TEST_CASE("team: its capacity is not negative") {
    CHECK(testing::problems_of(Team{.name = "East", .capacity = 0}).empty());
    CHECK(testing::has_only_problem(Team{.name = "East", .capacity = -1},
                                    "team.capacity: '-1' is negative"));
}

}  // namespace
}  // namespace crmkit
