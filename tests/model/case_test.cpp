#include "crmkit/model/case.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"
#include "model/state_machines.hpp"

namespace crmkit {
namespace {

using testing::problems_of;

TEST_CASE("case: satisfaction is 1 to 5, time spent not negative, deadlines in order") {
    CHECK(problems_of(Case{.subject = "x",
                           .response_by = Instant{5},
                           .resolve_by = Instant{5},
                           .time_spent_minutes = 0,
                           .satisfaction = 1})
              .empty());
    CHECK(problems_of(Case{.subject = "x", .satisfaction = 5}).empty());
    const Case broken{.subject = "x",
                      .response_by = Instant{1'000'000},
                      .resolve_by = Instant{0},
                      .time_spent_minutes = -1,
                      .satisfaction = 6};
    CHECK(problems_of(broken) ==
          std::vector<std::string>{
              "case.satisfaction: '6' is not between 1 and 5",
              "case.time_spent_minutes: '-1' is negative",
              "case.resolve_by: '1970-01-01T00:00:00Z' is before response_by, which is "
              "1970-01-01T00:00:01Z"});
    CHECK(problems_of(Case{.subject = "x", .satisfaction = 0}).size() == 1);
}

TEST_CASE("case: is resolved or cancelled with a reason, closed after that, and can be reopened") {
    CHECK(testing::moves_of(entity_of<Case>()) ==
          std::vector<std::string>{"open > resolved (reason)", "open > cancelled (reason)",
                                   "resolved > closed", "resolved > open", "closed > open",
                                   "cancelled > open"});
    CHECK(entity_of<Case>().state_machine->reason_field == "resolution");
}

TEST_CASE("case: has normal priority unless told otherwise") {
    CHECK(Case{}.priority == Priority::normal);
    CHECK_FALSE(entity_of<Case>().find("priority")->is_nullable());
}

}  // namespace
}  // namespace crmkit
