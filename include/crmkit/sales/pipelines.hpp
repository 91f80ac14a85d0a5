/// Making pipelines from ready-made ones.
#pragma once

#include <string>
#include <vector>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/structure.hpp"

namespace crmkit {
class Session;
}

namespace crmkit::sales {

/// Which ready-made pipeline to make, and what is its own.
struct CreatePipelineFromTemplate {
    CRMKIT_STRUCTURE(CreatePipelineFromTemplate, "create_pipeline_from_template",
                     "Which ready-made pipeline to make.");
    std::string template_key{};
    std::string name{};
    Id team{};
    bool is_default = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, template_key, "Key of the ready-made pipeline: sales, spanco, spancor.")
                .max_length(64)
                .required(),
            CRMKIT_FIELD(2, name, "Name of the new pipeline; by default that of the template.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(3, team, "The team that sells this way.").refers_to("team"),
            CRMKIT_FIELD(4, is_default, "New opportunities start in it from now on."));
    }
};

/// One stage of a pipeline that was made.
struct CreatedStage {
    CRMKIT_STRUCTURE(CreatedStage, "created_stage", "One stage of a pipeline that was made.");
    Id stage{};
    std::string name{};
    OpportunityState state = OpportunityState::open;

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, stage, "The stage.").refers_to("stage"),
                           CRMKIT_FIELD(2, name, "Its name."),
                           CRMKIT_FIELD(3, state, "What an opportunity in it is."));
    }
};

/// A pipeline that was made, with its stages in order.
struct CreatedPipeline {
    CRMKIT_STRUCTURE(CreatedPipeline, "created_pipeline",
                     "A pipeline that was made, with its stages in order.");
    Id pipeline{};
    std::string name{};
    std::vector<CreatedStage> stages{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, pipeline, "The pipeline.").refers_to("pipeline"),
                           CRMKIT_FIELD(2, name, "Its name."),
                           CRMKIT_FIELD(3, stages, "Its stages, in order."));
    }
};

/// Adds a pipeline with the stages of a ready-made one (model/pipeline_templates.hpp). Throws
/// not_found for an unknown template, with the nearest key; duplicate when the name is taken.
CreatedPipeline create_pipeline_from_template(Session& session,
                                              const CreatePipelineFromTemplate& input);

}  // namespace crmkit::sales
