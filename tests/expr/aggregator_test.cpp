#include "crmkit/expr/aggregator.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "crmkit/expr/parse.hpp"
#include "expr/expression_model.hpp"

namespace crmkit::expression_test {
namespace {

using Row = std::vector<Value>;
using Table = std::vector<Row>;

Deal deal(std::int64_t id, DealState state, std::string_view amount, std::string_view currency) {
    Deal made{.id = Id{id}, .state = state};
    if (!amount.empty()) {
        made.amount = Money::of(amount, currency);
    }
    made.units = id;
    return made;
}

Table aggregated(std::string_view text, const std::vector<Deal>& deals) {
    const auto aggregation = expr::parse_aggregation(test_registry(), entity_of<Deal>(), text);
    expr::Aggregator aggregator(aggregation);
    for (const Deal& one : deals) {
        aggregator.add(one, {});
    }
    return aggregator.rows();
}

const std::vector<Deal> deals{
    deal(1, DealState::won, "10", "EUR"), deal(2, DealState::won, "20", "EUR"),
    deal(3, DealState::won, "7", "USD"),  deal(4, DealState::open, "1", "EUR"),
    deal(5, DealState::open, "", ""),
};

TEST_CASE("one row without groups, one for each group with them") {
    CHECK(aggregated("count(), sum(units), avg(units), min(units), max(units)", deals) ==
          Table{{5, 15, Decimal::of(3), 1, 5}});
    CHECK(aggregated("count() by state", deals) == Table{{2, "open"}, {3, "won"}});
    CHECK(aggregated("count() by state order by 1 desc", deals) == Table{{3, "won"}, {2, "open"}});
    CHECK(aggregated("count() by state where units > 2 limit 1", deals) == Table{{2, "open"}});
    CHECK(aggregated("count(amount)", deals) == Table{{4}});
}

TEST_CASE("money comes out in a row for each currency") {
    CHECK(aggregated("sum(amount), count() by state", deals) ==
          Table{{Value(), 1, "open"},
                {eur("1"), 1, "open"},
                {eur("30"), 2, "won"},
                {Money::of("7", "USD"), 1, "won"}});
    CHECK(aggregated("avg(amount)", deals) ==
          Table{{Value()}, {eur("10.33")}, {Money::of("7", "USD")}});
    CHECK(aggregated("min(amount), max(amount * 2) by state where amount is not null", deals)
              .size() == 3);
    CHECK(aggregated("sum(amount) by state order by 1 desc limit 2", deals) ==
          Table{{Money::of("7", "USD"), "won"}, {eur("30"), "won"}});
}

TEST_CASE("nothing to aggregate") {
    CHECK(aggregated("count(), sum(units), max(name)", {}) == Table{{0, Value(), Value()}});
    CHECK(aggregated("count() by state", {}).empty());
    CHECK(aggregated("count(), sum(amount)", {}).empty());
    CHECK(aggregated("count() limit 0", deals).empty());
}

TEST_CASE("sums are exact and null when they do not fit") {
    std::vector<Deal> large(3);
    large[0].units = INT64_MAX;
    large[1].units = 1;
    large[2].units = -1;
    CHECK(aggregated("sum(units)", large) == Table{{INT64_MAX}});
    large[2].units = 1;
    CHECK(aggregated("sum(units)", large) == Table{{Value()}});
    CHECK(aggregated("avg(units)", large) == Table{{Value()}});
    large[0].units = 1;
    large[1].units = 1;
    large[2].units = 0;
    CHECK(aggregated("avg(units)", large) == Table{{*Decimal::parse("0.666666667")}});
}

}  // namespace
}  // namespace crmkit::expression_test
