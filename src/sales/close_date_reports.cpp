#include "crmkit/sales/close_date_reports.hpp"

#include <algorithm>
#include <compare>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "crmkit/model/opportunity.hpp"
#include "operation_input.hpp"
#include "report.hpp"

namespace crmkit::sales {

namespace {

// ---- How close dates moved

/// One change of a close_date.
struct CloseDateMove {
    Instant at{};
    std::optional<Date> from{};
    std::optional<Date> to{};

    [[nodiscard]] bool is_push() const {
        return from && to && first_day(Period::month, *from) < first_day(Period::month, *to);
    }
};

std::optional<Date> date_of(const Value& value) {
    return value.is_null() ? std::nullopt : std::optional(value.view().date());
}

/// The moves since the opportunity was entered, oldest first.
std::vector<CloseDateMove> moves_of(Session& session, const Opportunity& deal) {
    std::vector<CloseDateMove> moves;
    if (deal.version == 1) {
        return moves;  // as it was entered
    }
    for (const HistoryEntry& entry : session.history(deal.id)) {
        for (const FieldChange& change : entry.fields) {
            if (entry.kind == ChangeKind::updated && change.field == "close_date") {
                moves.push_back({entry.at, date_of(change.before), date_of(change.after)});
            }
        }
    }
    return moves;
}

// ---- Push counts

OpportunityPushes row_of(const Opportunity& deal, const std::vector<CloseDateMove>& moves,
                         std::int64_t pushes) {
    OpportunityPushes row{.opportunity = deal.id,
                          .name = deal.name,
                          .owner = deal.owner,
                          .state = deal.state,
                          .amount = deal.amount,
                          .push_count = pushes,
                          .close_date = deal.close_date};
    const auto first = std::find_if(moves.begin(), moves.end(), [](const CloseDateMove& move) {
        return move.from.has_value();
    });
    if (first != moves.end()) {
        row.first_close_date = first->from;
    }
    if (row.first_close_date && row.close_date) {
        row.days_moved = *row.close_date - *row.first_close_date;
    }
    return row;
}

bool is_pushed_more(const OpportunityPushes& a, const OpportunityPushes& b) {
    return std::tie(b.push_count, a.opportunity) < std::tie(a.push_count, b.opportunity);
}

// ---- Slippage

/// What a row of slippage is about; rows are in this order.
struct SlippageKey {
    Date start{};
    std::string currency{};
    friend auto operator<=>(const SlippageKey&, const SlippageKey&) = default;
};

struct Slipped {
    std::int64_t pushed = 0;
    std::int64_t overdue = 0;
    std::optional<Money> amount{};
};

/// Adds up what slipped, one opportunity after the other.
class SlippageReport {
  public:
    SlippageReport(const Slippage& input, Date today) : input_(input), today_(today) {}

    void take(const Opportunity& deal, const std::vector<CloseDateMove>& moves) {
        if (!deal.close_date) {
            return;
        }
        const Date present = first_day(input_.period, *deal.close_date);
        std::set<Date> left;
        for (const CloseDateMove& move : moves) {
            if (move.from && is_within(*move.from, input_)) {
                left.insert(first_day(input_.period, *move.from));
            }
        }
        for (const Date start : left) {
            if (start < present) {
                ++slipped_at(start, deal).pushed;
            }
        }
        const bool is_open = deal.state == OpportunityState::open;
        if (is_open && *deal.close_date < today_ && is_within(*deal.close_date, input_)) {
            ++slipped_at(present, deal).overdue;
        }
    }

    [[nodiscard]] SlippageTable table() const {
        SlippageTable table;
        for (const auto& [key, slipped] : slipped_) {
            table.rows.push_back({period_name(input_.period, key.start), key.start,
                                  slipped.pushed + slipped.overdue, slipped.pushed, slipped.overdue,
                                  slipped.amount});
        }
        return table;
    }

  private:
    /// Where an opportunity counts, once its amount is added.
    Slipped& slipped_at(Date start, const Opportunity& deal) {
        Slipped& slipped =
            slipped_[{start, deal.amount ? to_string(deal.amount->currency) : std::string()}];
        if (deal.amount) {
            slipped.amount = slipped.amount ? *slipped.amount + *deal.amount : *deal.amount;
        }
        return slipped;
    }

    const Slippage& input_;
    Date today_;
    std::map<SlippageKey, Slipped> slipped_{};
};

}  // namespace

PushCountTable push_counts(Session& session, const PushCounts& input) {
    check_input(input, input.limit);
    const auto reading = session.read_transaction();
    ReportFilter filter(session, "");
    filter.add_host(input.where);
    PushCountTable table;
    for (const Opportunity& deal : session.query<Opportunity>(filter.text())) {
        const std::vector<CloseDateMove> moves = moves_of(session, deal);
        const auto pushes =
            std::count_if(moves.begin(), moves.end(), [&](const CloseDateMove& move) {
                return move.is_push() && is_within(move.at.date(), input);
            });
        ++table.opportunities;
        table.pushes += pushes;
        if (pushes > 0) {
            table.rows.push_back(row_of(deal, moves, pushes));
        }
    }
    table.pushed = static_cast<std::int64_t>(table.rows.size());
    std::sort(table.rows.begin(), table.rows.end(), is_pushed_more);
    table.rows.resize(std::min(table.rows.size(), static_cast<std::size_t>(input.limit)));
    Grouping owners(session, "owner");
    for (OpportunityPushes& row : table.rows) {
        row.owner_name = owners.name_of(row.owner);
    }
    return table;
}

SlippageTable slippage(Session& session, const Slippage& input) {
    check_input(input);
    const auto reading = session.read_transaction();
    ReportFilter filter(session, "");
    filter.add_pipeline(input.pipeline);
    filter.add_host(input.where);
    SlippageReport report(input, session.now().date());
    for (const Opportunity& deal : session.query<Opportunity>(filter.text(), filter.parameters())) {
        report.take(deal, moves_of(session, deal));
    }
    return report.table();
}

}  // namespace crmkit::sales
