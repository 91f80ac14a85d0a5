/// The version of the stored form: tables, columns and what their values mean.
#pragma once

namespace crmkit {

/// Counts up with every release whose declarations or stored forms differ from the one before. A
/// store remembers the version it was written with; a newer one is refused.
inline constexpr int schema_version = 6;

}  // namespace crmkit
