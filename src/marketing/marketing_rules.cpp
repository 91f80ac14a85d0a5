#include "marketing_rules.hpp"

#include <array>
#include <map>
#include <string>

#include "crmkit/model/campaign_member.hpp"
#include "crmkit/model/status.hpp"
#include "engine/kept_values.hpp"

namespace crmkit::marketing {

namespace {

std::int64_t& count_of(Campaign& campaign, CampaignMemberState state) {
    switch (state) {
        case CampaignMemberState::planned:
            return campaign.planned_count;
        case CampaignMemberState::sent:
            return campaign.sent_count;
        case CampaignMemberState::responded:
            return campaign.responded_count;
    }
    return campaign.planned_count;
}

/// Counts members of a kind in, or out with a negative `change`.
void count(Campaign& campaign, CampaignMemberState state, bool is_opted_out, std::int64_t change) {
    campaign.member_count += change;
    count_of(campaign, state) += change;
    campaign.opted_out_count += is_opted_out ? change : 0;
}

void count_in(Session& session, const CampaignMember& member, std::int64_t change) {
    engine::change_kept<Campaign>(session, member.campaign, [&](Campaign& campaign) {
        count(campaign, member.state, member.is_opted_out, change);
    });
}

bool counts_alike(const CampaignMember& a, const CampaignMember& b) {
    return a.campaign == b.campaign && a.state == b.state && a.is_opted_out == b.is_opted_out;
}

void after_member(const WriteEvent& event) {
    const auto& member = *static_cast<const CampaignMember*>(event.after.object());
    switch (event.kind) {
        case ChangeKind::created:
        case ChangeKind::restored:
            count_in(event.session, member, 1);
            return;
        case ChangeKind::deleted:
            count_in(event.session, member, -1);
            return;
        case ChangeKind::updated: {
            const auto& was = *static_cast<const CampaignMember*>(event.before);
            if (!counts_alike(was, member)) {
                count_in(event.session, was, -1);
                count_in(event.session, member, 1);
            }
            return;
        }
    }
}

void after_campaign(const WriteEvent& event) {
    if (event.kind == ChangeKind::restored) {
        const auto& campaign = *static_cast<const Campaign*>(event.after.object());
        engine::change_kept<Campaign>(event.session, campaign.id, [&](Campaign& restored) {
            recompute_counts(event.session, restored);
        });
    }
}

constexpr std::array rules{
    Rule{Campaign::entity_number, nullptr, &after_campaign},
    Rule{CampaignMember::entity_number, nullptr, &after_member},
};

}  // namespace

std::span<const Rule> marketing_rules() { return rules; }

void recompute_counts(Session& session, Campaign& campaign) {
    count_of(campaign, CampaignMemberState::planned) = 0;
    count_of(campaign, CampaignMemberState::sent) = 0;
    count_of(campaign, CampaignMemberState::responded) = 0;
    campaign.member_count = 0;
    campaign.opted_out_count = 0;
    for (const CampaignMember& member :
         session.query<CampaignMember>("campaign = :campaign", {{"campaign", campaign.id}})) {
        count(campaign, member.state, member.is_opted_out, 1);
    }
}

void fill_in_member_states(Session& session) {
    const Entity& entity = entity_of<CampaignMember>();
    const Field& state = *entity.find("state");
    std::map<std::string, std::string> states;
    for (const Status& status : session.query<Status>("entity = 'campaign_member'")) {
        states[status.name] = status.state;
    }
    for (const CampaignMember& member : session.query<CampaignMember>().all()) {
        const auto known = states.find(member.status);
        if (known != states.end()) {
            CampaignMember after = member;
            state.native->set(state.member(&after), ValueView(known->second));
            engine::amend_record(session.state(), entity, &member, &after);
        }
    }
}

}  // namespace crmkit::marketing
