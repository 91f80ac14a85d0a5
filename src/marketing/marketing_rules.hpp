/// The rules of marketing: what the library does itself when campaigns and their members are
/// written.
#pragma once

#include <span>

#include "crmkit/model/campaign.hpp"
#include "engine/rules.hpp"

namespace crmkit::marketing {

using engine::Rule;

/// Keep the counts of a campaign.
std::span<const Rule> marketing_rules();

/// Works out the counts of a campaign anew.
void recompute_counts(Session& session, Campaign& campaign);

/// Gives the members of a store of an earlier version, which had statuses only, their states.
void fill_in_member_states(Session& session);

}  // namespace crmkit::marketing
