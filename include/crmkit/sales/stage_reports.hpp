/// Reports on stages: what is in them, how long it stays, where it goes.
///
/// Every report takes a condition on the opportunities to look at, in the expression language:
/// "owner.name = 'Ada' and amount > 50000". Money of two currencies is never added: where a row has
/// money, there is a row for each currency.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/structure.hpp"

namespace crmkit {
class Session;
}

namespace crmkit::sales {

/// Longest text of a condition or a grouping; more is no expression anyway.
inline constexpr std::uint32_t longest_expression = 65'536;

/// What reports say of the fields that most of them have.
inline constexpr std::string_view pipeline_help = "Only this pipeline; all by default.";
inline constexpr std::string_view where_help = "Condition on the opportunity.";

/// Which opportunities to show by stage.
struct PipelineByStage {
    CRMKIT_STRUCTURE(PipelineByStage, "pipeline_by_stage", "Which opportunities to show by stage.");
    Id pipeline{};
    std::string where{};
    std::optional<Date> from{};
    std::optional<Date> until{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, pipeline, pipeline_help).refers_to("pipeline"),
                           CRMKIT_FIELD(2, where, where_help).max_length(longest_expression),
                           CRMKIT_FIELD(3, from, "First close_date to look at."),
                           CRMKIT_FIELD(4, until, "Last close_date to look at."));
    }
};

/// What is in one stage, in one currency.
struct StageContent {
    CRMKIT_STRUCTURE(StageContent, "stage_content", "What is in one stage, in one currency.");
    Id pipeline{};
    std::string pipeline_name{};
    Id stage{};
    std::string stage_name{};
    OpportunityState state = OpportunityState::open;
    std::int64_t count = 0;
    std::optional<Money> amount{};
    std::optional<Money> weighted{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, pipeline, "The pipeline.").refers_to("pipeline"),
            CRMKIT_FIELD(2, pipeline_name, "Its name."),
            CRMKIT_FIELD(3, stage, "The stage.").refers_to("stage"),
            CRMKIT_FIELD(4, stage_name, "Its name."),
            CRMKIT_FIELD(5, state, "What the opportunities in it are."),
            CRMKIT_FIELD(6, count,
                         "How many opportunities; those without amount in a row of "
                         "their own."),
            CRMKIT_FIELD(7, amount, "The sum of their amounts.").financial(),
            CRMKIT_FIELD(8, weighted, "The sum of amount times probability, rounded once.")
                .financial());
    }
};

/// What is in the stages.
struct StageContents {
    CRMKIT_STRUCTURE(StageContents, "stage_contents", "What is in the stages.");
    std::vector<StageContent> rows{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(
            1, rows, "In the order of pipelines and stages; a stage without any has count 0."));
    }
};

/// Which stays in stages to look at.
struct StageDurations {
    CRMKIT_STRUCTURE(StageDurations, "stage_durations", "Which stays in stages to look at.");
    Id pipeline{};
    std::string where{};
    std::optional<Date> from{};
    std::optional<Date> until{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, pipeline, pipeline_help).refers_to("pipeline"),
                           CRMKIT_FIELD(2, where, where_help).max_length(longest_expression),
                           CRMKIT_FIELD(3, from, "First day, in UTC, on which the stay began."),
                           CRMKIT_FIELD(4, until, "Last day, in UTC, on which the stay began."));
    }
};

/// How long opportunities stay in one stage.
struct StageDuration {
    CRMKIT_STRUCTURE(StageDuration, "stage_duration", "How long opportunities stay in one stage.");
    Id pipeline{};
    std::string pipeline_name{};
    Id stage{};
    std::string stage_name{};
    std::int64_t entered = 0;
    std::int64_t left = 0;
    std::optional<std::int64_t> mean_seconds{};
    std::optional<std::int64_t> median_seconds{};
    std::optional<std::int64_t> p90_seconds{};
    std::optional<Decimal> mean_days{};
    std::optional<Decimal> median_days{};
    std::optional<Decimal> p90_days{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, pipeline, "The pipeline.").refers_to("pipeline"),
            CRMKIT_FIELD(2, pipeline_name, "Its name."),
            CRMKIT_FIELD(3, stage, "The stage.").refers_to("stage"),
            CRMKIT_FIELD(4, stage_name, "Its name."),
            CRMKIT_FIELD(5, entered, "How many stays began."),
            CRMKIT_FIELD(6, left, "How many of them have ended; the others are under way."),
            CRMKIT_FIELD(7, mean_seconds,
                         "Mean stay; up to the longest one seen when that is still under way."),
            CRMKIT_FIELD(8, median_seconds,
                         "Half have left after so long; empty when half have not left yet."),
            CRMKIT_FIELD(9, p90_seconds, "Nine in ten have left after so long; or empty."),
            CRMKIT_FIELD(10, mean_days, "mean_seconds in days."),
            CRMKIT_FIELD(11, median_days, "median_seconds in days."),
            CRMKIT_FIELD(12, p90_days, "p90_seconds in days."));
    }
};

/// How long opportunities stay in the stages.
struct StageDurationTable {
    CRMKIT_STRUCTURE(StageDurationTable, "stage_duration_table",
                     "How long opportunities stay in the stages.");
    std::vector<StageDuration> rows{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, rows,
                         "The stages that were entered, in the order of pipelines and "
                         "stages; those that nothing can leave are left out."));
    }
};

/// Which stage moves to look at.
struct StageConversion {
    CRMKIT_STRUCTURE(StageConversion, "stage_conversion", "Which stage moves to look at.");
    Id pipeline{};
    std::string where{};
    std::optional<Date> from{};
    std::optional<Date> until{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, pipeline, "Only from stages of this pipeline; all by default.")
                .refers_to("pipeline"),
            CRMKIT_FIELD(2, where, where_help).max_length(longest_expression),
            CRMKIT_FIELD(3, from, "First day, in UTC, on which the stay that was left began."),
            CRMKIT_FIELD(4, until, "Last day, in UTC, on which the stay that was left began."));
    }
};

/// How many opportunities went from one stage to another.
struct StageMoveRate {
    CRMKIT_STRUCTURE(StageMoveRate, "stage_move_rate",
                     "How many opportunities went from one stage to another.");
    Id pipeline{};
    Id from_stage{};
    std::string from_name{};
    Id to_stage{};
    std::string to_name{};
    std::int64_t entered = 0;
    std::int64_t moved = 0;
    std::optional<Decimal> rate{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, pipeline, "The pipeline of the stage that was left.")
                .refers_to("pipeline"),
            CRMKIT_FIELD(2, from_stage, "The stage that was left.").refers_to("stage"),
            CRMKIT_FIELD(3, from_name, "Its name."),
            CRMKIT_FIELD(4, to_stage, "The stage entered next; none for those still inside.")
                .refers_to("stage"),
            CRMKIT_FIELD(5, to_name, "Its name."),
            CRMKIT_FIELD(6, entered, "How often the stage that was left was entered."),
            CRMKIT_FIELD(7, moved, "How many of these stays ended in this move."),
            CRMKIT_FIELD(8, rate, "moved divided by entered."));
    }
};

/// How opportunities go from stage to stage.
struct StageMoveRates {
    CRMKIT_STRUCTURE(StageMoveRates, "stage_move_rates",
                     "How opportunities go from stage to stage.");
    std::vector<StageMoveRate> rows{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, rows, "In the order of pipelines and stages."));
    }
};

/// Counts and sums the opportunities in each stage. Throws expression for a wrong condition.
StageContents pipeline_by_stage(Session& session, const PipelineByStage& input);

/// How long opportunities stay in each stage, those that are still inside counted as staying at
/// least so long: the product-limit estimate of Kaplan and Meier (Nonparametric estimation from
/// incomplete observations, JASA 53, 1958); its mean is restricted to the longest stay seen (Irwin,
/// Journal of Hygiene 47, 1949). With no stay under way these are the plain mean and quantiles.
/// Needs memory for one number of each stay. Throws expression for a wrong condition.
StageDurationTable stage_durations(Session& session, const StageDurations& input);

/// How many stays in each stage ended in a move to each other, and how many are under way. Throws
/// expression for a wrong condition.
StageMoveRates stage_conversion(Session& session, const StageConversion& input);

}  // namespace crmkit::sales
