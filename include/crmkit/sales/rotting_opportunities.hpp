/// The rotting list: open opportunities that have been in their stage for longer than it says.
///
/// Conditions are as in stage_reports.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/sales/stage_reports.hpp"
#include "crmkit/schema/structure.hpp"

namespace crmkit {
class Session;
}

namespace crmkit::sales {

/// Which opportunities to look at.
struct RottingOpportunities {
    CRMKIT_STRUCTURE(RottingOpportunities, "rotting_opportunities",
                     "Which opportunities to look at.");
    Id pipeline{};
    std::string where{};
    std::int64_t limit = 100;
    std::string after{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, pipeline, pipeline_help).refers_to("pipeline"),
            CRMKIT_FIELD(2, where, "Condition on the opportunity, such as not is_on_hold.")
                .max_length(longest_expression),
            CRMKIT_FIELD(3, limit, "Rows on a page, 1 to 1,000; 100 unless said."),
            CRMKIT_FIELD(4, after, "Where the page before ended: its next."));
    }
};

/// An open opportunity that has been in its stage for too long.
struct RottingOpportunity {
    CRMKIT_STRUCTURE(RottingOpportunity, "rotting_opportunity",
                     "An open opportunity that has been in its stage for too long.");
    Id opportunity{};
    std::string name{};
    Link owner{};
    std::string owner_name{};
    Id stage{};
    std::string stage_name{};
    std::optional<Money> amount{};
    std::optional<Date> close_date{};
    std::optional<Instant> entered_at{};
    std::int64_t days_in_stage = 0;
    std::int64_t rotting_days = 0;
    std::int64_t days_over = 0;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, opportunity, "The opportunity.").refers_to("opportunity"),
            CRMKIT_FIELD(2, name, "What is to be sold."),
            CRMKIT_FIELD(3, owner, "Who looks after it.").refers_to("user, team"),
            CRMKIT_FIELD(4, owner_name, "That user's or team's name."),
            CRMKIT_FIELD(5, stage, "Its stage.").refers_to("stage"),
            CRMKIT_FIELD(6, stage_name, "The stage's name."),
            CRMKIT_FIELD(7, amount, "What it is expected to bring.").financial(),
            CRMKIT_FIELD(8, close_date, "The day it is expected to close."),
            CRMKIT_FIELD(9, entered_at, "When it came into its stage, last."),
            CRMKIT_FIELD(10, days_in_stage, "Whole days since then."),
            CRMKIT_FIELD(11, rotting_days, "How many the stage allows."),
            CRMKIT_FIELD(12, days_over, "How many more it has been; 0 on the first day."));
    }
};

/// A page of the rotting list.
struct RottingPage {
    CRMKIT_STRUCTURE(RottingPage, "rotting_page", "A page of the rotting list.");
    std::vector<RottingOpportunity> rows{};
    std::string next{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, rows, "Those that came into their stage first, first."),
            CRMKIT_FIELD(2, next, "Where the next page starts; empty on the last one."));
    }
};

/// The open opportunities that have been in their present stage for more than its rotting_days of
/// 24 hours each, by the stage history. A stage without rotting_days lets them stay; one that was
/// left and entered again, such as by reopening, counts from the last time. Throws validation for a
/// limit out of range, not_found for an unknown pipeline, expression for a wrong condition,
/// invalid_argument for a foreign `after`.
RottingPage rotting_opportunities(Session& session, const RottingOpportunities& input);

}  // namespace crmkit::sales
