/// `PhoneNumber`: a further phone number of a party.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// What a phone number is for.
CRMKIT_ENUM(PhoneNumberKind, work, mobile, home, fax, other);

/// A phone number of an account, a contact or a lead beside the one that it carries itself.
struct PhoneNumber {
    CRMKIT_ENTITY(PhoneNumber, 26, "phone_number", "phone_numbers",
                  "A further phone number of a party.");
    std::string number{};
    std::string number_normal{};
    Link party{};
    std::optional<PhoneNumberKind> kind{};
    bool is_opted_out = false;
    bool is_invalid = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, number, "The number, as written.")
                .with_format(TextFormat::phone_number)
                .max_length(detail::longest_phone)
                .required()
                .searchable()
                .personal(),
            CRMKIT_FIELD(11, number_normal, "The number in its normal form.")
                .normal_form("number")
                .max_length(detail::longest_phone)
                .personal(),
            CRMKIT_FIELD(12, party, "Whose number it is.")
                .required()
                .refers_to("account, contact, lead", OnDelete::cascade)
                .children("phone_numbers"),
            CRMKIT_FIELD(20, kind, "What it is for."),
            CRMKIT_FIELD(21, is_opted_out, "Nobody of us may call it of our own accord."),
            CRMKIT_FIELD(22, is_invalid, "Nobody answers there."));
    }
    static constexpr std::string_view title_field = "number";
    static constexpr auto indexes() { return std::array{Index{"party"}, Index{"number_normal"}}; }
};

}  // namespace crmkit
