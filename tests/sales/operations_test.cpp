#include <doctest/doctest.h>

#include <set>
#include <string>

#include "crmkit/engine/operation.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "sales/sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

TEST_CASE("every operation has a name of its own, a help text and described fields") {
    std::set<std::string_view> names;
    for (const Operation* operation : all_operations()) {
        CHECK(names.insert(operation->name).second);
        CHECK(operation->name.find('.') != std::string_view::npos);
        CHECK(operation->help.ends_with('.'));
        CHECK_FALSE(operation->input->fields.empty());
        CHECK_FALSE(operation->output->fields.empty());
    }
    CHECK(names.contains("sales.win_opportunity"));
    const Error error = error_of([] { (void)operation_named("sales.win_oportunity"); });
    CHECK(error.code() == ErrorCode::not_found);
    CHECK(error.message().find("sales.win_opportunity") != std::string::npos);
}

TEST_CASE("operations are called with JSON and answer in JSON") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .amount = eur("10.00")});
        const std::string id = to_string(deal.id);
        const std::string answer =
            me.call("sales.win_opportunity",
                    R"({"opportunity": ")" + id +
                        R"(", "close_date": "2026-01-02", "actual_value": "9.50 EUR"})");
        const auto standing = from_json<sales::OpportunityStanding>(answer);
        CHECK(standing.opportunity == deal.id);
        CHECK(standing.state == OpportunityState::won);
        CHECK(standing.close_date == Date{2026y / 1 / 2});
        CHECK(standing.actual_value == eur("9.50"));
        CHECK(me.get<Opportunity>(deal.id).state == OpportunityState::won);

        const std::string rates = me.call("sales.win_rate", R"({"by": "stage"})");
        CHECK(rates.find(R"("rate":"1")") != std::string::npos);
        CHECK(rates.find(R"("record":"stage/)") != std::string::npos);
        CHECK(me.call("sales.won_value", R"({"period": "year", "where": "amount > 5"})")
                  .find(R"({"amount":"9.50","currency":"EUR"})") != std::string::npos);
        for (const Operation* operation : all_operations()) {
            const bool needs_nothing = [&] {
                std::vector<Problem> problems;
                return check_record(Record(*operation->input), problems);
            }();
            if (needs_nothing && operation->name != "sales.move_stage") {
                CHECK(me.call(operation->name, "{}").front() == '{');
            }
        }
    });
}

TEST_CASE("all that is wrong with a call is said at once, and nothing is done") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Error error = error_of([&] {
            me.call("sales.lose_opportunity",
                    R"({"opportunity": "x", "close_date": "tomorrow", "reson": "price"})");
        });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(error.problems().size() == 4);
        CHECK(problem_about(error, "opportunity").column > 1);
        CHECK(problem_about(error, "close_date").value == "tomorrow");
        CHECK(problem_about(error, "reson").message.find("reason") != std::string::npos);
        CHECK(problem_about(error, "reason").message == "is required");
        const std::vector<std::string> broken{"",
                                              "null",
                                              "[]",
                                              "{",
                                              R"({"by": })",
                                              R"({"by": 1})",
                                              std::string(100'000, '['),
                                              std::string("{\"by\": \"\0\"}", 11),
                                              "{\"by\": \"\xff\"}"};
        for (const std::string& text : broken) {
            CAPTURE(text.substr(0, 20));
            const ErrorCode code = code_of([&] { me.call("sales.win_rate", text); });
            CHECK((code == ErrorCode::syntax || code == ErrorCode::validation ||
                   code == ErrorCode::limit));
        }
        CHECK(code_of([&] { me.call("sales.nothing", "{}"); }) == ErrorCode::not_found);
    });
}
