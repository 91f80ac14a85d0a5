/// Reports on closed opportunities: win rate, won value, length of the sales cycle.
///
/// Conditions and currencies are as in stage_reports.hpp, groupings as in grouping.hpp. Periods are
/// those of the close_date; both their ends belong to them.
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

/// Which closed opportunities to look at.
struct WinRate {
    CRMKIT_STRUCTURE(WinRate, "win_rate", "Which closed opportunities to look at.");
    std::string by{};
    std::string where{};
    std::optional<Date> from{};
    std::optional<Date> until{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, by, by_help).max_length(longest_expression),
                           CRMKIT_FIELD(2, where, where_help).max_length(longest_expression),
                           CRMKIT_FIELD(3, from, "First close_date to look at."),
                           CRMKIT_FIELD(4, until, "Last close_date to look at."));
    }
};

/// How often opportunities of one group were won.
struct GroupWinRate {
    CRMKIT_STRUCTURE(GroupWinRate, "group_win_rate",
                     "How often opportunities of one group were won.");
    std::string group{};
    Link record{};
    std::int64_t won = 0;
    std::int64_t lost = 0;
    std::optional<Decimal> rate{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, group, "The group, as people read it; empty for no value."),
            CRMKIT_FIELD(2, record, "The record that the group stands for, if it is one.")
                .refers_to("any"),
            CRMKIT_FIELD(3, won, "How many were won."),
            CRMKIT_FIELD(4, lost, "How many were lost."),
            CRMKIT_FIELD(5, rate, "won divided by won and lost together."));
    }
};

/// How often opportunities were won, in all and by group.
struct WinRates {
    CRMKIT_STRUCTURE(WinRates, "win_rates",
                     "How often opportunities were won, in all and by group.");
    std::int64_t won = 0;
    std::int64_t lost = 0;
    std::optional<Decimal> rate{};
    std::vector<GroupWinRate> rows{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, won, "How many were won."),
            CRMKIT_FIELD(2, lost, "How many were lost."),
            CRMKIT_FIELD(3, rate, "won divided by both; empty when there are none."),
            CRMKIT_FIELD(4, rows, "By group, in its order; empty when not grouped."));
    }
};

/// Which won opportunities to add up.
struct WonValue {
    CRMKIT_STRUCTURE(WonValue, "won_value", "Which won opportunities to add up.");
    std::string by{};
    std::optional<Period> period{};
    std::string where{};
    std::optional<Date> from{};
    std::optional<Date> until{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, by, by_help).max_length(longest_expression),
                           CRMKIT_FIELD(2, period, "Also by this period of the close_date."),
                           CRMKIT_FIELD(3, where, where_help).max_length(longest_expression),
                           CRMKIT_FIELD(4, from, "First close_date to look at."),
                           CRMKIT_FIELD(5, until, "Last close_date to look at."));
    }
};

/// What the won opportunities of one group and period brought, in one currency.
struct GroupWonValue {
    CRMKIT_STRUCTURE(GroupWonValue, "group_won_value",
                     "What the won opportunities of one group and period brought.");
    std::string group{};
    Link record{};
    std::string period{};
    std::optional<Date> period_start{};
    std::int64_t count = 0;
    std::optional<Money> value{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, group, "The group, as people read it; empty for no value."),
            CRMKIT_FIELD(2, record, "The record that the group stands for, if it is one.")
                .refers_to("any"),
            CRMKIT_FIELD(3, period, "The period, such as 2026-Q4."),
            CRMKIT_FIELD(4, period_start, "Its first day."),
            CRMKIT_FIELD(5, count, "How many; those without value in a row of their own."),
            CRMKIT_FIELD(6, value, "The sum of their actual values, else amounts.").financial());
    }
};

/// What won opportunities brought.
struct WonValues {
    CRMKIT_STRUCTURE(WonValues, "won_values", "What won opportunities brought.");
    std::vector<GroupWonValue> rows{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, rows, "By group, period and currency, in this order."));
    }
};

/// Which closed opportunities to look at.
struct SalesCycle {
    CRMKIT_STRUCTURE(SalesCycle, "sales_cycle", "Which closed opportunities to look at.");
    std::string by{};
    std::string where{};
    std::optional<Date> from{};
    std::optional<Date> until{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, by, by_help).max_length(longest_expression),
                           CRMKIT_FIELD(2, where, where_help).max_length(longest_expression),
                           CRMKIT_FIELD(3, from, "First close_date to look at."),
                           CRMKIT_FIELD(4, until, "Last close_date to look at."));
    }
};

/// How long the won, or the lost, opportunities of one group took.
struct GroupSalesCycle {
    CRMKIT_STRUCTURE(GroupSalesCycle, "group_sales_cycle",
                     "How long the won, or the lost, opportunities of one group took.");
    std::string group{};
    Link record{};
    OpportunityState state = OpportunityState::won;
    std::int64_t count = 0;
    std::optional<Decimal> mean_days{};
    std::optional<Decimal> median_days{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, group, "The group, as people read it; empty when not grouped."),
            CRMKIT_FIELD(2, record, "The record that the group stands for, if it is one.")
                .refers_to("any"),
            CRMKIT_FIELD(3, state, "Won or lost."),
            CRMKIT_FIELD(4, count, "How many have both days."),
            CRMKIT_FIELD(5, mean_days, "Mean of the days from opened_on to close_date."),
            CRMKIT_FIELD(6, median_days, "Median of the same."));
    }
};

/// How long opportunities took from their opening to their close.
struct SalesCycles {
    CRMKIT_STRUCTURE(SalesCycles, "sales_cycles",
                     "How long opportunities took from their opening to their close.");
    std::vector<GroupSalesCycle> rows{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, rows, "By group, won before lost."));
    }
};

/// won / (won + lost), in all and by group. Throws expression for a wrong condition or grouping.
WinRates win_rate(Session& session, const WinRate& input);

/// Adds up what won opportunities brought. Throws expression for a wrong condition or grouping,
/// limit when a sum does not fit.
WonValues won_value(Session& session, const WonValue& input);

/// Mean and median days from opened_on to close_date of the won and of the lost opportunities that
/// have both. Throws expression for a wrong condition or grouping.
SalesCycles sales_cycle(Session& session, const SalesCycle& input);

}  // namespace crmkit::sales
