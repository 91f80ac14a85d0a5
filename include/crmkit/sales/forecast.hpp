/// The weighted forecast: what the open opportunities are going to bring, by their probability.
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

/// Which open opportunities to weigh.
struct WeightedForecast {
    CRMKIT_STRUCTURE(WeightedForecast, "weighted_forecast", "Which open opportunities to weigh.");
    Period period = Period::month;
    std::string by{};
    std::string where{};
    std::optional<Date> from{};
    std::optional<Date> until{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, period, "The period of the close_date to group by; month by default."),
            CRMKIT_FIELD(2, by, by_help).max_length(longest_expression),
            CRMKIT_FIELD(3, where, where_help).max_length(longest_expression),
            CRMKIT_FIELD(4, from, "First close_date to look at."),
            CRMKIT_FIELD(5, until, "Last close_date to look at."));
    }
};

/// The forecast of one period and group, in one currency.
struct PeriodForecast {
    CRMKIT_STRUCTURE(PeriodForecast, "period_forecast", "The forecast of one period and group.");
    std::string period{};
    std::optional<Date> period_start{};
    std::string group{};
    Link record{};
    std::int64_t count = 0;
    std::optional<Money> amount{};
    std::optional<Money> weighted{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, period, "The period, such as 2026-12; empty without close_date."),
            CRMKIT_FIELD(2, period_start, "Its first day."),
            CRMKIT_FIELD(3, group, "The group, as people read it; empty for no value."),
            CRMKIT_FIELD(4, record, "The record that the group stands for, if it is one.")
                .refers_to("any"),
            CRMKIT_FIELD(5, count, "How many; those without amount in a row of their own."),
            CRMKIT_FIELD(6, amount, "The sum of their amounts.").financial(),
            CRMKIT_FIELD(7, weighted, "The sum of amount times probability, rounded once.")
                .financial());
    }
};

/// The weighted forecast.
struct Forecast {
    CRMKIT_STRUCTURE(Forecast, "forecast", "The weighted forecast.");
    std::vector<PeriodForecast> rows{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, rows, "By period, group and currency, in this order."));
    }
};

/// Adds up amount times probability of the open opportunities; one without a probability counts as
/// 0 %. The sum of each row is exact and rounded once, half to even. Throws expression for a wrong
/// condition or grouping, limit when a sum does not fit.
Forecast weighted_forecast(Session& session, const WeightedForecast& input);

}  // namespace crmkit::sales
