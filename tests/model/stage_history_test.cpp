#include "crmkit/model/stage_history.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"

namespace crmkit {
namespace {

using testing::derived;
using testing::has_only_problem;
using testing::problems_of;

TEST_CASE("stage_history: the duration follows from the two instants") {
    StageHistory stay{.entered_at = Instant::parse("2026-03-01T10:00:00Z")};
    stay.duration_seconds = 99;
    CHECK_FALSE(derived(stay).duration_seconds.has_value());
    stay.left_at = stay.entered_at;
    CHECK(derived(stay).duration_seconds == 0);
    stay.left_at = Instant::parse("2026-03-02T10:00:01.999999Z");
    CHECK(derived(stay).duration_seconds == 86'401);
    CHECK(problems_of(stay).empty());
    stay.entered_at = Instant::min();
    stay.left_at = Instant::max();
    CHECK(derived(stay).duration_seconds == 315'537'897'599);
}

TEST_CASE("stage_history: a stay does not end before it begins") {
    const StageHistory stay{.entered_at = Instant::parse("2026-03-01T10:00:00Z"),
                            .left_at = Instant::parse("2026-03-01T09:59:59Z")};
    CHECK(has_only_problem(stay,
                           "stage_history.left_at: '2026-03-01T09:59:59Z' is before entered_at, "
                           "which is 2026-03-01T10:00:00Z"));
}

TEST_CASE("stage_history: is written by the library only") {
    CHECK(entity_of<StageHistory>().is_internal);
}

}  // namespace
}  // namespace crmkit
