/// `User`: someone who works in the CRM.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// Someone who works in the CRM: owns records, acts in a session. Who may log in is the host's
/// business; the host's own key of the user is an external id.
struct User {
    CRMKIT_ENTITY(User, 1, "user", "users", "Someone who works in the CRM and owns records.");
    std::string name{};
    std::string email{};
    std::string email_normal{};
    Id manager{};
    Id team{};
    std::string time_zone{};
    std::string language{};
    std::vector<std::string> skills{};
    bool is_active = true;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Full name.").required().searchable().personal(),
            CRMKIT_FIELD(11, email, "Work e-mail address, as written.")
                .with_format(TextFormat::email_address)
                .max_length(detail::longest_email)
                .searchable()
                .personal(),
            CRMKIT_FIELD(12, email_normal, "The e-mail address in its normal form.")
                .normal_form("email")
                .max_length(detail::longest_email)
                .personal(),
            CRMKIT_FIELD(20, manager, "The user this one reports to.")
                .refers_to("user", OnDelete::set_null)
                .children("direct_reports")
                .hierarchy(),
            CRMKIT_FIELD(21, team, "The team this user mainly works in; reports group by it.")
                .refers_to("team", OnDelete::set_null)
                .children("users"),
            CRMKIT_FIELD(30, time_zone, "IANA time zone the user works in.")
                .with_format(TextFormat::time_zone)
                .max_length(64),
            CRMKIT_FIELD(31, language, "Language the user reads, as a BCP 47 tag.")
                .with_format(TextFormat::language_tag)
                .max_length(35),
            CRMKIT_FIELD(32, skills, "What the user can be given work for."),
            CRMKIT_FIELD(40, is_active, "False once the user no longer works here."));
    }
    static constexpr std::string_view title_field = "name";
    static constexpr auto indexes() {
        return std::array{Index{"name"}, Index{"email_normal"}, Index{"manager, name"},
                          Index{"team, name"}};
    }
};

}  // namespace crmkit
