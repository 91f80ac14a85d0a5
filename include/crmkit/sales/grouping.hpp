/// How reports are grouped: the words that stand for a grouping beside the expression language, and
/// the periods.
#pragma once

#include <cstdint>
#include <string_view>

#include "crmkit/schema/native.hpp"

namespace crmkit::sales {

/// A stretch of the calendar, by the civil date.
CRMKIT_ENUM(Period, month, quarter, year);

/// What `by` of a report means, for the reference: any expression over the opportunity, such as
/// "owner", "account", "product", "account.industry" or "coalesce(lead_source, 'unknown')"; or one
/// of the words manager (of the owner), team (of the owner), month, quarter, year (of close_date).
inline constexpr std::string_view by_help =
    "What to group by: an expression over the opportunity, such as owner, account or "
    "account.industry; or manager, team, month, quarter or year.";

}  // namespace crmkit::sales
