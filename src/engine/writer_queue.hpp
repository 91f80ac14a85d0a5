/// `WriterQueue`: lets one session write at a time, in the order they came.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

#include "crmkit/base/error.hpp"

namespace crmkit::engine {

/// How long a session wants to write.
enum class Turn : std::uint8_t {
    open_ended,  ///< until the host says so
    brief,       ///< for one command
};

/// A fair lock: tickets are served in the order they were drawn, so that no writer starves.
class WriterQueue {
  public:
    /// Waits for its turn. Throws busy when this thread itself holds the queue for another session:
    /// waiting would then never end.
    void lock(Turn turn = Turn::open_ended) {
        if (!lock_unless_held_here(turn)) {
            throw Error(
                ErrorCode::busy,
                "another session of this thread has a write transaction open: end it first");
        }
    }
    /// The same, but false at once when this thread holds the queue itself.
    [[nodiscard]] bool lock_unless_held_here(Turn turn = Turn::open_ended) {
        std::unique_lock lock(mutex_);
        if (is_held_here()) {
            return false;
        }
        wait_for_turn(lock, turn);
        return true;
    }
    /// The same as lock() where everybody ahead is brief and in another thread; false, at once,
    /// where one is not.
    [[nodiscard]] bool lock_behind_brief() {
        std::unique_lock lock(mutex_);
        if (is_held_here() || (is_held_ && held_ == Turn::open_ended) ||
            std::find(waiting_.begin(), waiting_.end(), Turn::open_ended) != waiting_.end()) {
            return false;
        }
        wait_for_turn(lock, Turn::open_ended);
        return true;
    }
    void unlock() noexcept {
        {
            const std::lock_guard lock(mutex_);
            is_held_ = false;
            ++now_serving_;
        }
        served_.notify_all();
    }
    /// Whether somebody waits, and whoever comes next is brief. Stays true until the holder
    /// unlocks.
    [[nodiscard]] bool is_brief_next() noexcept {
        const std::lock_guard lock(mutex_);
        return !waiting_.empty() && waiting_.front() == Turn::brief;
    }

  private:
    [[nodiscard]] bool is_held_here() const {
        return is_held_ && holder_ == std::this_thread::get_id();
    }
    void wait_for_turn(std::unique_lock<std::mutex>& lock, Turn turn) {
        const std::uint64_t ticket = next_ticket_++;
        waiting_.push_back(turn);
        served_.wait(lock, [&] { return !is_held_ && now_serving_ == ticket; });
        waiting_.pop_front();
        is_held_ = true;
        held_ = turn;
        holder_ = std::this_thread::get_id();
    }

    std::mutex mutex_;
    std::condition_variable served_;
    std::deque<Turn> waiting_;
    std::uint64_t next_ticket_ = 0;
    std::uint64_t now_serving_ = 0;
    bool is_held_ = false;
    Turn held_ = Turn::open_ended;
    std::thread::id holder_{};
};

}  // namespace crmkit::engine
