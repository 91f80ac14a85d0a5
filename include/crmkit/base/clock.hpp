/// `Clock`: where the time comes from. A store never asks the system behind the host's back.
#pragma once

#include <atomic>
#include <chrono>

#include "crmkit/base/instant.hpp"

namespace crmkit {

/// A source of the present instant. Implementations must be safe to call from several threads.
class Clock {
  public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;
    virtual Instant now() = 0;
};

/// The system's clock, the default of a store.
class SystemClock final : public Clock {
  public:
    Instant now() override {
        const auto since = std::chrono::system_clock::now().time_since_epoch();
        return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
    }
};

/// A clock that stands still until it is set: for tests, replays and "what would be due then".
class ManualClock final : public Clock {
  public:
    explicit ManualClock(Instant start) : microseconds_(start.microseconds) {}
    Instant now() override { return Instant{microseconds_.load()}; }
    void set(Instant instant) { microseconds_ = instant.microseconds; }
    void advance(std::chrono::microseconds by) { microseconds_ += by.count(); }

  private:
    std::atomic<std::int64_t> microseconds_;
};

}  // namespace crmkit
