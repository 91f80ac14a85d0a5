/// Two-level status: the host's word for where a record stands decides its state, and the state may
/// only change as the entity's state machine permits.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "rules.hpp"

namespace crmkit::engine {

/// The rules of statuses: those of every entity whose status is a text, and those of the `Status`
/// records themselves.
std::span<const Rule> status_rules();

/// Checks that the state of `event`'s record, which has a state machine, may be what it has become.
/// Throws illegal_transition, naming what would be permitted; adds a problem when the move needs a
/// reason and none is given. Does nothing when the state is unchanged, or when an undo takes back a
/// move that was permitted.
void check_state_move(const WriteEvent& event, std::vector<Problem>& problems);

}  // namespace crmkit::engine
