/// `Contact`: a person we deal with.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/model/choices.hpp"
#include "crmkit/model/person_name.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// As a person gives it.
CRMKIT_ENUM(Gender, female, male, non_binary, other);

/// Civil status of a person.
CRMKIT_ENUM(FamilyStatus, single, married, registered_partnership, separated, divorced, widowed);

/// The way in which a person wants to be reached.
CRMKIT_ENUM(ContactMethod, any, email, phone, mail, fax, chat);

/// A day of the week.
CRMKIT_ENUM(Weekday, monday, tuesday, wednesday, thursday, friday, saturday, sunday);

/// A part of a day (names of the Common Data Model).
CRMKIT_ENUM(PartOfDay, morning, afternoon, evening);

/// A person, with or without an organisation behind. E-mail addresses and phone numbers beyond the
/// first, and postal addresses, are records of their own.
struct Contact {
    CRMKIT_ENTITY(Contact, 5, "contact", "contacts", "A person we deal with.");
    std::string salutation{};
    std::string first_name{};
    std::string middle_name{};
    std::string last_name{};
    std::string suffix{};
    std::string nickname{};
    std::string full_name{};
    Id account{};
    std::string job_title{};
    std::string department{};
    Id reports_to{};
    std::string email{};
    std::string email_normal{};
    std::string phone{};
    std::string phone_normal{};
    std::vector<std::string> social_profiles{};
    std::string assistant_name{};
    std::string assistant_phone{};
    std::string assistant_phone_normal{};
    std::string language{};
    std::string time_zone{};
    std::optional<ContactMethod> preferred_contact_method{};
    std::optional<Weekday> preferred_contact_day{};
    std::optional<PartOfDay> preferred_contact_time{};
    Id preferred_contact_user{};
    bool do_not_call = false;
    bool do_not_email = false;
    bool do_not_mail = false;
    bool do_not_fax = false;
    bool do_not_bulk_email = false;
    std::optional<Date> birth_date{};
    std::optional<Date> anniversary{};
    std::optional<Gender> gender{};
    std::optional<FamilyStatus> family_status{};
    std::string education{};
    std::optional<std::int64_t> number_of_children{};
    bool is_child = false;
    Id parent_person{};
    std::string lead_source{};
    Id campaign{};
    std::optional<Instant> last_activity_at{};
    std::string photo{};
    std::string description{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, salutation, "Form of address, such as Dr.").max_length(60).personal(),
            CRMKIT_FIELD(11, first_name, "Given name.").max_length(100).personal(),
            CRMKIT_FIELD(12, middle_name, "Further given names.").max_length(100).personal(),
            CRMKIT_FIELD(13, last_name, "Family name.").max_length(100).required().personal(),
            CRMKIT_FIELD(14, suffix, "What stands after the name, such as junior.")
                .max_length(60)
                .personal(),
            CRMKIT_FIELD(15, nickname, "What the person is called.").max_length(100).personal(),
            CRMKIT_FIELD(16, full_name, "First, middle and last name with the suffix.")
                .computed()
                .max_length(363)
                .searchable()
                .personal(),
            CRMKIT_FIELD(20, account, "The organisation the person mainly belongs to.")
                .refers_to("account", OnDelete::set_null)
                .children("contacts"),
            CRMKIT_FIELD(21, job_title, "Position in the organisation."),
            CRMKIT_FIELD(22, department, "Part of the organisation.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(23, reports_to, "The superior in the organisation.")
                .refers_to("contact", OnDelete::set_null)
                .children("direct_reports")
                .hierarchy(),
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
            CRMKIT_FIELD(34, social_profiles, "Web addresses of the person's profiles.").personal(),
            CRMKIT_FIELD(35, assistant_name, "Who answers for the person.").personal(),
            CRMKIT_FIELD(36, assistant_phone, "Phone number of the assistant, as written.")
                .with_format(TextFormat::phone_number)
                .max_length(detail::longest_phone)
                .personal(),
            CRMKIT_FIELD(37, assistant_phone_normal, "The assistant's number in its normal form.")
                .normal_form("assistant_phone")
                .max_length(detail::longest_phone)
                .personal(),
            CRMKIT_FIELD(40, language, "Language to write and speak in, as a BCP 47 tag.")
                .with_format(TextFormat::language_tag)
                .max_length(35)
                .personal(),
            CRMKIT_FIELD(41, time_zone, "IANA time zone the person lives in.")
                .with_format(TextFormat::time_zone)
                .max_length(64)
                .personal(),
            CRMKIT_FIELD(42, preferred_contact_method, "How the person wants to be reached."),
            CRMKIT_FIELD(46, preferred_contact_day, "The day of the week that suits the person."),
            CRMKIT_FIELD(47, preferred_contact_time, "The time of day that suits the person."),
            CRMKIT_FIELD(48, preferred_contact_user, "The user whom the person wants to deal with.")
                .refers_to("user", OnDelete::set_null)
                .children("preferred_by_contacts"),
            CRMKIT_FIELD(43, do_not_call, "The person does not want phone calls."),
            CRMKIT_FIELD(44, do_not_email, "The person does not want e-mails."),
            CRMKIT_FIELD(45, do_not_mail, "The person does not want letters."),
            CRMKIT_FIELD(49, do_not_fax, "The person does not want faxes."),
            CRMKIT_FIELD(60, do_not_bulk_email, "The person does not want e-mails sent to many."),
            CRMKIT_FIELD(50, birth_date, "Day of birth.").personal(),
            CRMKIT_FIELD(51, anniversary, "A day to congratulate on.").personal(),
            CRMKIT_FIELD(52, gender, "As the person gives it.").personal(),
            CRMKIT_FIELD(53, family_status, "Civil status.").personal(),
            CRMKIT_FIELD(54, education, "Highest schooling.")
                .max_length(detail::longest_label_text)
                .personal(),
            CRMKIT_FIELD(55, number_of_children, "How many children the person has.").personal(),
            CRMKIT_FIELD(56, is_child, "The person is too young to consent (GDPR, article 8).")
                .personal(),
            CRMKIT_FIELD(57, parent_person, "Who consents for the person: a parent or guardian.")
                .refers_to("contact", OnDelete::set_null)
                .children("wards")
                .hierarchy()
                .personal(),
            CRMKIT_FIELD(70, lead_source, "Where we know the person from.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(71, campaign, "The campaign that brought the person.")
                .refers_to("campaign", OnDelete::set_null)
                .children("contacts"),
            CRMKIT_FIELD(72, last_activity_at,
                         "When the latest interaction with the person took place.")
                .kept(),
            CRMKIT_FIELD(80, photo, "Web address of a portrait.")
                .with_format(TextFormat::uri)
                .max_length(detail::longest_uri)
                .personal(),
            CRMKIT_FIELD(90, description, "Anything else worth knowing.")
                .max_length(detail::longest_paragraph)
                .personal());
    }
    static constexpr std::string_view title_field = "full_name";
    static constexpr auto indexes() {
        return std::array{Index{"last_name"},        Index{"account, last_name"},
                          Index{"owner, last_name"}, Index{"email_normal"},
                          Index{"phone_normal"},     Index{"assistant_phone_normal"},
                          Index{"reports_to"},       Index{"preferred_contact_user"},
                          Index{"parent_person"},    Index{"campaign"}};
    }
    /// Fills full_name.
    void derive() { full_name = joined_name({first_name, middle_name, last_name, suffix}); }
    /// Refuses a negative number of children.
    void check(std::vector<Problem>& problems) const {
        detail::Checks(structure_name, problems)
            .not_negative("number_of_children", number_of_children);
    }
};

}  // namespace crmkit
