#include "kaplan_meier.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace crmkit::sales {

namespace {

/// The curve is a product of many quotients: what differs by less than this is equal.
constexpr double tolerance = 1e-9;

/// Where the curve comes down to a share of survivors.
class Quantile {
  public:
    explicit Quantile(double share) : share_(share) {}

    /// The curve has come down to `survival` at `seconds`.
    void see(std::int64_t seconds, double survival) {
        if (!is_reached_ && survival <= share_ + tolerance) {
            is_reached_ = true;
            is_level_ = survival >= share_ - tolerance;
            reached_ = left_ = seconds;
        } else if (is_level_) {
            is_level_ = false;
            left_ = seconds;
        }
    }
    [[nodiscard]] std::optional<std::int64_t> value() const {
        return is_reached_ ? std::optional(reached_ + (left_ - reached_) / 2) : std::nullopt;
    }

  private:
    double share_;
    bool is_reached_ = false;
    /// The curve lies exactly at the share, since reached_.
    bool is_level_ = false;
    std::int64_t reached_ = 0;
    std::int64_t left_ = 0;
};

}  // namespace

Survival estimate_survival(std::vector<Duration> durations) {
    if (std::none_of(durations.begin(), durations.end(),
                     [](const Duration& duration) { return duration.is_ended; })) {
        return {};
    }
    std::sort(durations.begin(), durations.end(),
              [](const Duration& a, const Duration& b) { return a.seconds < b.seconds; });
    Quantile median(0.5);
    Quantile ninth_decile(0.1);
    double survival = 1;
    double area = 0;
    std::int64_t last = 0;
    for (std::size_t i = 0; i < durations.size();) {
        const std::int64_t now = durations[i].seconds;
        const auto at_risk = static_cast<double>(durations.size() - i);
        double ended = 0;
        for (; i < durations.size() && durations[i].seconds == now; ++i) {
            ended += durations[i].is_ended ? 1 : 0;
        }
        area += survival * static_cast<double>(now - last);
        last = now;
        if (ended > 0) {
            survival *= 1 - ended / at_risk;
            median.see(now, survival);
            ninth_decile.see(now, survival);
        }
    }
    return {std::llround(area), median.value(), ninth_decile.value()};
}

}  // namespace crmkit::sales
