/// What interactions say of the records that they are linked to: when a contact was last in touch,
/// and when a case was first answered.
#pragma once

#include <span>

#include "crmkit/model/case.hpp"
#include "crmkit/model/contact.hpp"
#include "rules.hpp"

namespace crmkit::engine {

/// Keep last_activity_at of contacts and first_responded_at of cases.
std::span<const Rule> activity_rules();

/// Works out last_activity_at anew.
void recompute_activity(Session& session, Contact& contact);
/// Works out first_responded_at anew.
void recompute_response(Session& session, Case& issue);

}  // namespace crmkit::engine
