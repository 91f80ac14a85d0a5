#include <doctest/doctest.h>

#include "crmkit/base/random.hpp"
#include "sales/sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

namespace {

bool is_open(const Opportunity& deal) { return deal.state == OpportunityState::open; }

}  // namespace

TEST_CASE("a new opportunity begins in the first stage of the default pipeline") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .amount = eur("100.00")});
        CHECK(deal.stage == stage_named(me, "Qualification"));
        CHECK(deal.pipeline == me.get<Stage>(deal.stage).pipeline);
        CHECK(is_open(deal));
        CHECK(deal.probability == 10);
        CHECK_FALSE(deal.is_probability_manual);
        CHECK(deal.forecast_category == ForecastCategory::pipeline);
        CHECK(deal.opened_on == test_start.date());
        CHECK_FALSE(deal.closed_at);
        const auto stays = stays_of(me, deal.id);
        REQUIRE(stays.size() == 1);
        CHECK(stays[0].to_stage == deal.stage);
        CHECK_FALSE(stays[0].from_stage);
        CHECK(stays[0].entered_at == test_start);
        CHECK_FALSE(stays[0].left_at);
        CHECK(stays[0].amount == eur("100.00"));
        CHECK(stays[0].probability == 10);
    });
}

TEST_CASE("without a default pipeline the stage must be given") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        auto pipeline = me.query<Pipeline>("is_default").first();
        REQUIRE(pipeline);
        pipeline->is_default = false;
        me.update(*pipeline);
        const Error error = error_of([&] { me.create(Opportunity{.name = "Mill"}); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(problem_about(error, "stage").message == "is required");
        CHECK(me.create(Opportunity{.name = "Mill", .stage = stage_named(me, "Proposal")}).id);
    });
}

TEST_CASE("the stage decides pipeline, state, probability and forecast category") {
    on_each_store([](Crm crm, TestClock& time) {
        const User ada = crm.ensure_user("Ada", "ada@example.com");
        Session me = crm.as(ada);
        Opportunity deal = me.create(Opportunity{.name = "Mill", .close_date = Date{30'000}});
        time.clock->advance(48h);
        deal.stage = stage_named(me, "Negotiation");
        deal.amount = eur("5.00");
        deal = me.update(deal);
        CHECK(deal.probability == 75);
        CHECK(deal.forecast_category == ForecastCategory::commit);
        const auto stays = stays_of(me, deal.id);
        REQUIRE(stays.size() == 2);
        CHECK(stays[0].left_at == time.clock->now());
        CHECK(stays[0].duration_seconds == 48 * 3600);
        CHECK(stays[1].from_stage == stays[0].to_stage);
        CHECK(stays[1].entered_at == time.clock->now());
        CHECK(stays[1].actor == ada.id);
        CHECK(stays[1].amount == eur("5.00"));
        CHECK(stays[1].close_date == Date{30'000});
        CHECK(stays[1].forecast_category == ForecastCategory::commit);

        deal.next_step = "call";
        deal = me.update(deal);
        CHECK(stays_of(me, deal.id).size() == 2);
    });
}

TEST_CASE("a probability set by hand survives moves until the opportunity closes") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        Opportunity deal = me.create(Opportunity{.name = "Mill", .probability = 33});
        CHECK(deal.is_probability_manual);
        CHECK(deal.probability == 33);
        deal = me.update<Opportunity>(deal.id, {{"stage", stage_named(me, "Proposal")}});
        CHECK(deal.probability == 33);
        deal = me.update<Opportunity>(deal.id, {{"is_probability_manual", false}});
        CHECK(deal.probability == 50);
        deal = me.update<Opportunity>(deal.id, {{"probability", 60}});
        CHECK(deal.is_probability_manual);
        deal = me.update<Opportunity>(deal.id, {{"probability", Value()}});
        CHECK_FALSE(deal.is_probability_manual);
        CHECK(deal.probability == 50);
        deal = me.update<Opportunity>(deal.id, {{"probability", 61}});
        deal = me.update<Opportunity>(deal.id, {{"stage", stage_named(me, "Won")}});
        CHECK(deal.probability == 100);
        deal = me.update<Opportunity>(deal.id, {{"stage", stage_named(me, "Needs analysis")}});
        CHECK(deal.probability == 25);
        CHECK_FALSE(deal.is_probability_manual);
        CHECK(error_of([&] {
                  me.update<Opportunity>(deal.id, {{"probability", 101}});
              })
                  .problems()
                  .at(0)
                  .field == "probability");
    });
}

TEST_CASE("a forecast category given with the move is kept") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        Opportunity deal = me.create(
            Opportunity{.name = "Mill", .forecast_category = ForecastCategory::best_case});
        CHECK(deal.forecast_category == ForecastCategory::best_case);
        deal = me.update<Opportunity>(
            deal.id, {{"stage", stage_named(me, "Negotiation")}, {"forecast_category", "omitted"}});
        CHECK(deal.forecast_category == ForecastCategory::omitted);
        deal = me.update<Opportunity>(deal.id, {{"stage", stage_named(me, "Proposal")}});
        CHECK(deal.forecast_category == ForecastCategory::best_case);
        deal = me.update<Opportunity>(deal.id, {{"forecast_category", Value()}});
        CHECK(deal.forecast_category == ForecastCategory::best_case);
    });
}

TEST_CASE("only a sale that is won counts as closed in the forecast") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        const auto set_closed = [&] {
            return me.update<Opportunity>(deal.id, {{"forecast_category", "closed"}});
        };
        const Error error = error_of(set_closed);
        CHECK(error.code() == ErrorCode::validation);
        REQUIRE(error.problems().size() == 1);
        CHECK(error.problems().front().field == "forecast_category");
        CHECK(error.problems().front().value == "closed");
        CHECK(sales::win_opportunity(me, {.opportunity = deal.id}).forecast_category ==
              ForecastCategory::closed);
        CHECK(code_of([&] {
                  return me.create(Stage{.name = "Odd",
                                         .pipeline = deal.pipeline,
                                         .forecast_category = ForecastCategory::closed});
              }) == ErrorCode::validation);
    });
}

TEST_CASE("what the library keeps is refused from a host") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        const Error error = error_of([&] {
            me.update<Opportunity>(deal.id, {{"state", "won"},
                                             {"closed_at", test_start},
                                             {"base_amount", eur("1.00")},
                                             {"exchange_rate", Decimal::of(1)}});
        });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(error.problems().size() == 4);
        CHECK(code_of([&] {
                  me.create(Opportunity{.name = "Mill", .state = OpportunityState::won});
              }) == ErrorCode::validation);
        const StageHistory stay = stays_of(me, deal.id).at(0);
        CHECK(code_of([&] { me.create(StageHistory{.opportunity = deal.id}); }) ==
              ErrorCode::permission_denied);
        CHECK(code_of([&] {
                  me.update<StageHistory>(stay.id, {{"probability", 1}});
              }) == ErrorCode::permission_denied);
        CHECK(code_of([&] { me.remove<StageHistory>(stay.id); }) == ErrorCode::permission_denied);
        CHECK(code_of([&] { me.undo(me.history(stay.id).at(0).position); }) ==
              ErrorCode::permission_denied);
    });
}

TEST_CASE("entering a stage asks for its required fields, all at once") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id stage = stage_named(me, "Proposal");
        me.update<Stage>(stage, {{"required_fields",
                                  std::vector<std::string>{"amount", "account", "next_step"}}});
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .next_step = "call"});
        const Error error = error_of([&] {
            me.update<Opportunity>(deal.id, {{"stage", stage}, {"name", ""}});
        });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(error.problems().size() == 3);
        CHECK(problem_about(error, "amount").message == "is required in stage 'Proposal'");
        CHECK(problem_about(error, "account").entity == "opportunity");
        CHECK(problem_about(error, "name").message == "is required");
        CHECK(me.get<Opportunity>(deal.id).version == deal.version);
        CHECK(stays_of(me, deal.id).size() == 1);

        const Error unknown = error_of([&] {
            me.update<Stage>(stage, {{"required_fields", std::vector<std::string>{"amonut"}}});
        });
        CHECK(problem_about(unknown, "required_fields").value == "amonut");
        CHECK(unknown.message().find("'amount'") != std::string::npos);
    });
}

TEST_CASE("exit criteria must hold to go on from a stage, not to go back or to lose") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id first = stage_named(me, "Qualification");
        const Id second = stage_named(me, "Proposal");
        me.update<Stage>(
            first, {{"exit_criteria",
                     "amount > 1000 and account.industry = 'steel' and count(contact_roles) > 0"}});
        const auto acme = me.create(Account{.name = "Acme", .industry = "steel"});
        const auto ada = me.create(Contact{.last_name = "Lovelace", .account = acme.id});
        const auto deal =
            me.create(Opportunity{.name = "Mill", .account = acme.id, .stage = first});
        me.create(OpportunityContactRole{.opportunity = deal.id, .contact = ada.id});
        const Money little = Money::of("1000", "EUR");

        for (const Id to : {second, stage_named(me, "Won")}) {
            const Error error = error_of([&] {
                me.update<Opportunity>(deal.id, {{"stage", to}, {"amount", little}});
            });
            CHECK(error.code() == ErrorCode::validation);
            CHECK(problem_about(error, "stage").message.find("count(contact_roles) > 0") !=
                  std::string::npos);
            CHECK(me.get<Opportunity>(deal.id).stage == first);
        }
        me.update<Opportunity>(deal.id, {{"stage", second}, {"amount", Money::of("1001", "EUR")}});

        me.update<Stage>(second, {{"exit_criteria", "amount > 5000"}});
        me.update<Opportunity>(deal.id, {{"stage", first}});
        me.update<Opportunity>(deal.id, {{"stage", second}});
        me.update<Opportunity>(deal.id,
                               {{"stage", stage_named(me, "Lost")}, {"lost_reason", "price"}});
    });
}

TEST_CASE("exit criteria are checked when they are defined") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id stage = stage_named(me, "Proposal");
        const auto problem = [&](const char* criteria) {
            const Error error = error_of([&] {
                me.update<Stage>(stage, {{"exit_criteria", criteria}});
            });
            CHECK(error.code() == ErrorCode::validation);
            return problem_about(error, "exit_criteria");
        };
        const Problem misspelled = problem("amonut > 0");
        CHECK(misspelled.entity == "stage");
        CHECK(misspelled.value == "amonut");
        CHECK(misspelled.message.find("amount") != std::string::npos);
        CHECK(misspelled.column == 1);
        CHECK(problem("amount").message == "is no condition: it is neither true nor false");
        CHECK(problem("amount > :least").message ==
              "has a parameter, which nobody gives a value for");
        CHECK(me.get<Stage>(stage).exit_criteria.empty());
    });
}

TEST_CASE("closing by a stage move fills when it closed; losing needs a reason") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        Opportunity deal = me.create(
            Opportunity{.name = "Mill", .is_on_hold = true, .close_date = Date{2026y / 3 / 31}});
        time.clock->advance(24h * 10);
        const Error error = error_of([&] {
            me.update<Opportunity>(deal.id, {{"stage", stage_named(me, "Lost")}});
        });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(problem_about(error, "lost_reason").message == "is required to go from open to lost");
        deal = me.update<Opportunity>(
            deal.id, {{"stage", stage_named(me, "Lost")}, {"lost_reason", "price"}});
        CHECK(deal.state == OpportunityState::lost);
        CHECK(deal.closed_at == time.clock->now());
        CHECK(deal.close_date == time.clock->now().date());
        CHECK(deal.probability == 0);
        CHECK_FALSE(deal.is_on_hold);
        CHECK(deal.forecast_category == ForecastCategory::omitted);

        const Error illegal = error_of([&] {
            me.update<Opportunity>(deal.id, {{"stage", stage_named(me, "Won")}});
        });
        CHECK(illegal.code() == ErrorCode::illegal_transition);
        CHECK(illegal.problems().at(0).entity == "opportunity");
        CHECK(illegal.problems().at(0).field == "state");
        CHECK(illegal.problems().at(0).value == "won");
        CHECK(illegal.message().find("cannot follow 'lost'; from there it may go to: open") !=
              std::string::npos);

        deal = me.update<Opportunity>(deal.id, {{"stage", stage_named(me, "Proposal")}});
        CHECK(is_open(deal));
        CHECK_FALSE(deal.closed_at);
        CHECK(deal.lost_reason.empty());
    });
}

TEST_CASE("sales of the past keep their days") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Date opened = Date{2017y / 1 / 10};
        const Date closed = Date{2017y / 3 / 1};
        const Opportunity won = me.create(Opportunity{.name = "Old sale",
                                                      .stage = stage_named(me, "Won"),
                                                      .amount = eur("10.00"),
                                                      .close_date = closed,
                                                      .opened_on = opened});
        CHECK(won.state == OpportunityState::won);
        CHECK(won.close_date == closed);
        CHECK(won.closed_at == Instant::start_of(closed));
        auto stays = stays_of(me, won.id);
        REQUIRE(stays.size() == 1);
        CHECK(stays[0].entered_at == Instant::start_of(closed));

        const Opportunity lost =
            me.create(Opportunity{.name = "Old loss", .stage = stage_named(me, "Lost")});
        CHECK(lost.closed_at == test_start);
        CHECK(lost.close_date == test_start.date());
        CHECK_FALSE(lost.opened_on);

        const Opportunity open =
            me.create(Opportunity{.name = "Old hope", .close_date = closed, .opened_on = opened});
        stays = stays_of(me, open.id);
        CHECK(stays.at(0).entered_at == Instant::start_of(opened));
        CHECK_FALSE(me.create(Opportunity{.name = "Overdue", .close_date = closed}).opened_on);

        // A later take-over of the same sale: it closed before this store knew it.
        Opportunity late = me.create(Opportunity{.name = "Late"});
        late = me.update<Opportunity>(
            late.id,
            {{"stage", stage_named(me, "Won")}, {"opened_on", opened}, {"close_date", closed}});
        CHECK(late.closed_at == Instant::start_of(closed));
        stays = stays_of(me, late.id);
        REQUIRE(stays.size() == 2);
        CHECK(stays[0].left_at == test_start);
        CHECK(stays[0].duration_seconds == 0);
        CHECK(stays[1].entered_at == test_start);

        late = me.update<Opportunity>(late.id, {{"close_date", Date{2017y / 3 / 5}}});
        CHECK(late.closed_at == Instant::start_of(Date{2017y / 3 / 5}));
    });
}

TEST_CASE(
    "inactive stages and pipelines take no opportunities, other pipelines only by operation") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        sales::create_pipeline_from_template(me, {.template_key = "spanco"});
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        const Id other = stage_named(me, "Prospect", "SPANCO");
        const Error error = error_of([&] { me.update<Opportunity>(deal.id, {{"stage", other}}); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(problem_about(error, "stage").message.find("sales.move_stage") != std::string::npos);

        me.update<Stage>(stage_named(me, "Proposal"), {{"is_active", false}});
        CHECK(code_of([&] {
                  me.update<Opportunity>(deal.id, {{"stage", stage_named(me, "Proposal")}});
              }) == ErrorCode::validation);
        const Id spanco = me.get<Stage>(other).pipeline;
        me.update<Pipeline>(spanco, {{"is_active", false}});
        CHECK(code_of([&] { me.create(Opportunity{.name = "Mill", .stage = other}); }) ==
              ErrorCode::validation);
        CHECK(code_of([&] { me.create(Opportunity{.name = "Mill", .stage = Id{12'345}}); }) ==
              ErrorCode::validation);
    });
}

TEST_CASE("a stage in use keeps its state, and every stage its pipeline") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        sales::create_pipeline_from_template(me, {.template_key = "spanco"});
        const Id stage = stage_named(me, "Qualification");
        const Id other = me.get<Stage>(stage_named(me, "Prospect", "SPANCO")).pipeline;
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        CHECK(problem_about(error_of([&] {
                                me.update<Stage>(stage, {{"state", "won"}, {"probability", 100}});
                            }),
                            "state")
                  .value == "won");
        CHECK(problem_about(error_of([&] {
                                me.update<Stage>(stage, {{"pipeline", other}});
                            }),
                            "pipeline")
                  .entity == "stage");
        CHECK(code_of([&] { me.remove<Stage>(stage); }) == ErrorCode::restricted);
        me.update<Stage>(stage, {{"probability", 12}});
        CHECK(me.get<Opportunity>(deal.id).probability == 10);
    });
}

TEST_CASE("there is one default pipeline") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        sales::create_pipeline_from_template(me, {.template_key = "spanco", .is_default = true});
        const auto defaults = me.query<Pipeline>("is_default").all();
        REQUIRE(defaults.size() == 1);
        CHECK(defaults[0].name == "SPANCO");
        CHECK(me.create(Opportunity{.name = "Mill"}).stage == stage_named(me, "Suspect", "SPANCO"));
    });
}

TEST_CASE("a hook's stage counts as if the caller had asked for it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id proposal = stage_named(me, "Proposal");
        const Id lost = stage_named(me, "Lost");
        crm.before_write("opportunity", [&](WriteEvent& event) {
            const ValueView next = event.after.get("next_step");
            if (next == ValueView("jump")) {
                event.after.set(field_of(event.entity, "stage"), proposal);
            } else if (next == ValueView("give up")) {
                event.after.set(field_of(event.entity, "stage"), lost);
            }
        });
        Opportunity deal = me.create(Opportunity{.name = "Mill", .next_step = "jump"});
        CHECK(deal.stage == proposal);
        CHECK(deal.probability == 50);
        CHECK_FALSE(deal.is_probability_manual);
        CHECK(stays_of(me, deal.id).size() == 1);
        const Error error = error_of([&] {
            me.update<Opportunity>(deal.id, {{"next_step", "give up"}});
        });
        CHECK(problem_about(error, "lost_reason").entity == "opportunity");
        deal = me.update<Opportunity>(deal.id, {{"next_step", "give up"}, {"lost_reason", "x"}});
        CHECK(deal.state == OpportunityState::lost);
        CHECK(deal.closed_at == test_start);
    });
}

TEST_CASE("a rolled-back or refused move leaves no trace") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        const auto changes = me.changes_since(1).size();
        {
            const TransactionScope dropped = me.transaction();
            me.update<Opportunity>(deal.id, {{"stage", stage_named(me, "Won")}});
            me.create(OpportunityLine{.opportunity = deal.id,
                                      .description = "steel",
                                      .quantity = Decimal::of(1),
                                      .unit_price = eur("7.00")});
            CHECK(stays_of(me, deal.id).size() == 2);
        }
        CHECK(code_of([&] {
                  me.update<Opportunity>(deal.id, {{"stage", stage_named(me, "Lost")}});
              }) == ErrorCode::validation);
        CHECK(me.get<Opportunity>(deal.id).version == 1);
        CHECK(stays_of(me, deal.id).size() == 1);
        CHECK_FALSE(stays_of(me, deal.id).at(0).left_at);
        CHECK(me.changes_since(1).size() == changes);
    });
}

TEST_CASE("undo takes a move back; delete and restore take the stage history along") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .amount = eur("10.00")});
        time.clock->advance(24h);
        me.update<Opportunity>(deal.id, {{"stage", stage_named(me, "Won")}});
        me.undo(me.history(deal.id).back().position);
        Opportunity now = me.get<Opportunity>(deal.id);
        CHECK(now.stage == deal.stage);
        CHECK(is_open(now));
        CHECK(now.probability == 10);
        CHECK_FALSE(now.closed_at);
        CHECK(now.close_date == deal.close_date);
        CHECK(stays_of(me, deal.id).size() == 3);

        time.clock->advance(24h);
        me.undo(me.history(deal.id).back().position);
        now = me.get<Opportunity>(deal.id);
        CHECK(now.state == OpportunityState::won);
        CHECK(now.closed_at == Instant{test_start.microseconds + Instant::per_day});

        me.remove<Opportunity>(deal.id);
        CHECK(stays_of(me, deal.id).empty());
        me.restore<Opportunity>(deal.id);
        CHECK(stays_of(me, deal.id).size() == 4);
    });
}
