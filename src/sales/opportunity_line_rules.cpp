/// The rules of opportunity lines: numbers, currency, and what they come to in their opportunity.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/opportunity.hpp"
#include "crmkit/model/opportunity_line.hpp"
#include "engine/cause_scope.hpp"
#include "engine/kept_values.hpp"
#include "line_numbers.hpp"
#include "sales_rules.hpp"

namespace crmkit::sales {

namespace {

void check_currency(Session& session, const OpportunityLine& line, std::vector<Problem>& problems) {
    if (!line.unit_price || !line.opportunity) {
        return;
    }
    const auto other = session
                           .query<OpportunityLine>(
                               "opportunity = :opportunity and id != :line and "
                               "currency(unit_price) != :currency limit 1",
                               {{"opportunity", line.opportunity},
                                {"line", line.id},
                                {"currency", line.unit_price->currency.code()}})
                           .first();
    const auto deal = session.find<Opportunity>(line.opportunity);
    detail::Checks checks(OpportunityLine::structure_name, problems);
    checks.same_currency("unit_price", line.unit_price, "the other lines of the opportunity",
                         other ? other->unit_price : std::nullopt);
    checks.same_currency("unit_price", line.unit_price, "the freight of the opportunity",
                         deal ? deal->freight : std::nullopt);
}

void check_bundle(Session& session, const OpportunityLine& line, std::vector<Problem>& problems) {
    const auto bundle = line.parent_bundle ? session.find<OpportunityLine>(line.parent_bundle)
                                           : std::optional<OpportunityLine>();
    if (bundle && bundle->opportunity != line.opportunity) {
        detail::Checks(OpportunityLine::structure_name, problems)
            .refuse("parent_bundle", to_string(line.parent_bundle),
                    "is a line of another opportunity");
    }
}

void add(std::optional<Money>& sum, const std::optional<Money>& more) {
    if (more) {
        sum = sum ? *sum + *more : *more;
    }
}

/// What the lines of an opportunity come to; nothing when it has none.
struct LineTotals {
    std::optional<Money> gross;
    std::optional<Money> amount;
    std::optional<Money> tax;
};

/// Throws limit when a sum does not fit.
LineTotals totals_of_lines(Session& session, Id opportunity) {
    LineTotals totals;
    for (const OpportunityLine& line : session.query<OpportunityLine>(
             "opportunity = :opportunity", {{"opportunity", opportunity}})) {
        add(totals.gross, line_gross(line.price()));
        add(totals.amount, line.amount);
        add(totals.tax, line.tax);
    }
    return totals;
}

void set_totals(Opportunity& deal, const LineTotals& totals) {
    deal.total_line_item_amount = totals.gross;
    deal.total_discount = totals.gross;
    if (totals.gross && totals.amount) {
        *deal.total_discount -= *totals.amount;
    }
    deal.total_tax = totals.tax;
}

/// The same as engine::change_kept() does, but refuses what has no total.
void keep_totals(Session& session, Id opportunity, const LineTotals& totals) {
    engine::change_kept<Opportunity>(session, opportunity, [&](Opportunity& deal) {
        set_totals(deal, totals);
        deal.derive();
        if (totals.gross && !deal.total_amount) {
            throw Error(ErrorCode::limit, "the total of the opportunity leaves 64 bits");
        }
    });
}

/// Gives a live opportunity its totals, and, when it has lines, the sum of theirs as its amount.
void roll_up(Session& session, Id opportunity) {
    const LineTotals totals = totals_of_lines(session, opportunity);
    keep_totals(session, opportunity, totals);
    auto deal = session.find<Opportunity>(opportunity);
    if (!deal) {
        return;  // it was deleted, and takes its lines along
    }
    if (!totals.amount || totals.amount == deal->amount) {
        return;
    }
    deal->amount = totals.amount;
    const auto cause = engine::CauseScope::derived(session.state());
    engine::update_record(session, entity_of<Opportunity>(), &*deal, {},
                          engine::Authority::library);
}

/// A line came to an opportunity, or left it.
struct LineStep {
    std::int64_t position = 0;
    int lines = 0;
};

/// Adds when a line was among those of an opportunity and when not, as its history tells.
void add_steps(Session& session, Id line, Id opportunity, std::vector<LineStep>& steps) {
    bool was_there = false;
    Id place;
    for (const HistoryEntry& entry : session.history(line)) {
        for (const FieldChange& change : entry.fields) {
            if (change.field == "opportunity") {
                place = change.after.view().id();
            }
        }
        const bool is_there = entry.kind != ChangeKind::deleted && place == opportunity;
        if (is_there != was_there) {
            steps.push_back({entry.position, is_there ? 1 : -1});
            was_there = is_there;
        }
    }
}

/// The lines that have changed the amount of an opportunity, as its history tells.
std::set<Id> lines_in_history(Session& session, std::span<const HistoryEntry> history) {
    std::set<Id> lines;
    for (const HistoryEntry& entry : history) {
        const auto cause = entry.origin == engine::derived_origin
                               ? session.state().writer().change(entry.cause)
                               : std::nullopt;
        if (cause && cause->entity == OpportunityLine::entity_number) {
            lines.insert(cause->record);
        }
    }
    return lines;
}

/// Where the lines began that an opportunity has lost: with the one that came when there was none.
std::int64_t beginning_of_lines(Session& session, Id opportunity, const std::set<Id>& lines) {
    std::vector<LineStep> steps;
    for (const Id line : lines) {
        add_steps(session, line, opportunity, steps);
    }
    std::sort(steps.begin(), steps.end(),
              [](const LineStep& a, const LineStep& b) { return a.position < b.position; });
    std::int64_t beginning = 0;
    int count = 0;
    for (const LineStep& step : steps) {
        if (count == 0) {
            beginning = step.position;
        }
        count += step.lines;
    }
    return beginning;
}

/// The amount that an opportunity had before the lines began that it has lost, this one the last.
std::optional<Money> amount_before_lines(Session& session, const OpportunityLine& last) {
    const std::vector<HistoryEntry> history = session.history(last.opportunity);
    std::set<Id> lines = lines_in_history(session, history);
    lines.insert(last.id);
    const std::int64_t beginning = beginning_of_lines(session, last.opportunity, lines);
    std::optional<Money> amount;
    for (const HistoryEntry& entry : history) {
        for (const FieldChange& change : entry.fields) {
            if (entry.position < beginning && change.field == "amount") {
                const ValueView after = change.after.view();
                amount = after.is_null() ? std::nullopt : std::optional(after.money());
            }
        }
    }
    return amount;
}

/// Taking back that the last line came takes back what the lines did to the amount.
void give_amount_back(Session& session, const OpportunityLine& last) {
    auto deal = session.find<Opportunity>(last.opportunity);
    if (!deal || totals_of_lines(session, last.opportunity).amount) {
        return;
    }
    deal->amount = amount_before_lines(session, last);
    const auto cause = engine::CauseScope::derived(session.state());
    engine::update_record(session, entity_of<Opportunity>(), &*deal, {},
                          engine::Authority::library);
}

/// The parts of a bundle that moved to another opportunity go along.
void move_parts(Session& session, const OpportunityLine& was, const OpportunityLine& bundle) {
    auto parts = session
                     .query<OpportunityLine>("opportunity = :was and parent_bundle = :bundle",
                                             {{"was", was.opportunity}, {"bundle", bundle.id}})
                     .all();
    const auto cause = engine::CauseScope::last_change(session.state());
    for (OpportunityLine& part : parts) {
        part.opportunity = bundle.opportunity;
        engine::update_record(session, entity_of<OpportunityLine>(), &part, {},
                              engine::Authority::library);
    }
}

}  // namespace

void before_opportunity_line(WriteEvent& event, std::vector<Problem>& problems) {
    if (event.kind == ChangeKind::deleted) {
        return;
    }
    follow_line_number(event, &OpportunityLine::opportunity,
                       "max(line_number) where opportunity = :whole");
    const auto& line = *static_cast<const OpportunityLine*>(event.after.object());
    check_currency(event.session, line, problems);
    check_bundle(event.session, line, problems);
}

void after_opportunity_line(const WriteEvent& event) {
    const bool is_undoing = event.session.state().is_undoing();
    const auto* was = static_cast<const OpportunityLine*>(event.before);
    const auto& line = *static_cast<const OpportunityLine*>(event.after.object());
    roll_up(event.session, line.opportunity);
    if (event.kind == ChangeKind::deleted && is_undoing) {
        give_amount_back(event.session, line);
    }
    if (was != nullptr && was->opportunity != line.opportunity) {
        move_parts(event.session, *was, line);
        roll_up(event.session, was->opportunity);
        if (is_undoing) {
            give_amount_back(event.session, *was);
        }
    }
}

void recompute_totals(Session& session, Opportunity& deal) {
    set_totals(deal, totals_of_lines(session, deal.id));
}

void check_amount(const WriteEvent& event, std::vector<Problem>& problems) {
    const auto* was = static_cast<const Opportunity*>(event.before);
    const auto& deal = *static_cast<const Opportunity*>(event.after.object());
    if (was == nullptr || was->amount == deal.amount) {
        return;
    }
    const auto sum = totals_of_lines(event.session, deal.id).amount;
    if (sum && sum != deal.amount) {
        problems.push_back({"opportunity", "amount", deal.amount ? to_string(*deal.amount) : "",
                            fmt::format("contradicts the opportunity's lines, whose sum is {}: "
                                        "change the lines",
                                        to_string(*sum))});
    }
}

}  // namespace crmkit::sales
