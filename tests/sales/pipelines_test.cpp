#include <doctest/doctest.h>

#include "crmkit/model/pipeline_templates.hpp"
#include "sales/sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;

TEST_CASE("every template makes its pipeline with its stages in order") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        for (const PipelineTemplate& from : pipeline_templates) {
            const auto made = sales::create_pipeline_from_template(
                me, {.template_key = std::string(from.key), .name = std::string(from.name) + " 2"});
            REQUIRE(made.stages.size() == from.stages.size());
            const auto stages = me.query<Stage>("pipeline = :pipeline order by sort_order",
                                                {{"pipeline", made.pipeline}})
                                    .all();
            REQUIRE(stages.size() == from.stages.size());
            for (std::size_t i = 0; i < stages.size(); ++i) {
                CHECK(stages[i].id == made.stages[i].stage);
                CHECK(stages[i].name == from.stages[i].name);
                CHECK(stages[i].state == from.stages[i].state);
                CHECK(stages[i].probability == from.stages[i].probability);
                CHECK(stages[i].rotting_days.value_or(0) == from.stages[i].rotting_days);
            }
        }
    });
}

TEST_CASE("an unknown template or a taken name leaves nothing behind") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto count = me.query<Stage>().all().size();
        const Error error = error_of(
            [&] { sales::create_pipeline_from_template(me, {.template_key = "spankor"}); });
        CHECK(error.code() == ErrorCode::not_found);
        CHECK(error.message().find("nearest is 'spancor'") != std::string::npos);
        CHECK(code_of([&] {
                  sales::create_pipeline_from_template(me,
                                                       {.template_key = "spanco", .name = "Sales"});
              }) == ErrorCode::duplicate);
        CHECK(code_of([&] { sales::create_pipeline_from_template(me, {}); }) ==
              ErrorCode::validation);
        CHECK(me.query<Stage>().all().size() == count);
        CHECK(me.query<Pipeline>().all().size() == 1);
    });
}
