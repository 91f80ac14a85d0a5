/// The rules of stages and pipelines.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "crmkit/base/text.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/model/opportunity.hpp"
#include "crmkit/model/pipeline.hpp"
#include "crmkit/model/stage.hpp"
#include "crmkit/schema/value_text.hpp"
#include "engine/single_mark.hpp"
#include "sales_rules.hpp"
#include "stages.hpp"

namespace crmkit::sales {

namespace {

Problem stage_problem(std::string_view field, std::string value, std::string message) {
    return {"stage", std::string(field), std::move(value), std::move(message)};
}

void check_field_names(const Stage& stage, std::vector<Problem>& problems) {
    const Entity& entity = entity_of<Opportunity>();
    for (const std::string& name : stage.required_fields) {
        if (entity.find(name) == nullptr) {
            problems.push_back(stage_problem("required_fields", detail::shown(name),
                                             unknown_field(entity, name).problems()[0].message));
        }
    }
}

void check_exit_criteria(const Registry& registry, const Stage& stage,
                         std::vector<Problem>& problems) {
    if (stage.exit_criteria.empty()) {
        return;
    }
    try {
        (void)exit_condition(registry, stage);
    } catch (const Error& error) {
        if (error.problems().empty()) {
            throw;
        }
        for (Problem problem : error.problems()) {
            if (problem.value.empty()) {
                problem.value = std::move(problem.field);  // the name that is unknown
            }
            problem.entity = "stage";
            problem.field = "exit_criteria";
            problems.push_back(std::move(problem));
        }
    }
}

/// What the opportunities in a stage have taken from it must not change behind their backs.
void check_stage_change(Session& session, const Stage& was, const Stage& stage,
                        std::vector<Problem>& problems) {
    if (stage.pipeline != was.pipeline) {
        problems.push_back(stage_problem("pipeline", to_string(stage.pipeline),
                                         "cannot change: a stage stays in its pipeline; make it "
                                         "inactive there and add one here"));
    }
    if (stage.state == was.state) {
        return;
    }
    const auto inside =
        session.query<Opportunity>("stage = :stage limit 1", {{"stage", stage.id}}).first();
    if (inside) {
        problems.push_back(
            stage_problem("state", std::string(label_of(stage.state)),
                          fmt::format("cannot be the new state: there are opportunities in the "
                                      "stage, which are {}",
                                      label_of(was.state))));
    }
}

}  // namespace

void before_stage(WriteEvent& event, std::vector<Problem>& problems) {
    if (event.kind == ChangeKind::deleted) {
        return;
    }
    const auto& stage = *static_cast<const Stage*>(event.after.object());
    check_field_names(stage, problems);
    check_exit_criteria(event.session.registry(), stage, problems);
    if (event.kind == ChangeKind::updated) {
        check_stage_change(event.session, *static_cast<const Stage*>(event.before), stage,
                           problems);
    }
}

void after_pipeline(const WriteEvent& event) {
    const auto& pipeline = *static_cast<const Pipeline*>(event.after.object());
    if (!pipeline.is_default || pipeline.deleted_at) {
        return;
    }
    const auto others =
        event.session.query<Pipeline>("is_default and id != :pipeline", {{"pipeline", pipeline.id}})
            .all();
    engine::take_mark_from(event.session, others, &Pipeline::is_default);
}

}  // namespace crmkit::sales
