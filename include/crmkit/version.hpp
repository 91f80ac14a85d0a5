/// The version of crmkit.
#pragma once

namespace crmkit {

/// Semantic version of the library.
inline constexpr const char* library_version = "0.1.0";

}  // namespace crmkit
