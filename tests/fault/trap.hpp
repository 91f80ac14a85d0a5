/// `Trap`: decides which of many chances for a fault is taken.
#pragma once

#include <cstdint>

namespace crmkit::fault {

/// Counts the chances for something to go wrong, and strikes at one of them, or at that one and all
/// that follow. Does so only while it is armed and not paused. Allocates nothing. For one thread.
class Trap {
  public:
    /// While one lives, the trap counts from 1, and strikes at the n-th chance (at none for 0), and
    /// at all later ones when `from_then_on`.
    class Armed {
      public:
        explicit Armed(Trap& trap, std::int64_t nth = 0, bool from_then_on = false) : trap_(trap) {
            trap.chances_ = 0;
            trap.nth_ = nth;
            trap.from_then_on_ = from_then_on;
            trap.is_armed_ = true;
        }
        Armed(const Armed&) = delete;
        Armed& operator=(const Armed&) = delete;
        ~Armed() { trap_.is_armed_ = false; }

      private:
        Trap& trap_;
    };

    /// While one lives, nothing strikes and nothing is counted: for what the test does by itself.
    class Pause {
      public:
        explicit Pause(Trap& trap) : trap_(trap) { ++trap_.pauses_; }
        Pause(const Pause&) = delete;
        Pause& operator=(const Pause&) = delete;
        ~Pause() { --trap_.pauses_; }

      private:
        Trap& trap_;
    };

    /// Whether this chance is taken.
    bool strikes() {
        if (!is_watching()) {
            return false;
        }
        ++chances_;
        return nth_ != 0 && (from_then_on_ ? chances_ >= nth_ : chances_ == nth_);
    }

    /// Whether it counts now.
    [[nodiscard]] bool is_watching() const { return is_armed_ && pauses_ == 0; }
    /// Since it was armed last.
    [[nodiscard]] std::int64_t chances() const { return chances_; }
    [[nodiscard]] bool has_struck() const { return nth_ != 0 && chances_ >= nth_; }

  private:
    std::int64_t chances_ = 0;
    std::int64_t nth_ = 0;
    bool from_then_on_ = false;
    bool is_armed_ = false;
    int pauses_ = 0;
};

}  // namespace crmkit::fault
