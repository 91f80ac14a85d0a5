#include "crmkit/sales/forecast.hpp"

#include <map>
#include <utility>

#include "crmkit/model/opportunity.hpp"
#include "operation_input.hpp"
#include "report.hpp"
#include "weighted_sum.hpp"

namespace crmkit::sales {

namespace {

/// What a row of the forecast is about; rows are in this order, those without close_date first.
struct Key {
    std::optional<Date> start;
    Group group;
    std::string currency;
    friend auto operator<=>(const Key&, const Key&) = default;
};

struct Content {
    std::int64_t count = 0;
    WeightedSum sum{};
};

}  // namespace

Forecast weighted_forecast(Session& session, const WeightedForecast& input) {
    check_input(input);
    const auto reading = session.read_transaction();
    Grouping grouping(session, input.by);
    ReportFilter filter(session, "state = 'open'");
    filter.add_host(input.where);
    filter.add_period("close_date", input.from, input.until);
    std::map<Key, Content> contents;
    for (const auto& row : session.aggregate<Opportunity>(
             "count(), sum(amount) by " + period_key(input.period, "close_date") + ", probability" +
                 grouping.next_key() + filter.clause(),
             filter.parameters())) {
        const ValueView amount = row[1].view();
        Key key{{}, grouping.group_of(row, 4), {}};
        if (!row[2].is_null()) {
            key.start = row[2].view().date();
        }
        key.currency = amount.is_null() ? std::string() : to_string(amount.money().currency);
        Content& content = contents[key];
        content.count += row[0].view().integer();
        if (!amount.is_null()) {
            content.sum.add(amount.money(), row[3].is_null() ? 0 : row[3].view().integer());
        }
    }
    Forecast forecast;
    for (const auto& [key, content] : contents) {
        forecast.rows.push_back({key.start ? period_name(input.period, *key.start) : std::string(),
                                 key.start, key.group.name, key.group.record, content.count,
                                 content.sum.amount(), content.sum.weighted()});
    }
    return forecast;
}

}  // namespace crmkit::sales
