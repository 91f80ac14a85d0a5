#include <doctest/doctest.h>

#include "sales/sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

namespace {

/// An opportunity whose close_date went through these days, one each day.
Id moved_deal(Session& me, TestClock& time, const char* name, std::optional<Money> amount,
              const std::vector<Date>& days) {
    const Id id =
        me.create(Opportunity{.name = name, .amount = amount, .close_date = days.front()}).id;
    for (std::size_t i = 1; i < days.size(); ++i) {
        time.clock->advance(24h);
        me.update<Opportunity>(id, {{"close_date", days[i]}});
    }
    return id;
}

/// "2026-02 2: 10.00 EUR; ": period, count and amount of each row.
std::string slipped(Session& me, const sales::Slippage& input = {}) {
    std::string text;
    for (const auto& row : sales::slippage(me, input).rows) {
        CHECK(row.count == row.pushed + row.overdue);
        text += row.period + ' ' + std::to_string(row.pushed) + '+' + std::to_string(row.overdue) +
                ": " + (row.amount ? to_string(*row.amount) : "none") + "; ";
    }
    return text;
}

constexpr Date february{2026y / 2 / 10};
constexpr Date march{2026y / 3 / 10};
constexpr Date june{2026y / 6 / 10};

}  // namespace

TEST_CASE("a push moves the close date into a later calendar month") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as(crm.ensure_user("Ada", "ada@example.com"));
        CHECK(sales::push_counts(me, {}).opportunities == 0);
        moved_deal(me, time, "Same month", eur("1.00"), {february, february + 5});
        moved_deal(me, time, "Earlier", eur("1.00"), {march, february});
        const Id twice = moved_deal(me, time, "Twice", eur("20.00"),
                                    {february, february + 18, june, march, june});
        const Id once = moved_deal(me, time, "Far", Money::of("3.00", "USD"), {february, june});
        moved_deal(me, time, "New year", {}, {Date{2026y / 12 / 31}, Date{2027y / 1 / 1}});
        me.create(Opportunity{.name = "No date"});
        const auto table = sales::push_counts(me, {});
        CHECK(table.opportunities == 6);
        CHECK(table.pushed == 3);
        CHECK(table.pushes == 4);
        REQUIRE(table.rows.size() == 3);
        CHECK(table.rows[0].opportunity == twice);
        CHECK(table.rows[0].owner_name == "Ada");
        CHECK(table.rows[0].push_count == 2);
        CHECK(table.rows[0].first_close_date == february);
        CHECK(table.rows[0].close_date == june);
        CHECK(table.rows[0].days_moved == 120);
        CHECK(table.rows[0].amount == eur("20.00"));
        CHECK(table.rows[1].opportunity == once);
        CHECK(table.rows[1].push_count == 1);
        CHECK(table.rows[2].name == "New year");
        CHECK(sales::push_counts(me, {.limit = 1}).rows.size() == 1);
        CHECK(sales::push_counts(me, {.limit = 1}).pushes == 4);
    });
}

TEST_CASE("pushes are counted by condition and by the day on which they were made") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        const Date today = test_start.date();
        moved_deal(me, time, "Deal", {}, {february, march, june});
        moved_deal(me, time, "Other", {}, {february, march});
        const auto count = [&](const sales::PushCounts& input) {
            return sales::push_counts(me, input).pushes;
        };
        CHECK(count({}) == 3);
        CHECK(count({.where = "name = 'Deal'"}) == 2);
        CHECK(count({.from = today + 2}) == 2);
        CHECK(count({.from = today + 1, .until = today + 1}) == 1);
        CHECK(count({.from = today + 4}) == 0);
        const auto late = sales::push_counts(me, {.from = today + 2, .until = today + 2});
        CHECK(late.rows.at(0).first_close_date == february);
        for (const std::int64_t limit : {0, 1001}) {
            const Error error = error_of([&] { return count({.limit = limit}); });
            CHECK(error.code() == ErrorCode::validation);
            CHECK(problem_about(error, "limit").value == std::to_string(limit));
        }
        CHECK(code_of([&] { return count({.where = "close_date"}); }) == ErrorCode::expression);
    });
}

TEST_CASE("what was to close in a period and is to close after it has slipped") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        CHECK(slipped(me).empty());
        moved_deal(me, time, "Slipped", eur("10.00"), {february, february + 1, march});
        moved_deal(me, time, "Slipped far", eur("5.00"), {february, march, june});
        moved_deal(me, time, "Dollars", Money::of("7.00", "USD"), {february, march});
        moved_deal(me, time, "No amount", {}, {february, march});
        moved_deal(me, time, "Came back", eur("1.00"), {february, march, february});
        moved_deal(me, time, "Pulled in", eur("1.00"), {march, february});
        CHECK(slipped(me) ==
              "2026-02 1+0: none; 2026-02 2+0: 15.00 EUR; 2026-02 1+0: 7.00 USD; "
              "2026-03 1+0: 5.00 EUR; ");
        CHECK(slipped(me, {.period = sales::Period::quarter}) == "2026-Q1 1+0: 5.00 EUR; ");
        CHECK(slipped(me, {.period = sales::Period::year}).empty());
        CHECK(slipped(me, {.where = "amount > 8"}) == "2026-02 1+0: 10.00 EUR; ");
        CHECK(slipped(me, {.from = march}) == "2026-03 1+0: 5.00 EUR; ");
        CHECK(slipped(me, {.where = "amount > 8", .from = february + 1, .until = february + 1}) ==
              "2026-02 1+0: 10.00 EUR; ");
        CHECK(slipped(me, {.until = february - 1}).empty());
        const Id pipeline = me.query<Pipeline>("name = 'Sales'").first()->id;
        CHECK(slipped(me, {.pipeline = pipeline}) == slipped(me));
        CHECK(code_of([&] { return slipped(me, {.pipeline = Id{5}}); }) == ErrorCode::not_found);
        CHECK(code_of([&] { return slipped(me, {.where = "stat = 'open'"}); }) ==
              ErrorCode::expression);
    });
}

TEST_CASE("what is open past its close date has slipped, too") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        const Id deal =
            moved_deal(me, time, "Deal", eur("10.00"), {Date{2026y / 1 / 20}, february});
        moved_deal(me, time, "Later", eur("1.00"), {june});
        const auto today = [&](Date day) {
            const auto hours = std::chrono::microseconds(Instant::start_of(day).microseconds -
                                                         time.clock->now().microseconds);
            time.clock->advance(hours);
        };
        today(february);
        CHECK(slipped(me) == "2026-01 1+0: 10.00 EUR; ");
        today(february + 1);
        CHECK(slipped(me) == "2026-01 1+0: 10.00 EUR; 2026-02 0+1: 10.00 EUR; ");
        CHECK(slipped(me, {.from = february + 1}).empty());
        sales::win_opportunity(me, {.opportunity = deal});
        CHECK(slipped(me) == "2026-01 1+0: 10.00 EUR; ");
        sales::reopen_opportunity(me, {.opportunity = deal});  // to close on the day it was won
        CHECK(slipped(me) == "2026-01 1+0: 10.00 EUR; ");
        today(february + 2);
        CHECK(slipped(me) == "2026-01 1+0: 10.00 EUR; 2026-02 0+1: 10.00 EUR; ");
        me.update<Opportunity>(deal, {{"close_date", Value()}});
        CHECK(slipped(me).empty());
    });
}
