/// Pipeline velocity: how much the open opportunities are going to bring a day, at the win rate,
/// the value and the pace of those that have closed.
///
/// Conditions and currencies are as in stage_reports.hpp, groupings as in grouping.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/sales/grouping.hpp"
#include "crmkit/sales/stage_reports.hpp"
#include "crmkit/schema/structure.hpp"

namespace crmkit {
class Session;
}

namespace crmkit::sales {

/// Which opportunities to look at.
struct PipelineVelocity {
    CRMKIT_STRUCTURE(PipelineVelocity, "pipeline_velocity", "Which opportunities to look at.");
    Id pipeline{};
    std::string by{};
    std::string where{};
    std::optional<Date> from{};
    std::optional<Date> until{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, pipeline, pipeline_help).refers_to("pipeline"),
            CRMKIT_FIELD(2, by, by_help).max_length(longest_expression),
            CRMKIT_FIELD(3, where, "Condition on the opportunity, open or closed.")
                .max_length(longest_expression),
            CRMKIT_FIELD(4, from, "First close_date of the closed ones to look at."),
            CRMKIT_FIELD(5, until, "Last close_date of the closed ones to look at."));
    }
};

/// The velocity of one pipeline and group, in one currency.
struct GroupVelocity {
    CRMKIT_STRUCTURE(GroupVelocity, "group_velocity",
                     "The velocity of one pipeline and group, in one currency.");
    Id pipeline{};
    std::string pipeline_name{};
    std::string group{};
    Link record{};
    std::int64_t open = 0;
    std::int64_t closed = 0;
    std::int64_t won = 0;
    std::optional<Decimal> win_rate{};
    std::optional<Money> mean_value{};
    std::optional<Decimal> mean_days{};
    std::optional<Money> velocity{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, pipeline, "The pipeline.").refers_to("pipeline"),
            CRMKIT_FIELD(2, pipeline_name, "Its name."),
            CRMKIT_FIELD(3, group, "The group, as people read it; empty for no value."),
            CRMKIT_FIELD(4, record, "The record that the group stands for, if it is one.")
                .refers_to("any"),
            CRMKIT_FIELD(5, open, "How many are open now, whatever their currency."),
            CRMKIT_FIELD(6, closed, "How many were won or lost, whatever their currency."),
            CRMKIT_FIELD(7, won,
                         "How many of these were won in this currency; those without value in a "
                         "row of their own."),
            CRMKIT_FIELD(8, win_rate,
                         "won divided by closed: over the currencies of a group it adds up to the "
                         "win rate."),
            CRMKIT_FIELD(9, mean_value,
                         "Mean of the actual values, else amounts, of those that were won.")
                .financial(),
            CRMKIT_FIELD(10, mean_days,
                         "Mean of the days from opened_on to close_date of those that were won, in "
                         "any currency."),
            CRMKIT_FIELD(11, velocity,
                         "open times win_rate times mean_value divided by mean_days: money a day, "
                         "rounded once; empty where one of them is missing or mean_days is 0.")
                .financial());
    }
};

/// The velocity of pipelines.
struct PipelineVelocities {
    CRMKIT_STRUCTURE(PipelineVelocities, "pipeline_velocities", "The velocity of pipelines.");
    std::vector<GroupVelocity> rows{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, rows,
                         "In the order of pipelines, then by group and currency; a group in which "
                         "nothing was won has one row without money."));
    }
};

/// The velocity of each pipeline, in money a day: n * win rate * mean won value / sales cycle, the
/// usual sales velocity formula, as Salesforce and HubSpot define it. That n open ones which stay
/// for the sales cycle leave at n / cycle a day is Little's law (A proof for the queuing formula
/// L = lambda W, Operations Research 9, 1961).
///
/// n is how many are open now. An opportunity need not have an amount before it is won, so open and
/// closed ones are counted whatever their currency; what is won in a currency is known for those
/// that were. Throws not_found for an unknown pipeline, expression for a wrong condition or
/// grouping, limit when a sum does not fit.
PipelineVelocities pipeline_velocity(Session& session, const PipelineVelocity& input);

}  // namespace crmkit::sales
