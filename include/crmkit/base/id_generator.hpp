/// `IdGenerator`: hands out ids in order.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "crmkit/base/clock.hpp"
#include "crmkit/base/error.hpp"
#include "crmkit/base/id.hpp"

namespace crmkit {

/// Hands out strictly increasing ids. It never goes back, also when the clock does: it then keeps
/// counting from the last id. Safe to share between threads.
class IdGenerator {
  public:
    /// `replica` is 0 to 4095 and must differ between stores that will be merged.
    /// `after` is the highest id handed out before, so that a reopened store never repeats one.
    /// Throws invalid_argument for a replica out of range.
    explicit IdGenerator(Clock& clock, int replica = 0, Id after = {})
        : clock_(&clock), replica_(replica) {
        if (replica < 0 || replica > Id::largest_replica) {
            throw Error(ErrorCode::invalid_argument,
                        "replica " + std::to_string(replica) + " is not between 0 and 4095");
        }
        if (after) {
            continue_after(after);
        }
    }

    /// The next id. Throws limit when the clock is before 2020 or past 2089.
    Id next() { return next(clock_->now()); }
    /// The same for who has just asked the clock.
    Id next(Instant instant) {
        const std::int64_t now = instant.microseconds / 1000 - Id::epoch_milliseconds;
        const std::lock_guard lock(mutex_);
        std::int64_t time = last_;
        std::int64_t sequence = last_sequence_ + 1;
        if (now > time) {
            time = now;
            sequence = 0;
        } else if (sequence == sequence_count) {
            ++time;
            sequence = 0;
        }
        if (time < 0 || time >= time_count) {
            throw Error(ErrorCode::limit, "the clock is outside the years 2020 to 2089 of ids");
        }
        last_ = time;
        last_sequence_ = sequence;
        return last_id();
    }

    /// Makes the next ids higher than `highest`, which another generator has handed out.
    void continue_after(Id highest) {
        const std::lock_guard lock(mutex_);
        if (highest > last_id()) {  // and so may be later ones of its millisecond
            last_ = highest.value >> sequence_shift;
            last_sequence_ = sequence_count - 1;
        }
    }

  private:
    static constexpr int sequence_shift = Id::replica_bits + Id::sequence_bits;
    static constexpr std::int64_t sequence_count = std::int64_t{1} << Id::sequence_bits;
    static constexpr std::int64_t time_count = std::int64_t{1} << 41;

    [[nodiscard]] Id last_id() const {
        return Id{last_ * (sequence_count << Id::replica_bits) +
                  (std::int64_t{replica_} << Id::sequence_bits) + last_sequence_};
    }

    Clock* clock_;
    int replica_;
    std::int64_t last_ = -1;  ///< in milliseconds of ids; before their first one
    std::int64_t last_sequence_ = 0;
    std::mutex mutex_;
};

}  // namespace crmkit
