/// The rules of opportunities, and their stage history.
///
/// Days and instants. An opportunity closes on its close_date: one that has not come yet, or is
/// missing, becomes today; one that the write itself gives stays, so that sales of the past can be
/// taken over. closed_at is now, or the midnight UTC that begins a close_date of the past which the
/// write gives. opened_on becomes today for a new open one that has none, and gives way when an
/// earlier close_date is written later. A stay in a stage begins now; the first one of an open
/// opportunity at the midnight UTC that begins an opened_on of the past; one in a stage that closes
/// it at closed_at, but never before the stay before it.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "booking.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/model/opportunity.hpp"
#include "crmkit/model/pipeline.hpp"
#include "crmkit/model/stage_history.hpp"
#include "crmkit/schema/check.hpp"
#include "engine/cause_scope.hpp"
#include "engine/contact_account.hpp"
#include "engine/kept_values.hpp"
#include "engine/related_records.hpp"
#include "engine/session_state.hpp"
#include "engine/status_rule.hpp"
#include "sales_rules.hpp"
#include "stages.hpp"

namespace crmkit::sales {

namespace {

/// An opportunity on its way into the store.
struct Move {
    Session& session;
    /// Null for a new one.
    const Opportunity* was;
    Opportunity& deal;
    const Stage& stage;
    std::vector<Problem>& problems;

    [[nodiscard]] bool is_new() const { return was == nullptr; }
    [[nodiscard]] bool enters_stage() const { return is_new() || was->stage != deal.stage; }
    [[nodiscard]] bool was_closed() const {
        return !is_new() && was->state != OpportunityState::open;
    }
    [[nodiscard]] bool is_closed() const { return deal.state != OpportunityState::open; }
    [[nodiscard]] bool closes() const { return is_closed() && !was_closed(); }
    [[nodiscard]] bool reopens() const { return was_closed() && !is_closed(); }
    /// Whether the write itself gives a value of a member.
    template <typename Member>
    [[nodiscard]] bool gives(Member Opportunity::*member) const {
        return is_new() ? deal.*member != Member{} : deal.*member != was->*member;
    }
    void refuse(std::string_view field, std::string value, std::string message) const {
        problems.push_back(
            {"opportunity", std::string(field), std::move(value), std::move(message)});
    }
};

void check_stage(const Move& move) {
    const Stage& stage = move.stage;
    const Opportunity* was = move.was;
    if (!stage.is_active) {
        move.refuse("stage", stage.name, "takes no opportunities any more: it is inactive");
    }
    if (move.is_new()) {
        const auto pipeline = move.session.find<Pipeline>(stage.pipeline);
        if (pipeline && !pipeline->is_active) {
            move.refuse("stage", stage.name,
                        fmt::format("is a stage of pipeline '{}', which takes no new "
                                    "opportunities: it is inactive",
                                    pipeline->name));
        }
        return;
    }
    // sales.move_stage gives the pipeline along with the stage; a host cannot.
    if (stage.pipeline != was->pipeline && move.deal.pipeline != stage.pipeline) {
        move.refuse("stage", stage.name,
                    "is a stage of another pipeline; sales.move_stage goes there");
    }
}

void check_required_fields(const Move& move) {
    const Entity& entity = entity_of<Opportunity>();
    for (const std::string& name : move.stage.required_fields) {
        const Field* field = entity.find(name);
        if (field != nullptr && RecordView(move.deal).get(*field).is_null()) {
            move.refuse(name, {}, fmt::format("is required in stage '{}'", move.stage.name));
        }
    }
}

/// Whether a move goes on from an open stage: to a later one of the same pipeline, or to a sale.
bool goes_on(const Stage& from, const Stage& to) {
    const bool is_later = std::tie(from.sort_order, from.id) < std::tie(to.sort_order, to.id);
    return from.state == OpportunityState::open && from.pipeline == to.pipeline &&
           (to.state == OpportunityState::won || (to.state == OpportunityState::open && is_later));
}

void check_exit_criteria(const Move& move) {
    const auto from =
        move.is_new() ? std::nullopt : move.session.find<Stage>(move.was->stage, Deleted::shown);
    if (!from || from->exit_criteria.empty() || !goes_on(*from, move.stage)) {
        return;
    }
    const engine::RelatedRecords related(move.session);
    const expr::Context context{expr::Moment(move.session.now()), {}, &related};
    const expr::Expression criteria = exit_condition(move.session.registry(), *from);
    if (!expr::matches(criteria, RecordView(move.deal), context)) {
        move.refuse("stage", move.stage.name,
                    fmt::format("cannot be entered from stage '{}' before this holds: {}",
                                from->name, from->exit_criteria));
    }
}

/// A probability that the write gives and the stage does not is taken for one set by hand. Closing
/// and reopening take the stage's in any case.
void follow_probability(const Move& move) {
    Opportunity& deal = move.deal;
    const auto usual = usual_probability(move.stage);
    if (move.is_closed()) {
        deal.is_probability_manual = false;
        deal.probability = usual;
        return;
    }
    const bool says_manual = move.gives(&Opportunity::is_probability_manual);
    const bool gives_other = move.gives(&Opportunity::probability) && deal.probability != usual;
    if (!deal.probability || (move.reopens() && !gives_other)) {
        deal.is_probability_manual = false;
    } else if (gives_other && !says_manual) {
        deal.is_probability_manual = true;
    }
    if (!deal.is_probability_manual && usual) {
        deal.probability = usual;
    }
}

ForecastCategory usual_category(const Stage& stage) {
    switch (stage.state) {
        case OpportunityState::open:
            return stage.forecast_category.value_or(ForecastCategory::pipeline);
        case OpportunityState::won:
            return stage.forecast_category.value_or(ForecastCategory::closed);
        case OpportunityState::lost:
            return stage.forecast_category.value_or(ForecastCategory::omitted);
    }
    return ForecastCategory::pipeline;
}

void follow_category(const Move& move) {
    const bool is_given = move.gives(&Opportunity::forecast_category);
    if (!move.deal.forecast_category || (move.enters_stage() && !is_given)) {
        move.deal.forecast_category = usual_category(move.stage);
    }
    if (move.deal.forecast_category == ForecastCategory::closed &&
        move.deal.state != OpportunityState::won) {
        move.refuse("forecast_category", "closed",
                    fmt::format("is for opportunities that are won, not one that is {}",
                                label_of(move.deal.state)));
    }
}

void set_opening(const Move& move) {
    Opportunity& deal = move.deal;
    const Date today = move.session.now().date();
    const bool is_overdue = deal.close_date && *deal.close_date < today;
    if (move.is_new() && !move.is_closed() && !deal.opened_on && !is_overdue) {
        deal.opened_on = today;
    }
    const bool is_assumed = !move.gives(&Opportunity::opened_on) && deal.opened_on &&
                            *deal.opened_on == deal.created_at.date();
    if (is_assumed && move.gives(&Opportunity::close_date) && deal.close_date) {
        deal.opened_on = std::min(*deal.opened_on, *deal.close_date);
    }
}

void set_close_date(const Move& move) {
    Opportunity& deal = move.deal;
    const Instant now = move.session.now();
    if (!deal.close_date) {
        deal.close_date = move.was_closed() && deal.closed_at ? deal.closed_at->date() : now.date();
    } else if (move.closes() && !move.gives(&Opportunity::close_date)) {
        deal.close_date = std::min(*deal.close_date, now.date());
    }
}

void set_closed_at(const Move& move) {
    Opportunity& deal = move.deal;
    if (move.gives(&Opportunity::closed_at) && deal.closed_at) {
        return;  // an undo puts back when it was
    }
    const Instant now = move.session.now();
    const bool gives_past_date =
        move.gives(&Opportunity::close_date) && *deal.close_date < now.date();
    if (gives_past_date) {
        deal.closed_at = Instant::start_of(*deal.close_date);
    } else if (move.closes()) {
        deal.closed_at = now;
    }
}

void follow_closing(const Move& move) {
    Opportunity& deal = move.deal;
    if (move.is_closed()) {
        set_close_date(move);
        set_closed_at(move);
        deal.is_on_hold = false;
        return;
    }
    deal.closed_at.reset();
    const bool is_undoing = move.session.state().is_undoing();
    if (!move.reopens() || is_undoing) {
        return;  // what an undone change has not touched is not for it to clear
    }
    if (!move.gives(&Opportunity::lost_reason)) {
        deal.lost_reason.clear();
    }
    if (!move.gives(&Opportunity::actual_value)) {
        deal.actual_value.reset();
    }
}

/// Whether anything is written that the stage has a say in.
bool concerns_stage(const Opportunity& was, const Opportunity& deal) {
    return was.stage != deal.stage || was.pipeline != deal.pipeline || was.state != deal.state ||
           was.probability != deal.probability ||
           was.is_probability_manual != deal.is_probability_manual ||
           was.forecast_category != deal.forecast_category || was.close_date != deal.close_date ||
           was.closed_at != deal.closed_at || was.amount != deal.amount ||
           was.actual_value != deal.actual_value || was.is_on_hold != deal.is_on_hold;
}

void follow_stage(WriteEvent& event, const Move& move) {
    Opportunity& deal = move.deal;
    if (move.enters_stage()) {
        check_stage(move);
    }
    deal.pipeline = move.stage.pipeline;
    deal.state = move.stage.state;
    engine::check_state_move(event, move.problems);
    follow_probability(move);
    follow_category(move);
    set_opening(move);
    follow_closing(move);
    book(move.session, move.was, deal, move.problems);
    if (move.enters_stage()) {
        check_required_fields(move);
        check_exit_criteria(move);
    }
}

// ---- Stage history

/// When a stay that begins with this write began; `was` is null for a new opportunity.
Instant beginning_of_stay(Session& session, const Opportunity* was, const Opportunity& deal) {
    const Instant now = session.now();
    const bool was_open = was == nullptr || was->state == OpportunityState::open;
    if (was_open && deal.closed_at) {
        return std::min(now, *deal.closed_at);
    }
    const bool is_old = was == nullptr && deal.opened_on && *deal.opened_on < now.date();
    return is_old ? Instant::start_of(*deal.opened_on) : now;
}

void begin_stay(Session& session, const Opportunity& deal, Id from, Instant at) {
    StageHistory stay;
    stay.owner = deal.owner;
    stay.opportunity = deal.id;
    stay.from_stage = from;
    stay.to_stage = deal.stage;
    stay.entered_at = at;
    stay.actor = session.actor();
    stay.amount = deal.amount;
    stay.probability = deal.probability;
    stay.close_date = deal.close_date;
    stay.forecast_category = deal.forecast_category;
    engine::insert_record(session, entity_of<StageHistory>(), &stay, engine::Authority::library);
}

}  // namespace

void before_opportunity(WriteEvent& event, std::vector<Problem>& problems) {
    if (event.kind != ChangeKind::created && event.kind != ChangeKind::updated) {
        return;
    }
    const auto* was = static_cast<const Opportunity*>(event.before);
    auto& deal = *static_cast<Opportunity*>(event.after.object());
    engine::take_account_of_contact(event, &Opportunity::primary_contact);
    if (was != nullptr && !concerns_stage(*was, deal)) {
        return;
    }
    if (was == nullptr && !deal.stage) {
        deal.stage = default_stage(event.session);
    }
    check_amount(event, problems);
    const auto stage = deal.stage ? event.session.find<Stage>(deal.stage) : std::optional<Stage>();
    if (stage) {  // otherwise the validation says what is wrong with it
        follow_stage(event, Move{event.session, was, deal, *stage, problems});
    }
}

void after_opportunity(const WriteEvent& event) {
    const auto* was = static_cast<const Opportunity*>(event.before);
    const auto& deal = *static_cast<const Opportunity*>(event.after.object());
    if (event.kind == ChangeKind::restored) {
        engine::change_kept<Opportunity>(event.session, deal.id, [&](Opportunity& restored) {
            recompute_totals(event.session, restored);
        });
    }
    const bool enters = event.kind == ChangeKind::created ||
                        (event.kind == ChangeKind::updated && was->stage != deal.stage);
    if (!enters) {
        return;
    }
    Session& session = event.session;
    const auto cause = engine::CauseScope::derived(session.state());
    Instant moment = beginning_of_stay(session, was, deal);
    if (was == nullptr) {
        begin_stay(session, deal, {}, moment);
        return;
    }
    if (auto last = present_stay(session, deal.id)) {
        moment = std::max(moment, last->entered_at.value_or(moment));
        last->left_at = moment;
        engine::update_record(session, entity_of<StageHistory>(), &*last, {},
                              engine::Authority::library);
    }
    begin_stay(session, deal, was->stage, moment);
}

}  // namespace crmkit::sales
