/// `Address`: a postal address of a party.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// What an address is for.
CRMKIT_ENUM(AddressKind, billing, shipping, office, home, other);

/// A postal address of an account, a contact or a lead, which may have any number.
struct Address {
    CRMKIT_ENTITY(Address, 24, "address", "addresses", "A postal address of a party.");
    Link party{};
    std::optional<AddressKind> kind{};
    bool is_primary = false;
    std::string street{};
    std::string city{};
    std::string region{};
    std::string postal_code{};
    std::string country{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, party, "Whose address it is.")
                .required()
                .refers_to("account, contact, lead", OnDelete::cascade)
                .children("addresses"),
            CRMKIT_FIELD(11, kind, "What it is for."),
            CRMKIT_FIELD(12, is_primary, "The one to use when nothing else is said."),
            CRMKIT_FIELD(20, street, "Street and house, or box; may have several lines.")
                .max_length(1'000)
                .personal(),
            CRMKIT_FIELD(21, city, "City or village.").searchable().personal(),
            CRMKIT_FIELD(22, region, "State, province or county.").personal(),
            CRMKIT_FIELD(23, postal_code, "Postal code.").max_length(20).personal(),
            CRMKIT_FIELD(24, country, "Country, by name or ISO 3166 code.")
                .max_length(detail::longest_label_text)
                .personal());
    }
    static constexpr std::string_view title_field = "city";
    static constexpr auto indexes() {
        return std::array{Index{"party"}, Index{"country, postal_code"}};
    }
    /// Refuses an address of which nothing is known.
    void check(std::vector<Problem>& problems) const {
        if (street.empty() && city.empty() && region.empty() && postal_code.empty() &&
            country.empty()) {
            detail::Checks(structure_name, problems)
                .refuse("city", {}, "is empty, and so is all the rest of the address");
        }
    }
};

}  // namespace crmkit
