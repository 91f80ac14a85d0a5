/// The rules of opportunity lines: numbers, currency, and the amount of their opportunity.
#include <fmt/format.h>

#include <optional>
#include <string>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/opportunity.hpp"
#include "crmkit/model/opportunity_line.hpp"
#include "engine/cause_scope.hpp"
#include "engine/write_path.hpp"
#include "sales_rules.hpp"

namespace crmkit::sales {

namespace {

Problem line_problem(std::string_view field, std::string value, std::string message) {
    return {"opportunity_line", std::string(field), std::move(value), std::move(message)};
}

std::int64_t next_line_number(Session& session, Id opportunity) {
    const auto rows = session.aggregate<OpportunityLine>(
        "max(line_number) where opportunity = :opportunity", {{"opportunity", opportunity}});
    const bool is_first = rows.empty() || rows[0][0].is_null();
    return is_first ? 1 : rows[0][0].view().integer() + 1;
}

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
    if (other) {
        problems.push_back(line_problem(
            "unit_price", to_string(*line.unit_price),
            fmt::format("is in another currency than the other lines of the opportunity: {}",
                        other->unit_price->currency.code())));
    }
}

void check_bundle(Session& session, const OpportunityLine& line, std::vector<Problem>& problems) {
    const auto bundle = line.parent_bundle ? session.find<OpportunityLine>(line.parent_bundle)
                                           : std::optional<OpportunityLine>();
    if (bundle && bundle->opportunity != line.opportunity) {
        problems.push_back(line_problem("parent_bundle", to_string(line.parent_bundle),
                                        "is a line of another opportunity"));
    }
}

/// The sum of an opportunity's lines; nothing when it has none. Throws limit when it does not fit.
std::optional<Money> sum_of_lines(Session& session, Id opportunity) {
    std::optional<Money> sum;
    for (const OpportunityLine& line : session.query<OpportunityLine>(
             "opportunity = :opportunity", {{"opportunity", opportunity}})) {
        if (line.amount) {
            sum = sum ? *sum + *line.amount : *line.amount;
        }
    }
    return sum;
}

/// Gives a live opportunity with lines the sum of theirs as its amount.
void roll_up(Session& session, Id opportunity) {
    auto deal = session.find<Opportunity>(opportunity);
    if (!deal) {
        return;  // it was deleted, and takes its lines along
    }
    const auto sum = sum_of_lines(session, opportunity);
    if (!sum || sum == deal->amount) {
        return;
    }
    deal->amount = sum;
    const auto cause = engine::CauseScope::derived(session.state());
    engine::update_record(session, entity_of<Opportunity>(), &*deal, {},
                          engine::Authority::library);
}

}  // namespace

void before_opportunity_line(WriteEvent& event, std::vector<Problem>& problems) {
    if (event.kind == ChangeKind::deleted) {
        return;
    }
    auto& line = *static_cast<OpportunityLine*>(event.after.object());
    if (!line.line_number && line.opportunity) {
        line.line_number = next_line_number(event.session, line.opportunity);
    }
    check_currency(event.session, line, problems);
    check_bundle(event.session, line, problems);
}

void after_opportunity_line(const WriteEvent& event) {
    const auto* was = static_cast<const OpportunityLine*>(event.before);
    const auto& line = *static_cast<const OpportunityLine*>(event.after.object());
    roll_up(event.session, line.opportunity);
    if (was != nullptr && was->opportunity != line.opportunity) {
        roll_up(event.session, was->opportunity);
    }
}

void check_amount(const WriteEvent& event, std::vector<Problem>& problems) {
    const auto* was = static_cast<const Opportunity*>(event.before);
    const auto& deal = *static_cast<const Opportunity*>(event.after.object());
    if (was == nullptr || was->amount == deal.amount) {
        return;
    }
    const auto sum = sum_of_lines(event.session, deal.id);
    if (sum && sum != deal.amount) {
        problems.push_back({"opportunity", "amount", deal.amount ? to_string(*deal.amount) : "",
                            fmt::format("contradicts the opportunity's lines, whose sum is {}: "
                                        "change the lines",
                                        to_string(*sum))});
    }
}

}  // namespace crmkit::sales
