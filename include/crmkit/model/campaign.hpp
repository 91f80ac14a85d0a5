/// `Campaign`: an effort of marketing with a goal, a time and a cost.
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

/// The closed set of states of a campaign.
CRMKIT_ENUM(CampaignState, planned, running, stopped, done);

/// An effort of marketing: a mailing, a fair, a series of advertisements.
struct Campaign {
    CRMKIT_ENTITY(Campaign, 14, "campaign", "campaigns",
                  "An effort of marketing with a goal, a time and a cost.");
    std::string name{};
    std::string campaign_type{};
    CampaignState state = CampaignState::planned;
    std::string status{};
    std::string stop_reason{};
    Id parent{};
    std::optional<Date> start_date{};
    std::optional<Date> end_date{};
    std::string objective{};
    std::string message{};
    std::string promotion_code{};
    std::optional<Money> budgeted_cost{};
    std::optional<Money> actual_cost{};
    std::optional<Money> expected_revenue{};
    std::optional<std::int64_t> expected_response{};
    std::string currency{};
    std::int64_t member_count = 0;
    std::int64_t planned_count = 0;
    std::int64_t sent_count = 0;
    std::int64_t responded_count = 0;
    std::int64_t opted_out_count = 0;
    bool is_template = false;
    std::string description{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Name of the campaign.").required().searchable(),
            CRMKIT_FIELD(11, campaign_type, "Kind of campaign, such as email or event.")
                .max_length(detail::longest_label_text)
                .required(),
            CRMKIT_FIELD(20, state, "Where it stands; follows from the status.").read_only(),
            CRMKIT_FIELD(21, status, "Where it stands, in the host's words.")
                .max_length(detail::longest_label_text)
                .supplied(),
            CRMKIT_FIELD(22, stop_reason, "Why it was stopped."),
            CRMKIT_FIELD(30, parent, "The campaign it is a part of.")
                .refers_to("campaign", OnDelete::set_null)
                .children("child_campaigns")
                .hierarchy(),
            CRMKIT_FIELD(40, start_date, "First day."), CRMKIT_FIELD(41, end_date, "Last day."),
            CRMKIT_FIELD(50, objective, "What it is to achieve.")
                .max_length(detail::longest_paragraph),
            CRMKIT_FIELD(51, message, "What it tells people.")
                .max_length(detail::longest_paragraph),
            CRMKIT_FIELD(52, promotion_code, "Code by which an order refers to it.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(60, budgeted_cost, "What it may cost.").financial(),
            CRMKIT_FIELD(61, actual_cost, "What it did cost.").financial(),
            CRMKIT_FIELD(62, expected_revenue, "What it is to bring.").financial(),
            CRMKIT_FIELD(63, expected_response, "How many people are expected to respond."),
            CRMKIT_FIELD(64, currency, "Currency it is planned and reckoned in.")
                .with_format(TextFormat::currency_code)
                .max_length(3),
            CRMKIT_FIELD(71, member_count, "How many it addresses.").kept(),
            CRMKIT_FIELD(72, planned_count, "How many of them nothing went to yet.").kept(),
            CRMKIT_FIELD(73, sent_count, "How many of them have not responded so far.").kept(),
            CRMKIT_FIELD(74, responded_count, "How many of them responded.").kept(),
            CRMKIT_FIELD(75, opted_out_count, "How many of them want nothing more of it.").kept(),
            CRMKIT_FIELD(70, is_template, "It is a pattern for others and does not run itself."),
            CRMKIT_FIELD(90, description, "Anything else worth knowing.")
                .max_length(detail::longest_paragraph));
    }
    static constexpr std::string_view title_field = "name";
    static constexpr auto indexes() {
        return std::array{Index{"owner, state, start_date"}, Index{"state, start_date"},
                          Index{"name"}, Index{"parent"}};
    }
    static constexpr std::array transitions{
        Transition{"", "planned"},        Transition{"", "running"},
        Transition{"", "stopped"},        Transition{"", "done"},
        Transition{"planned", "running"}, Transition{"planned", "stopped", true},
        Transition{"running", "done"},    Transition{"running", "stopped", true},
        Transition{"stopped", "running"}, Transition{"stopped", "planned"},
    };
    static constexpr StateMachine state_machine{"state", "status", "stop_reason", transitions};
    /// Refuses an end before the start, and costs below zero.
    void check(std::vector<Problem>& problems) const {
        detail::Checks checks(structure_name, problems);
        checks.in_order("start_date", start_date, "end_date", end_date);
        checks.not_negative("budgeted_cost", budgeted_cost);
        checks.not_negative("actual_cost", actual_cost);
        checks.not_negative("expected_response", expected_response);
    }
};

}  // namespace crmkit
