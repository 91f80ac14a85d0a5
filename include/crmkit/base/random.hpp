/// `Random`: where chance comes from, so that the same seed gives the same store.
#pragma once

#include <cstdint>

namespace crmkit {

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
/// Not for secrets. One generator belongs to one thread at a time.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    /// Uniform over all 64-bit values.
    std::uint64_t next() {
        std::uint64_t mixed = (state_ += 0x9E3779B97F4A7C15U);
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        return mixed ^ (mixed >> 31U);
    }

    /// Uniform over 0 to `count` - 1, without modulo bias; `count` must not be 0.
    std::uint64_t below(std::uint64_t count) {
        const std::uint64_t uneven = (0 - count) % count;
        std::uint64_t drawn = next();
        while (drawn < uneven) {
            drawn = next();
        }
        return drawn % count;
    }

    /// Uniform over `low` to `high`, both included.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        const auto count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
        const std::uint64_t drawn = count == 0 ? next() : below(count);
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + drawn);
    }

    /// True in `per_thousand` of 1,000 draws.
    bool chance(std::uint64_t per_thousand) { return below(1000) < per_thousand; }

  private:
    std::uint64_t state_;
};

}  // namespace crmkit
