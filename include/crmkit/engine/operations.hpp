/// The operations of the engine itself: those over all modules.
#pragma once

#include <array>

#include "crmkit/engine/customer_360.hpp"
#include "crmkit/engine/operation.hpp"
#include "crmkit/engine/timeline.hpp"

namespace crmkit::engine {

inline constexpr std::array operations{
    operation<&timeline>("engine.timeline",
                         "What happened with a party, newest first, with what happened with its "
                         "contacts, opportunities and cases. Fails with not_found for a party "
                         "that is not there."),
    operation<&customer_360>("engine.customer_360",
                             "All there is to know about an account or a contact: identity, "
                             "people, relations, timeline, opportunities, cases, campaigns, "
                             "purchases. Fails with not_found for a party that is not there."),
};

}  // namespace crmkit::engine
