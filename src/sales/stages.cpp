#include "stages.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "crmkit/expr/parse.hpp"
#include "crmkit/model/opportunity.hpp"
#include "crmkit/model/pipeline.hpp"

namespace crmkit::sales {

std::vector<Stage> active_stages(Session& session, Id pipeline) {
    return session
        .query<Stage>("pipeline = :pipeline and is_active order by sort_order",
                      {{"pipeline", pipeline}})
        .all();
}

std::optional<Stage> first_stage(Session& session, Id pipeline, OpportunityState state) {
    return session
        .query<Stage>(
            "pipeline = :pipeline and state = :state and is_active "
            "order by sort_order limit 1",
            {{"pipeline", pipeline}, {"state", label_of(state)}})
        .first();
}

Id default_stage(Session& session) {
    const auto pipeline =
        session.query<Pipeline>("is_default and is_active order by sort_order limit 1").first();
    if (!pipeline) {
        return {};
    }
    const auto stage = first_stage(session, pipeline->id, OpportunityState::open);
    return stage ? stage->id : Id{};
}

std::optional<std::int64_t> usual_probability(const Stage& stage) {
    if (stage.probability) {
        return stage.probability;
    }
    switch (stage.state) {
        case OpportunityState::open:
            return std::nullopt;
        case OpportunityState::won:
            return 100;
        case OpportunityState::lost:
            return 0;
    }
    return std::nullopt;
}

expr::Expression exit_condition(const Registry& registry, const Stage& stage) {
    expr::Expression condition =
        expr::parse_expression(registry, entity_of<Opportunity>(), stage.exit_criteria);
    const bool is_condition = condition.type().kind == expr::TypeKind::boolean;
    if (!is_condition || !condition.parameters().empty()) {
        throw Error::about(ErrorCode::expression,
                           Problem{"stage", "exit_criteria", shortened(stage.exit_criteria),
                                   is_condition ? "has a parameter, which nobody gives a value for"
                                                : "is no condition: it is neither true nor false"});
    }
    return condition;
}

std::optional<StageHistory> present_stay(Session& session, Id opportunity) {
    return session
        .query<StageHistory>(
            "opportunity = :opportunity and left_at is null "
            "order by entered_at desc limit 1",
            {{"opportunity", opportunity}})
        .first();
}

Stage mapped_stage(Session& session, const Stage& stage, Id pipeline) {
    const std::int64_t wanted = usual_probability(stage).value_or(0);
    std::optional<Stage> nearest;
    for (Stage& candidate : active_stages(session, pipeline)) {
        if (candidate.state != stage.state) {
            continue;
        }
        if (candidate.name == stage.name) {
            return std::move(candidate);
        }
        const auto distance = [wanted](const Stage& from) {
            return std::llabs(usual_probability(from).value_or(0) - wanted);
        };
        if (!nearest || distance(candidate) < distance(*nearest)) {
            nearest = std::move(candidate);
        }
    }
    if (!nearest) {
        throw Error::about(
            ErrorCode::validation,
            Problem{"opportunity", "pipeline", session.get<Pipeline>(pipeline).name,
                    fmt::format("has no stage for opportunities that are {}, as in stage '{}'",
                                label_of(stage.state), stage.name)});
    }
    return std::move(*nearest);
}

}  // namespace crmkit::sales
