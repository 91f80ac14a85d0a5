#include "crmkit/sales/stage_reports.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include "crmkit/base/rounding.hpp"
#include "crmkit/model/opportunity.hpp"
#include "crmkit/model/stage_history.hpp"
#include "engine/session_state.hpp"
#include "kaplan_meier.hpp"
#include "operation_input.hpp"
#include "pipeline_tally.hpp"
#include "report.hpp"
#include "stage_list.hpp"
#include "weighted_sum.hpp"

namespace crmkit::sales {

namespace {

// ---- What is in the stages

/// The opportunities of one stage in one currency.
struct Content {
    std::int64_t count = 0;
    WeightedSum sum{};
};

/// By currency code, empty for none.
using Contents = std::map<std::string, Content>;

void add_contents(StageContents& table, const PlacedStage& place, const Contents& contents) {
    StageContent row{.pipeline = place.pipeline.id,
                     .pipeline_name = place.pipeline.name,
                     .stage = place.stage.id,
                     .stage_name = place.stage.name,
                     .state = place.stage.state};
    if (contents.empty()) {
        table.rows.push_back(row);
    }
    for (const auto& [currency, content] : contents) {
        row.count = content.count;
        row.amount = content.sum.amount();
        row.weighted = content.sum.weighted();
        table.rows.push_back(row);
    }
}

/// By place in the list, from the tally.
std::vector<Contents> contents_by_tally(Session& session, const StageList& list) {
    std::vector<Contents> contents(list.stages().size());
    const engine::ReadScope storage(session.state());
    for (const TallyLine& line : storage->tally(pipeline_tally)) {
        const std::size_t place = list.place_of(line.key.group);
        if (place == contents.size()) {
            continue;
        }
        const bool has_amount = line.key.currency != Currency{};
        Content& content = contents[place][has_amount ? to_string(line.key.currency) : ""];
        content.count += line.count;
        if (has_amount) {
            content.sum.add(Money{line.sum, line.key.currency}, line.key.weight);
        }
    }
    return contents;
}

/// The same of some opportunities, by looking at them.
std::vector<Contents> contents_by_query(Session& session, const StageList& list,
                                        const PipelineByStage& input) {
    ReportFilter filter(session, "");
    filter.add_pipeline(input.pipeline);
    filter.add_host(input.where);
    filter.add_period("close_date", input.from, input.until);
    std::vector<Contents> contents(list.stages().size());
    for (const auto& row : session.aggregate<Opportunity>(
             "count(), sum(amount) by stage, probability" + filter.clause(), filter.parameters())) {
        const std::size_t place = list.place_of(row[2].view().id());
        if (place == contents.size()) {
            continue;
        }
        const ValueView amount = row[1].view();
        const std::string currency =
            amount.is_null() ? std::string() : to_string(amount.money().currency);
        Content& content = contents[place][currency];
        content.count += row[0].view().integer();
        if (!amount.is_null()) {
            content.sum.add(amount.money(), row[3].is_null() ? 0 : row[3].view().integer());
        }
    }
    return contents;
}

// ---- Stays in stages

/// The opportunities that a report looks at: all, or those of a condition.
class Selection {
  public:
    Selection(Session& session, std::string_view where) : is_all_(where.empty()) {
        if (is_all_) {
            return;
        }
        ReportFilter filter(session, "");
        filter.add_host(where);
        for (const Opportunity& deal : session.query<Opportunity>(filter.text())) {
            ids_.insert(deal.id);
        }
    }
    [[nodiscard]] bool contains(Id opportunity) const {
        return is_all_ || ids_.contains(opportunity);
    }

  private:
    bool is_all_;
    std::unordered_set<Id> ids_;
};

/// Visits the stays that began in a period, of the opportunities that a condition selects, in the
/// order of opportunities and time, so that each is followed by the next one of its opportunity.
template <typename Input, typename Visit>
void for_each_stay(Session& session, const Input& input, Visit visit) {
    const Selection selection(session, input.where);
    for (const StageHistory& stay :
         session.query<StageHistory>("order by opportunity, entered_at")) {
        if (selection.contains(stay.opportunity)) {
            visit(stay);
        }
    }
}

/// Whether a stay began in the period of a report.
template <typename Input>
bool began_within(const StageHistory& stay, const Input& input) {
    return is_within(stay.entered_at.value_or(Instant{}).date(), input);
}

// ---- How long

Duration duration_of(const StageHistory& stay, Instant now) {
    const Instant began = stay.entered_at.value_or(now);
    const Instant end = stay.left_at.value_or(now);
    return {
        std::max<std::int64_t>(0, (end.microseconds - began.microseconds) / Instant::per_second),
        stay.left_at.has_value()};
}

std::optional<Decimal> in_days(const std::optional<std::int64_t>& seconds) {
    constexpr std::int64_t day = 86'400;
    if (!seconds) {
        return std::nullopt;
    }
    return Decimal{rounded_quotient(int128(*seconds) * int128(Decimal::one), int128(day))};
}

StageDuration duration_row(const PlacedStage& place, std::vector<Duration> stays) {
    StageDuration row{.pipeline = place.pipeline.id,
                      .pipeline_name = place.pipeline.name,
                      .stage = place.stage.id,
                      .stage_name = place.stage.name};
    row.entered = static_cast<std::int64_t>(stays.size());
    row.left = std::count_if(stays.begin(), stays.end(),
                             [](const Duration& stay) { return stay.is_ended; });
    const Survival survival = estimate_survival(std::move(stays));
    row.mean_seconds = survival.mean;
    row.median_seconds = survival.median;
    row.p90_seconds = survival.p90;
    row.mean_days = in_days(row.mean_seconds);
    row.median_days = in_days(row.median_seconds);
    row.p90_days = in_days(row.p90_seconds);
    return row;
}

// ---- Where to

/// How often a stage was entered, and left for each other one, by their places.
struct Exits {
    std::int64_t entered = 0;
    std::int64_t left = 0;
    std::map<std::size_t, std::int64_t> to{};
};

void add_moves(StageMoveRates& table, const StageList& list, const PlacedStage& from,
               const Exits& exits) {
    StageMoveRate row{.pipeline = from.pipeline.id,
                      .from_stage = from.stage.id,
                      .from_name = from.stage.name,
                      .entered = exits.entered};
    const auto add = [&](Id to, std::string name, std::int64_t moved) {
        row.to_stage = to;
        row.to_name = std::move(name);
        row.moved = moved;
        row.rate = ratio(moved, exits.entered);
        table.rows.push_back(row);
    };
    for (const auto& [place, moved] : exits.to) {
        const Stage& to = list.stages()[place].stage;
        add(to.id, to.name, moved);
    }
    if (exits.left < exits.entered) {
        add({}, {}, exits.entered - exits.left);
    }
}

}  // namespace

StageContents pipeline_by_stage(Session& session, const PipelineByStage& input) {
    check_input(input);
    const auto reading = session.read_transaction();
    const StageList list(session, input.pipeline);
    const bool is_of_all = input.where.empty() && !input.from && !input.until;
    const std::vector<Contents> contents =
        is_of_all ? contents_by_tally(session, list) : contents_by_query(session, list, input);
    StageContents table;
    for (std::size_t place = 0; place < contents.size(); ++place) {
        add_contents(table, list.stages()[place], contents[place]);
    }
    return table;
}
StageDurationTable stage_durations(Session& session, const StageDurations& input) {
    check_input(input);
    const auto reading = session.read_transaction();
    const StageList list(session, input.pipeline);
    const Instant now = session.now();
    std::vector<std::vector<Duration>> stays(list.stages().size());
    for_each_stay(session, input, [&](const StageHistory& stay) {
        const std::size_t place = list.place_of(stay.to_stage);
        if (place < stays.size() && began_within(stay, input)) {
            stays[place].push_back(duration_of(stay, now));
        }
    });
    StageDurationTable table;
    for (std::size_t place = 0; place < stays.size(); ++place) {
        const bool was_left = std::any_of(stays[place].begin(), stays[place].end(),
                                          [](const Duration& stay) { return stay.is_ended; });
        const bool can_be_left = list.stages()[place].stage.state == OpportunityState::open;
        if (was_left || (can_be_left && !stays[place].empty())) {
            table.rows.push_back(duration_row(list.stages()[place], std::move(stays[place])));
        }
    }
    return table;
}

StageMoveRates stage_conversion(Session& session, const StageConversion& input) {
    check_input(input);
    const auto reading = session.read_transaction();
    const StageList list(session, {});
    std::vector<Exits> exits(list.stages().size());
    StageHistory last;
    for_each_stay(session, input, [&](const StageHistory& stay) {
        const std::size_t to = list.place_of(stay.to_stage);
        const std::size_t from = list.place_of(last.to_stage);
        const bool follows =
            last.opportunity == stay.opportunity && last.left_at && began_within(last, input);
        if (follows && from < exits.size() && to < exits.size()) {
            ++exits[from].left;
            ++exits[from].to[to];
        }
        if (to < exits.size() && began_within(stay, input)) {
            ++exits[to].entered;
        }
        last = stay;
    });
    StageMoveRates table;
    for (std::size_t place = 0; place < exits.size(); ++place) {
        const PlacedStage& from = list.stages()[place];
        if (!input.pipeline || from.pipeline.id == input.pipeline) {
            add_moves(table, list, from, exits[place]);
        }
    }
    return table;
}

}  // namespace crmkit::sales
