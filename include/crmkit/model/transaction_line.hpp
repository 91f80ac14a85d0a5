/// `TransactionLine`: a product or service that was part of a transaction.
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

/// A product, or something described in words, that was part of a transaction.
struct TransactionLine {
    CRMKIT_ENTITY(TransactionLine, 22, "transaction_line", "transaction_lines",
                  "A product or service that was part of a transaction.");
    Id transaction{};
    Id product{};
    std::string description{};
    std::optional<Decimal> quantity{};
    std::string unit{};
    std::optional<Money> unit_price{};
    std::optional<Decimal> discount_percent{};
    std::optional<Money> discount_amount{};
    std::string promotion_code{};
    std::optional<Money> tax{};
    std::optional<Money> amount{};
    std::optional<std::int64_t> line_number{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, transaction, "The transaction.")
                .required()
                .refers_to("transaction", OnDelete::cascade)
                .children("lines"),
            CRMKIT_FIELD(11, product, "The product; without one the description says what it was.")
                .refers_to("product", OnDelete::restrict)
                .children("transaction_lines"),
            CRMKIT_FIELD(12, description, "What it was, in words.")
                .max_length(detail::longest_paragraph),
            CRMKIT_FIELD(20, quantity, "How much of it.").required(),
            CRMKIT_FIELD(21, unit, "What the quantity counts.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(22, unit_price, "Price of one unit.").required().financial(),
            CRMKIT_FIELD(23, discount_percent, "Discount in percent, 0 to 100.").financial(),
            CRMKIT_FIELD(24, discount_amount, "Discount on the line as an amount.").financial(),
            CRMKIT_FIELD(27, promotion_code, "Code of the promotion under which it was sold.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(25, tax, "Tax on the line.").financial(),
            CRMKIT_FIELD(26, amount, "Quantity times price, less the discount, before tax.")
                .computed()
                .financial(),
            CRMKIT_FIELD(30, line_number, "Its place among the lines, counted from 1.")
                .read_only());
    }
    static constexpr std::string_view title_field = "description";
    static constexpr auto indexes() {
        return std::array{Index{"transaction, line_number"}, Index{"product"}};
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
