#include "crmkit/model/lead.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"
#include "model/state_machines.hpp"

namespace crmkit {
namespace {

using testing::derived;
using testing::has_only_problem;
using testing::problems_of;

TEST_CASE("lead: is of a person or of a company") {
    CHECK(problems_of(Lead{.last_name = "Curie"}).empty());
    CHECK(problems_of(Lead{.company_name = "Radium AG"}).empty());
    CHECK(
        has_only_problem(Lead{.first_name = "Marie"},
                         "lead.last_name: is empty, and so is company_name: give one of the two"));
}

TEST_CASE("lead: is called after the person, and after the company without one") {
    CHECK(derived(Lead{.first_name = "Marie", .last_name = "Curie", .company_name = "Radium AG"})
              .full_name == "Marie Curie");
    CHECK(derived(Lead{.company_name = "Radium AG"}).full_name == "Radium AG");
    CHECK(derived(Lead{.full_name = "stale"}).full_name.empty());
}

TEST_CASE("lead: a probability is a percentage, estimates are not negative") {
    CHECK(problems_of(Lead{.last_name = "x", .probability = 0}).empty());
    CHECK(problems_of(Lead{.last_name = "x", .probability = 100}).empty());
    const Lead lead{.last_name = "x",
                    .probability = 101,
                    .number_of_employees = -1,
                    .estimated_value = Money::of("-1", "JPY")};
    CHECK(problems_of(lead) ==
          std::vector<std::string>{"lead.probability: '101' is not between 0 and 100",
                                   "lead.number_of_employees: '-1' is negative",
                                   "lead.estimated_value: '-1 JPY' is negative"});
}

TEST_CASE("lead: a converted lead stays so, a disqualified one can come back") {
    CHECK(testing::moves_of(entity_of<Lead>()) ==
          std::vector<std::string>{"open > converted", "open > disqualified (reason)",
                                   "disqualified > open"});
}

}  // namespace
}  // namespace crmkit
