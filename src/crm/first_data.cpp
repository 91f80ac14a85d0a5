#include "first_data.hpp"

#include <array>
#include <string>
#include <string_view>

#include "crmkit/model/campaign_member.hpp"
#include "crmkit/model/pipeline.hpp"
#include "crmkit/model/pipeline_templates.hpp"
#include "crmkit/model/status.hpp"
#include "crmkit/model/status_templates.hpp"
#include "engine/cause_scope.hpp"
#include "engine/session_state.hpp"
#include "sales/template_pipeline.hpp"

namespace crmkit::engine {

namespace {

/// The setting that says which first data a store had: what the host deletes stays deleted. "2"
/// since products and members of campaigns have statuses.
constexpr std::string_view first_data_setting = "first_data";
constexpr std::string_view all_first_data = "2";
constexpr std::array entities_since_2{std::string_view("campaign_member"),
                                      std::string_view("product")};

template <RecordType T>
bool has_any(Session& session) {
    return session.query<T>("limit 1").first().has_value();
}

/// Adds the statuses of the templates of one entity, or of all when that is empty.
void add_statuses(Session& session, std::string_view only = {}) {
    std::string_view entity;
    std::int64_t sort_order = 0;
    for (const StatusTemplate& from : status_templates) {
        sort_order = from.entity == entity ? sort_order + 1 : 1;
        entity = from.entity;
        if (!only.empty() && entity != only) {
            continue;
        }
        session.create(Status{.name = std::string(from.name),
                              .entity = std::string(from.entity),
                              .state = std::string(from.state),
                              .sort_order = sort_order,
                              .is_default = from.is_default,
                              .is_on_hold = from.is_on_hold});
    }
}

/// Members of campaigns had any word for a status before: each becomes one that the host may map to
/// another state.
void add_statuses_of_members(Session& session) {
    const auto rows = session.aggregate<CampaignMember>("count() by status");
    for (const auto& row : rows) {
        const std::string word(row[1].view().text());
        auto known =
            session.query<Status>("entity = 'campaign_member' and name = :word", {{"word", word}});
        if (!known.first()) {
            session.create(Status{.name = word, .entity = "campaign_member", .state = "sent"});
        }
    }
}

void add_later_statuses(Session& session) {
    for (const std::string_view entity : entities_since_2) {
        add_statuses(session, entity);
    }
    add_statuses_of_members(session);
}

void add_default_pipeline(Session& session) {
    Pipeline pipeline{.sort_order = 1, .is_default = true};
    sales::add_pipeline(session, *find_pipeline_template("sales"), pipeline);
}

bool had_first_data(Storage& storage) {
    return storage.setting(first_data_setting) == all_first_data;
}

void add_first_data(Session& session) {
    if (!has_any<Status>(session)) {
        add_statuses(session);
    }
    if (!has_any<Pipeline>(session)) {
        add_default_pipeline(session);
    }
}

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
    const CauseScope setup(state, 0, std::string(setup_origin));
    if (state.writer().setting(first_data_setting).empty()) {
        add_first_data(session);
    } else {
        add_later_statuses(session);
    }
    state.writer().put_setting(first_data_setting, all_first_data);
    scope.commit();
}

}  // namespace crmkit::engine
