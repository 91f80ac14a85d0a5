/// Keeping timelines: entries are written where something happens, for every party it concerns, so
/// that reading a timeline is one range of one table.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "crmkit/store/timeline_entry.hpp"
#include "rules.hpp"
#include "session_state.hpp"

namespace crmkit::engine {

/// The rules that keep the timelines up to date.
std::span<const Rule> timeline_rules();

/// The parties that a record with a timeline concerns: itself first, then the accounts of a
/// contact, the account and the contacts of an opportunity, of a case.
std::vector<Id> parties_of(Engine& engine, Storage& storage, const Link& subject);

/// Visits every entry that the records of a connection ask for, worked out from scratch, in any
/// order: what the timelines must hold.
void visit_expected_timelines(Engine& engine, Storage& storage,
                              const std::function<void(const TimelineEntry&)>& visit);

}  // namespace crmkit::engine
