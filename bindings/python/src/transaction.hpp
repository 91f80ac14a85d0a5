/// Transactions as with statements.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "session_handle.hpp"

namespace crmkit::python {

/// What transaction() gives: begins when entered, ends when left.
class Transaction {
  public:
    Transaction(std::shared_ptr<SessionHandle> session, bool is_read_only)
        : session_(std::move(session)), is_read_only_(is_read_only) {}
    Transaction(const Transaction&) = delete;
    Transaction(Transaction&&) noexcept = default;
    Transaction& operator=(const Transaction&) = delete;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    void enter();
    /// Keeps or undoes the changes.
    void exit(bool keep);
    /// Undoes the changes before the block ends; leaving it then does nothing more.
    void rollback();

  private:
    std::shared_ptr<SessionHandle> session_;
    bool is_read_only_;
    bool was_entered_ = false;
    std::optional<SessionHandle::Ticket> ticket_{};
};

/// Adds TransactionScope to the module.
void bind_transactions(py::module_& module);

}  // namespace crmkit::python
