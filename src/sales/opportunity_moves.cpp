#include "crmkit/sales/opportunity_moves.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/opportunity.hpp"
#include "crmkit/model/pipeline.hpp"
#include "crmkit/model/stage_history.hpp"
#include "engine/session_state.hpp"
#include "engine/write_path.hpp"
#include "operation_input.hpp"
#include "stages.hpp"

namespace crmkit::sales {

namespace {

OpportunityStanding standing_of(Session& session, const Opportunity& deal) {
    return {.opportunity = deal.id,
            .pipeline = deal.pipeline,
            .stage = deal.stage,
            .stage_name = session.get<Stage>(deal.stage).name,
            .state = deal.state,
            .probability = deal.probability,
            .forecast_category = deal.forecast_category,
            .amount = deal.amount,
            .actual_value = deal.actual_value,
            .close_date = deal.close_date,
            .closed_at = deal.closed_at,
            .version = deal.version};
}

/// An operation on one opportunity: reads it, lets `change` change it, and writes it with the
/// library's authority, which alone may change the pipeline.
template <typename Change>
OpportunityStanding move(Session& session, Id opportunity, std::optional<std::int64_t> version,
                         Change change) {
    engine::WriteScope scope(session.state());
    auto deal = session.get<Opportunity>(opportunity);
    change(deal);
    engine::update_record(session, entity_of<Opportunity>(), &deal, version,
                          engine::Authority::library);
    // Before the commit: it reads the stage, and a call that fails has no effect.
    OpportunityStanding standing = standing_of(session, deal);
    scope.commit();
    return standing;
}

void enter(Opportunity& deal, const Stage& stage) {
    deal.stage = stage.id;
    deal.pipeline = stage.pipeline;
}

[[noreturn]] void fail_move(const Opportunity& deal, OpportunityState to,
                            std::string_view permitted) {
    throw Error::about(
        ErrorCode::illegal_transition,
        Problem{"opportunity", "state", std::string(label_of(to)),
                fmt::format("cannot follow '{}'; {}", label_of(deal.state), permitted)});
}

/// The stage that is given, or the first of the opportunity's pipeline, in a state.
Stage stage_in(Session& session, const Opportunity& deal, Id given, OpportunityState state) {
    if (given) {
        Stage stage = session.get<Stage>(given);
        if (stage.state != state) {
            throw Error::about(ErrorCode::validation,
                               Problem{"opportunity", "stage", stage.name,
                                       fmt::format("is a stage for opportunities that are {}, "
                                                   "not {}",
                                                   label_of(stage.state), label_of(state))});
        }
        return stage;
    }
    auto stage = first_stage(session, deal.pipeline, state);
    if (!stage) {
        throw Error::about(
            ErrorCode::validation,
            Problem{
                "opportunity", "pipeline", session.get<Pipeline>(deal.pipeline).name,
                fmt::format("has no active stage for opportunities that are {}", label_of(state))});
    }
    return std::move(*stage);
}

/// The open stage of its pipeline that an opportunity was in last, if it may be entered.
std::optional<Stage> last_open_stage(Session& session, const Opportunity& deal) {
    const auto stay = session
                          .query<StageHistory>(
                              "opportunity = :opportunity and "
                              "to_stage.state = 'open' and to_stage.is_active and "
                              "to_stage.pipeline = :pipeline "
                              "order by entered_at desc limit 1",
                              {{"opportunity", deal.id}, {"pipeline", deal.pipeline}})
                          .first();
    return stay ? session.find<Stage>(stay->to_stage) : std::nullopt;
}

void close(Session& session, Opportunity& deal, const Stage& stage,
           const std::optional<Date>& close_date) {
    if (deal.state != OpportunityState::open) {
        fail_move(deal, stage.state, "reopen it first");
    }
    enter(deal, stage);
    const Date today = session.now().date();
    deal.close_date = close_date.value_or(today);
    if (*deal.close_date < today) {
        deal.closed_at = Instant::start_of(*deal.close_date);
    }
}

}  // namespace

OpportunityStanding move_stage(Session& session, const MoveStage& input) {
    check_input(input);
    if (static_cast<bool>(input.stage) == static_cast<bool>(input.pipeline)) {
        throw Error::about(
            ErrorCode::validation,
            Problem{
                "move_stage", "stage", {}, "is needed, or a pipeline instead of it, but not both"});
    }
    return move(session, input.opportunity, input.version, [&](Opportunity& deal) {
        enter(deal, input.stage
                        ? session.get<Stage>(input.stage)
                        : mapped_stage(session, session.get<Stage>(deal.stage), input.pipeline));
        if (!input.reason.empty()) {
            deal.lost_reason = input.reason;
        }
    });
}

OpportunityStanding win_opportunity(Session& session, const WinOpportunity& input) {
    check_input(input);
    return move(session, input.opportunity, input.version, [&](Opportunity& deal) {
        close(session, deal, stage_in(session, deal, input.stage, OpportunityState::won),
              input.close_date);
        if (input.actual_value) {
            deal.actual_value = input.actual_value;
        }
    });
}

OpportunityStanding lose_opportunity(Session& session, const LoseOpportunity& input) {
    check_input(input);
    return move(session, input.opportunity, input.version, [&](Opportunity& deal) {
        close(session, deal, stage_in(session, deal, input.stage, OpportunityState::lost),
              input.close_date);
        deal.lost_reason = input.reason;
        if (!input.notes.empty()) {
            deal.lost_notes = input.notes;
        }
        const auto& known = deal.competitors;
        if (!input.competitor.empty() &&
            std::find(known.begin(), known.end(), input.competitor) == known.end()) {
            deal.competitors.push_back(input.competitor);
        }
    });
}

OpportunityStanding reopen_opportunity(Session& session, const ReopenOpportunity& input) {
    check_input(input);
    return move(session, input.opportunity, input.version, [&](Opportunity& deal) {
        if (deal.state == OpportunityState::open) {
            fail_move(deal, OpportunityState::open, "it is open already");
        }
        const auto last = input.stage ? std::nullopt : last_open_stage(session, deal);
        enter(deal, last ? *last : stage_in(session, deal, input.stage, OpportunityState::open));
        if (input.close_date) {
            deal.close_date = input.close_date;
        }
    });
}

}  // namespace crmkit::sales
