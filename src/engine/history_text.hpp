/// Changes as the history keeps them, read: see changed_values.hpp for how they are written.
#pragma once

#include "crmkit/engine/history.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit::engine {

/// A stored change as a host reads it: names for ids, values of their kinds. Fields that this
/// program does not know any more are left out.
HistoryEntry to_history_entry(const Change& change, const Registry& registry);

}  // namespace crmkit::engine
