#include "crmkit/model/pipeline_templates.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "crmkit/model/stage.hpp"
#include "model/problems_of.hpp"

namespace crmkit {
namespace {

std::string initials(std::string_view key) {
    const PipelineTemplate* pipeline = find_pipeline_template(key);
    REQUIRE(pipeline != nullptr);
    std::string letters;
    for (const StageTemplate& stage : pipeline->stages) {
        if (stage.state != OpportunityState::lost) {
            letters += stage.name.front();
        }
    }
    return letters;
}

TEST_CASE("pipeline_templates: SPANCO and SPANCOR have the stages of their letters") {
    CHECK(initials("spanco") == "SPANCO");
    CHECK(initials("spancor") == "SPANCOR");
    CHECK(find_pipeline_template("spanco")->stages[4].name == "Conclusion");
    CHECK(find_pipeline_template("spancor")->stages[4].name == "Commande");
}

TEST_CASE("pipeline_templates: an unknown key finds nothing") {
    CHECK(find_pipeline_template("sales") != nullptr);
    CHECK(find_pipeline_template("SPANCO") == nullptr);
    CHECK(find_pipeline_template("") == nullptr);
}

TEST_CASE("pipeline_templates: every stage would be accepted as a record") {
    std::set<std::string_view> keys;
    for (const PipelineTemplate& pipeline : pipeline_templates) {
        CAPTURE(pipeline.key);
        CHECK(keys.insert(pipeline.key).second);
        CHECK_FALSE(pipeline.name.empty());
        CHECK_FALSE(pipeline.description.empty());
        std::set<std::string_view> names;
        for (const StageTemplate& stage : pipeline.stages) {
            CAPTURE(stage.name);
            CHECK(names.insert(stage.name).second);
            CHECK(testing::problems_of(Stage{.name = std::string(stage.name),
                                             .state = stage.state,
                                             .probability = stage.probability,
                                             .rotting_days = stage.rotting_days})
                      .empty());
        }
    }
}

TEST_CASE("pipeline_templates: begin open, grow likelier, end with a won and one lost stage") {
    for (const PipelineTemplate& pipeline : pipeline_templates) {
        CAPTURE(pipeline.key);
        REQUIRE(pipeline.stages.size() > 2);
        CHECK(pipeline.stages.front().state == OpportunityState::open);
        CHECK(pipeline.stages.back().state == OpportunityState::lost);
        for (std::size_t i = 1; i + 1 < pipeline.stages.size(); ++i) {
            CHECK(pipeline.stages[i].probability >= pipeline.stages[i - 1].probability);
            CHECK(pipeline.stages[i].state >= pipeline.stages[i - 1].state);
            CHECK(pipeline.stages[i].state != OpportunityState::lost);
        }
        CHECK(pipeline.stages[pipeline.stages.size() - 2].state == OpportunityState::won);
    }
}

TEST_CASE("pipeline_templates: won counts as closed in the forecast, lost does not count") {
    for (const PipelineTemplate& pipeline : pipeline_templates) {
        for (const StageTemplate& stage : pipeline.stages) {
            CAPTURE(stage.name);
            CHECK((stage.forecast_category == ForecastCategory::closed) ==
                  (stage.state == OpportunityState::won));
            if (stage.state == OpportunityState::lost) {
                CHECK(stage.forecast_category == ForecastCategory::omitted);
            }
        }
    }
}

}  // namespace
}  // namespace crmkit
