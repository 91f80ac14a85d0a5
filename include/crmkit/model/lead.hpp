/// `Lead`: someone who might buy, before it is known who and what exactly.
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

/// The closed set of states of a lead.
CRMKIT_ENUM(LeadState, open, converted, disqualified);

/// Whether there is money for it (names of the Common Data Model).
CRMKIT_ENUM(BudgetStatus, no_committed_budget, may_buy, can_buy, will_buy);

/// How much it is needed.
CRMKIT_ENUM(Need, must_have, should_have, good_to_have, no_need);

/// When a decision can be expected.
CRMKIT_ENUM(PurchaseTimeFrame, immediate, this_quarter, next_quarter, this_year, unknown);

/// Who decides.
CRMKIT_ENUM(PurchaseProcess, individual, committee, unknown);

/// Someone who might buy. Converting it makes a contact, an account and an opportunity of it.
struct Lead {
    CRMKIT_ENTITY(Lead, 7, "lead", "leads",
                  "Someone who might buy, before it is known who and what exactly.");
    std::string salutation{};
    std::string first_name{};
    std::string middle_name{};
    std::string last_name{};
    std::string suffix{};
    std::string nickname{};
    std::string full_name{};
    std::string company_name{};
    std::string job_title{};
    std::string subject{};
    LeadState state = LeadState::open;
    std::string status{};
    std::string disqualified_reason{};
    std::optional<Rating> rating{};
    std::optional<std::int64_t> score{};
    std::optional<std::int64_t> probability{};
    std::string email{};
    std::string email_normal{};
    std::string phone{};
    std::string phone_normal{};
    std::string website{};
    bool do_not_call = false;
    bool do_not_email = false;
    bool do_not_mail = false;
    bool do_not_fax = false;
    bool do_not_bulk_email = false;
    std::string lead_source{};
    Id campaign{};
    std::string utm_campaign{};
    std::string utm_medium{};
    std::string utm_source{};
    std::string referred_by{};
    std::string industry{};
    std::optional<std::int64_t> number_of_employees{};
    std::optional<Money> annual_revenue{};
    std::optional<Money> estimated_value{};
    std::optional<Date> estimated_close_date{};
    std::optional<BudgetStatus> budget_status{};
    std::optional<Need> need{};
    std::optional<PurchaseTimeFrame> purchase_time_frame{};
    std::optional<PurchaseProcess> purchase_process{};
    bool decision_maker = false;
    std::optional<Instant> assigned_at{};
    std::optional<Instant> first_response_at{};
    std::optional<Date> next_follow_up{};
    std::optional<Instant> converted_at{};
    Id converted_account{};
    Id converted_contact{};
    Id converted_opportunity{};
    std::string description{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, salutation, "Form of address, such as Dr.").max_length(60).personal(),
            CRMKIT_FIELD(11, first_name, "Given name.").max_length(100).personal(),
            CRMKIT_FIELD(12, middle_name, "Further given names.").max_length(100).personal(),
            CRMKIT_FIELD(13, last_name, "Family name.").max_length(100).personal(),
            CRMKIT_FIELD(14, suffix, "What stands after the name, such as junior.")
                .max_length(60)
                .personal(),
            CRMKIT_FIELD(19, nickname, "What the person is called.").max_length(100).personal(),
            CRMKIT_FIELD(15, full_name, "First, middle and last name; the company's without one.")
                .computed()
                .max_length(363)
                .searchable()
                .personal(),
            CRMKIT_FIELD(16, company_name, "The organisation, as it was given.").searchable(),
            CRMKIT_FIELD(17, job_title, "Position in the organisation."),
            CRMKIT_FIELD(18, subject, "What it is about.").searchable(),
            CRMKIT_FIELD(20, state, "Where it stands; follows from the status.").read_only(),
            CRMKIT_FIELD(21, status, "Where it stands, in the host's words.")
                .max_length(detail::longest_label_text)
                .supplied(),
            CRMKIT_FIELD(22, disqualified_reason, "Why nothing came of it."),
            CRMKIT_FIELD(23, rating, "How promising it looks."),
            CRMKIT_FIELD(24, score, "Points of a scoring rule."),
            CRMKIT_FIELD(25, probability, "Chance of a sale in percent, 0 to 100."),
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
            CRMKIT_FIELD(34, website, "Address of the organisation's web site.")
                .with_format(TextFormat::uri)
                .max_length(detail::longest_uri),
            CRMKIT_FIELD(35, do_not_call, "The person does not want phone calls."),
            CRMKIT_FIELD(36, do_not_email, "The person does not want e-mails."),
            CRMKIT_FIELD(37, do_not_mail, "The person does not want letters."),
            CRMKIT_FIELD(38, do_not_fax, "The person does not want faxes."),
            CRMKIT_FIELD(39, do_not_bulk_email, "The person does not want e-mails sent to many."),
            CRMKIT_FIELD(40, lead_source, "Where it came from.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(41, campaign, "The campaign that brought it.")
                .refers_to("campaign", OnDelete::set_null)
                .children("leads"),
            CRMKIT_FIELD(42, utm_campaign, "Campaign tag of the web visit."),
            CRMKIT_FIELD(43, utm_medium, "Medium tag of the web visit."),
            CRMKIT_FIELD(44, utm_source, "Source tag of the web visit."),
            CRMKIT_FIELD(45, referred_by, "Who recommended us.").personal(),
            CRMKIT_FIELD(50, industry, "Line of business.").max_length(detail::longest_label_text),
            CRMKIT_FIELD(51, number_of_employees, "How many people work there."),
            CRMKIT_FIELD(52, annual_revenue, "The organisation's sales of a year.").financial(),
            CRMKIT_FIELD(60, estimated_value, "What it might buy for.").financial(),
            CRMKIT_FIELD(61, estimated_close_date, "When it might buy."),
            CRMKIT_FIELD(62, budget_status, "Whether there is money for it."),
            CRMKIT_FIELD(63, need, "How much it is needed."),
            CRMKIT_FIELD(64, purchase_time_frame, "When a decision can be expected."),
            CRMKIT_FIELD(65, purchase_process, "Who decides."),
            CRMKIT_FIELD(66, decision_maker, "The person is the one who decides."),
            CRMKIT_FIELD(70, assigned_at, "When someone was made responsible."),
            CRMKIT_FIELD(71, first_response_at, "When we first answered."),
            CRMKIT_FIELD(72, next_follow_up, "When to get in touch again."),
            CRMKIT_FIELD(80, converted_at, "When it was converted.").read_only(),
            CRMKIT_FIELD(81, converted_account, "The account it became.")
                .refers_to("account", OnDelete::set_null)
                .children("converted_leads")
                .read_only(),
            CRMKIT_FIELD(82, converted_contact, "The contact it became.")
                .refers_to("contact", OnDelete::set_null)
                .children("converted_leads")
                .read_only(),
            CRMKIT_FIELD(83, converted_opportunity, "The opportunity it became.")
                .refers_to("opportunity", OnDelete::set_null)
                .children("converted_leads")
                .read_only(),
            CRMKIT_FIELD(90, description, "Anything else worth knowing.")
                .max_length(detail::longest_paragraph)
                .personal());
    }
    static constexpr std::string_view title_field = "full_name";
    static constexpr auto indexes() {
        return std::array{Index{"owner, state, status"},
                          Index{"state, status"},
                          Index{"email_normal"},
                          Index{"phone_normal"},
                          Index{"campaign"},
                          Index{"converted_account"},
                          Index{"converted_contact"},
                          Index{"converted_opportunity"}};
    }
    static constexpr std::array transitions{
        Transition{"", "open"},
        Transition{"", "converted"},
        Transition{"", "disqualified"},
        Transition{"open", "converted"},
        Transition{"open", "disqualified", true},
        Transition{"disqualified", "open"},
    };
    static constexpr StateMachine state_machine{"state", "status", "disqualified_reason",
                                                transitions};
    /// Fills full_name.
    void derive() {
        full_name = joined_name({first_name, middle_name, last_name, suffix});
        if (full_name.empty()) {
            full_name = company_name;
        }
    }
    /// Refuses a lead of nobody: last_name or company_name must be there.
    void check(std::vector<Problem>& problems) const {
        detail::Checks checks(structure_name, problems);
        if (last_name.empty() && company_name.empty()) {
            checks.refuse("last_name", {}, "is empty, and so is company_name: give one of the two");
        }
        checks.within("probability", probability, 0, 100);
        checks.not_negative("number_of_employees", number_of_employees);
        checks.not_negative("estimated_value", estimated_value);
    }
};

}  // namespace crmkit
