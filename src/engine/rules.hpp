/// `Rule`: what the library itself does before and after the writes of an entity. Runs before the
/// host's hooks, and again when one of them changed the record; may write fields that are read-only
/// to hosts.
#pragma once

#include <span>
#include <vector>

#include "crmkit/engine/hooks.hpp"
#include "crmkit/store/storage.hpp"

namespace crmkit::engine {

struct Rule {
    /// The entity's number; 0 for every entity.
    EntityNumber entity = 0;
    /// Adds what is wrong, to be reported with all else that is.
    void (*before)(WriteEvent&, std::vector<Problem>& problems) = nullptr;
    void (*after)(const WriteEvent&) = nullptr;
    /// `after` may throw for what was written, not only because the store fails.
    bool after_may_refuse = false;
    /// Keeps what is derived from a live record as it was and as it is, null for not live. Also for
    /// records that are taken over as they are, for which neither of the others runs.
    void (*derive)(Storage&, const void* before, const void* after) = nullptr;
};

/// The rules of all modules, in the order they run. Joined in src/crm.
std::span<const Rule> standard_rules();

}  // namespace crmkit::engine
