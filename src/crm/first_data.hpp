/// What a new store holds before the first record: default statuses and a sales pipeline.
#pragma once

#include "crmkit/engine/session.hpp"

namespace crmkit::engine {

/// Adds the default statuses and the default pipeline, if the store has neither. In one
/// transaction, so that two processes that make the same file do it once.
void make_first_data(Session& session);

}  // namespace crmkit::engine
