/// Booking: what a won opportunity is worth in the store's currency, at the rate of its day, kept
/// as it was then.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/opportunity.hpp"

namespace crmkit::sales {

/// The store's own currency; none when it was never set.
Currency store_currency(Session& session);

/// What an opportunity brings: its actual value, else its amount.
std::optional<Money> value_of(const Opportunity& deal);

/// Fills exchange_rate and base_amount of a won opportunity when it is won or its value changes:
/// with the latest rate up to its close date, and with 1 for the store's own currency. A rate that
/// was booked stays as long as the value's currency does. Empties both when it is not won, has no
/// value, or there is no such rate. `was` is null for a new one.
void book(Session& session, const Opportunity* was, Opportunity& deal,
          std::vector<Problem>& problems);

}  // namespace crmkit::sales
