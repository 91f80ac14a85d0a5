/// Two-level status: the host's word for where a record stands decides its state, and the state may
/// only change as the entity's state machine permits.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "rules.hpp"

namespace crmkit::engine {

class SessionState;

/// The rules of statuses: those of every entity whose status is a text, and those of the `Status`
/// records themselves.
std::span<const Rule> status_rules();

/// Whether the state of a record of an entity with a state machine may not become what it has;
/// `before` is null for a new one. It may stay as it is, and an undo may take back a move that was
/// permitted.
bool is_illegal_move(const SessionState& session, const Entity& entity, const void* before,
                     const void* after);

/// Adds a problem when the move of `event`'s record, which has a state machine, is illegal, naming
/// what would be permitted, or when it needs a reason and none is given.
void check_state_move(const WriteEvent& event, std::vector<Problem>& problems);

}  // namespace crmkit::engine
