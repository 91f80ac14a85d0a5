#include "crmkit/sales/pipeline_velocity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <map>
#include <string_view>

#include "crmkit/base/rounding.hpp"
#include "crmkit/model/opportunity.hpp"
#include "operation_input.hpp"
#include "report.hpp"
#include "stage_list.hpp"

namespace crmkit::sales {

namespace {

using AggregateRow = std::vector<Value>;

/// What a velocity is about; rows are in this order.
struct VelocityKey {
    std::size_t pipeline = 0;
    Group group;
    friend auto operator<=>(const VelocityKey&, const VelocityKey&) = default;
};

/// What was won in one currency.
struct Won {
    std::int64_t count = 0;
    std::optional<Money> value{};

    void add(std::int64_t more, const ValueView& more_value) {
        count += more;
        if (!more_value.is_null()) {
            value = value ? *value + more_value.money() : more_value.money();
        }
    }
};

/// The opportunities of one pipeline and group.
struct Facts {
    std::int64_t open = 0;
    std::int64_t closed = 0;
    /// Won ones that have both days of their cycle, and these days in all.
    std::int64_t cycles = 0;
    std::int64_t days = 0;
    /// By currency code, empty for none.
    std::map<std::string, Won> won{};

    /// n * (won / closed) * (value / won) / (days / cycles), rounded once: how many were won
    /// cancels out.
    [[nodiscard]] std::optional<Money> velocity(const Won& in_currency) const {
        if (!in_currency.value || days == 0) {
            return std::nullopt;
        }
        const Money& value = *in_currency.value;
        return Money{rounded_quotient(int128(value.minor_units) * int128(open) * int128(cycles),
                                      int128(closed) * int128(days)),
                     value.currency};
    }
};

/// Collects the facts from one aggregation for each state.
class VelocityReport {
  public:
    VelocityReport(Session& session, const PipelineVelocity& input)
        : session_(session),
          input_(input),
          grouping_(session, input.by),
          pipelines_(pipelines_in_order(session, input.pipeline)) {}

    void count_open() {
        each_group(
            1, "count()", filter_of("state = 'open'"),
            [](Facts& facts, const AggregateRow& row) { facts.open += row[0].view().integer(); });
    }
    void count_lost() {
        each_group(
            1, "count()", filter_of_closed("state = 'lost'"),
            [](Facts& facts, const AggregateRow& row) { facts.closed += row[0].view().integer(); });
    }
    void count_won() {
        each_group(4,
                   "count(), sum(coalesce(actual_value, amount)), count(close_date - opened_on), "
                   "sum(close_date - opened_on)",
                   filter_of_closed("state = 'won'"), [](Facts& facts, const AggregateRow& row) {
                       const std::int64_t count = row[0].view().integer();
                       const ValueView value = row[1].view();
                       facts.closed += count;
                       facts.won[value.is_null() ? "" : to_string(value.money().currency)].add(
                           count, value);
                       facts.cycles += row[2].view().integer();
                       facts.days += row[3].is_null() ? 0 : row[3].view().integer();
                   });
    }

    [[nodiscard]] PipelineVelocities table() const {
        PipelineVelocities table;
        for (const auto& [key, facts] : facts_) {
            if (facts.won.empty()) {
                table.rows.push_back(row_of(key, facts, {}));
            }
            for (const auto& [currency, won] : facts.won) {
                table.rows.push_back(row_of(key, facts, won));
            }
        }
        return table;
    }

  private:
    [[nodiscard]] ReportFilter filter_of(std::string_view own) const {
        ReportFilter filter(session_, own);
        filter.add_pipeline(input_.pipeline);
        filter.add_host(input_.where);
        return filter;
    }
    [[nodiscard]] ReportFilter filter_of_closed(std::string_view own) const {
        ReportFilter closed = filter_of(own);
        closed.add_period("close_date", input_.from, input_.until);
        return closed;
    }

    /// Visits the rows of an aggregation by pipeline and group, whose measures are so many.
    template <typename Visit>
    void each_group(std::size_t measures, std::string_view text, const ReportFilter& filter,
                    Visit visit) {
        for (const AggregateRow& row : session_.aggregate<Opportunity>(
                 fmt::format("{} by pipeline{}{}", text, grouping_.next_key(), filter.clause()),
                 filter.parameters())) {
            const std::size_t place = place_of(row[measures].view());
            if (place == pipelines_.size()) {
                continue;
            }
            visit(facts_[{place, grouping_.group_of(row, measures + 1)}], row);
        }
    }

    /// Where a pipeline stands among them; their number for none and for a deleted one.
    [[nodiscard]] std::size_t place_of(const ValueView& pipeline) const {
        const auto found =
            std::find_if(pipelines_.begin(), pipelines_.end(), [&pipeline](const Pipeline& each) {
                return !pipeline.is_null() && each.id == pipeline.id();
            });
        return static_cast<std::size_t>(found - pipelines_.begin());
    }

    [[nodiscard]] GroupVelocity row_of(const VelocityKey& key, const Facts& facts,
                                       const Won& won) const {
        const Pipeline& pipeline = pipelines_[key.pipeline];
        GroupVelocity row{.pipeline = pipeline.id,
                          .pipeline_name = pipeline.name,
                          .group = key.group.name,
                          .record = key.group.record,
                          .open = facts.open,
                          .closed = facts.closed,
                          .won = won.count,
                          .win_rate = ratio(won.count, facts.closed),
                          .mean_days = ratio(facts.days, facts.cycles),
                          .velocity = facts.velocity(won)};
        if (won.value) {
            row.mean_value = scaled(*won.value, 1, won.count);
        }
        return row;
    }

    Session& session_;
    const PipelineVelocity& input_;
    Grouping grouping_;
    std::vector<Pipeline> pipelines_;
    std::map<VelocityKey, Facts> facts_{};
};

}  // namespace

PipelineVelocities pipeline_velocity(Session& session, const PipelineVelocity& input) {
    check_input(input);
    const auto reading = session.read_transaction();
    VelocityReport report(session, input);
    report.count_open();
    report.count_lost();
    report.count_won();
    return report.table();
}

}  // namespace crmkit::sales
