/// The store's own currency, in which won opportunities are booked.
#pragma once

#include <string>

#include "crmkit/schema/structure.hpp"

namespace crmkit {
class Session;
}

namespace crmkit::sales {

/// Asks for the store's own currency, or says which it is to be.
struct BaseCurrency {
    CRMKIT_STRUCTURE(BaseCurrency, "base_currency",
                     "Asks for the store's own currency, or says which it is to be.");
    std::string change_to{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, change_to, "ISO 4217 code of the new one; empty to ask only.")
                .with_format(TextFormat::currency_code)
                .max_length(3));
    }
};

/// The store's own currency.
struct StoreCurrency {
    CRMKIT_STRUCTURE(StoreCurrency, "store_currency", "The store's own currency.");
    std::string currency{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, currency, "Its ISO 4217 code; empty when never set.")
                               .with_format(TextFormat::currency_code)
                               .max_length(3));
    }
};

/// The store's own currency, after setting it when that is asked for. Opportunities that are won
/// from then on are booked in it: their exchange_rate and base_amount are filled from the currency
/// rates. Throws validation for a code that is no currency; restricted when opportunities are
/// booked in another one already.
StoreCurrency base_currency(Session& session, const BaseCurrency& input);

}  // namespace crmkit::sales
