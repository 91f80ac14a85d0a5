/// The product-limit estimate of how long something lasts when some of it is still going on: Kaplan
/// and Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958), 457-481.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace crmkit::sales {

/// One observed duration, in seconds; not ended when it is still going on and only known to last at
/// least so long.
struct Duration {
    std::int64_t seconds = 0;
    bool is_ended = false;
};

/// What the estimate says, in whole seconds.
struct Survival {
    /// The area under the survival curve up to the longest duration seen: the mean restricted to it
    /// (Irwin, Journal of Hygiene 47, 1949).
    std::optional<std::int64_t> mean{};
    /// The time after which half have ended. Where the curve lies exactly at one half for a while,
    /// the middle of that while, so that it is the usual median when all have ended. Nothing while
    /// less than half have ended.
    std::optional<std::int64_t> median{};
    /// The same for nine in ten.
    std::optional<std::int64_t> p90{};
};

/// The estimate from durations in any order; nothing when none has ended.
Survival estimate_survival(std::vector<Duration> durations);

}  // namespace crmkit::sales
