/// References between records: that they lead somewhere, make no circles, and what a deletion does
/// to them.
#pragma once

#include <cstdint>
#include <vector>

#include "crmkit/schema/record.hpp"
#include "session_state.hpp"

namespace crmkit::engine {

/// Adds a problem for each reference of `object` that differs from `before` (all, when that is
/// null) and leads to no live record, to a record of another entity than allowed, or, in a
/// hierarchy, back to the record itself.
void check_references(SessionState& state, const Entity& entity, const void* before,
                      const void* object, std::vector<Problem>& problems);

/// Throws restricted, naming who refers to the record, when a live record does whose rule forbids
/// the deletion.
void refuse_if_restricted(SessionState& state, const Entity& entity, Id id);

/// Empties or deletes the references to a record that was just deleted, as their rules say; what
/// is written names `position`, the deletion, as its cause.
void release_references(Session& session, const Entity& entity, Id id, std::int64_t position);

}  // namespace crmkit::engine
