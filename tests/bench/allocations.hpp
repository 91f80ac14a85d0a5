/// Counts what this program takes from the heap by `new`.
#pragma once

#include <cstdint>

namespace crmkit::bench {

/// Allocations of this thread so far.
[[nodiscard]] std::int64_t allocations();

}  // namespace crmkit::bench
