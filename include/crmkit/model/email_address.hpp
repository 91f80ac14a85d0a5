/// `EmailAddress`: a further e-mail address of a party.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// What an e-mail address is for.
CRMKIT_ENUM(EmailAddressKind, work, home, other);

/// An e-mail address of an account, a contact or a lead beside the one that it carries itself.
struct EmailAddress {
    CRMKIT_ENTITY(EmailAddress, 25, "email_address", "email_addresses",
                  "A further e-mail address of a party.");
    std::string address{};
    std::string address_normal{};
    Link party{};
    std::optional<EmailAddressKind> kind{};
    bool is_opted_out = false;
    bool is_invalid = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, address, "The address, as written.")
                .with_format(TextFormat::email_address)
                .max_length(detail::longest_email)
                .required()
                .searchable()
                .personal(),
            CRMKIT_FIELD(11, address_normal, "The address in its normal form.")
                .normal_form("address")
                .max_length(detail::longest_email)
                .personal(),
            CRMKIT_FIELD(12, party, "Whose address it is.")
                .required()
                .refers_to("account, contact, lead", OnDelete::cascade)
                .children("email_addresses"),
            CRMKIT_FIELD(20, kind, "What it is for."),
            CRMKIT_FIELD(21, is_opted_out, "Nothing of our own accord may be sent to it."),
            CRMKIT_FIELD(22, is_invalid, "Messages to it come back."));
    }
    static constexpr std::string_view title_field = "address";
    static constexpr auto indexes() { return std::array{Index{"party"}, Index{"address_normal"}}; }
};

}  // namespace crmkit
