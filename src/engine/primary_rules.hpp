/// One of several: a party has one primary address, a contact one main organisation, an opportunity
/// one person to turn to first. Whoever is made so takes the place of the one before, and
/// Contact::account and Opportunity::primary_contact say the same as the mark.
#pragma once

#include <span>

#include "rules.hpp"

namespace crmkit::engine {

std::span<const Rule> primary_rules();

}  // namespace crmkit::engine
