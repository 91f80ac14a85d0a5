/// `CampaignMember`: someone whom a campaign addresses.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// The closed set of states of a member of a campaign.
CRMKIT_ENUM(CampaignMemberState, planned, sent, responded);

/// Someone whom a campaign addresses, and what came of it.
struct CampaignMember {
    CRMKIT_ENTITY(CampaignMember, 15, "campaign_member", "campaign_members",
                  "Someone whom a campaign addresses.");
    Id campaign{};
    Link party{};
    CampaignMemberState state = CampaignMemberState::planned;
    std::string status{};
    std::optional<Instant> responded_at{};
    bool is_first_source = false;
    bool is_opted_out = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, campaign, "The campaign.")
                .required()
                .refers_to("campaign", OnDelete::cascade)
                .children("members"),
            CRMKIT_FIELD(11, party, "The account, contact or lead.")
                .required()
                .refers_to("account, contact, lead", OnDelete::cascade)
                .children("campaign_memberships"),
            CRMKIT_FIELD(24, state,
                         "Nothing went out yet, something did, or the party responded; follows "
                         "from the status.")
                .read_only(),
            CRMKIT_FIELD(20, status, "What came of it, such as sent or responded.")
                .max_length(detail::longest_label_text)
                .supplied(),
            CRMKIT_FIELD(21, responded_at, "When the party responded."),
            CRMKIT_FIELD(22, is_first_source, "The party came to us by this campaign."),
            CRMKIT_FIELD(23, is_opted_out, "The party wants nothing more of this campaign."));
    }
    static constexpr auto indexes() {
        return std::array{Index{"campaign, party", true}, Index{"campaign, status"},
                          Index{"party"}};
    }
    static constexpr std::array transitions{
        Transition{"", "planned"},          Transition{"", "sent"},
        Transition{"", "responded"},        Transition{"planned", "sent"},
        Transition{"planned", "responded"}, Transition{"sent", "responded"},
        Transition{"sent", "planned"},      Transition{"responded", "sent"},
    };
    static constexpr StateMachine state_machine{"state", "status", "", transitions};
};

}  // namespace crmkit
