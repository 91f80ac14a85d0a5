/// Pipelines made from ready-made ones.
#pragma once

#include <vector>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/pipeline.hpp"
#include "crmkit/model/pipeline_templates.hpp"
#include "crmkit/model/stage.hpp"

namespace crmkit::sales {

/// Adds `pipeline` with the stages of a template, which also fills its name and description where
/// they are empty. Returns the stages in order; `pipeline` becomes as stored.
std::vector<Stage> add_pipeline(Session& session, const PipelineTemplate& from, Pipeline& pipeline);

}  // namespace crmkit::sales
