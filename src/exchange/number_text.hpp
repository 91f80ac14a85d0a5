/// `NumberText`: exact numbers as files write them: grouped, scaled, rounded, with a currency.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crmkit/base/currency.hpp"
#include "crmkit/base/int128.hpp"

namespace crmkit::exchange::detail {

/// A number of at most 30 digits: `digits` / 10^`decimals`, with the sign in `digits`.
struct NumberText {
    int128 digits = 0;
    int decimals = 0;

    /// Reads "-1234.56" and "+1234.56"; nothing for another form or too many digits.
    static std::optional<NumberText> parse(std::string_view text);
    /// The text that parse() reads, without zeros at the end of the decimals.
    [[nodiscard]] std::string text() const;
    /// The product; nothing when it has more than 30 digits.
    [[nodiscard]] std::optional<NumberText> times(const NumberText& factor) const;
    /// To `places` decimals, 0 to 12, halves away from zero.
    [[nodiscard]] NumberText rounded(int places) const;
};

/// How the numbers of a column are written.
struct NumberForm {
    char decimal_character = '.';
    /// Characters that may stand between groups of digits; as UTF-8, so also a narrow blank.
    std::string groups{};
};

/// An amount taken apart: what stands before the number, the number, what stands behind it.
struct AmountParts {
    std::string_view before{};
    std::string_view number{};
    std::string_view behind{};
};

/// "€ 1.234,56" as "€", "1.234,56" and nothing. A sign or a bracket belongs to the number.
AmountParts split_amount(std::string_view text);

/// Rewrites "1.234,56", "(12,50)" or "€ 1.234,56" with a decimal point, without groups and
/// brackets, and with whatever stands around the number. False, with a reason, when it is no such
/// number.
bool rewrite_number(std::string& text, const NumberForm& form, std::string& why);

/// Multiplies the number in `text` and leaves what stands around it. False, with a reason.
bool scale_number(std::string& text, const NumberText& factor, std::string& why);

/// Rounds the number in `text` and leaves what stands around it. False, with a reason.
bool round_number(std::string& text, int places, std::string& why);

/// Rewrites an amount with a sign or code of a currency, or with none, as "12.50 EUR"; `usual` is
/// the currency where none is named. False, with a reason, when a sign is not that of `usual`.
bool name_currency(std::string& text, Currency usual, std::string& why);

}  // namespace crmkit::exchange::detail
