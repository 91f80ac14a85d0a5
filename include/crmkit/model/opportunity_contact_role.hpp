/// `OpportunityContactRole`: the part that a person plays in a sale.
#pragma once

#include <array>
#include <string>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// The part that a person plays in a sale, such as decision maker; a person may play several.
struct OpportunityContactRole {
    CRMKIT_ENTITY(OpportunityContactRole, 11, "opportunity_contact_role",
                  "opportunity_contact_roles", "The part that a person plays in a sale.");
    Id opportunity{};
    Id contact{};
    std::string role{};
    bool is_primary = false;

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, opportunity, "The sale.")
                               .required()
                               .refers_to("opportunity", OnDelete::cascade)
                               .children("contact_roles"),
                           CRMKIT_FIELD(11, contact, "The person.")
                               .required()
                               .refers_to("contact", OnDelete::cascade)
                               .children("opportunity_roles"),
                           CRMKIT_FIELD(20, role, "The part, such as decision maker.")
                               .max_length(detail::longest_label_text),
                           CRMKIT_FIELD(21, is_primary, "The person to turn to first."));
    }
    static constexpr auto indexes() {
        return std::array{Index{"opportunity, contact"}, Index{"contact"}};
    }
};

}  // namespace crmkit
