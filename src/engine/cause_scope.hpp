/// `CauseScope`: what brought changes about, for as long as they are made.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "session_state.hpp"

namespace crmkit::engine {

/// The origin of changes that a rule of the library makes to keep derived values right, such as an
/// amount that is the sum of lines. Taking back what they follow from derives them anew, so that
/// they are never taken back themselves.
inline constexpr std::string_view derived_origin = "derived";

/// The origin of what every new store begins with.
inline constexpr std::string_view setup_origin = "setup";

/// The cause and the origin that changes of a session carry while it lives.
class CauseScope {
  public:
    CauseScope(SessionState& state, std::int64_t cause, std::string origin,
               Undoing undoing = Undoing::nothing)
        : state_(state),
          cause_(std::exchange(state.cause, cause)),
          origin_(std::exchange(state.origin, std::move(origin))),
          was_undoing_(std::exchange(state.undoing, undoing)) {}
    CauseScope(const CauseScope&) = delete;
    CauseScope& operator=(const CauseScope&) = delete;
    ~CauseScope() {
        state_.cause = cause_;
        state_.origin = std::move(origin_);
        state_.undoing = was_undoing_;
    }

    /// For what follows from the change that was written last.
    static CauseScope last_change(SessionState& state) {
        return {state, state.last_change(), state.origin, state.undoing};
    }
    /// For what a rule derives from it.
    static CauseScope derived(SessionState& state) {
        return {state, state.last_change(), std::string(derived_origin)};
    }

  private:
    SessionState& state_;
    std::int64_t cause_;
    std::string origin_;
    Undoing was_undoing_;
};

/// What hooks write while it lives. It follows from the change that they are called for, but is the
/// host's own: taking that change back leaves it alone. The history keeps its cause below zero.
class HookScope {
  public:
    /// `cause` is the change, 0 when there is none yet.
    HookScope(SessionState& state, std::int64_t cause)
        : state_(state), cause_(std::exchange(state.cause, -std::abs(cause))) {}
    HookScope(const HookScope&) = delete;
    HookScope& operator=(const HookScope&) = delete;
    ~HookScope() { state_.cause = cause_; }

  private:
    SessionState& state_;
    std::int64_t cause_;
};

/// The change that brought this one about, by a rule or by way of a hook; 0 for none.
inline std::int64_t cause_of(const Change& change) { return std::abs(change.cause); }

/// Whether a hook wrote it.
inline bool is_of_hook(const Change& change) { return change.cause < 0; }

}  // namespace crmkit::engine
