/// `Purchases`: what a customer has bought, from its transactions one by one.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "crmkit/engine/customer_360.hpp"
#include "crmkit/engine/results.hpp"
#include "crmkit/expr/accumulator.hpp"
#include "crmkit/model/transaction.hpp"

namespace crmkit::engine {

class Purchases {
  public:
    /// `most`: how many of the last transactions are wanted.
    Purchases(Instant now, std::size_t most);

    /// What is looked at of a transaction.
    static const FieldSet& fields();
    /// Takes transactions, newest first.
    void take(std::unique_ptr<RecordStream> transactions);
    /// Fills in the metrics for each currency, and the last transactions.
    void give(Customer360& view);

  private:
    struct InCurrency {
        Currency currency;
        std::int64_t frequency = 0;
        expr::Accumulator total{expr::AggregateKind::sum};
        expr::Accumulator average{expr::AggregateKind::avg};
        expr::Accumulator returned{expr::AggregateKind::sum};
        expr::Accumulator year_to_date{expr::AggregateKind::sum};
        std::optional<Instant> first{};
        std::optional<Instant> last{};
    };

    InCurrency& in_currency(Currency currency);
    void count_sale(const Money& amount, Instant at);
    void count_return(const Money& amount, Instant at);
    [[nodiscard]] PurchaseMetrics metrics(const InCurrency& sales) const;

    Instant now_;
    Instant new_year_;
    std::size_t most_;
    std::vector<InCurrency> sales_{};
    std::vector<TransactionSummary> last_{};
};

}  // namespace crmkit::engine
