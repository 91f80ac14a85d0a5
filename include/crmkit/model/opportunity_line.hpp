/// `OpportunityLine`: a product or service that is part of a sale.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/model/choices.hpp"
#include "crmkit/model/line_amount.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// A product, or something described in words, that is part of a sale.
struct OpportunityLine {
    CRMKIT_ENTITY(OpportunityLine, 12, "opportunity_line", "opportunity_lines",
                  "A product or service that is part of a sale.");
    Id opportunity{};
    Id product{};
    std::string description{};
    std::optional<Decimal> quantity{};
    std::string unit{};
    std::optional<Money> unit_price{};
    bool is_price_overridden = false;
    std::optional<Decimal> discount_percent{};
    std::optional<Money> discount_amount{};
    std::optional<Money> tax{};
    std::optional<Money> amount{};
    std::optional<std::int64_t> line_number{};
    Id parent_bundle{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, opportunity, "The sale.")
                .required()
                .refers_to("opportunity", OnDelete::cascade)
                .children("lines"),
            CRMKIT_FIELD(11, product, "The product; without one the description says what it is.")
                .refers_to("product", OnDelete::restrict)
                .children("opportunity_lines"),
            CRMKIT_FIELD(12, description, "What it is, in words.")
                .max_length(detail::longest_paragraph),
            CRMKIT_FIELD(20, quantity, "How much of it.").required(),
            CRMKIT_FIELD(21, unit, "What the quantity counts.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(22, unit_price, "Price of one unit.").required().financial(),
            CRMKIT_FIELD(23, is_price_overridden, "The price was set by hand."),
            CRMKIT_FIELD(24, discount_percent, "Discount in percent, 0 to 100.").financial(),
            CRMKIT_FIELD(25, discount_amount, "Discount on the line as an amount.").financial(),
            CRMKIT_FIELD(26, tax, "Tax on the line.").financial(),
            CRMKIT_FIELD(27, amount, "Quantity times price, less the discount, before tax.")
                .computed()
                .financial(),
            CRMKIT_FIELD(30, line_number, "Its place among the lines, counted from 1.").read_only(),
            CRMKIT_FIELD(31, parent_bundle, "The line of the bundle it is a part of.")
                .refers_to("opportunity_line", OnDelete::cascade)
                .children("bundle_lines")
                .hierarchy());
    }
    static constexpr std::string_view title_field = "description";
    static constexpr auto indexes() {
        return std::array{Index{"opportunity, line_number"}, Index{"product"},
                          Index{"parent_bundle"}};
    }
    /// Fills amount.
    void derive() { amount = line_amount(price()); }
    /// Refuses a line of nothing, quantities below zero, and amounts that cannot be computed.
    void check(std::vector<Problem>& problems) const {
        detail::check_line(structure_name, price(), tax, problems);
        detail::check_line_names_something(structure_name, product, description, problems);
    }
    /// What the amount is made from.
    [[nodiscard]] LinePrice price() const {
        return {quantity, unit_price, discount_percent, discount_amount};
    }
};

}  // namespace crmkit
