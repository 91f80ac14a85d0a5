/// `Account`: an organisation that we sell to, buy from or otherwise deal with.
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

/// What an account is to us (names of the Common Data Model's customer type).
CRMKIT_ENUM(AccountType, competitor, consultant, customer, investor, partner, influencer, press,
            prospect, reseller, supplier, vendor, other);

/// Who owns an organisation.
CRMKIT_ENUM(Ownership, public_, private_, subsidiary, government, other);

/// How far a customer relation has come.
CRMKIT_ENUM(Lifecycle, suspect, prospect, customer, inactive, lost, regained);

/// An organisation. Its people are contacts, its sites are addresses, its e-mail addresses and
/// phone numbers beyond the first are records of their own.
struct Account {
    CRMKIT_ENTITY(Account, 4, "account", "accounts",
                  "An organisation that we sell to, buy from or otherwise deal with.");
    std::string name{};
    std::string account_number{};
    std::optional<AccountType> account_type{};
    std::optional<Lifecycle> lifecycle{};
    std::optional<Rating> rating{};
    Id parent_account{};
    Id primary_contact{};
    std::string email{};
    std::string email_normal{};
    std::string phone{};
    std::string phone_normal{};
    std::string fax{};
    std::string fax_normal{};
    std::string website{};
    std::string industry{};
    std::string sic_code{};
    std::optional<Ownership> ownership{};
    std::optional<std::int64_t> year_established{};
    std::optional<std::int64_t> number_of_employees{};
    std::optional<Money> annual_revenue{};
    std::optional<Money> potential{};
    std::string currency{};
    std::string payment_terms{};
    std::optional<Money> credit_limit{};
    bool credit_on_hold = false;
    bool do_not_call = false;
    bool do_not_email = false;
    bool do_not_mail = false;
    bool do_not_fax = false;
    bool do_not_bulk_email = false;
    Id campaign{};
    Id master{};
    bool merged = false;
    std::string description{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Name of the organisation.").required().searchable(),
            CRMKIT_FIELD(11, account_number, "Number by which people refer to it.")
                .max_length(detail::longest_label_text)
                .unique()
                .searchable(),
            CRMKIT_FIELD(12, account_type, "What it is to us."),
            CRMKIT_FIELD(13, lifecycle, "How far the customer relation has come."),
            CRMKIT_FIELD(14, rating, "How promising it looks."),
            CRMKIT_FIELD(20, parent_account, "The organisation it belongs to.")
                .refers_to("account", OnDelete::set_null)
                .children("child_accounts")
                .hierarchy(),
            CRMKIT_FIELD(21, primary_contact, "The person to turn to first.")
                .refers_to("contact", OnDelete::set_null)
                .children("primary_contact_of"),
            CRMKIT_FIELD(30, email, "Main e-mail address, as written.")
                .with_format(TextFormat::email_address)
                .max_length(detail::longest_email)
                .searchable()
                .personal(),
            CRMKIT_FIELD(31, email_normal, "The e-mail address in its normal form.")
                .normal_form("email")
                .max_length(detail::longest_email)
                .personal(),
            CRMKIT_FIELD(32, phone, "Main phone number, as written.")
                .with_format(TextFormat::phone_number)
                .max_length(detail::longest_phone)
                .searchable()
                .personal(),
            CRMKIT_FIELD(33, phone_normal, "The phone number in its normal form.")
                .normal_form("phone")
                .max_length(detail::longest_phone)
                .personal(),
            CRMKIT_FIELD(34, fax, "Fax number, as written.")
                .with_format(TextFormat::phone_number)
                .max_length(detail::longest_phone)
                .personal(),
            CRMKIT_FIELD(36, fax_normal, "The fax number in its normal form.")
                .normal_form("fax")
                .max_length(detail::longest_phone)
                .personal(),
            CRMKIT_FIELD(35, website, "Address of its web site.")
                .with_format(TextFormat::uri)
                .max_length(detail::longest_uri),
            CRMKIT_FIELD(40, industry, "Line of business.").max_length(detail::longest_label_text),
            CRMKIT_FIELD(41, sic_code, "Code of the line of business in a standard such as SIC.")
                .max_length(20),
            CRMKIT_FIELD(42, ownership, "Who owns it."),
            CRMKIT_FIELD(43, year_established, "Calendar year in which it was founded."),
            CRMKIT_FIELD(44, number_of_employees, "How many people work there."),
            CRMKIT_FIELD(45, annual_revenue, "Its own sales of a year.").financial(),
            CRMKIT_FIELD(46, potential, "What it could buy in a year of what we offer.")
                .financial(),
            CRMKIT_FIELD(50, currency, "Currency we deal with it in.")
                .with_format(TextFormat::currency_code)
                .max_length(3),
            CRMKIT_FIELD(51, payment_terms, "When it has to pay, such as net 30.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(52, credit_limit, "How much it may owe us at most.").financial(),
            CRMKIT_FIELD(53, credit_on_hold, "Nothing more is sold to it on credit.").financial(),
            CRMKIT_FIELD(60, do_not_call, "It does not want phone calls."),
            CRMKIT_FIELD(61, do_not_email, "It does not want e-mails."),
            CRMKIT_FIELD(62, do_not_mail, "It does not want letters."),
            CRMKIT_FIELD(63, do_not_fax, "It does not want faxes."),
            CRMKIT_FIELD(64, do_not_bulk_email, "It does not want e-mails sent to many."),
            CRMKIT_FIELD(70, campaign, "The campaign that brought it.")
                .refers_to("campaign", OnDelete::set_null)
                .children("accounts"),
            CRMKIT_FIELD(80, master, "The account that took its place: both are the same.")
                .refers_to("account", OnDelete::set_null)
                .children("merged_accounts")
                .hierarchy(),
            CRMKIT_FIELD(81, merged, "Another account took its place.").computed(),
            CRMKIT_FIELD(90, description, "Anything else worth knowing.")
                .max_length(detail::longest_paragraph));
    }
    static constexpr std::string_view title_field = "name";
    static constexpr auto indexes() {
        return std::array{Index{"name"},
                          Index{"owner, name"},
                          Index{"parent_account, name"},
                          Index{"primary_contact"},
                          Index{"email_normal"},
                          Index{"phone_normal"},
                          Index{"fax_normal"},
                          Index{"campaign"},
                          Index{"master"}};
    }
    /// Fills merged.
    void derive() { merged = static_cast<bool>(master); }
    /// Refuses negative counts and a credit limit below zero.
    void check(std::vector<Problem>& problems) const {
        detail::Checks checks(structure_name, problems);
        checks.within("year_established", year_established, 1, 9999);
        checks.not_negative("number_of_employees", number_of_employees);
        checks.not_negative("credit_limit", credit_limit);
    }
};

}  // namespace crmkit
