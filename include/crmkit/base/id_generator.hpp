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
        : clock_(&clock), replica_(replica), last_(after.value >> sequence_shift) {
        if (replica < 0 || replica > Id::largest_replica) {
            throw Error(ErrorCode::invalid_argument,
                        "replica " + std::to_string(replica) + " is not between 0 and 4095");
        }
        last_sequence_ = after.value & (sequence_count - 1);
    }

    /// The next id. Throws limit when the clock is before 2020 or past 2089.
    Id next() {
        const std::int64_t now = clock_->now().microseconds / 1000 - Id::epoch_milliseconds;
        const std::lock_guard lock(mutex_);
        if (now > last_) {
            last_ = now;
            last_sequence_ = 0;
        } else if (++last_sequence_ == sequence_count) {
            ++last_;
            last_sequence_ = 0;
        }
        if (last_ < 0 || last_ >= (std::int64_t{1} << 41)) {
            throw Error(ErrorCode::limit, "the clock is outside the years 2020 to 2089 of ids");
        }
        return Id{(last_ << sequence_shift) | (std::int64_t{replica_} << Id::sequence_bits) |
                  last_sequence_};
    }

    /// Makes the next ids higher than `highest`, which another generator has handed out.
    void continue_after(Id highest) {
        const std::lock_guard lock(mutex_);
        if (const std::int64_t time = highest.value >> sequence_shift; time >= last_) {
            last_ = time;
            last_sequence_ = sequence_count - 1;
        }
    }

  private:
    static constexpr int sequence_shift = Id::replica_bits + Id::sequence_bits;
    static constexpr std::int64_t sequence_count = std::int64_t{1} << Id::sequence_bits;

    Clock* clock_;
    int replica_;
    std::int64_t last_;
    std::int64_t last_sequence_ = 0;
    std::mutex mutex_;
};

}  // namespace crmkit
