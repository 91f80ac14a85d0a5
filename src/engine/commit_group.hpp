/// `CommitGroup`: transactions of several sessions that one commit makes durable.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "crmkit/base/error.hpp"

namespace crmkit::engine {

/// What the sessions of a group wait for. Shared by their threads.
class CommitGroup {
  public:
    /// Tells everyone how the commit went; null for well.
    void settle(std::exception_ptr error) {
        {
            const std::lock_guard lock(mutex_);
            error_ = std::move(error);
            is_settled_ = true;
        }
        settled_.notify_all();
    }
    /// Waits for the commit. Throws what made it fail; an Error to each thread as one of its own.
    void wait() {
        std::unique_lock lock(mutex_);
        settled_.wait(lock, [this] { return is_settled_; });
        if (!error_) {
            return;
        }
        try {
            std::rethrow_exception(error_);
        } catch (const Error& error) {
            throw Error(error);
        }
    }

  private:
    std::mutex mutex_;
    std::condition_variable settled_;
    bool is_settled_ = false;
    std::exception_ptr error_;
};

}  // namespace crmkit::engine
