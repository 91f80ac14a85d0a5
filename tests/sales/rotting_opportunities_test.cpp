#include <doctest/doctest.h>

#include "sales/sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

namespace {

/// Lets no stage rot but these: Qualification after 10 days, Proposal after 3.
void set_rotting_days(Session& me) {
    for (const Stage& stage : me.query<Stage>().all()) {
        me.update<Stage>(stage.id, {{"rotting_days", Value()}});
    }
    me.update<Stage>(stage_named(me, "Qualification"), {{"rotting_days", 10}});
    me.update<Stage>(stage_named(me, "Proposal"), {{"rotting_days", 3}});
}

Id add(Session& me, const char* name, const char* stage, std::optional<Money> amount = {}) {
    return me.create(Opportunity{.name = name, .stage = stage_named(me, stage), .amount = amount})
        .id;
}

/// The names on the first page of the list.
std::string rotting(Session& me, const sales::RottingOpportunities& input = {}) {
    std::string names;
    for (const auto& row : sales::rotting_opportunities(me, input).rows) {
        names += row.name + ' ';
    }
    return names;
}

}  // namespace

TEST_CASE("opportunities rot after the days of their stage, the oldest first") {
    on_each_store([](Crm crm, TestClock& time) {
        const User ada = crm.ensure_user("Ada", "ada@example.com");
        Session me = crm.as(ada);
        CHECK(rotting(me).empty());
        set_rotting_days(me);
        const Id first = add(me, "First", "Qualification", eur("100.00"));
        time.clock->advance(24h);
        add(me, "Second", "Proposal");
        add(me, "Third", "Proposal", Money::of("5.00", "USD"));
        add(me, "Free", "Needs analysis");
        add(me, "Won", "Won");
        time.clock->advance(3 * 24h);
        CHECK(rotting(me).empty());  // three days are allowed
        time.clock->advance(1s);
        CHECK(rotting(me) == "Second Third ");
        time.clock->advance(8 * 24h);
        const auto page = sales::rotting_opportunities(me, {});
        REQUIRE(page.rows.size() == 3);
        CHECK(page.next.empty());
        const auto& row = page.rows[0];
        CHECK(row.opportunity == first);
        CHECK(row.owner == Link{User::entity_number, ada.id});
        CHECK(row.owner_name == "Ada");
        CHECK(row.stage_name == "Qualification");
        CHECK(row.amount == eur("100.00"));
        CHECK(row.entered_at == test_start);
        CHECK(row.days_in_stage == 12);
        CHECK(row.rotting_days == 10);
        CHECK(row.days_over == 2);
        CHECK(page.rows[1].days_in_stage == 11);
        CHECK(page.rows[1].days_over == 8);
        CHECK(page.rows[2].amount == Money::of("5.00", "USD"));
        CHECK(rotting(me, {.where = "amount > 50"}) == "First ");
        const Id pipeline = me.get<Opportunity>(first).pipeline;
        CHECK(rotting(me, {.pipeline = pipeline}) == "First Second Third ");
        sales::create_pipeline_from_template(me, {.template_key = "spanco"});
        const auto other = me.query<Pipeline>("name != 'Sales'").first();
        CHECK(rotting(me, {.pipeline = other->id}).empty());
    });
}

TEST_CASE("a move, and a reopening, begin the days of a stage anew") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        set_rotting_days(me);
        const Id deal = add(me, "Deal", "Proposal");
        const Id old = me.create(Opportunity{.name = "Old",
                                             .stage = stage_named(me, "Proposal"),
                                             .opened_on = test_start.date() - 30})
                           .id;
        CHECK(rotting(me) == "Old ");
        time.clock->advance(96h);
        CHECK(rotting(me) == "Old Deal ");
        sales::move_stage(me, {.opportunity = deal, .stage = stage_named(me, "Negotiation")});
        sales::win_opportunity(me, {.opportunity = old});
        CHECK(rotting(me).empty());
        sales::reopen_opportunity(me, {.opportunity = old, .stage = stage_named(me, "Proposal")});
        sales::move_stage(me, {.opportunity = deal, .stage = stage_named(me, "Proposal")});
        CHECK(rotting(me).empty());
        time.clock->advance(73h);
        CHECK(rotting(me) == "Deal Old ");
        me.remove<Opportunity>(deal);
        CHECK(rotting(me) == "Old ");
    });
}

TEST_CASE("the rotting list comes in pages, and refuses what is wrong") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        set_rotting_days(me);
        for (const char* name : {"a", "b", "c", "d", "e"}) {
            add(me, name, "Proposal");
        }
        time.clock->advance(96h);
        const auto first = sales::rotting_opportunities(me, {.limit = 2});
        CHECK(first.rows.size() == 2);
        sales::move_stage(me, {.opportunity = first.rows[1].opportunity,
                               .stage = stage_named(me, "Negotiation")});
        CHECK(rotting(me, {.limit = 2, .after = first.next}) == "c d ");
        for (const std::int64_t limit : {0, -1, 1001}) {
            const Error error = error_of([&] { rotting(me, {.limit = limit}); });
            CHECK(error.code() == ErrorCode::validation);
            CHECK(problem_about(error, "limit").value == std::to_string(limit));
        }
        CHECK(code_of([&] { return rotting(me, {.where = "nam = 'x'"}); }) ==
              ErrorCode::expression);
        CHECK(code_of([&] { return rotting(me, {.pipeline = Id{5}}); }) == ErrorCode::not_found);
        CHECK(code_of([&] { return rotting(me, {.after = "nowhere"}); }) ==
              ErrorCode::invalid_argument);
    });
}
