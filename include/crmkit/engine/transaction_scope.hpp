/// `TransactionScope`: a scope whose changes are kept together or not at all.
#pragma once

#include <utility>

namespace crmkit {

namespace engine {
class SessionState;
}  // namespace engine

/// An open transaction of a session, made by Session::transaction(). Undone when destroyed without
/// commit(). Ends before the one it is nested in, in the thread of its session.
class TransactionScope {
  public:
    explicit TransactionScope(engine::SessionState& session) : session_(&session) {}
    TransactionScope(TransactionScope&& other) noexcept
        : session_(std::exchange(other.session_, nullptr)) {}
    TransactionScope& operator=(TransactionScope&&) = delete;
    ~TransactionScope() { rollback(); }

    /// Keeps the changes; the outermost makes them durable. Throws busy, io or disk_full, and
    /// nothing was kept then; invalid_argument when it has ended already.
    void commit();
    /// Undoes the changes. Does nothing when it has ended already.
    void rollback() noexcept;

  private:
    engine::SessionState* session_;
};

}  // namespace crmkit
