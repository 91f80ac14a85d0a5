#include <doctest/doctest.h>

#include <string>

#include "engine/backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

Link someone(Session& me) {
    return {Contact::entity_number, me.create(Contact{.last_name = "Ann"}).id};
}

/// "3: 1 planned, 1 sent, 1 responded, 0 out"
std::string counts(Session& me, Id id) {
    const auto campaign = me.get<Campaign>(id);
    return std::to_string(campaign.member_count) + ": " + std::to_string(campaign.planned_count) +
           " planned, " + std::to_string(campaign.sent_count) + " sent, " +
           std::to_string(campaign.responded_count) + " responded, " +
           std::to_string(campaign.opted_out_count) + " out";
}

}  // namespace

TEST_CASE("the status of a member decides its state, and when it responded") {
    on_each_store([](Crm crm, TestClock& time) {
        Session me = crm.as_system();
        const Id campaign = me.create(Campaign{.name = "Spring", .campaign_type = "email"}).id;
        CampaignMember member =
            me.create(CampaignMember{.campaign = campaign, .party = someone(me)});
        CHECK(member.status == "planned");
        CHECK(member.state == CampaignMemberState::planned);
        member = me.update<CampaignMember>(member.id, {{"status", "sent"}});
        CHECK(member.state == CampaignMemberState::sent);
        CHECK_FALSE(member.responded_at);
        member = me.update<CampaignMember>(member.id, {{"status", "responded"}});
        CHECK(member.responded_at == time.clock->now());
        // A response of the past can be taken over with its moment.
        const Instant before{test_start.microseconds - Instant::per_day};
        CHECK(me.create(CampaignMember{.campaign = campaign,
                                       .party = someone(me),
                                       .status = "responded",
                                       .responded_at = before})
                  .responded_at == before);
        CHECK(code_of([&] {
                  me.create(CampaignMember{
                      .campaign = campaign, .party = someone(me), .status = "unheard"});
              }) == ErrorCode::validation);
        CHECK(code_of([&] {
                  me.update<CampaignMember>(member.id, {{"status", "planned"}});
              }) == ErrorCode::illegal_transition);
    });
}

TEST_CASE("a campaign counts its members by state") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id campaign = me.create(Campaign{.name = "Spring", .campaign_type = "email"}).id;
        const Id other = me.create(Campaign{.name = "Fall", .campaign_type = "email"}).id;
        const auto add = [&](const char* status) {
            return me.create(
                CampaignMember{.campaign = campaign, .party = someone(me), .status = status});
        };
        add("planned");
        const Id sent = add("sent").id;
        const Id responded = add("responded").id;
        CHECK(counts(me, campaign) == "3: 1 planned, 1 sent, 1 responded, 0 out");
        me.update<CampaignMember>(sent, {{"status", "responded"}, {"is_opted_out", true}});
        CHECK(counts(me, campaign) == "3: 1 planned, 0 sent, 2 responded, 1 out");
        me.undo(me.history(sent).back().position);
        CHECK(counts(me, campaign) == "3: 1 planned, 1 sent, 1 responded, 0 out");
        me.update<CampaignMember>(sent, {{"campaign", other}});
        CHECK(counts(me, campaign) == "2: 1 planned, 0 sent, 1 responded, 0 out");
        CHECK(counts(me, other) == "1: 0 planned, 1 sent, 0 responded, 0 out");
        me.remove<CampaignMember>(responded);
        CHECK(counts(me, campaign) == "1: 1 planned, 0 sent, 0 responded, 0 out");
        me.restore<CampaignMember>(responded);
        me.remove<Campaign>(campaign);
        me.restore<Campaign>(campaign);
        CHECK(counts(me, campaign) == "2: 1 planned, 0 sent, 1 responded, 0 out");
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("what a host says of the counts is not heard, and they make no version of the campaign") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        Campaign campaign =
            me.create(Campaign{.name = "Spring", .campaign_type = "email", .member_count = 99});
        CHECK(campaign.member_count == 0);
        me.create(CampaignMember{.campaign = campaign.id, .party = someone(me)});
        // It was read before its member came, and is not stale.
        campaign.objective = "more";
        campaign = me.update(campaign);
        CHECK(campaign.version == 2);
        CHECK(campaign.member_count == 1);
        CHECK(me.history(campaign.id).size() == 2);
        for (const HistoryEntry& entry : me.history(campaign.id)) {
            for (const FieldChange& change : entry.fields) {
                CHECK(change.field != "member_count");
            }
        }
    });
}
