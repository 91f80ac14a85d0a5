/// Reports on close dates that moved: how often opportunities were pushed, and what slipped.
///
/// They read the history of each opportunity that was ever changed. Conditions and currencies are
/// as in stage_reports.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/model/choices.hpp"
#include "crmkit/sales/grouping.hpp"
#include "crmkit/sales/stage_reports.hpp"
#include "crmkit/schema/structure.hpp"

namespace crmkit {
class Session;
}

namespace crmkit::sales {

/// Which opportunities to look at.
struct PushCounts {
    CRMKIT_STRUCTURE(PushCounts, "push_counts", "Which opportunities to look at.");
    std::string where{};
    std::optional<Date> from{};
    std::optional<Date> until{};
    std::int64_t limit = 100;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, where, "Condition on the opportunity, such as state = 'open'.")
                .max_length(longest_expression),
            CRMKIT_FIELD(2, from, "First day, in UTC, on which it was pushed."),
            CRMKIT_FIELD(3, until, "Last day, in UTC, on which it was pushed."),
            CRMKIT_FIELD(4, limit, "Rows at most, 1 to 1,000; 100 unless said."));
    }
};

/// How often one opportunity was pushed.
struct OpportunityPushes {
    CRMKIT_STRUCTURE(OpportunityPushes, "opportunity_pushes",
                     "How often one opportunity was pushed.");
    Id opportunity{};
    std::string name{};
    Link owner{};
    std::string owner_name{};
    OpportunityState state = OpportunityState::open;
    std::optional<Money> amount{};
    std::int64_t push_count = 0;
    std::optional<Date> first_close_date{};
    std::optional<Date> close_date{};
    std::optional<std::int64_t> days_moved{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, opportunity, "The opportunity.").refers_to("opportunity"),
            CRMKIT_FIELD(2, name, "What is to be sold."),
            CRMKIT_FIELD(3, owner, "Who looks after it.").refers_to("user, team"),
            CRMKIT_FIELD(4, owner_name, "That user's or team's name."),
            CRMKIT_FIELD(5, state, "Open, won or lost."),
            CRMKIT_FIELD(6, amount, "What it is expected to bring.").financial(),
            CRMKIT_FIELD(7, push_count, "How often it was pushed."),
            CRMKIT_FIELD(8, first_close_date, "The first close_date that it had."),
            CRMKIT_FIELD(9, close_date, "The one that it has now."),
            CRMKIT_FIELD(10, days_moved,
                         "Days from the first to the present one, negative when it is earlier."));
    }
};

/// How often opportunities were pushed.
struct PushCountTable {
    CRMKIT_STRUCTURE(PushCountTable, "push_count_table", "How often opportunities were pushed.");
    std::int64_t opportunities = 0;
    std::int64_t pushed = 0;
    std::int64_t pushes = 0;
    std::vector<OpportunityPushes> rows{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, opportunities, "How many were looked at."),
            CRMKIT_FIELD(2, pushed, "How many of them were pushed at least once."),
            CRMKIT_FIELD(3, pushes, "How often they were pushed in all."),
            CRMKIT_FIELD(4, rows,
                         "Those that were pushed, the most often pushed first, then the oldest; as "
                         "many as the limit says."));
    }
};

/// Which close dates to look at.
struct Slippage {
    CRMKIT_STRUCTURE(Slippage, "slippage", "Which close dates to look at.");
    Period period = Period::month;
    Id pipeline{};
    std::string where{};
    std::optional<Date> from{};
    std::optional<Date> until{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, period, "The periods to slip out of; month by default."),
                           CRMKIT_FIELD(2, pipeline, pipeline_help).refers_to("pipeline"),
                           CRMKIT_FIELD(3, where, where_help).max_length(longest_expression),
                           CRMKIT_FIELD(4, from, "First close_date, kept or not, to look at."),
                           CRMKIT_FIELD(5, until, "Last close_date, kept or not, to look at."));
    }
};

/// What slipped out of one period, in one currency.
struct PeriodSlippage {
    CRMKIT_STRUCTURE(PeriodSlippage, "period_slippage",
                     "What slipped out of one period, in one currency.");
    std::string period{};
    std::optional<Date> period_start{};
    std::int64_t count = 0;
    std::int64_t pushed = 0;
    std::int64_t overdue = 0;
    std::optional<Money> amount{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, period, "The period, such as 2026-12."),
            CRMKIT_FIELD(2, period_start, "Its first day."),
            CRMKIT_FIELD(3, count, "How many slipped; those without amount in a row of their own."),
            CRMKIT_FIELD(4, pushed,
                         "How many of them had a close_date in it, and now have a later one beyond "
                         "its end."),
            CRMKIT_FIELD(5, overdue,
                         "How many of them are still open, with a close_date in it that has "
                         "passed."),
            CRMKIT_FIELD(6, amount, "The sum of their amounts, as they are now.").financial());
    }
};

/// What slipped, by period.
struct SlippageTable {
    CRMKIT_STRUCTURE(SlippageTable, "slippage_table", "What slipped, by period.");
    std::vector<PeriodSlippage> rows{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, rows,
                                        "By period and currency, in this order; periods out of "
                                        "which nothing slipped are left out."));
    }
};

/// How often opportunities were pushed: their close_date moved from one calendar month into a later
/// one, however far; as the push count of Salesforce. A move within a month, to an earlier one,
/// from or to no date is none, and one that is taken back later stays one. Throws validation for a
/// limit out of range, expression for a wrong condition.
PushCountTable push_counts(Session& session, const PushCounts& input);

/// What slipped out of each period. An opportunity slips out of each period in which it once was to
/// close, if its close_date lies beyond the period's end now: open, won or lost; and out of that of
/// its close_date, if this day has passed and it is still open. It counts once for each period. One
/// whose date came back, or was removed, has not slipped. Throws not_found for an unknown pipeline,
/// expression for a wrong condition, limit when a sum does not fit.
SlippageTable slippage(Session& session, const Slippage& input);

}  // namespace crmkit::sales
