#include "crmkit/model/interaction.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"
#include "model/state_machines.hpp"

namespace crmkit {
namespace {

using testing::derived;
using testing::problems_of;

TEST_CASE("interaction: stands on the timeline at the best instant known") {
    Interaction interaction{.created_at = Instant{1}, .kind = InteractionKind::email};
    CHECK(derived(interaction).occurred_at == Instant{1});
    interaction.scheduled_start = Instant{2};
    CHECK(derived(interaction).occurred_at == Instant{2});
    interaction.received_at = Instant{3};
    CHECK(derived(interaction).occurred_at == Instant{3});
    interaction.sent_at = Instant{-4};
    CHECK(derived(interaction).occurred_at == Instant{-4});
    interaction.actual_start = Instant{0};
    CHECK(derived(interaction).occurred_at == Instant{0});
    interaction.occurred_at = Instant{99};
    CHECK(derived(interaction).occurred_at == Instant{0});
}

TEST_CASE("interaction: its duration is the actual one, else the scheduled one") {
    Interaction call{.kind = InteractionKind::call};
    call.duration_seconds = 99;
    CHECK_FALSE(derived(call).duration_seconds.has_value());
    call.scheduled_start = Instant{0};
    CHECK_FALSE(derived(call).duration_seconds.has_value());
    call.scheduled_end = Instant{1'800 * Instant::per_second};
    CHECK(derived(call).duration_seconds == 1'800);
    call.actual_start = Instant{60 * Instant::per_second};
    CHECK(derived(call).duration_seconds == 1'800);
    call.actual_end = Instant{90 * Instant::per_second};
    CHECK(derived(call).duration_seconds == 30);
}

TEST_CASE("interaction: does not end before it begins, and is done to 100 percent at most") {
    CHECK(problems_of(Interaction{.scheduled_start = Instant{0},
                                  .scheduled_end = Instant{0},
                                  .percent_complete = 100})
              .empty());
    const Interaction broken{.scheduled_start = Instant{1'000'000},
                             .scheduled_end = Instant{0},
                             .actual_start = Instant{1'000'000},
                             .actual_end = Instant{0},
                             .percent_complete = 101};
    CHECK(problems_of(broken) ==
          std::vector<std::string>{
              "interaction.scheduled_end: '1970-01-01T00:00:00Z' is before scheduled_start, which "
              "is 1970-01-01T00:00:01Z",
              "interaction.actual_end: '1970-01-01T00:00:00Z' is before actual_start, which is "
              "1970-01-01T00:00:01Z",
              "interaction.percent_complete: '101' is not between 0 and 100"});
}

TEST_CASE("interaction: is completed or cancelled without a reason and can be reopened") {
    CHECK(testing::moves_of(entity_of<Interaction>()) ==
          std::vector<std::string>{"open > completed", "open > cancelled", "completed > open",
                                   "cancelled > open"});
    CHECK(entity_of<Interaction>().state_machine->reason_field.empty());
}

TEST_CASE("interaction: a note says something, and counts are not negative") {
    CHECK(problems_of(Interaction{.kind = InteractionKind::note, .body = "Call her."}).empty());
    CHECK(problems_of(Interaction{.kind = InteractionKind::note, .subject = "Call her"}).empty());
    CHECK(problems_of(Interaction{.kind = InteractionKind::email}).empty());
    CHECK(problems_of(
              Interaction{.kind = InteractionKind::note, .open_count = -1, .click_count = -2}) ==
          std::vector<std::string>{
              "interaction.open_count: '-1' is negative",
              "interaction.click_count: '-2' is negative",
              "interaction.body: is empty, and so is subject: give one of the two"});
}

TEST_CASE("interaction: only its master says how a repetition repeats") {
    const Interaction weekly{.kind = InteractionKind::meeting,
                             .recurrence_rule = "FREQ=WEEKLY;COUNT=10"};
    CHECK(problems_of(weekly).empty());
    CHECK(problems_of(Interaction{.kind = InteractionKind::meeting,
                                  .recurrence_master = Id{7},
                                  .original_start = Instant{0}})
              .empty());
    CHECK(problems_of(Interaction{.kind = InteractionKind::meeting,
                                  .recurrence_rule = "FREQ=DAILY",
                                  .recurrence_master = Id{7}})
              .size() == 1);
    CHECK(
        problems_of(Interaction{.kind = InteractionKind::meeting, .original_start = Instant{0}}) ==
        std::vector<std::string>{
            "interaction.original_start: '1970-01-01T00:00:00Z' is a repetition's, but there is "
            "no recurrence_master"});
}

TEST_CASE("interaction: must say what it is") {
    CHECK(entity_of<Interaction>().find("kind")->is_required);
    CHECK(entity_of<Interaction>().find("kind")->is_nullable());
}

}  // namespace
}  // namespace crmkit
