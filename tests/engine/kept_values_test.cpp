/// What records keep of other records is what a full recomputation says, after random histories.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "../old_store.hpp"
#include "crmkit/base/random.hpp"
#include "engine/backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// Does random things to a store, many of which are refused.
class Life {
  public:
    Life(Session& session, ManualClock& clock, std::uint64_t seed)
        : me_(session), clock_(clock), random_(seed) {}

    void live(int steps) {
        for (int i = 0; i < steps; ++i) {
            clock_.advance(std::chrono::seconds(random_.between(0, 20'000)));
            const bool is_dropped = random_.chance(100);
            auto transaction = me_.transaction();
            try {
                step();
                if (!is_dropped) {
                    transaction.commit();
                }
            } catch (const Error& error) {
                CAPTURE(error.message());
                CHECK(error.code() != ErrorCode::internal);
            }
        }
    }

  private:
    template <RecordType T>
    std::optional<T> any() {
        const auto all = me_.query<T>("order by id").all();
        return all.empty() ? std::nullopt : std::optional(all[random_.below(all.size())]);
    }
    template <RecordType T>
    Id any_id() {
        const auto found = any<T>();
        return found ? found->id : Id{};
    }
    Instant any_moment() {
        return Instant{me_.now().microseconds +
                       random_.between(-100'000, 30'000) * Instant::per_second};
    }
    const char* any_word(std::vector<const char*> words) {
        return words[random_.below(words.size())];
    }

    void step() {
        switch (random_.below(10)) {
            case 0:
                me_.create(Contact{.last_name = "Ann"});
                me_.create(Case{.subject = "x"});
                me_.create(Campaign{.name = "Spring", .campaign_type = "email"});
                return;
            case 1:
            case 2:
                me_.create(Interaction{.kind = InteractionKind::call,
                                       .direction = random_.chance(700)
                                                        ? InteractionDirection::outbound
                                                        : InteractionDirection::inbound,
                                       .actual_start = any_moment()});
                return;
            case 3:
                me_.create(InteractionParticipant{
                    .interaction = any_id<Interaction>(),
                    .party = Link{Contact::entity_number, any_id<Contact>()}});
                return;
            case 4:
                me_.create(InteractionRegarding{
                    .interaction = any_id<Interaction>(),
                    .record = random_.chance(500)
                                  ? Link{Case::entity_number, any_id<Case>()}
                                  : Link{Contact::entity_number, any_id<Contact>()}});
                return;
            case 5:
                me_.create(CampaignMember{.campaign = any_id<Campaign>(),
                                          .party = Link{Contact::entity_number, any_id<Contact>()},
                                          .status = any_word({"planned", "sent", "responded"})});
                return;
            case 6:
                change();
                return;
            case 7:
                remove();
                return;
            default:
                take_back();
                return;
        }
    }

    void change() {
        switch (random_.below(4)) {
            case 0:
                me_.update<Interaction>(any_id<Interaction>(),
                                        {{"actual_start", any_moment()},
                                         {"status", any_word({"planned", "held", "cancelled"})}});
                return;
            case 1:
                me_.update<InteractionParticipant>(
                    any_id<InteractionParticipant>(),
                    {{"party", Link{Contact::entity_number, any_id<Contact>()}}});
                return;
            case 2:
                me_.update<CampaignMember>(any_id<CampaignMember>(),
                                           {{"status", any_word({"planned", "sent", "responded"})},
                                            {"is_opted_out", random_.chance(300)},
                                            {"campaign", any_id<Campaign>()}});
                return;
            default:
                me_.update<InteractionRegarding>(any_id<InteractionRegarding>(),
                                                 {{"interaction", any_id<Interaction>()}});
                return;
        }
    }

    template <RecordType T>
    void remove_any() {
        const Id id = any_id<T>();
        me_.remove<T>(id);
        removed_.push_back({T::entity_number, id});
    }

    void remove() {
        switch (random_.below(7)) {
            case 0:
                return remove_any<Contact>();
            case 1:
                return remove_any<Case>();
            case 2:
                return remove_any<Campaign>();
            case 3:
                return remove_any<CampaignMember>();
            case 4:
                return remove_any<InteractionParticipant>();
            default:
                return remove_any<Interaction>();
        }
    }

    void take_back() {
        if (!removed_.empty() && random_.chance(700)) {
            const Link gone = removed_[random_.below(removed_.size())];
            me_.restore(me_.registry().get(gone.entity), gone.id);
            return;
        }
        const auto entries = me_.changes_since(1, 100'000);
        me_.undo(entries[random_.below(entries.size())].position);
    }

    Session& me_;
    ManualClock& clock_;
    Random random_;
    std::vector<Link> removed_;
};

bool took_place(const Interaction& interaction) {
    return interaction.state != InteractionState::cancelled &&
           *interaction.occurred_at <= interaction.modified_at;
}

/// The interactions that are linked to a record.
std::vector<Interaction> about(Session& me, const Link& record) {
    std::vector<Interaction> found;
    for (const Interaction& interaction :
         me.query<Interaction>("exists(participants where party = :record) or exists(regarding "
                               "where record = :record)",
                               {{"record", record}})) {
        found.push_back(interaction);
    }
    return found;
}

void check_contact(Session& me, const Contact& contact) {
    std::optional<Instant> latest;
    for (const Interaction& one : about(me, Link{Contact::entity_number, contact.id})) {
        latest = took_place(one) ? std::max(latest, one.occurred_at) : latest;
    }
    CHECK(contact.last_activity_at == latest);
}

void check_case(Session& me, const Case& issue) {
    std::optional<Instant> first;
    for (const Interaction& one : about(me, Link{Case::entity_number, issue.id})) {
        if (took_place(one) && one.direction == InteractionDirection::outbound) {
            first = std::min(first.value_or(*one.occurred_at), *one.occurred_at);
        }
    }
    CHECK(issue.first_responded_at == first);
}

void check_campaign(Session& me, const Campaign& campaign) {
    const auto members =
        me.query<CampaignMember>("campaign = :campaign", {{"campaign", campaign.id}}).all();
    const auto in = [&](CampaignMemberState state) {
        return std::count_if(members.begin(), members.end(),
                             [state](const CampaignMember& one) { return one.state == state; });
    };
    CHECK(campaign.member_count == static_cast<std::int64_t>(members.size()));
    CHECK(campaign.planned_count == in(CampaignMemberState::planned));
    CHECK(campaign.sent_count == in(CampaignMemberState::sent));
    CHECK(campaign.responded_count == in(CampaignMemberState::responded));
    CHECK(campaign.opted_out_count ==
          std::count_if(members.begin(), members.end(),
                        [](const CampaignMember& one) { return one.is_opted_out; }));
}

}  // namespace

TEST_CASE("kept values are recomputed after random histories") {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        for (const bool in_memory : {true, false}) {
            CAPTURE(seed);
            CAPTURE(in_memory);
            TestClock time;
            const Crm crm = in_memory ? Crm::open_memory(time.options())
                                      : Crm::open(":memory:", time.options());
            Session me = crm.as_system();
            Life(me, *time.clock, seed).live(300);
            int active = 0;
            for (const Contact& contact : me.query<Contact>().all()) {
                check_contact(me, contact);
                active += contact.last_activity_at ? 1 : 0;
            }
            CHECK(active > 0);
            for (const Case& issue : me.query<Case>().all()) {
                check_case(me, issue);
            }
            for (const Campaign& campaign : me.query<Campaign>().all()) {
                check_campaign(me, campaign);
            }
            for (const std::string& finding : crm.check_integrity()) {
                FAIL_CHECK(finding);
            }
        }
    }
}

TEST_CASE("a kept value that is wrong is found") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    {
        const Crm crm = Crm::open(path);
        Session me = crm.as_system();
        me.create(Campaign{.name = "Spring", .campaign_type = "email"});
    }
    testing::Database(path).run("UPDATE campaigns SET sent_count = 3");
    const auto found = Crm::open(path).check_integrity();
    REQUIRE(found.size() == 1);
    CHECK(found[0].ends_with("has a wrong sent_count: it is '3' and should be '0'"));
}

TEST_CASE("a hook cannot change what is kept") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        crm.before_write("campaign", [](WriteEvent& event) {
            event.after.set(field_of(event.entity, "sent_count"), 3);
        });
        CHECK(me.create(Campaign{.name = "Spring", .campaign_type = "email"}).sent_count == 0);
        CHECK(crm.check_integrity().empty());
    });
}
