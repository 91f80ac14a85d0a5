/// `TeamMember`: a user's place in a team.
#pragma once

#include <array>
#include <string>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// A user's place in a team; a user may be in several.
struct TeamMember {
    CRMKIT_ENTITY(TeamMember, 3, "team_member", "team_members", "A user's place in a team.");
    Id team{};
    Id user{};
    std::string role{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, team, "The team.")
                               .required()
                               .refers_to("team", OnDelete::cascade)
                               .children("members"),
                           CRMKIT_FIELD(11, user, "The user.")
                               .required()
                               .refers_to("user", OnDelete::cascade)
                               .children("memberships"),
                           CRMKIT_FIELD(20, role, "What the user does in the team.")
                               .max_length(detail::longest_label_text));
    }
    static constexpr auto indexes() { return std::array{Index{"team, user", true}, Index{"user"}}; }
};

}  // namespace crmkit
