/// `ReadMeter`: ends reads that take longer than they may, or that nobody waits for any more.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "crmkit/base/error.hpp"

namespace crmkit {

/// Asks a session's reads, imports and exports to end. Safe to share between threads; that is what
/// it is for.
class Cancellation {
  public:
    /// The present one, and each later one, throws cancelled until allow().
    void cancel() noexcept { is_cancelled_ = true; }
    void allow() noexcept { is_cancelled_ = false; }
    [[nodiscard]] bool is_cancelled() const noexcept { return is_cancelled_; }
    /// Throws cancelled: what a session does that finds itself so.
    [[noreturn]] static void fail() {
        throw Error(ErrorCode::cancelled, "the session was cancelled");
    }

  private:
    std::atomic<bool> is_cancelled_ = false;
};

/// How far a read may go.
struct ReadLimits {
    /// Null when nobody can cancel.
    const Cancellation* cancellation = nullptr;
    /// Steps that it may take; 0 for any number. A step is the work on one row or so: what one is
    /// exactly, differs between stores.
    std::int64_t steps = 0;

    [[nodiscard]] bool any() const { return cancellation != nullptr || steps > 0; }
};

/// Counts the steps of a connection's reads. Belongs to the connection's thread.
class ReadMeter {
  public:
    /// Counts anew under these limits.
    void start(const ReadLimits& limits) noexcept {
        limits_ = limits;
        taken_ = 0;
    }
    /// Counts steps; false when the read has to end.
    bool allows(std::int64_t steps) noexcept {
        taken_ += steps;
        return !is_cancelled() && !is_exhausted();
    }
    /// Throws cancelled or limit when the read has to end.
    void step() {
        if (limits_.any() && !allows(1)) {
            fail();
        }
    }
    /// Throws what ended the read: limit when its steps are used up, cancelled otherwise.
    [[noreturn]] void fail() const {
        if (is_exhausted()) {
            throw Error(ErrorCode::limit, "the read took more than its " +
                                              std::to_string(limits_.steps) +
                                              " steps: narrow it down or raise the step budget");
        }
        Cancellation::fail();
    }

  private:
    [[nodiscard]] bool is_cancelled() const noexcept {
        return limits_.cancellation != nullptr && limits_.cancellation->is_cancelled();
    }
    [[nodiscard]] bool is_exhausted() const noexcept {
        return limits_.steps > 0 && taken_ > limits_.steps;
    }

    ReadLimits limits_{};
    std::int64_t taken_ = 0;
};

}  // namespace crmkit
