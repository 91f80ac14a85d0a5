#include <doctest/doctest.h>

#include "sales/sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

namespace {

Money usd(std::string_view amount) { return Money::of(amount, "USD"); }

/// Two sellers with a manager each, and sales of two quarters.
struct SalesTeam {
    User boss, ada, ben;
    Team north;
    Account acme, bolt;

    explicit SalesTeam(Crm& crm) {
        Session me = crm.as_system();
        north = me.create(Team{.name = "North"});
        boss = me.create(User{.name = "Boss"});
        ada = me.create(User{.name = "Ada", .manager = boss.id, .team = north.id});
        ben = me.create(User{.name = "Ben"});
        acme = me.create(Account{.name = "Acme", .industry = "steel"});
        bolt = me.create(Account{.name = "Bolt", .industry = "glass"});
        add(me, ada, acme, "Won", "100.00", Date{2025y / 1 / 11}, 10);
        add(me, ada, acme, "Won", "50.00", Date{2025y / 5 / 1}, 30);
        add(me, ada, bolt, "Lost", "70.00", Date{2025y / 2 / 1}, 5);
        add(me, ben, bolt, "Won", "30.00", Date{2025y / 2 / 20}, 21);
        add(me, ben, bolt, "Lost", "20.00", Date{2025y / 6 / 1}, 7);
        add(me, ben, acme, "Lost", "", Date{2025y / 6 / 2}, 8);
        Opportunity dollars = deal(me, ben, acme, "Won", "", Date{2025y / 5 / 2}, 0);
        dollars.actual_value = usd("9.99");
        dollars.opened_on.reset();
        me.create(dollars);
    }

    static Opportunity deal(Session& me, const User& owner, const Account& account,
                            const char* stage, std::string_view amount, Date close_date,
                            std::int32_t days) {
        Opportunity deal{.name = "Deal",
                         .account = account.id,
                         .stage = stage_named(me, stage),
                         .close_date = close_date,
                         .opened_on = close_date - days};
        deal.owner = Link{User::entity_number, owner.id};
        if (!amount.empty()) {
            deal.amount = eur(amount);
        }
        return deal;
    }
    static void add(Session& me, const User& owner, const Account& account, const char* stage,
                    std::string_view amount, Date close_date, std::int32_t days) {
        me.create(deal(me, owner, account, stage, amount, close_date, days));
    }
};

}  // namespace

TEST_CASE("win rate, in all and by any grouping") {
    on_each_store([](Crm crm, TestClock&) {
        const SalesTeam team(crm);
        Session me = crm.as_system();
        const auto all = sales::win_rate(me, {});
        CHECK(all.won == 4);
        CHECK(all.lost == 3);
        CHECK(all.rate == Decimal::parse("0.571428571"));
        CHECK(all.rows.empty());

        const auto by_owner = sales::win_rate(me, {.by = "owner"});
        REQUIRE(by_owner.rows.size() == 2);
        CHECK(by_owner.rows[0].group == "Ada");
        CHECK(by_owner.rows[0].record == Link{User::entity_number, team.ada.id});
        CHECK(by_owner.rows[0].won == 2);
        CHECK(by_owner.rows[0].rate == Decimal::parse("0.666666667"));
        CHECK(by_owner.rows[1].lost == 2);

        const auto by_manager = sales::win_rate(me, {.by = "manager"});
        REQUIRE(by_manager.rows.size() == 2);
        CHECK(by_manager.rows[0].group.empty());
        CHECK(by_manager.rows[1].group == "Boss");
        CHECK(sales::win_rate(me, {.by = "team"}).rows.at(1).group == "North");

        const auto by_quarter = sales::win_rate(me, {.by = "quarter"});
        REQUIRE(by_quarter.rows.size() == 2);
        CHECK(by_quarter.rows[0].group == "2025-Q1");
        CHECK(by_quarter.rows[0].won == 2);
        const auto by_industry =
            sales::win_rate(me, {.by = "account.industry", .where = "owner.name = 'Ben'"});
        REQUIRE(by_industry.rows.size() == 2);
        CHECK(by_industry.rows[0].group == "glass");
        CHECK_FALSE(by_industry.rows[0].record);
        CHECK(by_industry.won == 2);

        const auto none =
            sales::win_rate(me, {.from = Date{2025y / 1 / 12}, .until = Date{2025y / 1 / 31}});
        CHECK(none.won + none.lost == 0);
        CHECK_FALSE(none.rate);
        const auto edges =
            sales::win_rate(me, {.from = Date{2025y / 1 / 11}, .until = Date{2025y / 2 / 1}});
        CHECK(edges.won == 1);
        CHECK(edges.lost == 1);
    });
}

TEST_CASE("won value by group and period never adds two currencies") {
    on_each_store([](Crm crm, TestClock&) {
        const SalesTeam team(crm);
        Session me = crm.as_system();
        const auto all = sales::won_value(me, {});
        REQUIRE(all.rows.size() == 2);
        CHECK(all.rows[0].value == eur("180.00"));
        CHECK(all.rows[0].count == 3);
        CHECK(all.rows[1].value == usd("9.99"));
        const auto table = sales::won_value(me, {.by = "owner", .period = sales::Period::quarter});
        REQUIRE(table.rows.size() == 4);
        CHECK(table.rows[0].group == "Ada");
        CHECK(table.rows[0].period == "2025-Q1");
        CHECK(table.rows[0].period_start == Date{2025y / 1 / 1});
        CHECK(table.rows[0].value == eur("100.00"));
        CHECK(table.rows[1].period == "2025-Q2");
        CHECK(table.rows[2].group == "Ben");
        CHECK(table.rows[2].value == eur("30.00"));
        CHECK(table.rows[3].value == usd("9.99"));
        const auto months = sales::won_value(me, {.period = sales::Period::month});
        REQUIRE(months.rows.size() == 4);
        CHECK(months.rows[3].period == "2025-05");
        CHECK(sales::won_value(me, {.by = "year"}).rows.at(0).group == "2025");
    });
}

TEST_CASE("the sales cycle is counted in days, won and lost apart") {
    on_each_store([](Crm crm, TestClock&) {
        const SalesTeam team(crm);
        Session me = crm.as_system();
        const auto all = sales::sales_cycle(me, {});
        REQUIRE(all.rows.size() == 2);
        CHECK(all.rows[0].state == OpportunityState::won);
        CHECK(all.rows[0].count == 3);
        CHECK(all.rows[0].mean_days == Decimal::parse("20.333333333"));
        CHECK(all.rows[0].median_days == Decimal::of(21));
        CHECK(all.rows[1].count == 3);
        CHECK(all.rows[1].median_days == Decimal::of(7));
        const auto by_account = sales::sales_cycle(me, {.by = "account"});
        REQUIRE(by_account.rows.size() == 4);
        CHECK(by_account.rows[0].group == "Acme");
        CHECK(by_account.rows[0].median_days == Decimal::of(20));
        CHECK(by_account.rows[3].group == "Bolt");
        CHECK(by_account.rows[3].state == OpportunityState::lost);
    });
}

TEST_CASE("the weighted forecast is exact and rounded once") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto add = [&](std::string_view amount, std::int64_t probability, Date day) {
            me.create(Opportunity{.name = "Deal",
                                  .amount = eur(amount),
                                  .close_date = day,
                                  .probability = probability});
        };
        for (int i = 0; i < 3; ++i) {
            add("0.01", 33, Date{2026y / 2 / 10});
        }
        add("100.00", 50, Date{2026y / 2 / 28});
        add("10.00", 25, Date{2026y / 3 / 1});
        me.create(Opportunity{.name = "No date", .amount = usd("8.00"), .probability = 50});
        me.create(Opportunity{.name = "No amount", .close_date = Date{2026y / 3 / 2}});
        me.create(Opportunity{.name = "Won", .stage = stage_named(me, "Won"), .amount = eur("1")});
        const auto forecast = sales::weighted_forecast(me, {});
        REQUIRE(forecast.rows.size() == 4);
        CHECK(forecast.rows[0].period.empty());
        CHECK(forecast.rows[0].weighted == usd("4.00"));
        CHECK(forecast.rows[1].period == "2026-02");
        CHECK(forecast.rows[1].count == 4);
        CHECK(forecast.rows[1].amount == eur("100.03"));
        CHECK(forecast.rows[1].weighted == eur("50.01"));
        CHECK(forecast.rows[2].period == "2026-03");
        CHECK_FALSE(forecast.rows[2].amount);
        CHECK(forecast.rows[2].count == 1);
        CHECK(forecast.rows[3].weighted == eur("2.50"));
        const auto by_pipeline = sales::weighted_forecast(
            me, {.period = sales::Period::year, .by = "pipeline", .from = Date{2026y / 1 / 1}});
        REQUIRE(by_pipeline.rows.size() == 2);
        CHECK(by_pipeline.rows[1].group == "Sales");
        CHECK(by_pipeline.rows[1].period == "2026");
        CHECK(by_pipeline.rows[1].weighted == eur("52.51"));
        CHECK(sales::weighted_forecast(me, {.by = "forecast_category"}).rows.size() == 4);
    });
}

TEST_CASE("the pipeline by stage shows every stage in order") {
    on_each_store([](Crm crm, TestClock&) {
        const SalesTeam team(crm);
        Session me = crm.as_system();
        sales::create_pipeline_from_template(me, {.template_key = "spanco"});
        me.create(Opportunity{.name = "Open", .amount = eur("10.00")});
        const auto sales = me.query<Pipeline>("name = 'Sales'").first();
        const auto table = sales::pipeline_by_stage(me, {.pipeline = sales->id});
        REQUIRE(table.rows.size() == 8);
        CHECK(table.rows[0].stage_name == "Qualification");
        CHECK(table.rows[0].count == 1);
        CHECK(table.rows[0].weighted == eur("1.00"));
        CHECK(table.rows[1].stage_name == "Needs analysis");
        CHECK(table.rows[1].count == 0);
        CHECK_FALSE(table.rows[1].amount);
        CHECK(table.rows[4].stage_name == "Won");
        CHECK(table.rows[4].count == 1);  // its value is no amount
        CHECK_FALSE(table.rows[4].amount);
        CHECK(table.rows[5].amount == eur("180.00"));
        CHECK(table.rows[5].weighted == eur("180.00"));
        CHECK(table.rows[7].state == OpportunityState::lost);
        CHECK(table.rows[7].weighted == eur("0.00"));
        CHECK(sales::pipeline_by_stage(me, {}).rows.size() == 15);
        const auto few = sales::pipeline_by_stage(
            me, {.pipeline = sales->id, .where = "state = 'open' or amount > 60"});
        CHECK(few.rows.at(0).count == 1);
        CHECK(few.rows.at(4).count == 1);
        CHECK(few.rows.at(5).count == 1);
        CHECK(code_of([&] { sales::pipeline_by_stage(me, {.pipeline = Id{5}}); }) ==
              ErrorCode::not_found);
    });
}

TEST_CASE("time in stage and conversion follow the stage history") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        std::vector<Opportunity> deals;
        for (int i = 0; i < 4; ++i) {
            deals.push_back(me.create(Opportunity{.name = "Deal " + std::to_string(i)}));
        }
        const auto go = [&](std::size_t deal, const char* stage) {
            sales::move_stage(me, {.opportunity = deals[deal].id,
                                   .stage = stage_named(me, stage),
                                   .reason = "because"});
        };
        time.clock->advance(24h);
        go(0, "Proposal");
        time.clock->advance(24h);
        go(1, "Proposal");
        go(0, "Won");
        time.clock->advance(24h);
        go(2, "Lost");
        const auto durations = sales::stage_durations(me, {});
        REQUIRE(durations.rows.size() == 2);
        const auto& first = durations.rows[0];
        CHECK(first.stage_name == "Qualification");
        CHECK(first.pipeline_name == "Sales");
        CHECK(first.entered == 4);
        CHECK(first.left == 3);
        // Left after 1, 2 and 3 days; the fourth has stayed for 3 and is still inside.
        CHECK(first.median_seconds == static_cast<std::int64_t>(2.5 * 86'400));
        CHECK(first.median_days == Decimal::parse("2.5"));
        CHECK(first.mean_days == Decimal::parse("2.25"));
        CHECK_FALSE(first.p90_seconds);
        CHECK(durations.rows[1].stage_name == "Proposal");
        CHECK(durations.rows[1].mean_days == Decimal::of(1));

        const auto rates = sales::stage_conversion(me, {});
        REQUIRE(rates.rows.size() == 7);
        CHECK(rates.rows[0].from_name == "Qualification");
        CHECK(rates.rows[0].to_name == "Proposal");
        CHECK(rates.rows[0].entered == 4);
        CHECK(rates.rows[0].moved == 2);
        CHECK(rates.rows[0].rate == Decimal::parse("0.5"));
        CHECK(rates.rows[1].to_name == "Lost");
        CHECK(rates.rows[1].moved == 1);
        CHECK_FALSE(rates.rows[2].to_stage);
        CHECK(rates.rows[2].moved == 1);
        CHECK(rates.rows[3].from_name == "Proposal");
        CHECK(rates.rows[3].to_name == "Won");

        const auto one = sales::stage_conversion(me, {.where = "name = 'Deal 0'"});
        REQUIRE(one.rows.size() == 3);
        CHECK(one.rows[0].rate == Decimal::of(1));
        const Date today = test_start.date();
        CHECK(sales::stage_durations(me, {.until = today}).rows.size() == 1);
        CHECK(sales::stage_durations(me, {.from = today + 1, .until = today + 1})
                  .rows.at(0)
                  .stage_name == "Proposal");
        CHECK(sales::stage_durations(me, {.where = "name = 'nobody'"}).rows.empty());
    });
}

TEST_CASE("a wrong condition or grouping is refused with its place in the caller's text") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto place = [&](const std::string& by, const std::string& where) {
            const Error error =
                error_of([&] { (void)sales::won_value(me, {.by = by, .where = where}); });
            CHECK(error.code() == ErrorCode::expression);
            REQUIRE_FALSE(error.problems().empty());
            return error.problems()[0].column;
        };
        CHECK(place("", "amount > 5 and stat = 'open'") == 16);
        CHECK(place("", "name) or (name = name") == 5);
        CHECK(place("", "name = 'x' order by name") == 12);
        CHECK(place("", "amount") == 1);
        CHECK(place("", "name = :somebody") == 1);
        CHECK(place("account.nam", "") == 9);
        CHECK(place("account, product", "") == 8);
        CHECK(place("competitors", "") == 1);
        CHECK(code_of([&] { (void)sales::won_value(me, {.where = std::string(100'000, ' ')}); }) ==
              ErrorCode::validation);
        CHECK(code_of([&] { (void)sales::won_value(me, {.where = "name = '\xff'"}); }) ==
              ErrorCode::validation);
        const std::string deep(5'000, '(');
        CHECK(code_of([&] { (void)sales::won_value(me, {.where = deep}); }) ==
              ErrorCode::expression);
    });
}
