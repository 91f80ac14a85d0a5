/// All that is wrong with a record, so that a host hears of it at once. What is found here costs
/// look-ups that a record without fault needs none of.
#pragma once

#include <vector>

#include "session_state.hpp"

namespace crmkit::engine {

/// Adds a problem for each field that only the library may set and that is not as `reference` has
/// it, and makes it so, that the rest is judged by itself.
void refuse_read_only(const Entity& entity, const void* reference, void* object,
                      std::vector<Problem>& problems);

/// Adds what is wrong with a record by itself and with what it refers to; of the references those
/// that differ from `before`, which is null for a record that was not live.
void check_record_and_references(SessionState& state, const Entity& entity, const void* before,
                                 const void* object, std::vector<Problem>& problems);

/// Adds a problem for each field of each unique key that another live record has; not for keys that
/// are as in `before`, nor for those of which a field has a problem already.
void add_taken_keys(SessionState& state, const Entity& entity, const void* before,
                    const void* object, std::vector<Problem>& problems);

/// What a record is refused for these problems with: an illegal move of its state gives the name,
/// whatever else is wrong.
ErrorCode code_of_refusal(const SessionState& state, const Entity& entity, const void* before,
                          const void* object, const std::vector<Problem>& problems);

/// Adds those of `more` that are about other fields than the problems known already.
void add_problems_of_others(std::vector<Problem>& problems, std::vector<Problem> more);

/// Adds what else a record would be refused for when some of it could not be read: `object` holds
/// the rest, and its computed fields are worked out from that. `before` as above.
void add_what_else_is_wrong(SessionState& state, const Entity& entity, const void* before,
                            void* object, std::vector<Problem>& problems);

/// Runs a write of the storage. When one unique key refuses it, throws duplicate with all that are
/// taken.
template <typename Write>
auto with_all_taken(SessionState& state, const Entity& entity, const void* before,
                    const void* object, Write write) {
    try {
        return write();
    } catch (const Error& error) {
        if (error.code() == ErrorCode::duplicate) {
            std::vector<Problem> taken;
            add_taken_keys(state, entity, before, object, taken);
            if (!taken.empty()) {  // else the id itself is
                throw Error::about(ErrorCode::duplicate, std::move(taken));
            }
        }
        throw;
    }
}

}  // namespace crmkit::engine
