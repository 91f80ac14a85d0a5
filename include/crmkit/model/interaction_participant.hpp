/// `InteractionParticipant`: someone who takes part in an interaction.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// The part that someone plays in an interaction.
CRMKIT_ENUM(ParticipantRole, sender, to, cc, bcc, organizer, required_attendee, optional_attendee,
            caller, callee, other);

/// The answer to an invitation (RFC 5545, PARTSTAT).
CRMKIT_ENUM(ParticipantResponse, needs_action, accepted, declined, tentative);

/// Someone who takes part in an interaction: a party that we know, or just an address.
struct InteractionParticipant {
    CRMKIT_ENTITY(InteractionParticipant, 18, "interaction_participant", "interaction_participants",
                  "Someone who takes part in an interaction.");
    Id interaction{};
    Link party{};
    std::string address{};
    std::string address_normal{};
    std::optional<ParticipantRole> role{};
    std::optional<ParticipantResponse> response{};
    bool do_not_call = false;
    bool do_not_email = false;
    bool do_not_mail = false;
    bool do_not_fax = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, interaction, "The interaction.")
                .required()
                .refers_to("interaction", OnDelete::cascade)
                .children("participants"),
            CRMKIT_FIELD(11, party, "The contact, account, lead or user; empty when unknown.")
                .refers_to("contact, account, lead, user", OnDelete::cascade)
                .children("participations"),
            CRMKIT_FIELD(20, address, "The e-mail address or phone number used, as written.")
                .with_format(TextFormat::contact_point)
                .max_length(1'000)
                .personal(),
            CRMKIT_FIELD(23, address_normal, "The address in its normal form.")
                .normal_form("address")
                .max_length(1'000)
                .personal(),
            CRMKIT_FIELD(21, role, "The part played."),
            CRMKIT_FIELD(22, response, "The answer to the invitation."),
            CRMKIT_FIELD(30, do_not_call, "The party did not want phone calls at that time."),
            CRMKIT_FIELD(31, do_not_email, "The party did not want e-mails at that time."),
            CRMKIT_FIELD(32, do_not_mail, "The party did not want letters at that time."),
            CRMKIT_FIELD(33, do_not_fax, "The party did not want faxes at that time."));
    }
    static constexpr std::string_view title_field = "address";
    static constexpr auto indexes() {
        return std::array{Index{"interaction"}, Index{"party"}, Index{"address_normal"}};
    }
    /// Refuses a participant without party and address.
    void check(std::vector<Problem>& problems) const {
        if (!party && address.empty()) {
            detail::Checks(structure_name, problems)
                .refuse("party", {}, "is empty, and so is address: give one of the two");
        }
    }
};

}  // namespace crmkit
