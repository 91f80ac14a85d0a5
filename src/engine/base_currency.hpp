/// The setting of a store that its records cannot be read right without.
#pragma once

#include <string_view>

namespace crmkit::engine {

/// The ISO 4217 code of the store's own currency, in which won opportunities are booked; empty
/// until one was chosen.
inline constexpr std::string_view base_currency_setting = "base_currency";

}  // namespace crmkit::engine
