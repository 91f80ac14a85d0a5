/// `WeightedSum`: amount times probability, added up exactly and rounded once.
#pragma once

#include <optional>

#include "crmkit/base/int128.hpp"
#include "crmkit/base/money.hpp"
#include "crmkit/base/rounding.hpp"

namespace crmkit::sales {

/// Adds up amounts of one currency with their probabilities in percent. 128 bits hold the sum of
/// more amounts than a store can have.
class WeightedSum {
  public:
    void add(const Money& amount, std::int64_t percent) {
        currency_ = amount.currency;
        amount_ += int128(amount.minor_units);
        weighted_ += int128(amount.minor_units) * int128(percent);
        is_empty_ = false;
    }
    /// Nothing when nothing was added. Throws Error(limit) when it does not fit.
    [[nodiscard]] std::optional<Money> amount() const { return rounded(amount_, 1); }
    [[nodiscard]] std::optional<Money> weighted() const { return rounded(weighted_, 100); }

  private:
    [[nodiscard]] std::optional<Money> rounded(int128 sum, std::int64_t divisor) const {
        if (is_empty_) {
            return std::nullopt;
        }
        return Money{rounded_quotient(sum, int128(divisor)), currency_};
    }

    Currency currency_{};
    int128 amount_ = 0;
    int128 weighted_ = 0;
    bool is_empty_ = true;
};

}  // namespace crmkit::sales
