#include "crmkit/sales/rotting_opportunities.hpp"

#include <fmt/format.h>

#include <string_view>

#include "crmkit/model/opportunity.hpp"
#include "operation_input.hpp"
#include "report.hpp"
#include "stage_list.hpp"
#include "stages.hpp"

namespace crmkit::sales {

namespace {

/// When an opportunity came into its stage, as an expression over it.
constexpr std::string_view stage_entered_at = "max(stage_history.entered_at where left_at is null)";

RottingOpportunity row_of(const Opportunity& deal, const Stage& stage, Instant entered_at,
                          Instant now) {
    RottingOpportunity row{.opportunity = deal.id,
                           .name = deal.name,
                           .owner = deal.owner,
                           .stage = stage.id,
                           .stage_name = stage.name,
                           .amount = deal.amount,
                           .close_date = deal.close_date,
                           .entered_at = entered_at};
    row.days_in_stage = (now.microseconds - entered_at.microseconds) / Instant::per_day;
    row.rotting_days = stage.rotting_days.value_or(0);
    row.days_over = row.days_in_stage - row.rotting_days;
    return row;
}

}  // namespace

RottingPage rotting_opportunities(Session& session, const RottingOpportunities& input) {
    check_input(input, input.limit);
    const auto reading = session.read_transaction();
    const StageList list(session, input.pipeline);
    ReportFilter filter(session, fmt::format("state = 'open' and seconds_between({}, now()) > "
                                             "stage.rotting_days * 86400",
                                             stage_entered_at));
    filter.add_pipeline(input.pipeline);
    filter.add_host(input.where);
    const auto page = session.page<Opportunity>(
        fmt::format("{} sort by {}", filter.text(), stage_entered_at),
        {.size = static_cast<std::size_t>(input.limit), .after = input.after}, filter.parameters());
    RottingPage table{.next = page.next};
    Grouping owners(session, "owner");
    for (const Opportunity& deal : page.records) {
        const auto stay = present_stay(session, deal.id);
        const std::size_t place = list.place_of(deal.stage);
        if (!stay || !stay->entered_at || place == list.stages().size()) {
            continue;  // the query found it by both
        }
        table.rows.push_back(
            row_of(deal, list.stages()[place].stage, *stay->entered_at, session.now()));
        table.rows.back().owner_name = owners.name_of(deal.owner);
    }
    return table;
}

}  // namespace crmkit::sales
