/// Finding stages: the first, the usual, the nearest; and the stay in the present one.
#pragma once

#include <optional>
#include <vector>

#include "crmkit/engine/session.hpp"
#include "crmkit/expr/expression.hpp"
#include "crmkit/model/stage.hpp"
#include "crmkit/model/stage_history.hpp"

namespace crmkit::sales {

/// The stages of a pipeline that opportunities may enter, in order.
std::vector<Stage> active_stages(Session& session, Id pipeline);

/// The first of them in a state, if there is one.
std::optional<Stage> first_stage(Session& session, Id pipeline, OpportunityState state);

/// The stage that a new opportunity begins in when nobody says which: the first open one of the
/// default pipeline. None when there is no such pipeline or it has no such stage.
Id default_stage(Session& session);

/// The stage of another pipeline that comes nearest to `stage`: of the same state, by preference of
/// the same name, else of the nearest probability, the earlier one of two. Throws not_found
/// for a pipeline that does not exist, validation for one without an active stage of that state.
Stage mapped_stage(Session& session, const Stage& stage, Id pipeline);

/// The stay in the stage that an opportunity is in.
std::optional<StageHistory> present_stay(Session& session, Id opportunity);

/// The probability that a stage gives: its own, else what its state says; nothing for an open one.
std::optional<std::int64_t> usual_probability(const Stage& stage);

/// The exit criteria of a stage, which has some, as a condition on opportunities. Throws
/// expression, also for one that is no condition or has parameters.
expr::Expression exit_condition(const Registry& registry, const Stage& stage);

}  // namespace crmkit::sales
