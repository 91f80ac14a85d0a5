#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace sales_team {

using crmkit::Money;

namespace {

using Row = std::vector<std::string>;

/// Whole units of the currency, as a report shows them; the store keeps every cent.
std::string shown(const std::optional<Money>& money) {
    if (!money) {
        return {};
    }
    const std::int64_t unit = money->currency.minor_units_per_unit();
    const Money whole = crmkit::rounded(*money, {.increment = unit});
    return fmt::format("{} {}", grouped(whole.minor_units / unit), money->currency.code());
}

/// "63.15" of 0.631501: `digits` decimals. A Decimal is exact, so nothing here is a
/// floating-point number.
std::string fixed(std::int64_t billionths, int digits) {
    std::int64_t unit = crmkit::Decimal::one;
    std::int64_t parts = 1;
    for (int i = 0; i < digits; ++i) {
        unit /= 10;
        parts *= 10;
    }
    const std::int64_t rounded = (billionths + unit / 2) / unit;
    return fmt::format("{}.{:0{}}", grouped(rounded / parts), rounded % parts, digits);
}

std::string percent(const std::optional<crmkit::Decimal>& rate) {
    return rate ? fixed(rate->billionths * 100, 2) + " %" : "";
}

std::string days(const std::optional<crmkit::Decimal>& number, int digits) {
    return number ? fixed(number->billionths, digits) : "";
}

std::int64_t minor_units(const std::optional<Money>& money) {
    return money ? money->minor_units : 0;
}

std::string or_nobody(const std::string& group) { return group.empty() ? "(none)" : group; }

void print_pipeline(const Terminal& terminal, const Answers& answers) {
    terminal.heading("Pipeline by stage");
    std::vector<Row> rows;
    for (const auto& stage : answers.pipeline.rows) {
        if (stage.count > 0) {
            const bool is_open = stage.state == crmkit::OpportunityState::open;
            rows.push_back({stage.stage_name, grouped(stage.count), shown(stage.amount),
                            is_open ? shown(stage.weighted) : ""});
        }
    }
    terminal.table({{"stage"}, {"deals", true}, {"amount", true}, {"weighted", true}}, rows);
}

enum class Order : std::uint8_t { by_value, by_group };

/// What was won by group (and currency), also of groups that won nothing.
std::vector<crmkit::sales::GroupWonValue> values_of(const Results& results, Order order) {
    auto values = results.values.rows;
    for (const auto& rate : results.rates.rows) {
        if (rate.won == 0) {
            values.push_back({.group = rate.group});
        }
    }
    if (order == Order::by_value) {
        std::ranges::stable_sort(values, std::ranges::greater{},
                                 [](const auto& value) { return minor_units(value.value); });
    } else {
        std::ranges::stable_sort(values, {}, &crmkit::sales::GroupWonValue::group);
    }
    return values;
}

/// Win rate and won value side by side, the largest value or the first group first.
void print_results(const Terminal& terminal, std::string_view what, const Results& results,
                   Order order = Order::by_value) {
    terminal.heading(fmt::format("Win rate and won value by {}", what));
    std::map<std::string, const crmkit::sales::GroupWinRate*> rate_of;
    for (const auto& rate : results.rates.rows) {
        rate_of[rate.group] = &rate;
    }
    const auto values = values_of(results, order);
    std::int64_t largest = 0;
    for (const auto& value : values) {
        largest = std::max(largest, minor_units(value.value));
    }
    std::vector<Row> rows;
    for (const auto& value : values) {
        const auto* const rate = rate_of[value.group];
        rows.push_back({or_nobody(value.group), rate == nullptr ? "" : grouped(rate->won),
                        rate == nullptr ? "" : grouped(rate->lost),
                        rate == nullptr ? "" : percent(rate->rate), shown(value.value),
                        terminal.bar(minor_units(value.value), largest, 12)});
    }
    terminal.table({{what}, {"won", true}, {"lost", true}, {"rate", true}, {"won value", true}, {}},
                   rows);
}

void print_totals(const Terminal& terminal, const Answers& answers) {
    terminal.heading("Won and lost");
    const auto& rates = answers.all.rates;
    std::string value;
    for (const auto& row : answers.all.values.rows) {
        value += fmt::format("{}{}", value.empty() ? "" : " + ", shown(row.value));
    }
    terminal.line(fmt::format("{} won, {} lost: win rate {}, won value {}",
                              terminal.good(grouped(rates.won)), terminal.bad(grouped(rates.lost)),
                              terminal.bold(percent(rates.rate)), terminal.bold(value)));
    for (const auto& row : answers.cycle.rows) {
        terminal.line(fmt::format("{} after {} days on average, half of them within {}",
                                  label_of(row.state), terminal.bold(days(row.mean_days, 3)),
                                  days(row.median_days, 1)));
    }
}

/// A row for each manager (and currency), a column for each period.
void print_forecast(const Terminal& terminal, const Answers& answers) {
    terminal.heading("Weighted forecast: amount times probability, by the day to close");
    using Amounts = std::map<std::string, Money>;  // by period
    std::set<std::string> periods;
    std::map<std::pair<std::string, std::string>, Amounts> forecast;
    std::map<std::string, Amounts> totals;
    for (const auto& row : answers.forecast.rows) {
        periods.insert(row.period);
        if (row.weighted) {
            const std::string currency(row.weighted->currency.code());
            forecast[{row.group, currency}].emplace(row.period, *row.weighted);
            auto& total = totals[currency];
            total.emplace(row.period, Money{0, row.weighted->currency});
            total[row.period] += *row.weighted;
        }
    }
    std::vector<Column> columns{{"manager"}};
    for (const std::string& period : periods) {
        columns.push_back({period.empty() ? "no day yet" : std::string_view(period), true});
    }
    std::vector<Row> rows;
    const auto add = [&](std::string name, const Amounts& amounts) {
        Row row{std::move(name)};
        for (const std::string& period : periods) {
            const auto amount = amounts.find(period);
            row.push_back(amount == amounts.end() ? "" : shown(amount->second));
        }
        rows.push_back(std::move(row));
    };
    for (const auto& [key, amounts] : forecast) {
        add(or_nobody(key.first), amounts);
    }
    for (const auto& [currency, amounts] : totals) {
        add(terminal.bold("all"), amounts);
    }
    if (rows.empty()) {
        terminal.line("no open deals");
    } else {
        terminal.table(columns, rows);
    }
}

void print_customer(const Terminal& terminal, const crmkit::Customer360& customer) {
    terminal.heading(fmt::format("The biggest customer: {}", customer.name));
    terminal.line(fmt::format("{}{}{}", customer.industry, customer.country.empty() ? "" : ", ",
                              customer.country));
    for (const auto& party : customer.relations) {
        terminal.line(fmt::format("{}: {}", party.relation, party.name));
    }
    for (const auto& person : customer.people) {
        terminal.line(
            fmt::format("{}: {} {}", person.relation, person.name, terminal.faint(person.email)));
    }
    for (const auto& total : customer.opportunity_totals) {
        terminal.line(fmt::format("{} {} deals, {}", grouped(total.count), total.state,
                                  total.amount ? shown(total.amount) : "without amount"));
    }
    terminal.line("");
    std::vector<Row> rows;
    for (const auto& deal : customer.opportunities) {
        rows.push_back({deal.name, deal.stage, shown(deal.amount),
                        deal.close_date ? to_string(*deal.close_date) : ""});
    }
    terminal.table({{"deal"}, {"stage"}, {"amount", true}, {"closes"}}, rows);
    terminal.line("");
    rows.clear();
    for (const auto& item : customer.timeline) {
        rows.push_back({to_string(item.at.date()), item.kind, item.title});
    }
    terminal.table({{"date"}, {"what happened"}, {}}, rows);
}

}  // namespace

void print_report(const Terminal& terminal, const Answers& answers) {
    print_pipeline(terminal, answers);
    print_totals(terminal, answers);
    print_results(terminal, "manager", answers.by_manager);
    print_results(terminal, "agent", answers.by_agent);
    print_results(terminal, "product", answers.by_product);
    print_results(terminal, "quarter", answers.by_quarter, Order::by_group);
    print_forecast(terminal, answers);
    if (answers.biggest_customer) {
        print_customer(terminal, *answers.biggest_customer);
    }
}

}  // namespace sales_team
