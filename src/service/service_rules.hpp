/// The rules of service: what the library does itself when cases are written.
#pragma once

#include <span>

#include "engine/rules.hpp"

namespace crmkit::service {

using engine::Rule;

/// A case has a number, knows how long it was on hold, and is opened again in time or not at all.
std::span<const Rule> service_rules();

/// Numbers the cases that have no number yet, and goes on after the highest from now on. For cases
/// that came into the store by another way than the rules.
void settle_case_numbers(Session& session);

}  // namespace crmkit::service
