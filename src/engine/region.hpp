/// The country of phone numbers that are written without one: checked, and remembered by the store.
#pragma once

#include <string>
#include <string_view>

namespace crmkit {
class Session;
}

namespace crmkit::engine {

/// The setting that a store remembers it by.
inline constexpr std::string_view region_setting = "region";

/// The code of a region in capitals; empty for none. Throws invalid_argument for one that is not
/// known.
std::string checked_region(std::string_view region);

/// Makes the store remember a region, unless it is empty.
void remember_region(Session& session, const std::string& region);

}  // namespace crmkit::engine
