/// Derived values: what the store keeps so that it need not be worked out again. Of all modules,
/// and so defined in src/crm.
#pragma once

#include <string>
#include <vector>

namespace crmkit {
class Session;
}

namespace crmkit::engine {

/// Works out what a store of an earlier version did not keep. Does nothing where all is kept.
void complete_derived_values(Session& session);

/// Throws read_only where not all is kept, for a store that may not be written: what would be read
/// from it would be wrong.
void require_derived_values(Session& session);

/// Works out anew what records keep of other records, after these came by another way than the
/// rules. Inside a write transaction.
void rebuild_kept_values(Session& session);

/// Where a derived value differs from its recomputation; empty when none does.
std::vector<std::string> check_derived_values(Session& session);

}  // namespace crmkit::engine
