#include "status_catalogue.hpp"

#include <algorithm>
#include <utility>

#include "crmkit/model/status.hpp"
#include "session_state.hpp"

namespace crmkit::engine {

const KnownStatus* status_named(std::span<const KnownStatus> statuses, std::string_view name) {
    const auto found =
        std::find_if(statuses.begin(), statuses.end(),
                     [name](const KnownStatus& status) { return status.name == name; });
    return found == statuses.end() ? nullptr : &*found;
}

std::span<const KnownStatus> StatusCatalogue::of(SessionState& state, std::string_view entity) {
    if (!is_known_) {
        read(state);
    }
    const auto found = by_entity_.find(entity);
    return found == by_entity_.end() ? std::span<const KnownStatus>() : found->second;
}

void StatusCatalogue::read(SessionState& state) {
    by_entity_.clear();
    const auto query = state.engine().queries().query(entity_of<Status>(), "order by sort_order");
    const auto cursor = state.writer().scan(*query, {{}, state.now(), {}});
    Status status;
    while (cursor->next(&status)) {
        if (const Entity* entity = state.registry().find(status.entity)) {
            by_entity_[entity->name].push_back({std::move(status.name), std::move(status.state),
                                                status.is_default, status.is_active,
                                                status.is_on_hold, status.reopen_days});
        }
    }
    is_known_ = !is_being_written_;
}

}  // namespace crmkit::engine
