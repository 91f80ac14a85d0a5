/// Marks that one of several records has, such as is_default and is_primary: whoever is given one
/// takes it from the one before.
#pragma once

#include <vector>

#include "cause_scope.hpp"
#include "crmkit/engine/session.hpp"
#include "write_path.hpp"

namespace crmkit::engine {

/// Takes a mark from the records that had it, because of the change that was written last: undo
/// takes both back.
template <RecordType T>
void take_mark_from(Session& session, std::vector<T> others, bool T::*mark) {
    const CauseScope cause = CauseScope::last_change(session.state());
    for (T& other : others) {
        other.*mark = false;
        update_record(session, entity_of<T>(), &other, {}, Authority::library);
    }
}

}  // namespace crmkit::engine
