/// `AccountContact`: the place of a person in an organisation, for any number of both.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// The place of a person in an organisation: one person may have roles in several, at a time or
/// one after the other.
struct AccountContact {
    CRMKIT_ENTITY(AccountContact, 6, "account_contact", "account_contacts",
                  "The place of a person in an organisation.");
    Id account{};
    Id contact{};
    std::string role{};
    bool is_primary = false;
    bool is_active = true;
    std::optional<Date> valid_from{};
    std::optional<Date> valid_to{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, account, "The organisation.")
                .required()
                .refers_to("account", OnDelete::cascade)
                .children("account_contacts"),
            CRMKIT_FIELD(11, contact, "The person.")
                .required()
                .refers_to("contact", OnDelete::cascade)
                .children("account_contacts"),
            CRMKIT_FIELD(20, role, "What the person does there.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(21, is_primary, "This is the person's main organisation."),
            CRMKIT_FIELD(22, is_active, "False when the person no longer has this place."),
            CRMKIT_FIELD(30, valid_from, "First day of it."),
            CRMKIT_FIELD(31, valid_to, "Last day of it."));
    }
    static constexpr auto indexes() {
        return std::array{Index{"account, contact"}, Index{"contact, account"}};
    }
    /// Refuses an end before the start.
    void check(std::vector<Problem>& problems) const {
        detail::Checks(structure_name, problems)
            .in_order("valid_from", valid_from, "valid_to", valid_to);
    }
};

}  // namespace crmkit
