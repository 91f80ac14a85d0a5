/// Which errors are about a row of many, and not about all of them.
#pragma once

#include "crmkit/base/error.hpp"

namespace crmkit::engine {

/// Whether an error is about the values of a record or about which record it is, so that the others
/// may still be written; else it is about the storage, the library or the call.
bool is_about_row(ErrorCode code);

}  // namespace crmkit::engine
