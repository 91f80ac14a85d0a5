/// `Case`: something a customer wants solved.
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

/// The closed set of states of a case.
CRMKIT_ENUM(CaseState, open, resolved, closed, cancelled);

/// How a case reached us.
CRMKIT_ENUM(CaseOrigin, phone, email, web, chat, social, in_person, other);

/// How much damage a case does, whatever its priority.
CRMKIT_ENUM(Severity, low, medium, high, critical);

/// Something a customer wants solved: a question, a fault, a complaint.
struct Case {
    CRMKIT_ENTITY(Case, 16, "case", "cases", "Something a customer wants solved.");
    std::string subject{};
    std::string case_number{};
    std::string description{};
    Id account{};
    Id contact{};
    CaseState state = CaseState::open;
    std::string status{};
    Priority priority = Priority::normal;
    std::optional<Severity> severity{};
    std::string case_type{};
    std::optional<CaseOrigin> origin{};
    Id product{};
    std::string serial_number{};
    Id parent_case{};
    Id master{};
    bool merged = false;
    bool is_internal = false;
    std::optional<Instant> response_by{};
    std::optional<Instant> resolve_by{};
    std::optional<Instant> first_responded_at{};
    std::optional<Instant> resolved_at{};
    std::optional<Instant> closed_at{};
    bool is_escalated = false;
    std::optional<Instant> escalated_at{};
    std::optional<Instant> on_hold_since{};
    std::int64_t on_hold_seconds = 0;
    std::string resolution{};
    std::string resolution_code{};
    std::optional<std::int64_t> time_spent_minutes{};
    std::optional<std::int64_t> satisfaction{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, subject, "What it is about, in one line.").required().searchable(),
            CRMKIT_FIELD(11, case_number, "Number by which people refer to it, counted up.")
                .max_length(detail::longest_label_text)
                .unique()
                .searchable()
                .read_only(),
            CRMKIT_FIELD(12, description, "The whole story.")
                .max_length(detail::longest_paragraph)
                .personal(),
            CRMKIT_FIELD(20, account, "The organisation it is about; the contact's unless given.")
                .refers_to("account", OnDelete::restrict)
                .children("cases"),
            CRMKIT_FIELD(21, contact, "The person to answer to.")
                .refers_to("contact", OnDelete::set_null)
                .children("cases"),
            CRMKIT_FIELD(30, state, "Where it stands; follows from the status.").read_only(),
            CRMKIT_FIELD(31, status, "Where it stands, in the host's words.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(32, priority, "How urgent it is."),
            CRMKIT_FIELD(33, severity, "How much damage it does."),
            CRMKIT_FIELD(34, case_type, "Kind of case, such as question or problem.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(35, origin, "How it reached us."),
            CRMKIT_FIELD(40, product, "The product it is about.")
                .refers_to("product", OnDelete::set_null)
                .children("cases"),
            CRMKIT_FIELD(41, serial_number, "Serial number of the piece it is about.")
                .max_length(detail::longest_label_text)
                .searchable(),
            CRMKIT_FIELD(42, parent_case, "The case it is a part of.")
                .refers_to("case", OnDelete::set_null)
                .children("child_cases")
                .hierarchy(),
            CRMKIT_FIELD(43, master, "The case that took its place: both are about the same.")
                .refers_to("case", OnDelete::set_null)
                .children("merged_cases")
                .hierarchy(),
            CRMKIT_FIELD(44, merged, "Another case took its place.").computed(),
            CRMKIT_FIELD(45, is_internal, "The customer should not see it."),
            CRMKIT_FIELD(50, response_by, "Until when to answer first.").read_only(),
            CRMKIT_FIELD(51, resolve_by, "Until when to solve it.").read_only(),
            CRMKIT_FIELD(52, first_responded_at,
                         "When we first answered: the first outbound interaction about it.")
                .kept(),
            CRMKIT_FIELD(53, resolved_at, "When it was resolved.").read_only(),
            CRMKIT_FIELD(54, closed_at, "When it was closed or cancelled.").read_only(),
            CRMKIT_FIELD(55, is_escalated, "Someone higher up has to look at it."),
            CRMKIT_FIELD(56, escalated_at, "When it was escalated."),
            CRMKIT_FIELD(57, on_hold_since, "When it was put on hold; empty while it is not.")
                .read_only(),
            CRMKIT_FIELD(58, on_hold_seconds, "How long it was on hold before, in seconds.")
                .read_only(),
            CRMKIT_FIELD(60, resolution, "How it was solved, or why it was cancelled.")
                .max_length(detail::longest_paragraph),
            CRMKIT_FIELD(61, resolution_code, "Kind of solution or cause.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(62, time_spent_minutes, "Minutes of work it took."),
            CRMKIT_FIELD(63, satisfaction, "How content the customer was, 1 to 5."));
    }
    static constexpr std::string_view title_field = "subject";
    static constexpr auto indexes() {
        return std::array{Index{"owner, state, resolve_by"},
                          Index{"state, resolve_by"},
                          Index{"account, state"},
                          Index{"account, created_at"},
                          Index{"contact, created_at"},
                          Index{"product"},
                          Index{"parent_case"},
                          Index{"master"}};
    }
    static constexpr std::array transitions{
        Transition{"", "open"},
        Transition{"", "resolved"},
        Transition{"", "closed"},
        Transition{"", "cancelled"},
        Transition{"open", "resolved", true},
        Transition{"open", "cancelled", true},
        Transition{"resolved", "closed"},
        Transition{"resolved", "open"},
        Transition{"closed", "open"},
        Transition{"cancelled", "open"},
    };
    static constexpr StateMachine state_machine{"state", "status", "resolution", transitions};
    /// Fills merged.
    void derive() { merged = static_cast<bool>(master); }
    /// Refuses a satisfaction outside 1 to 5 and time spent below zero.
    void check(std::vector<Problem>& problems) const {
        detail::Checks checks(structure_name, problems);
        checks.within("satisfaction", satisfaction, 1, 5);
        checks.not_negative("time_spent_minutes", time_spent_minutes);
        checks.in_order("response_by", response_by, "resolve_by", resolve_by);
    }
};

}  // namespace crmkit
