#include <doctest/doctest.h>

#include "crmkit/engine/customer_360.hpp"
#include "sales/sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

TEST_CASE("winning finds the won stage, dates it, and keeps what it brought") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{
            .name = "Mill", .amount = eur("100.00"), .close_date = Date{2026y / 6 / 30}});
        time.clock->advance(24h);
        const auto won =
            sales::win_opportunity(me, {.opportunity = deal.id, .actual_value = eur("95.00")});
        CHECK(won.state == OpportunityState::won);
        CHECK(won.stage == stage_named(me, "Won"));
        CHECK(won.stage_name == "Won");
        CHECK(won.close_date == time.clock->now().date());
        CHECK(won.closed_at == time.clock->now());
        CHECK(won.actual_value == eur("95.00"));
        CHECK(won.probability == 100);
        CHECK(won.forecast_category == ForecastCategory::closed);
        CHECK(won.version == 2);
        CHECK(code_of([&] { sales::win_opportunity(me, {.opportunity = deal.id}); }) ==
              ErrorCode::illegal_transition);
        CHECK(code_of([&] {
                  sales::lose_opportunity(me, {.opportunity = deal.id, .reason = "x"});
              }) == ErrorCode::illegal_transition);
    });
}

TEST_CASE("undoing a win leaves alone what was entered after it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .amount = eur("100.00")});
        sales::win_opportunity(me, {.opportunity = deal.id});
        const auto win = me.history(deal.id).back().position;
        me.update<Opportunity>(deal.id, {{"actual_value", eur("95.00")}});
        me.undo(win);
        const auto open = me.get<Opportunity>(deal.id);
        CHECK(open.state == OpportunityState::open);
        CHECK(open.actual_value == eur("95.00"));
    });
}

TEST_CASE("an opportunity of a contact alone is its account's") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Account other = me.create(Account{.name = "Other"});
        const Contact ann = me.create(Contact{.last_name = "Ann", .account = acme.id});
        const Contact bob = me.create(Contact{.last_name = "Bob"});
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .primary_contact = ann.id});
        CHECK(deal.account == acme.id);
        CHECK_FALSE(me.create(Opportunity{.name = "Mine", .primary_contact = bob.id}).account);
        CHECK(me.create(Opportunity{.name = "Own", .account = other.id, .primary_contact = ann.id})
                  .account == other.id);
        const auto known = customer_360(me, {.party = Link{Account::entity_number, acme.id}});
        REQUIRE(known.opportunities.size() == 1);
        CHECK(known.opportunities[0].opportunity == deal.id);
    });
}

TEST_CASE("a day of the past given on closing is the day it closed") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Date day{2025y / 12 / 1};
        // Also when it is the day that was expected.
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .close_date = day});
        const auto won = sales::win_opportunity(me, {.opportunity = deal.id, .close_date = day});
        CHECK(won.close_date == day);
        CHECK(won.closed_at == Instant::start_of(day));
    });
}

TEST_CASE("losing needs a reason and remembers the competitor once") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .competitors = {"Initech"}});
        const Error error =
            error_of([&] { sales::lose_opportunity(me, {.opportunity = deal.id}); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(problem_about(error, "reason").message == "is required");
        sales::lose_opportunity(me, {.opportunity = deal.id,
                                     .reason = "price",
                                     .notes = "too late",
                                     .competitor = "Initech"});
        const auto lost = me.get<Opportunity>(deal.id);
        CHECK(lost.state == OpportunityState::lost);
        CHECK(lost.lost_reason == "price");
        CHECK(lost.lost_notes == "too late");
        CHECK(lost.competitors == std::vector<std::string>{"Initech"});
    });
}

TEST_CASE("reopening goes back to the last open stage and empties what closing filled") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .amount = eur("5.00")});
        CHECK(code_of([&] { sales::reopen_opportunity(me, {.opportunity = deal.id}); }) ==
              ErrorCode::illegal_transition);
        time.clock->advance(1h);
        sales::move_stage(me, {.opportunity = deal.id, .stage = stage_named(me, "Proposal")});
        time.clock->advance(1h);
        sales::win_opportunity(me, {.opportunity = deal.id, .actual_value = eur("4.00")});
        time.clock->advance(1h);
        const auto open = sales::reopen_opportunity(
            me, {.opportunity = deal.id, .close_date = Date{2026y / 9 / 1}});
        CHECK(open.stage == stage_named(me, "Proposal"));
        CHECK(open.state == OpportunityState::open);
        CHECK(open.probability == 50);
        CHECK_FALSE(open.closed_at);
        CHECK_FALSE(open.actual_value);
        CHECK(open.close_date == Date{2026y / 9 / 1});
        const auto stays = stays_of(me, deal.id);
        REQUIRE(stays.size() == 4);
        CHECK(stays[2].left_at == stays[3].entered_at);
        CHECK(stays[2].duration_seconds == 3600);

        // Straight from the outside, without a stage before: the first of the pipeline.
        const Opportunity old =
            me.create(Opportunity{.name = "Old", .stage = stage_named(me, "Lost")});
        CHECK(sales::reopen_opportunity(me, {.opportunity = old.id}).stage ==
              stage_named(me, "Qualification"));
        const auto given = sales::lose_opportunity(me, {.opportunity = old.id, .reason = "x"});
        CHECK(given.state == OpportunityState::lost);
        CHECK(sales::reopen_opportunity(
                  me, {.opportunity = old.id, .stage = stage_named(me, "Negotiation")})
                  .stage_name == "Negotiation");
        sales::lose_opportunity(me, {.opportunity = old.id, .reason = "y"});
        CHECK(code_of([&] {
                  sales::reopen_opportunity(
                      me, {.opportunity = old.id, .stage = stage_named(me, "Won")});
              }) == ErrorCode::validation);
    });
}

TEST_CASE("a stage move may change the pipeline, and map the stage") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto spanco =
            sales::create_pipeline_from_template(me, {.template_key = "spanco", .name = "Région"});
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        CHECK(code_of([&] { sales::move_stage(me, {.opportunity = deal.id}); }) ==
              ErrorCode::validation);
        CHECK(code_of([&] {
                  sales::move_stage(me, {.opportunity = deal.id, .pipeline = Id{99}});
              }) == ErrorCode::not_found);
        // Qualification, 10 %, lies between Suspect, 5 %, and Prospect, 15 %: the earlier one.
        auto moved = sales::move_stage(me, {.opportunity = deal.id, .pipeline = spanco.pipeline});
        CHECK(moved.pipeline == spanco.pipeline);
        CHECK(moved.stage_name == "Suspect");
        CHECK(moved.probability == 5);
        moved = sales::move_stage(
            me, {.opportunity = deal.id, .stage = stage_named(me, "Negotiation")});
        CHECK(moved.pipeline == deal.pipeline);
        moved = sales::move_stage(me, {.opportunity = deal.id, .pipeline = spanco.pipeline});
        CHECK(moved.stage_name == "Négociation");
        CHECK(code_of([&] {
                  sales::move_stage(
                      me, {.opportunity = deal.id, .stage = stage_named(me, "Perdu", "Région")});
              }) == ErrorCode::validation);
        moved = sales::move_stage(me, {.opportunity = deal.id,
                                       .stage = stage_named(me, "Perdu", "Région"),
                                       .reason = "prix"});
        CHECK(moved.state == OpportunityState::lost);
        moved = sales::move_stage(me, {.opportunity = deal.id, .pipeline = deal.pipeline});
        CHECK(moved.stage_name == "Lost");
        CHECK(me.get<Opportunity>(deal.id).lost_reason == "prix");
    });
}

TEST_CASE("a won opportunity may go on through won stages without closing again") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        sales::create_pipeline_from_template(me, {.template_key = "spancor"});
        const Opportunity deal = me.create(
            Opportunity{.name = "Mill", .stage = stage_named(me, "Négociation", "SPANCOR")});
        const auto won = sales::win_opportunity(me, {.opportunity = deal.id});
        CHECK(won.stage_name == "Commande");
        time.clock->advance(24h * 30);
        const auto delivered = sales::move_stage(
            me, {.opportunity = deal.id, .stage = stage_named(me, "Réalisation", "SPANCOR")});
        CHECK(delivered.state == OpportunityState::won);
        CHECK(delivered.closed_at == won.closed_at);
        CHECK(delivered.close_date == won.close_date);
        const auto stays = stays_of(me, deal.id);
        REQUIRE(stays.size() == 3);
        CHECK(stays[2].entered_at == time.clock->now());
        CHECK(stays[1].duration_seconds == 30 * 86'400);
    });
}

TEST_CASE("operations find stale versions, missing records and missing stages") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        me.update<Opportunity>(deal.id, {{"next_step", "call"}});
        CHECK(code_of([&] {
                  sales::win_opportunity(me, {.opportunity = deal.id, .version = 1});
              }) == ErrorCode::conflict);
        CHECK(code_of([&] { sales::win_opportunity(me, {.opportunity = Id{77}}); }) ==
              ErrorCode::not_found);
        CHECK(code_of([&] { sales::win_opportunity(me, {}); }) == ErrorCode::validation);
        me.update<Stage>(stage_named(me, "Won"), {{"is_active", false}});
        const Error error = error_of([&] { sales::win_opportunity(me, {.opportunity = deal.id}); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(problem_about(error, "pipeline").value == "Sales");
        CHECK(me.get<Opportunity>(deal.id).version == 2);
    });
}
