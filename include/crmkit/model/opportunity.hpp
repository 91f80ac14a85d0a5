/// `Opportunity`: a sale that may come about.
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

/// A sale that may come about. It moves through the stages of a pipeline; each stage says whether
/// it is open, won or lost.
struct Opportunity {
    CRMKIT_ENTITY(Opportunity, 10, "opportunity", "opportunities", "A sale that may come about.");
    std::string name{};
    Id account{};
    Id primary_contact{};
    Id stage{};
    Id pipeline{};
    OpportunityState state = OpportunityState::open;
    bool is_on_hold = false;
    std::string lost_reason{};
    std::string lost_notes{};
    std::optional<Money> amount{};
    std::optional<Date> close_date{};
    std::optional<Date> opened_on{};
    std::optional<Instant> closed_at{};
    std::optional<std::int64_t> probability{};
    bool is_probability_manual = false;
    std::optional<ForecastCategory> forecast_category{};
    std::optional<Money> actual_value{};
    std::optional<Money> recurring_amount{};
    std::string recurring_plan{};
    std::optional<Decimal> exchange_rate{};
    std::optional<Money> base_amount{};
    std::optional<Money> total_line_item_amount{};
    std::optional<Money> total_discount{};
    std::optional<Money> total_tax{};
    std::optional<Money> freight{};
    std::optional<Money> total_amount{};
    std::string opportunity_type{};
    std::string lead_source{};
    Id originating_lead{};
    Id campaign{};
    Id product{};
    std::vector<std::string> competitors{};
    Id partner{};
    Id team{};
    std::string next_step{};
    std::string description{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "What is to be sold, in a few words.").required().searchable(),
            CRMKIT_FIELD(11, account,
                         "The organisation that may buy; the primary contact's unless given.")
                .refers_to("account", OnDelete::restrict)
                .children("opportunities"),
            CRMKIT_FIELD(12, primary_contact, "The person to turn to first.")
                .refers_to("contact", OnDelete::set_null)
                .children("opportunities"),
            CRMKIT_FIELD(20, stage, "Where it stands in the pipeline.")
                .supplied()
                .refers_to("stage", OnDelete::restrict)
                .children("opportunities"),
            CRMKIT_FIELD(21, pipeline, "The pipeline of its stage.")
                .refers_to("pipeline", OnDelete::restrict)
                .children("opportunities")
                .read_only(),
            CRMKIT_FIELD(22, state, "Open, won or lost; follows from the stage.").read_only(),
            CRMKIT_FIELD(23, is_on_hold, "Nothing is done about it for now; it stays open."),
            CRMKIT_FIELD(24, lost_reason, "Why it was lost.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(25, lost_notes, "What there is to learn from the loss.")
                .max_length(detail::longest_paragraph),
            CRMKIT_FIELD(30, amount, "What it is expected to bring.").financial(),
            CRMKIT_FIELD(31, close_date, "The day it is expected to close, or did."),
            CRMKIT_FIELD(32, opened_on, "The day the sales cycle began."),
            CRMKIT_FIELD(33, closed_at, "When it was won or lost.").read_only(),
            CRMKIT_FIELD(40, probability,
                         "Chance of a sale in percent, 0 to 100; the stage's unless set by hand."),
            CRMKIT_FIELD(41, is_probability_manual,
                         "The probability was set by hand: a stage move leaves it alone."),
            CRMKIT_FIELD(42, forecast_category,
                         "Forecast column it counts in; the stage's unless given with the move."),
            CRMKIT_FIELD(50, actual_value, "What it brought in the end.").financial(),
            CRMKIT_FIELD(51, recurring_amount, "What it brings in each period of its plan.")
                .financial(),
            CRMKIT_FIELD(52, recurring_plan, "The period of recurring payments, such as monthly.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(53, exchange_rate,
                         "Units of the store's currency for one of the amount's, as booked.")
                .financial()
                .read_only(),
            CRMKIT_FIELD(54, base_amount, "The amount in the store's currency, as booked.")
                .financial()
                .read_only(),
            CRMKIT_FIELD(55, total_line_item_amount, "What its lines come to before discounts.")
                .kept()
                .financial(),
            CRMKIT_FIELD(56, total_discount, "The discounts of its lines.").kept().financial(),
            CRMKIT_FIELD(57, total_tax, "The taxes of its lines.").kept().financial(),
            CRMKIT_FIELD(58, freight, "What the delivery costs the customer.").financial(),
            CRMKIT_FIELD(59, total_amount,
                         "What the customer pays: lines less discounts, with taxes and freight.")
                .kept()
                .financial(),
            CRMKIT_FIELD(60, opportunity_type, "Kind of business, such as new or renewal.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(61, lead_source, "Where it came from.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(62, originating_lead, "The lead it was made from.")
                .refers_to("lead", OnDelete::set_null)
                .children("opportunities"),
            CRMKIT_FIELD(63, campaign, "The campaign that brought it.")
                .refers_to("campaign", OnDelete::set_null)
                .children("opportunities"),
            CRMKIT_FIELD(64, product, "The main product, besides what the lines say.")
                .refers_to("product", OnDelete::set_null)
                .children("opportunities"),
            CRMKIT_FIELD(65, competitors, "Who else wants the business."),
            CRMKIT_FIELD(66, partner, "The partner that sells along with us.")
                .refers_to("account", OnDelete::set_null)
                .children("partnered_opportunities"),
            CRMKIT_FIELD(67, team, "The team that works on it, whoever owns it.")
                .refers_to("team", OnDelete::set_null)
                .children("opportunities"),
            CRMKIT_FIELD(70, next_step, "What to do next."),
            CRMKIT_FIELD(90, description, "Anything else worth knowing.")
                .max_length(detail::longest_paragraph));
    }
    static constexpr std::string_view title_field = "name";
    static constexpr auto indexes() {
        return std::array{Index{"owner, state, close_date"},
                          Index{"account, close_date"},
                          Index{"pipeline, state, close_date"},
                          Index{"stage, close_date"},
                          Index{"state, close_date"},
                          Index{"primary_contact"},
                          Index{"product"},
                          Index{"campaign"},
                          Index{"originating_lead"},
                          Index{"partner"},
                          Index{"team"}};
    }
    static constexpr std::array transitions{
        Transition{"", "open"},           Transition{"", "won"},
        Transition{"", "lost"},           Transition{"open", "won"},
        Transition{"open", "lost", true}, Transition{"won", "open"},
        Transition{"lost", "open"},
    };
    static constexpr StateMachine state_machine{"state", "stage", "lost_reason", transitions};
    /// Fills total_amount. Empty without lines, and where it cannot be computed: it does not fit.
    void derive() {
        total_amount = total_line_item_amount;
        if (!total_amount) {
            return;
        }
        const Money nothing = Money::of_minor(0, total_amount->currency);
        try {
            *total_amount -= total_discount.value_or(nothing);
            *total_amount += total_tax.value_or(nothing);
            *total_amount += freight.value_or(nothing);
        } catch (const Error&) {
            total_amount.reset();
        }
    }
    /// Refuses a probability outside 0 to 100, a close before the opening, a freight below zero,
    /// and totals that cannot be computed.
    void check(std::vector<Problem>& problems) const {
        detail::Checks checks(structure_name, problems);
        checks.within("probability", probability, 0, 100);
        checks.in_order("opened_on", opened_on, "close_date", close_date);
        checks.not_negative("freight", freight);
        if (total_line_item_amount && !total_amount && freight) {
            checks.refuse("freight", to_string(*freight),
                          "does not go with the lines: it is in another currency, or too large");
        }
    }
};

}  // namespace crmkit
