/// The moves of a state machine as text, for the tests of this room.
#pragma once

#include <string>
#include <vector>

#include "crmkit/schema/entity.hpp"

namespace crmkit::testing {

/// "open > lost (reason)" for each permitted move between two states, in their order.
inline std::vector<std::string> moves_of(const Entity& entity) {
    std::vector<std::string> moves;
    for (const Transition& move : entity.state_machine->transitions) {
        if (!move.from.empty()) {
            moves.push_back(std::string(move.from) + " > " + std::string(move.to) +
                            (move.needs_reason ? " (reason)" : ""));
        }
    }
    return moves;
}

}  // namespace crmkit::testing
