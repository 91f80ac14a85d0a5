#include "crmkit/sales/result_reports.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "crmkit/base/rounding.hpp"
#include "crmkit/model/opportunity.hpp"
#include "operation_input.hpp"
#include "report.hpp"

namespace crmkit::sales {

namespace {

/// How many opportunities of a group were won and lost.
struct Outcome {
    std::int64_t won = 0;
    std::int64_t lost = 0;

    void add(std::string_view state, std::int64_t count) {
        (state == label_of(OpportunityState::won) ? won : lost) += count;
    }
};

/// What a row of won values is about; rows are in this order.
struct ValueKey {
    Group group;
    std::optional<Date> start;
    std::string currency;
    friend auto operator<=>(const ValueKey&, const ValueKey&) = default;
};

struct ValueSum {
    std::int64_t count = 0;
    std::optional<Money> value{};
};

/// How many opportunities took so many days.
using DayCounts = std::map<std::int64_t, std::int64_t>;

std::int64_t total(const DayCounts& days) {
    std::int64_t count = 0;
    for (const auto& [day, times] : days) {
        count += times;
    }
    return count;
}

std::optional<Decimal> mean(const DayCounts& days) {
    int128 sum = 0;
    for (const auto& [day, times] : days) {
        sum += int128(day) * int128(times);
    }
    return Decimal{rounded_quotient(sum * int128(Decimal::one), int128(total(days)))};
}

/// The `index`-th shortest, counted from 0.
std::int64_t nth(const DayCounts& days, std::int64_t index) {
    for (const auto& [day, times] : days) {
        if (index < times) {
            return day;
        }
        index -= times;
    }
    return 0;
}

std::optional<Decimal> median(const DayCounts& days) {
    const std::int64_t count = total(days);
    const std::int64_t twice = nth(days, (count - 1) / 2) + nth(days, count / 2);
    return Decimal{twice * (Decimal::one / 2)};
}

}  // namespace

WinRates win_rate(Session& session, const WinRate& input) {
    check_input(input);
    const auto reading = session.read_transaction();
    Grouping grouping(session, input.by);
    ReportFilter filter(session, "state != 'open'");
    filter.add_host(input.where);
    filter.add_period("close_date", input.from, input.until);
    std::map<Group, Outcome> groups;
    Outcome all;
    for (const auto& row : session.aggregate<Opportunity>(
             "count() by state" + grouping.next_key() + filter.clause(), filter.parameters())) {
        const std::int64_t count = row[0].view().integer();
        groups[grouping.group_of(row, 2)].add(row[1].view().text(), count);
        all.add(row[1].view().text(), count);
    }
    WinRates rates{.won = all.won, .lost = all.lost, .rate = ratio(all.won, all.won + all.lost)};
    if (grouping.is_empty()) {
        return rates;
    }
    for (const auto& [group, outcome] : groups) {
        rates.rows.push_back({group.name, group.record, outcome.won, outcome.lost,
                              ratio(outcome.won, outcome.won + outcome.lost)});
    }
    return rates;
}

WonValues won_value(Session& session, const WonValue& input) {
    check_input(input);
    const auto reading = session.read_transaction();
    Grouping grouping(session, input.by);
    ReportFilter filter(session, "state = 'won'");
    filter.add_host(input.where);
    filter.add_period("close_date", input.from, input.until);
    const std::string period =
        input.period ? period_key(*input.period, "close_date") : std::string("state");
    std::map<ValueKey, ValueSum> sums;
    for (const auto& row :
         session.aggregate<Opportunity>("count(), sum(coalesce(actual_value, amount)) by " +
                                            period + grouping.next_key() + filter.clause(),
                                        filter.parameters())) {
        const ValueView value = row[1].view();
        ValueKey key{grouping.group_of(row, 3), {}, {}};
        if (input.period && !row[2].is_null()) {
            key.start = row[2].view().date();
        }
        key.currency = value.is_null() ? std::string() : to_string(value.money().currency);
        ValueSum& sum = sums[key];
        sum.count += row[0].view().integer();
        if (!value.is_null()) {
            sum.value = sum.value ? *sum.value + value.money() : value.money();
        }
    }
    WonValues table;
    for (const auto& [key, sum] : sums) {
        table.rows.push_back({key.group.name, key.group.record,
                              key.start ? period_name(*input.period, *key.start) : std::string(),
                              key.start, sum.count, sum.value});
    }
    return table;
}

SalesCycles sales_cycle(Session& session, const SalesCycle& input) {
    check_input(input);
    const auto reading = session.read_transaction();
    Grouping grouping(session, input.by);
    ReportFilter filter(session,
                        "state != 'open' and opened_on is not null and close_date is not null");
    filter.add_host(input.where);
    filter.add_period("close_date", input.from, input.until);
    std::map<std::pair<Group, OpportunityState>, DayCounts> groups;
    for (const auto& row : session.aggregate<Opportunity>(
             "count() by state, close_date - opened_on" + grouping.next_key() + filter.clause(),
             filter.parameters())) {
        const auto state = enumerator_of<OpportunityState>(row[1].view().text());
        DayCounts& days =
            groups[{grouping.group_of(row, 3), state.value_or(OpportunityState::won)}];
        days[row[2].view().integer()] += row[0].view().integer();
    }
    SalesCycles table;
    for (const auto& [key, days] : groups) {
        table.rows.push_back(
            {key.first.name, key.first.record, key.second, total(days), mean(days), median(days)});
    }
    return table;
}

}  // namespace crmkit::sales
