/// `SessionHandle`: a session that Python objects share, and the lock that makes sharing safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "crmkit/crm.hpp"
#include "python.hpp"

namespace crmkit::python {

/// A lock that its holder may take again, and that another thread can take over when Python drops
/// an open transaction there. Never waited for with the GIL.
class SessionLock {
  public:
    void lock() {
        std::unique_lock guard(mutex_);
        const auto me = std::this_thread::get_id();
        if (depth_ == 0 || holder_ != me) {
            free_.wait(guard, [this] { return depth_ == 0; });
            holder_ = me;
        }
        ++depth_;
    }
    /// Takes it when nobody else has it.
    bool try_lock() {
        const std::lock_guard guard(mutex_);
        const auto me = std::this_thread::get_id();
        if (depth_ > 0 && holder_ != me) {
            return false;
        }
        holder_ = me;
        ++depth_;
        return true;
    }
    void unlock() noexcept {
        {
            const std::lock_guard guard(mutex_);
            --depth_;
        }
        free_.notify_one();
    }
    [[nodiscard]] bool is_mine() {
        const std::lock_guard guard(mutex_);
        return depth_ > 0 && holder_ == std::this_thread::get_id();
    }

  private:
    std::mutex mutex_;
    std::condition_variable free_;
    std::thread::id holder_{};
    std::size_t depth_ = 0;
};

/// A session with its lock and its open transactions. Python objects keep it alive together.
class SessionHandle : public std::enable_shared_from_this<SessionHandle> {
  public:
    explicit SessionHandle(Session session)
        : session_(std::move(session)), cancellation_(session_.cancellation()) {}
    SessionHandle(const SessionHandle&) = delete;
    SessionHandle& operator=(const SessionHandle&) = delete;
    ~SessionHandle();

    /// Runs work(session) without the GIL, alone in the session, in a thread that has the GIL or
    /// not. What the work touches must not be reachable from Python.
    template <typename Work>
    auto run(Work&& work) {
        const GilReleased released;
        const std::lock_guard guard(lock_);
        const Current current(*this);
        end_dropped_streams();
        return std::forward<Work>(work)(session_);
    }

    /// Ends a stream of this session when Python drops it: now, or, where another thread is in the
    /// session, as soon as it comes in again. Never waits: Python drops objects anywhere, also in a
    /// hook of a writer whom that other thread is waiting for.
    void drop(std::unique_ptr<RecordStream> stream) noexcept;

    /// Names a transaction of this session.
    using Ticket = std::uint64_t;

    /// Opens a transaction; the session is this thread's alone until it has ended.
    Ticket begin(bool is_read_only);
    /// Ends a transaction: keeps its changes or undoes them. Throws invalid_argument when it has
    /// ended, when one inside it is open, or in another thread than begin().
    void end(Ticket ticket, bool keep);
    /// Ends a transaction, and those inside it, without their changes and from any thread: what
    /// happens when Python drops one that is open. Does nothing when it has ended.
    void abandon(Ticket ticket) noexcept;

    /// Ends what another thread runs in the session; waits for nobody.
    [[nodiscard]] Cancellation& cancellation() const { return *cancellation_; }

    /// The handle in whose run() this thread is, when `session` is its session; else null.
    static std::shared_ptr<SessionHandle> current(const Session& session);

  private:
    /// Marks a handle as the one that this thread works in.
    class Current {
      public:
        explicit Current(SessionHandle& handle) : before_(std::exchange(innermost(), &handle)) {}
        Current(const Current&) = delete;
        Current& operator=(const Current&) = delete;
        ~Current() { innermost() = before_; }
        static SessionHandle*& innermost();

      private:
        SessionHandle* before_;
    };

    void end_dropped_streams() noexcept;

    SessionLock lock_;
    Session session_;  // after the lock, so that it ends first
    std::shared_ptr<Cancellation> cancellation_;
    std::vector<std::pair<Ticket, TransactionScope>> scopes_;  // open ones, innermost last
    Ticket last_ticket_ = 0;
    std::mutex dropped_mutex_;
    std::vector<std::unique_ptr<RecordStream>> dropped_;  // ends before the session
};

/// A handle that Python objects share. It ends without the GIL, because ending one may wait.
template <typename Handle, typename... Arguments>
std::shared_ptr<Handle> make_handle(Arguments&&... arguments) {
    return std::shared_ptr<Handle>(new Handle(std::forward<Arguments>(arguments)...),
                                   [](Handle* handle) {
                                       const GilReleased released;
                                       delete handle;
                                   });
}

/// An open store as Python sees it: its handle, and a system session for each thread that uses it.
class CrmHandle : public std::enable_shared_from_this<CrmHandle> {
  public:
    explicit CrmHandle(Crm crm) : crm_(std::move(crm)) {}

    /// Throws invalid_argument when it is closed.
    [[nodiscard]] Crm crm();
    /// A session for a user; `origin` empty for the default.
    std::shared_ptr<SessionHandle> as_user(Id user, std::string origin);
    /// The session of this thread in which the library itself acts.
    std::shared_ptr<SessionHandle> system();
    /// Called when a thread ends.
    void forget_thread(std::thread::id thread);

    /// Keeps a hook's function for as long as the hook, so that it is never dropped, and what it
    /// holds is never run, inside the engine.
    void keep_hook(HookId hook, SharedObject function);
    /// Throws not_found.
    void remove_hook(HookId hook);
    void close();

  private:
    /// The store; with the lock only. Throws invalid_argument when it is closed.
    [[nodiscard]] const Crm& open_crm() const;

    std::optional<Crm> crm_;  // none when it is closed, so that its file is closed too
    std::mutex mutex_;
    std::map<std::thread::id, std::shared_ptr<SessionHandle>> systems_;
    std::map<HookId, SharedObject> hooks_;
};

/// The session behind a Python Session, or that of this thread behind a Python Crm.
std::shared_ptr<SessionHandle> session_of(py::handle crm_or_session);

}  // namespace crmkit::python
