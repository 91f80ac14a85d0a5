/// Moving opportunities: through the stages, to won or lost, and back.
///
/// An opportunity may also be moved by writing its stage like any other field. These operations
/// find the stage by themselves, take along what belongs to the move, and alone may change the
/// pipeline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/structure.hpp"

namespace crmkit {
class Session;
}

namespace crmkit::sales {

/// Where an opportunity is to go.
struct MoveStage {
    CRMKIT_STRUCTURE(MoveStage, "move_stage", "Where an opportunity is to go.");
    Id opportunity{};
    Id stage{};
    Id pipeline{};
    std::string reason{};
    std::optional<std::int64_t> version{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, opportunity, "The opportunity.").required().refers_to("opportunity"),
            CRMKIT_FIELD(2, stage, "The stage to go to, of any pipeline.").refers_to("stage"),
            CRMKIT_FIELD(3, pipeline,
                         "Instead of a stage: the pipeline to go to, into the stage there that "
                         "comes nearest to the present one.")
                .refers_to("pipeline"),
            CRMKIT_FIELD(4, reason, "Why it was lost, for a lost stage.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(5, version, "The version that was read; a conflict when it is another."));
    }
};

/// How an opportunity was won.
struct WinOpportunity {
    CRMKIT_STRUCTURE(WinOpportunity, "win_opportunity", "How an opportunity was won.");
    Id opportunity{};
    std::optional<Date> close_date{};
    std::optional<Money> actual_value{};
    Id stage{};
    std::optional<std::int64_t> version{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, opportunity, "The opportunity.").required().refers_to("opportunity"),
            CRMKIT_FIELD(2, close_date, "The day it was won; today by default."),
            CRMKIT_FIELD(3, actual_value, "What it brings; by default nothing but its amount.")
                .financial(),
            CRMKIT_FIELD(4, stage, "The won stage to go to; by default the first of its pipeline.")
                .refers_to("stage"),
            CRMKIT_FIELD(5, version, "The version that was read; a conflict when it is another."));
    }
};

/// How an opportunity was lost.
struct LoseOpportunity {
    CRMKIT_STRUCTURE(LoseOpportunity, "lose_opportunity", "How an opportunity was lost.");
    Id opportunity{};
    std::string reason{};
    std::string notes{};
    std::string competitor{};
    std::optional<Date> close_date{};
    Id stage{};
    std::optional<std::int64_t> version{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, opportunity, "The opportunity.").required().refers_to("opportunity"),
            CRMKIT_FIELD(2, reason, "Why it was lost.")
                .max_length(detail::longest_label_text)
                .required(),
            CRMKIT_FIELD(3, notes, "What there is to learn from it.")
                .max_length(detail::longest_paragraph),
            CRMKIT_FIELD(4, competitor, "Who got the business; is added to the competitors."),
            CRMKIT_FIELD(5, close_date, "The day it was lost; today by default."),
            CRMKIT_FIELD(6, stage, "The lost stage to go to; by default the first of its pipeline.")
                .refers_to("stage"),
            CRMKIT_FIELD(7, version, "The version that was read; a conflict when it is another."));
    }
};

/// How an opportunity comes back.
struct ReopenOpportunity {
    CRMKIT_STRUCTURE(ReopenOpportunity, "reopen_opportunity", "How an opportunity comes back.");
    Id opportunity{};
    Id stage{};
    std::optional<Date> close_date{};
    std::optional<std::int64_t> version{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, opportunity, "The opportunity.").required().refers_to("opportunity"),
            CRMKIT_FIELD(2, stage,
                         "The open stage to go to; by default the last open one it was in, else "
                         "the first of its pipeline.")
                .refers_to("stage"),
            CRMKIT_FIELD(3, close_date, "The day it is expected to close now."),
            CRMKIT_FIELD(4, version, "The version that was read; a conflict when it is another."));
    }
};

/// Where an opportunity stands.
struct OpportunityStanding {
    CRMKIT_STRUCTURE(OpportunityStanding, "opportunity_standing", "Where an opportunity stands.");
    Id opportunity{};
    Id pipeline{};
    Id stage{};
    std::string stage_name{};
    OpportunityState state = OpportunityState::open;
    std::optional<std::int64_t> probability{};
    std::optional<ForecastCategory> forecast_category{};
    std::optional<Money> amount{};
    std::optional<Money> actual_value{};
    std::optional<Date> close_date{};
    std::optional<Instant> closed_at{};
    std::int64_t version = 0;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, opportunity, "The opportunity.").refers_to("opportunity"),
            CRMKIT_FIELD(2, pipeline, "Its pipeline.").refers_to("pipeline"),
            CRMKIT_FIELD(3, stage, "Its stage.").refers_to("stage"),
            CRMKIT_FIELD(4, stage_name, "The name of its stage."),
            CRMKIT_FIELD(5, state, "Open, won or lost."),
            CRMKIT_FIELD(6, probability, "Chance of a sale in percent."),
            CRMKIT_FIELD(7, forecast_category, "Forecast column it counts in."),
            CRMKIT_FIELD(8, amount, "What it is expected to bring.").financial(),
            CRMKIT_FIELD(9, actual_value, "What it brought.").financial(),
            CRMKIT_FIELD(10, close_date, "The day it is expected to close, or did."),
            CRMKIT_FIELD(11, closed_at, "When it was won or lost."),
            CRMKIT_FIELD(12, version, "Its version after the move."));
    }
};

/// Moves an opportunity to a stage, of its own pipeline or of another. Throws not_found;
/// illegal_transition for a move that the states forbid, such as from won to lost; validation when
/// the stage is inactive, asks for fields that are empty, or a reason is missing; conflict.
OpportunityStanding move_stage(Session& session, const MoveStage& input);

/// Moves an open opportunity to a won stage. Throws as move_stage does.
OpportunityStanding win_opportunity(Session& session, const WinOpportunity& input);

/// Moves an open opportunity to a lost stage. Throws as move_stage does.
OpportunityStanding lose_opportunity(Session& session, const LoseOpportunity& input);

/// Moves a won or lost opportunity back to an open stage, which empties when and why it closed.
/// Throws as move_stage does, and illegal_transition for one that is open.
OpportunityStanding reopen_opportunity(Session& session, const ReopenOpportunity& input);

}  // namespace crmkit::sales
