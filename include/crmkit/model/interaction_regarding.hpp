/// `InteractionRegarding`: a record that an interaction is about.
#pragma once

#include <array>
#include <string>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// A record, of any entity, that an interaction is about. An interaction may have any number.
struct InteractionRegarding {
    CRMKIT_ENTITY(InteractionRegarding, 19, "interaction_regarding", "interaction_regardings",
                  "A record that an interaction is about.");
    Id interaction{};
    Link record{};
    std::string role{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, interaction, "The interaction.")
                               .required()
                               .refers_to("interaction", OnDelete::cascade)
                               .children("regarding"),
                           CRMKIT_FIELD(11, record, "The record it is about.")
                               .required()
                               .refers_to("any", OnDelete::cascade)
                               .children("interaction_links"),
                           CRMKIT_FIELD(20, role, "In which way it is about the record.")
                               .max_length(detail::longest_label_text));
    }
    static constexpr auto indexes() {
        return std::array{Index{"interaction, record", true}, Index{"record"}};
    }
};

}  // namespace crmkit
