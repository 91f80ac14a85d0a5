/// Hooks: what a host runs before and after each change of a record.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "crmkit/schema/record.hpp"
#include "crmkit/store/change.hpp"

namespace crmkit {

class Session;

/// A change on its way into the store.
struct WriteEvent {
    /// Who acts. A hook may read with it, and write too: its writes are part of the transaction.
    Session& session;
    const Entity& entity;
    ChangeKind kind;
    /// The record as it stands in the store; null for a create.
    const void* before;
    /// The record as it is going to be. A before-hook may change it, but for its id, version and
    /// dates, and not when it is deleted or restored; an after-hook must not.
    MutableRecordView after;
};

/// Runs inside the transaction, before the row is written. Veto with Error(ErrorCode::vetoed, why);
/// whatever it throws undoes the change and reaches the caller as it is.
using BeforeHook = std::function<void(WriteEvent&)>;

/// Runs inside the transaction, after the row is written; what it throws undoes the change too.
using AfterHook = std::function<void(const WriteEvent&)>;

/// Names a hook, so that it can be removed.
using HookId = std::uint64_t;

}  // namespace crmkit
