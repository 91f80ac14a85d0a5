/// Measuring two sides against each other: alternating rounds in one run, minima compared, because
/// on a shared machine only that is worth anything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <functional>
#include <limits>
#include <vector>

namespace crmkit::bench {

/// What a round is measured by.
enum class Meter : std::uint8_t {
    processor,  ///< time of the processor that this process uses: for work in the cache
    wall,       ///< time that passes: for what waits for the disk, and for several threads
};

/// Seconds by a meter, from some moment on.
inline double seconds(Meter meter) {
    timespec now{};
    clock_gettime(meter == Meter::processor ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Seconds that some work takes.
inline double seconds_of(Meter meter, const std::function<void()>& work) {
    const double start = seconds(meter);
    work();
    return seconds(meter) - start;
}

/// The best round of each side, in microseconds for one unit of work.
struct Measured {
    double crmkit = std::numeric_limits<double>::max();
    double other = std::numeric_limits<double>::max();
};

/// Runs both sides in turn, `rounds` times, each doing `units` units of work. Now the one begins
/// and now the other: what the first leaves to the caches and the disk is the second's to bear.
inline Measured measure(int rounds, double units, const std::function<void()>& crmkit,
                        const std::function<void()>& other, Meter meter = Meter::processor) {
    Measured best;
    const auto run = [&](double& side, const std::function<void()>& work) {
        side = std::min(side, seconds_of(meter, work) / units * 1e6);
    };
    for (int round = 0; round < rounds; ++round) {
        if (round % 2 == 1) {
            run(best.other, other);
        }
        run(best.crmkit, crmkit);
        if (round % 2 == 0) {
            run(best.other, other);
        }
    }
    return best;
}

/// The value that a share of all values does not exceed: 0.5 for the median, 0.99 for p99.
inline double quantile(std::vector<double> values, double share) {
    const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

/// Keeps a result alive as far as the optimizer can tell.
inline volatile std::int64_t sink = 0;

inline void look_at(std::int64_t value) { sink = sink + value; }

}  // namespace crmkit::bench
