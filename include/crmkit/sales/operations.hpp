/// Everything that sales can be asked to do: the one header of the module.
#pragma once

#include <array>

#include "crmkit/engine/operation.hpp"
#include "crmkit/sales/base_currency.hpp"
#include "crmkit/sales/close_date_reports.hpp"
#include "crmkit/sales/forecast.hpp"
#include "crmkit/sales/opportunity_moves.hpp"
#include "crmkit/sales/pipeline_velocity.hpp"
#include "crmkit/sales/pipelines.hpp"
#include "crmkit/sales/result_reports.hpp"
#include "crmkit/sales/rotting_opportunities.hpp"
#include "crmkit/sales/stage_reports.hpp"

namespace crmkit::sales {

/// The operations of sales, as C, Python and the reference know them.
inline constexpr std::array operations{
    operation<&create_pipeline_from_template>(
        "sales.create_pipeline_from_template",
        "Adds a pipeline with the stages of a ready-made one. Fails with not_found for an unknown "
        "template, duplicate when the name is taken."),
    operation<&base_currency>(
        "sales.base_currency",
        "The store's own currency, in which won opportunities are booked, after changing it when "
        "asked to. Fails with restricted when some are booked in another."),
    operation<&move_stage>(
        "sales.move_stage",
        "Moves an opportunity to a stage, or to the nearest stage of another pipeline. Fails with "
        "illegal_transition, validation, not_found, conflict."),
    operation<&win_opportunity>(
        "sales.win_opportunity",
        "Moves an open opportunity to a won stage. Fails with illegal_transition, validation, "
        "not_found, conflict."),
    operation<&lose_opportunity>(
        "sales.lose_opportunity",
        "Moves an open opportunity to a lost stage, with the reason. Fails with "
        "illegal_transition, validation, not_found, conflict."),
    operation<&reopen_opportunity>(
        "sales.reopen_opportunity",
        "Moves a won or lost opportunity back to an open stage. Fails with illegal_transition, "
        "validation, not_found, conflict."),
    operation<&pipeline_by_stage>("sales.pipeline_by_stage",
                                  "Counts and sums the opportunities in each stage, by currency."),
    operation<&stage_durations>(
        "sales.stage_durations",
        "How long opportunities stay in each stage: mean, median and 90th percentile, those still "
        "inside taken into account (Kaplan-Meier)."),
    operation<&stage_conversion>(
        "sales.stage_conversion",
        "How many stays in each stage ended in a move to which other, and how many are under way."),
    operation<&win_rate>("sales.win_rate", "Won divided by won and lost, in all and by group."),
    operation<&won_value>("sales.won_value",
                          "What won opportunities brought, by group, period and currency."),
    operation<&sales_cycle>(
        "sales.sales_cycle",
        "Mean and median days from opening to close, of won and of lost opportunities, by group."),
    operation<&weighted_forecast>(
        "sales.weighted_forecast",
        "What open opportunities are going to bring, by their probability: by period, group and "
        "currency."),
    operation<&pipeline_velocity>(
        "sales.pipeline_velocity",
        "Open opportunities times win rate times mean won value divided by the sales cycle: money "
        "a day, by pipeline, group and currency."),
    operation<&push_counts>(
        "sales.push_counts",
        "How often the close date of opportunities was moved into a later month, the most often "
        "pushed first."),
    operation<&slippage>(
        "sales.slippage",
        "How many opportunities slipped out of each period, and what they are worth: their close "
        "date moved beyond it, or passed while they were open."),
    operation<&rotting_opportunities>(
        "sales.rotting_opportunities",
        "The open opportunities that have been in their stage for longer than its rotting_days, "
        "the oldest first."),
};

}  // namespace crmkit::sales
