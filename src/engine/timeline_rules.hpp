/// Keeping timelines: entries are written where something happens, for every party it concerns, so
/// that reading a timeline is one range of one table.
#pragma once

#include <span>
#include <vector>

#include "crmkit/store/timeline_entry.hpp"
#include "rules.hpp"
#include "session_state.hpp"

namespace crmkit::engine {

/// The rules that keep the timelines up to date.
std::span<const Rule> timeline_rules();

/// Every entry that the stored records ask for, worked out from scratch, in key order: what the
/// timelines must hold, for tests and repair.
std::vector<TimelineEntry> recomputed_timeline(SessionState& state);

}  // namespace crmkit::engine
