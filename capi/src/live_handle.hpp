/// Telling handles that are in use from those that were released.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <unordered_set>

namespace crmkit::c_api {

/// The base, the only one, of what stands behind a kind of handles: it is live from its
/// construction to its end. So a host that uses a released one is refused, and no memory is read
/// that is not there. Safe from several threads.
template <typename Handle>
class LiveHandle {
  public:
    LiveHandle() {
        All& all = of_kind();
        const std::lock_guard lock(all.mutex);
        all.handles.insert(this);
    }
    LiveHandle(const LiveHandle&) = delete;
    LiveHandle& operator=(const LiveHandle&) = delete;

    /// Whether the address is that of a live one. Reads nothing there.
    static bool is_live(const Handle* handle) noexcept {
        // What a thread has asked for last it mostly asks for again: no lock then, unless one has
        // been released since.
        thread_local Answer last;
        All& all = of_kind();
        const std::uint64_t releases = all.releases.load(std::memory_order_acquire);
        if (handle != nullptr && last.handle == handle && last.releases == releases) {
            return true;
        }
        const std::lock_guard lock(all.mutex);
        if (!all.handles.contains(static_cast<const void*>(handle))) {
            return false;
        }
        last = {handle, releases};
        return true;
    }

  protected:
    ~LiveHandle() {
        All& all = of_kind();
        const std::lock_guard lock(all.mutex);
        all.handles.erase(this);
        all.releases.fetch_add(1, std::memory_order_release);
    }

  private:
    struct Answer {
        const Handle* handle = nullptr;
        std::uint64_t releases = 0;
    };
    struct All {
        std::mutex mutex;
        std::unordered_set<const void*> handles;
        std::atomic<std::uint64_t> releases = 0;
    };

    /// Lives as long as the process: hosts release handles while it ends.
    static All& of_kind() {
        static auto& all = *new All;
        return all;
    }
};

}  // namespace crmkit::c_api
