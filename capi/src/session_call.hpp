/// What a call of a session begins with.
#pragma once

#include "handles.hpp"

namespace crmkit::c_api {

/// The session behind a handle, for the duration of one call.
class Call {
  public:
    explicit Call(crmkit_session* handle) : handle_(required(handle, "session")) {
        ++handle_.calls;
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() { --handle_.calls; }

    Session* operator->() const { return handle_.session; }
    [[nodiscard]] crmkit_session& handle() const { return handle_; }
    [[nodiscard]] const Entity& entity(const char* name, std::int64_t size) const {
        return handle_.session->registry().get(text_argument(name, size, "entity"));
    }

  private:
    crmkit_session& handle_;
};

/// Runs a query. `parameters` is a JSON object, or empty.
std::unique_ptr<crmkit_cursor> open_cursor(const Call& me, const Entity& entity,
                                           std::string_view text, std::string_view parameters);

}  // namespace crmkit::c_api
