/// Cancelling, bounding and watching what a session does.
#include <string>

#include "handles.hpp"

using crmkit::Error;
using crmkit::ErrorCode;
using crmkit::Progress;
using crmkit::ProgressCallback;
using crmkit::c_api::guarded;
using crmkit::c_api::required;

namespace {

ProgressCallback progress_to(crmkit_progress_callback callback, void* ctx) {
    if (callback == nullptr) {
        return {};
    }
    return [callback, ctx](const Progress& at) {
        const crmkit_progress shown{
            sizeof(crmkit_progress), at.records, static_cast<std::int64_t>(at.bytes),
            at.total_bytes ? static_cast<std::int64_t>(*at.total_bytes) : std::int64_t{-1}};
        return callback(ctx, &shown) == CRMKIT_OK;
    };
}

}  // namespace

extern "C" {

crmkit_code crmkit_session_cancel(crmkit_session* session) {
    return guarded([&] { required(session, "session").cancellation->cancel(); });
}

crmkit_code crmkit_session_allow(crmkit_session* session) {
    return guarded([&] { required(session, "session").cancellation->allow(); });
}

crmkit_code crmkit_session_set_step_budget(crmkit_session* session, int64_t steps) {
    return guarded([&] {
        crmkit::Session& me = *required(session, "session").session;
        if (steps < 0) {
            throw Error(ErrorCode::invalid_argument,
                        "a budget of " + std::to_string(steps) + " steps was asked for");
        }
        me.set_step_budget(steps);
    });
}

crmkit_code crmkit_session_on_progress(crmkit_session* session, crmkit_progress_callback callback,
                                       void* ctx) {
    return guarded(
        [&] { required(session, "session").session->on_progress(progress_to(callback, ctx)); });
}

}  // extern "C"
