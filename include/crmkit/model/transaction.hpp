/// `Transaction`: a sale, a return or a payment that took place.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// What took place; tells which way the money went.
CRMKIT_ENUM(TransactionKind, sale, return_, refund, payment, credit);

/// A sale, a return or a payment that took place, mostly taken over from a shop, a till or an ERP.
/// The key it has there is an external id.
struct Transaction {
    CRMKIT_ENTITY(Transaction, 21, "transaction", "transactions",
                  "A sale, a return or a payment that took place.");
    Link party{};
    std::optional<TransactionKind> kind{};
    std::optional<Instant> at{};
    std::optional<Money> amount{};
    std::optional<Money> cost{};
    std::string channel{};
    std::string payment_method{};
    std::string reference{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, party, "The account or contact it was with.")
                .required()
                .refers_to("account, contact", OnDelete::restrict)
                .children("transactions"),
            CRMKIT_FIELD(11, kind, "What took place.").required(),
            CRMKIT_FIELD(12, at, "When it took place.").required(),
            CRMKIT_FIELD(20, amount, "How much, never below zero; the kind says which way.")
                .required()
                .financial(),
            CRMKIT_FIELD(21, cost, "What it cost us.").financial(),
            CRMKIT_FIELD(30, channel, "Where it took place, such as shop or web.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(31, payment_method, "How it was paid.")
                .max_length(detail::longest_label_text)
                .financial(),
            CRMKIT_FIELD(32, reference, "Number of the receipt or invoice.").searchable());
    }
    static constexpr std::string_view title_field = "reference";
    static constexpr auto indexes() { return std::array{Index{"party, at"}, Index{"at"}}; }
    /// Refuses an amount or a cost below zero.
    void check(std::vector<Problem>& problems) const {
        detail::Checks checks(structure_name, problems);
        checks.not_negative("amount", amount);
        checks.not_negative("cost", cost);
    }
};

}  // namespace crmkit
