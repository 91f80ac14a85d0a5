/// Walking over many records that are going to be written.
#pragma once

#include <cstddef>
#include <vector>

#include "session_state.hpp"

namespace crmkit::engine {

/// Visits the ids of the live records of an entity, a page at a time: meanwhile they may be
/// written.
template <typename Visit>
void for_each_id(SessionState& state, const Entity& entity, Visit visit) {
    constexpr std::size_t page = 1'000;
    const auto query = state.engine().queries().query(entity, "order by id");
    std::vector<Id> ids;
    std::vector<Value> after;
    do {
        ids.clear();
        const auto cursor = state.writer().scan(*query, {{}, state.now(), after});
        while (ids.size() < page && cursor->next()) {
            ids.push_back(cursor->value(header::id - 1U).id());
        }
        for (const Id id : ids) {
            visit(id);
        }
        after = {Value(ids.empty() ? Id{} : ids.back())};
    } while (ids.size() == page);
}

}  // namespace crmkit::engine
