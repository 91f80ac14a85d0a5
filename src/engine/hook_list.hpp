/// `HookList`: the host's hooks of a store.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/engine/history.hpp"
#include "crmkit/engine/hooks.hpp"

namespace crmkit::engine {

using CommitHook = std::function<void(const HistoryEntry&)>;

/// The hooks of a store. Safe to share between threads: a change makes a new list, and whoever is
/// walking through the old one keeps it.
class HookList {
  public:
    struct Hook {
        HookId id;
        /// Empty for all entities.
        std::string entity;
        BeforeHook before;
        AfterHook after;
        CommitHook commit;
    };
    using Hooks = std::vector<Hook>;

    HookId add(Hook hook) {
        const std::lock_guard lock(mutex_);
        auto changed = std::make_shared<Hooks>(*hooks_);
        hook.id = ++last_id_;
        changed->push_back(std::move(hook));
        keep(std::move(changed));
        return last_id_;
    }
    void remove(HookId id) {
        const std::lock_guard lock(mutex_);
        auto changed = std::make_shared<Hooks>(*hooks_);
        std::erase_if(*changed, [id](const Hook& hook) { return hook.id == id; });
        keep(std::move(changed));
    }
    /// Whether any hook waits for commits, so that nobody collects changes for nothing.
    [[nodiscard]] bool has_commit_hooks() const { return has_commit_hooks_; }
    /// Whether any hook runs in the middle of writes, and may refuse them.
    [[nodiscard]] bool has_write_hooks() const { return has_write_hooks_; }
    [[nodiscard]] std::shared_ptr<const Hooks> all() const {
        const std::lock_guard lock(mutex_);
        return hooks_;
    }

  private:
    void keep(std::shared_ptr<const Hooks> hooks) {
        hooks_ = std::move(hooks);
        has_commit_hooks_ = std::any_of(hooks_->begin(), hooks_->end(), [](const Hook& hook) {
            return static_cast<bool>(hook.commit);
        });
        has_write_hooks_ = std::any_of(hooks_->begin(), hooks_->end(), [](const Hook& hook) {
            return static_cast<bool>(hook.before) || static_cast<bool>(hook.after);
        });
    }

    /// Asked at each write, so without the lock.
    std::atomic<bool> has_commit_hooks_ = false;
    std::atomic<bool> has_write_hooks_ = false;
    mutable std::mutex mutex_;
    HookId last_id_ = 0;
    std::shared_ptr<const Hooks> hooks_ = std::make_shared<Hooks>();
};

}  // namespace crmkit::engine
