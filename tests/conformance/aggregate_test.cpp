#include <algorithm>
#include <string>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/naive.hpp"

namespace crmkit::conformance {
namespace {

Specimen sold(std::int64_t id, Shade shade, std::string_view amount, std::string_view currency) {
    Specimen one = specimen(id);
    one.shade = shade;
    if (!amount.empty()) {
        one.price = Money::of(amount, currency);
    }
    return one;
}

TEST_CASE_TEMPLATE("aggregate: money by currency, never added over two", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    std::vector<Specimen> all{
        sold(1, Shade::light, "10.00", "EUR"), sold(2, Shade::light, "0.01", "EUR"),
        sold(3, Shade::light, "500", "JPY"),   sold(4, Shade::dark, "-3.00", "EUR"),
        sold(5, Shade::dark, "", ""),          sold(6, Shade::new_, "7", "JPY")};
    all.back().deleted_at = Instant{1};
    for (const Specimen& one : all) {
        store->insert(specimens(), &one);
    }
    CHECK(ask_rows(*store, specimens(), {"sum(price)"}) ==
          "null\n"
          "7.01 EUR\n"
          "500 JPY\n");
    CHECK(ask_rows(*store, specimens(), {"count(), sum(price) by shade"}) ==
          "2, 10.01 EUR, light\n"
          "1, 500 JPY, light\n"
          "1, null, dark\n"
          "1, -3.00 EUR, dark\n");
    CHECK(ask_rows(*store, specimens(), {"count() by shade order by 1 desc limit 1"}) ==
          "3, light\n");
    CHECK(ask_rows(*store, specimens(), {"count() where price > 0"}) == "3\n");
}

TEST_CASE_TEMPLATE("aggregate: of nothing", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    CHECK(ask_rows(*store, specimens(), {"count()"}) == "0\n");
    CHECK(ask_rows(*store, specimens(), {"count(), max(day), sum(sequence)"}) == "0, null, null\n");
    CHECK(ask_rows(*store, specimens(), {"count() by region"}) == "");
}

TEST_CASE_TEMPLATE("aggregate: equals looking at every record", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    NaiveRecords naive;
    Random random(99);
    for (std::int64_t id = 1; id <= 150; ++id) {
        Record record(specimens());
        for (const Field& field : specimens().fields) {
            record.set(field, random_value(field, random));
        }
        auto& one = record.as<Specimen>();
        one.id = Id{id};
        one.version = 1;
        one.deleted_at = id % 10 == 0 ? std::optional(Instant{1}) : std::nullopt;
        one.code = "code " + std::to_string(id);
        one.region = "region " + std::to_string(id % 5);
        one.sequence = id;
        one.count = random.between(-1000, 1000);
        one.weight = Decimal{random.between(-1'000'000'000'000, 1'000'000'000'000)};
        one.price = Money::of_minor(random.between(-100'000, 100'000),
                                    Currency::of(id % 3 == 0 ? "EUR" : "BHD"));
        one.parent = Id{random.between(0, std::min<std::int64_t>(id, 20))};
        store->insert(specimens(), record.object());
        naive.put(record);
    }
    for (const std::string_view text : {
             "count(), count(name), count(price), count(day)",
             "sum(sequence), avg(sequence), min(sequence), max(sequence)",
             "sum(weight), avg(weight), min(weight), max(weight)",
             "min(day), max(day), min(moment), max(moment), min(name), max(name)",
             "sum(price), avg(price), min(price), max(price)",
             "sum(count), avg(price) by region",
             "count() by shade, background, is_checked",
             "count() by price",
             "count(), max(weight) by day order by 2 desc, 1 limit 10",
             "sum(price) by region order by region desc",
             "count() by parent.name order by 1 desc",
             "sum(price) by shade where region = 'region 3'",
             "count() by region where exists(offspring)",
             "sum(sequence * 2) by region",
             "count() where parent = 3",
         }) {
        CAPTURE(std::string(text));
        const expr::Aggregation aggregation =
            expr::parse_aggregation(registry(), specimens(), text);
        const QueryArguments arguments{{}, some_now, {}};
        CHECK(rows_as_text(store->aggregate(aggregation, arguments)) ==
              rows_as_text(naive.aggregate(aggregation, arguments)));
    }
}

TEST_CASE_TEMPLATE("aggregate: sums at the ends of the range", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    NaiveRecords naive;
    for (std::int64_t id = 1; id <= 4; ++id) {
        Specimen one = specimen(id);
        one.region = id <= 2 ? "fits" : "does not";
        one.sequence = id == 2 ? -INT64_MAX : INT64_MAX - id;
        one.price = Money::of_minor(*one.sequence, Currency::of("EUR"));
        one.weight = Decimal{*one.sequence};
        store->insert(specimens(), &one);
        naive.put(one);
    }
    for (const std::string_view text :
         {"sum(sequence) by region", "sum(price) by region", "sum(weight) by region",
          "avg(sequence), avg(weight) by region", "avg(price) by region"}) {
        CAPTURE(std::string(text));
        const expr::Aggregation aggregation =
            expr::parse_aggregation(registry(), specimens(), text);
        CHECK(rows_as_text(store->aggregate(aggregation, {})) ==
              rows_as_text(naive.aggregate(aggregation, {})));
    }
}

}  // namespace
}  // namespace crmkit::conformance
