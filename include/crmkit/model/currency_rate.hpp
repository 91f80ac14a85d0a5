/// `CurrencyRate`: what one currency was worth in another on a day.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// What one unit of a currency was worth in another from a day on, until the next rate of the pair.
struct CurrencyRate {
    CRMKIT_ENTITY(CurrencyRate, 23, "currency_rate", "currency_rates",
                  "What one currency was worth in another from a day on.");
    std::string from_currency{};
    std::string to_currency{};
    std::optional<Date> effective_date{};
    std::optional<Decimal> rate{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, from_currency, "The currency of which one unit is valued.")
                .with_format(TextFormat::currency_code)
                .max_length(3)
                .required(),
            CRMKIT_FIELD(11, to_currency, "The currency in which it is valued.")
                .with_format(TextFormat::currency_code)
                .max_length(3)
                .required(),
            CRMKIT_FIELD(12, effective_date, "First day of the rate.").required(),
            CRMKIT_FIELD(13, rate, "Units of to_currency for one of from_currency.").required());
    }
    static constexpr auto indexes() {
        return std::array{Index{"from_currency, to_currency, effective_date", true}};
    }
    /// Refuses a rate of zero or below, and a currency against itself.
    void check(std::vector<Problem>& problems) const {
        detail::Checks checks(structure_name, problems);
        checks.positive("rate", rate);
        if (!from_currency.empty() && from_currency == to_currency) {
            checks.refuse("to_currency", to_currency, "is the same as from_currency");
        }
    }
};

}  // namespace crmkit
