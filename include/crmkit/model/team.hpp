/// `Team`: users who work together and may own records together.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// Users who work together; teams make a tree, such as regions and their offices.
struct Team {
    CRMKIT_ENTITY(Team, 2, "team", "teams", "Users who work together and own records together.");
    std::string name{};
    Id parent{};
    Id lead{};
    std::optional<std::int64_t> capacity{};
    std::string description{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Name of the team.").required().searchable(),
            CRMKIT_FIELD(20, parent, "The team this one is a part of.")
                .refers_to("team", OnDelete::set_null)
                .children("child_teams")
                .hierarchy(),
            CRMKIT_FIELD(21, lead, "The user who leads the team.")
                .refers_to("user", OnDelete::set_null)
                .children("led_teams"),
            CRMKIT_FIELD(30, capacity, "How many open cases or leads the team takes at a time."),
            CRMKIT_FIELD(90, description, "What the team is for.")
                .max_length(detail::longest_paragraph));
    }
    static constexpr std::string_view title_field = "name";
    static constexpr auto indexes() {
        return std::array{Index{"name"}, Index{"parent, name"}, Index{"lead"}};
    }
    /// Refuses a negative capacity.
    void check(std::vector<Problem>& problems) const {
        detail::Checks(structure_name, problems).not_negative("capacity", capacity);
    }
};

}  // namespace crmkit
