#include <doctest/doctest.h>

#include "sales/sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

namespace {

/// Three open opportunities of Ada's, and two won and two lost ones of 2025.
struct Sold {
    User ada;

    explicit Sold(Session& me) : ada(me.create(User{.name = "Ada"})) {
        add(me, "Won", eur("100.00"), Date{2025y / 3 / 1}, 10);
        add(me, "Won", eur("50.00"), Date{2025y / 6 / 1}, 30);
        add(me, "Lost", eur("70.00"), Date{2025y / 6 / 2}, 5);
        add(me, "Lost", {}, Date{2025y / 6 / 3}, 5);
        add(me, "Proposal", eur("10.00"), {}, 0);
        add(me, "Proposal", Money::of("10.00", "USD"), {}, 0);
        add(me, "Proposal", {}, {}, 0);
    }
    Opportunity add(Session& me, const char* stage, std::optional<Money> amount,
                    std::optional<Date> close_date, std::int32_t days) const {
        Opportunity deal{.name = "Deal",
                         .stage = stage_named(me, stage),
                         .amount = amount,
                         .close_date = close_date};
        deal.owner = Link{User::entity_number, ada.id};
        if (close_date) {
            deal.opened_on = *close_date - days;
        }
        return me.create(deal);
    }
};

}  // namespace

TEST_CASE("velocity is open opportunities times win rate times value by the cycle") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        CHECK(sales::pipeline_velocity(me, {}).rows.empty());
        const Sold sold(me);
        const auto table = sales::pipeline_velocity(me, {});
        REQUIRE(table.rows.size() == 1);
        const auto& row = table.rows[0];
        CHECK(row.pipeline_name == "Sales");
        CHECK(row.group.empty());
        CHECK(row.open == 3);
        CHECK(row.closed == 4);
        CHECK(row.won == 2);
        CHECK(row.win_rate == Decimal::parse("0.5"));
        CHECK(row.mean_value == eur("75.00"));
        CHECK(row.mean_days == Decimal::of(20));
        // 3 * 0.5 * 75 / 20 = 5.625
        CHECK(row.velocity == eur("5.62"));
    });
}

TEST_CASE("the velocities of two currencies share what is open and what was lost") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Sold sold(me);
        sold.add(me, "Won", Money::of("30.00", "USD"), Date{2025y / 7 / 1}, 20);
        const auto table = sales::pipeline_velocity(me, {});
        REQUIRE(table.rows.size() == 2);
        CHECK(table.rows[0].closed == 5);
        CHECK(table.rows[0].win_rate == Decimal::parse("0.4"));
        CHECK(table.rows[0].velocity == eur("4.50"));  // 3 * 0.4 * 75 / 20
        CHECK(table.rows[1].open == 3);
        CHECK(table.rows[1].won == 1);
        CHECK(table.rows[1].win_rate == Decimal::parse("0.2"));
        CHECK(table.rows[1].mean_value == Money::of("30.00", "USD"));
        CHECK(table.rows[1].velocity == Money::of("0.90", "USD"));  // 3 * 0.2 * 30 / 20
        // A sale without value is won in no currency, and takes its part of the win rate.
        sold.add(me, "Won", {}, Date{2025y / 7 / 2}, 20);
        const auto more = sales::pipeline_velocity(me, {});
        REQUIRE(more.rows.size() == 3);
        CHECK(more.rows[0].closed == 6);
        CHECK(more.rows[0].won == 1);
        CHECK_FALSE(more.rows[0].mean_value);
        CHECK_FALSE(more.rows[0].velocity);
        CHECK(more.rows[1].win_rate == Decimal::parse("0.333333333"));
    });
}

TEST_CASE("velocity by pipeline, group, condition and period") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Sold sold(me);
        sales::create_pipeline_from_template(me, {.template_key = "spanco"});
        const auto other = me.query<Pipeline>("name != 'Sales'").first();
        REQUIRE(other);
        const auto stage =
            me.query<Stage>("pipeline = :p and state = 'open'", {{"p", other->id}}).first();
        me.create(Opportunity{.name = "Elsewhere", .stage = stage->id, .amount = eur("5")});
        const auto all = sales::pipeline_velocity(me, {.by = "owner"});
        REQUIRE(all.rows.size() == 2);
        CHECK(all.rows[1].group == "Ada");
        CHECK(all.rows[1].record == Link{User::entity_number, sold.ada.id});
        CHECK(all.rows[1].velocity == eur("5.62"));
        CHECK(all.rows[0].pipeline == other->id);
        CHECK(all.rows[0].open == 1);
        CHECK(all.rows[0].closed == 0);
        CHECK_FALSE(all.rows[0].win_rate);
        CHECK_FALSE(all.rows[0].mean_days);
        CHECK_FALSE(all.rows[0].velocity);
        const auto one = sales::pipeline_velocity(me, {.pipeline = other->id});
        REQUIRE(one.rows.size() == 1);
        CHECK(one.rows[0].open == 1);
        const auto in_may = sales::pipeline_velocity(
            me, {.where = "owner.name = 'Ada'", .from = Date{2025y / 5 / 1}});
        REQUIRE(in_may.rows.size() == 1);
        CHECK(in_may.rows[0].open == 3);
        CHECK(in_may.rows[0].closed == 3);
        CHECK(in_may.rows[0].velocity == eur("1.67"));  // 3 * 1/3 * 50 / 30
        CHECK(sales::pipeline_velocity(me, {.where = "name = 'nobody'"}).rows.empty());
        CHECK(code_of([&] { sales::pipeline_velocity(me, {.pipeline = Id{5}}); }) ==
              ErrorCode::not_found);
        CHECK(code_of([&] { sales::pipeline_velocity(me, {.where = "amount"}); }) ==
              ErrorCode::expression);
        CHECK(code_of([&] { sales::pipeline_velocity(me, {.by = "account.nam"}); }) ==
              ErrorCode::expression);
    });
}

TEST_CASE("an opportunity that was reopened is open, and sales of one day have no velocity") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Sold sold(me);
        const Opportunity won = sold.add(me, "Won", eur("9.00"), test_start.date(), 0);
        CHECK(sales::pipeline_velocity(me, {}).rows.at(0).won == 3);
        const auto today = sales::pipeline_velocity(me, {.from = test_start.date()});
        REQUIRE(today.rows.size() == 1);
        CHECK(today.rows[0].mean_value == eur("9.00"));
        CHECK(today.rows[0].mean_days == Decimal::of(0));
        CHECK_FALSE(today.rows[0].velocity);
        sales::reopen_opportunity(me, {.opportunity = won.id});
        const auto table = sales::pipeline_velocity(me, {});
        CHECK(table.rows.at(0).open == 4);
        CHECK(table.rows.at(0).won == 2);
        CHECK(table.rows.at(0).velocity == eur("7.50"));  // 4 * 0.5 * 75 / 20
    });
}
