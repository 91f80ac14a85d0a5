/// The amount of a line of an opportunity or a transaction.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "crmkit/base/decimal.hpp"
#include "crmkit/base/error.hpp"
#include "crmkit/base/id.hpp"
#include "crmkit/base/money.hpp"
#include "crmkit/model/checks.hpp"

namespace crmkit {

/// What the amount of a line is made from.
struct LinePrice {
    std::optional<Decimal> quantity{};
    std::optional<Money> unit_price{};
    /// 0 to 100. A line has this or discount_amount, not both.
    std::optional<Decimal> discount_percent{};
    std::optional<Money> discount_amount{};
};

/// quantity · unit price, rounded half to even. Empty when one of them is, and when it does not
/// fit.
inline std::optional<Money> line_gross(const LinePrice& line) {
    if (!line.quantity || !line.unit_price) {
        return std::nullopt;
    }
    try {
        return scaled(*line.unit_price, *line.quantity);
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// quantity · unit price, less the discount, before tax; each of the two products is rounded once,
/// half to even. Empty when quantity or unit price are, or when the result cannot be computed: it
/// does not fit, or the discount is in another currency.
inline std::optional<Money> line_amount(const LinePrice& line) {
    const std::optional<Money> gross = line_gross(line);
    if (!gross) {
        return std::nullopt;
    }
    try {
        if (line.discount_percent) {
            return *gross -
                   scaled(*gross, line.discount_percent->billionths, Decimal::of(100).billionths);
        }
        return line.discount_amount ? *gross - *line.discount_amount : *gross;
    } catch (const Error&) {
        return std::nullopt;
    }
}

namespace detail {

/// The checks of a line: ranges, one discount only, an amount that can be computed, and a tax in
/// its currency.
inline void check_line(std::string_view entity, const LinePrice& line,
                       const std::optional<Money>& tax, std::vector<Problem>& problems) {
    Checks checks(entity, problems);
    checks.not_negative("quantity", line.quantity);
    checks.percentage("discount_percent", line.discount_percent);
    checks.not_negative("discount_amount", line.discount_amount);
    if (line.discount_percent && line.discount_amount) {
        checks.refuse("discount_amount", to_string(*line.discount_amount),
                      "cannot stand beside a discount_percent: give one of the two");
    }
    if (line.quantity && line.unit_price && !line_amount(line)) {
        checks.refuse("unit_price", to_string(*line.unit_price),
                      "times the quantity, less the discount, is no amount: it is too large, or "
                      "the discount is in another currency");
    }
    checks.same_currency("tax", tax, "unit_price", line.unit_price);
}

/// A line must say what it is of: a product, or a description in words.
inline void check_line_names_something(std::string_view entity, Id product,
                                       std::string_view description,
                                       std::vector<Problem>& problems) {
    if (!product && description.empty()) {
        Checks(entity, problems)
            .refuse("product", {}, "is empty, and so is description: give one of the two");
    }
}

}  // namespace detail

}  // namespace crmkit
