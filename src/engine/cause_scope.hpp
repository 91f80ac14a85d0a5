/// `CauseScope`: what brought changes about, for as long as they are made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "session_state.hpp"

namespace crmkit::engine {

/// The origin of changes that a rule of the library makes to keep derived values right, such as an
/// amount that is the sum of lines. Taking back what they follow from derives them anew, so that
/// they are never taken back themselves.
inline constexpr std::string_view derived_origin = "derived";

/// The cause and the origin that changes of a session carry while it lives.
class CauseScope {
  public:
    CauseScope(SessionState& state, std::int64_t cause, std::string origin)
        : state_(state),
          cause_(std::exchange(state.cause, cause)),
          origin_(std::exchange(state.origin, std::move(origin))),
          was_undoing_(std::exchange(state.is_undoing, false)) {}
    CauseScope(const CauseScope&) = delete;
    CauseScope& operator=(const CauseScope&) = delete;
    ~CauseScope() {
        state_.cause = cause_;
        state_.origin = std::move(origin_);
        state_.is_undoing = was_undoing_;
    }

    /// For what a rule derives from the change that was written last.
    static CauseScope derived(SessionState& state) {
        return {state, state.last_change(), std::string(derived_origin)};
    }

  private:
    SessionState& state_;
    std::int64_t cause_;
    std::string origin_;
    bool was_undoing_;
};

}  // namespace crmkit::engine
