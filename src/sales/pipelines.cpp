#include "crmkit/sales/pipelines.hpp"

#include <fmt/format.h>

#include <string_view>

#include "crmkit/base/text.hpp"
#include "operation_input.hpp"
#include "template_pipeline.hpp"

namespace crmkit::sales {

namespace {

const PipelineTemplate& template_with_key(std::string_view key) {
    if (const PipelineTemplate* found = find_pipeline_template(key)) {
        return *found;
    }
    std::vector<std::string_view> keys;
    keys.reserve(pipeline_templates.size());
    for (const PipelineTemplate& known : pipeline_templates) {
        keys.push_back(known.key);
    }
    const std::string_view near = nearest(key, keys);
    throw Error::about(
        ErrorCode::not_found,
        Problem{"create_pipeline_from_template", "template_key", std::string(key),
                fmt::format("is no ready-made pipeline; there are: {}{}", fmt::join(keys, ", "),
                            near.empty() ? "" : fmt::format("; nearest is '{}'", near))});
}

Stage stage_from(const StageTemplate& from, Id pipeline, std::int64_t sort_order) {
    Stage stage{.name = std::string(from.name),
                .pipeline = pipeline,
                .sort_order = sort_order,
                .state = from.state,
                .probability = from.probability,
                .forecast_category = from.forecast_category,
                .description = std::string(from.description)};
    if (from.rotting_days > 0) {
        stage.rotting_days = from.rotting_days;
    }
    return stage;
}

}  // namespace

std::vector<Stage> add_pipeline(Session& session, const PipelineTemplate& from,
                                Pipeline& pipeline) {
    auto transaction = session.transaction();
    if (pipeline.name.empty()) {
        pipeline.name = from.name;
    }
    if (pipeline.description.empty()) {
        pipeline.description = from.description;
    }
    pipeline = session.create(std::move(pipeline));
    std::vector<Stage> stages;
    for (const StageTemplate& stage : from.stages) {
        const auto place = static_cast<std::int64_t>(stages.size()) + 1;
        stages.push_back(session.create(stage_from(stage, pipeline.id, place)));
    }
    transaction.commit();
    return stages;
}

CreatedPipeline create_pipeline_from_template(Session& session,
                                              const CreatePipelineFromTemplate& input) {
    check_input(input);
    Pipeline pipeline{.name = input.name, .team = input.team, .is_default = input.is_default};
    const auto stages = add_pipeline(session, template_with_key(input.template_key), pipeline);
    CreatedPipeline created{.pipeline = pipeline.id, .name = pipeline.name};
    for (const Stage& stage : stages) {
        created.stages.push_back({stage.id, stage.name, stage.state});
    }
    return created;
}

}  // namespace crmkit::sales
