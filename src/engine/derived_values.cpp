#include "derived_values.hpp"

#include <string_view>

#include "crmkit/engine/session.hpp"
#include "sales/pipeline_tally.hpp"
#include "session_state.hpp"

namespace crmkit::engine {

namespace {

/// The setting that says which derived values a store has: "1" since there is the pipeline's tally.
constexpr std::string_view derived_setting = "derived_values";
constexpr std::string_view all_derived = "1";

bool has_all(SessionState& state) {
    const ReadScope storage(state);
    return storage->setting(derived_setting) == all_derived;
}

}  // namespace

void complete_derived_values(Session& session) {
    SessionState& state = session.state();
    if (has_all(state)) {
        return;
    }
    WriteScope scope(state);
    if (state.writer().setting(derived_setting) == all_derived) {
        return;  // another process was quicker
    }
    sales::rebuild_pipeline_tally(session);
    state.writer().put_setting(derived_setting, all_derived);
    scope.commit();
}

void require_derived_values(Session& session) {
    if (!has_all(session.state())) {
        throw Error(ErrorCode::read_only,
                    "the store's upgrade is not complete, and it is open for reading only: open it "
                    "once for writing");
    }
}

std::vector<std::string> check_derived_values(Session& session) {
    return sales::check_pipeline_tally(session);
}

}  // namespace crmkit::engine
