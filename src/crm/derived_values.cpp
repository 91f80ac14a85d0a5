#include "engine/derived_values.hpp"

#include <string_view>

#include "crmkit/engine/session.hpp"
#include "engine/activity_rules.hpp"
#include "engine/index_checks.hpp"
#include "engine/kept_values.hpp"
#include "engine/session_state.hpp"
#include "marketing/marketing_rules.hpp"
#include "sales/pipeline_tally.hpp"
#include "sales/sales_rules.hpp"
#include "service/service_rules.hpp"

namespace crmkit::engine {

namespace {

/// The setting that says which derived values a store has: "1" since there is the pipeline's tally,
/// "2" since fields are kept that follow from other records.
constexpr std::string_view derived_setting = "derived_values";
constexpr std::string_view all_derived = "2";

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
    sales::fill_in_line_numbers(session);
    sales::fill_in_product_statuses(session);
    marketing::fill_in_member_states(session);
    rebuild_kept_values(session);
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

void rebuild_kept_values(Session& session) {
    service::settle_case_numbers(session);
    rebuild_kept<Contact>(session, &recompute_activity);
    rebuild_kept<Case>(session, &recompute_response);
    rebuild_kept<Campaign>(session, &marketing::recompute_counts);
    rebuild_kept<Opportunity>(session, &sales::recompute_totals);
}

std::vector<std::string> check_derived_values(Session& session) {
    std::vector<std::string> found = sales::check_pipeline_tally(session);
    check_kept<Contact>(session, &recompute_activity, found);
    check_kept<Case>(session, &recompute_response, found);
    check_kept<Campaign>(session, &marketing::recompute_counts, found);
    check_kept<Opportunity>(session, &sales::recompute_totals, found);
    check_indexes(session, found);
    return found;
}

}  // namespace crmkit::engine
