/// Measuring two sides against each other: alternating rounds in one run, minima compared, because
/// on a shared machine only that is worth anything.
#pragma once

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace crmkit::bench {

/// Seconds of processor time that this process has used.
inline double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// The best round of each side, in microseconds for one unit of work.
struct Measured {
    double crmkit = std::numeric_limits<double>::max();
    double other = std::numeric_limits<double>::max();
    [[nodiscard]] double ratio() const { return crmkit / other; }
};

/// Runs both sides in turn, `rounds` times, each doing `units` units of work.
inline Measured measure(int rounds, double units, const std::function<void()>& crmkit,
                        const std::function<void()>& other) {
    Measured best;
    const auto timed = [units](const std::function<void()>& side) {
        const double start = processor_seconds();
        side();
        return (processor_seconds() - start) / units * 1e6;
    };
    for (int round = 0; round < rounds; ++round) {
        best.crmkit = std::min(best.crmkit, timed(crmkit));
        best.other = std::min(best.other, timed(other));
    }
    return best;
}

/// A line of the table.
struct Line {
    std::string subject;
    std::string against;
    Measured measured;
    double at_most;
};

}  // namespace crmkit::bench
