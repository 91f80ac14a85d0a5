#include "first_data.hpp"

#include <string>
#include <string_view>

#include "cause_scope.hpp"
#include "crmkit/model/pipeline.hpp"
#include "crmkit/model/pipeline_templates.hpp"
#include "crmkit/model/status.hpp"
#include "crmkit/model/status_templates.hpp"
#include "sales/template_pipeline.hpp"
#include "session_state.hpp"

namespace crmkit::engine {

namespace {

/// The setting that says that a store had its first data: what the host deletes stays deleted.
constexpr std::string_view first_data_setting = "first_data";

template <RecordType T>
bool has_any(Session& session) {
    return session.query<T>("limit 1").first().has_value();
}

void add_statuses(Session& session) {
    std::string_view entity;
    std::int64_t sort_order = 0;
    for (const StatusTemplate& from : status_templates) {
        sort_order = from.entity == entity ? sort_order + 1 : 1;
        entity = from.entity;
        session.create(Status{.name = std::string(from.name),
                              .entity = std::string(from.entity),
                              .state = std::string(from.state),
                              .sort_order = sort_order,
                              .is_default = from.is_default});
    }
}

void add_default_pipeline(Session& session) {
    Pipeline pipeline{.sort_order = 1, .is_default = true};
    sales::add_pipeline(session, *find_pipeline_template("sales"), pipeline);
}

bool had_first_data(Storage& storage) { return !storage.setting(first_data_setting).empty(); }

}  // namespace

void make_first_data(Session& session) {
    SessionState& state = session.state();
    {
        const ReadScope storage(state);
        if (had_first_data(*storage)) {
            return;
        }
    }
    WriteScope scope(state);
    if (had_first_data(state.writer())) {
        return;  // another process was quicker
    }
    const CauseScope setup(state, 0, "setup");
    if (!has_any<Status>(session)) {
        add_statuses(session);
    }
    if (!has_any<Pipeline>(session)) {
        add_default_pipeline(session);
    }
    state.writer().put_setting(first_data_setting, "1");
    scope.commit();
}

}  // namespace crmkit::engine
