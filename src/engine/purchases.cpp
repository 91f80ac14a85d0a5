#include "purchases.hpp"

#include <algorithm>
#include <string>
#include <tuple>

namespace crmkit::engine {

namespace {

std::optional<Money> money_of(const ValueView& value) {
    return value.is_null() ? std::nullopt : std::optional(value.money());
}

/// A sum of amounts in one currency; zero when there were none.
Money sum_of(const expr::Accumulator& sum, Currency currency) {
    return money_of(sum.result()).value_or(Money{0, currency});
}

}  // namespace

Purchases::Purchases(Instant now, std::size_t most)
    : now_(now),
      new_year_(Instant::start_of(Date(std::chrono::year(now.date().year()) / 1 / 1))),
      most_(most) {}

const FieldSet& Purchases::fields() {
    return detail::places_of<Transaction, &Transaction::id, &Transaction::kind, &Transaction::at,
                             &Transaction::amount, &Transaction::channel>();
}

void Purchases::take(std::unique_ptr<RecordStream> transactions) {
    std::size_t taken = 0;
    for (const auto& row : Rows<Transaction>(std::move(transactions))) {
        const auto kind = row.get<&Transaction::kind>().value_or(TransactionKind{});
        const auto at = row.get<&Transaction::at>().value_or(Instant{});
        const auto amount = row.get<&Transaction::amount>();
        const bool counts = amount && at <= now_;
        if (counts && kind == TransactionKind::sale) {
            count_sale(*amount, at);
        } else if (counts && kind == TransactionKind::return_) {
            count_return(*amount, at);
        }
        if (taken++ < most_) {
            last_.push_back({.transaction = row.get<&Transaction::id>(),
                             .kind = std::string(label_of(kind)),
                             .at = at,
                             .amount = amount,
                             .channel = std::string(row.get<&Transaction::channel>())});
        }
    }
}

Purchases::InCurrency& Purchases::in_currency(Currency currency) {
    auto found = std::find_if(sales_.begin(), sales_.end(), [currency](const InCurrency& sales) {
        return sales.currency == currency;
    });
    return found != sales_.end() ? *found : sales_.emplace_back(InCurrency{.currency = currency});
}

void Purchases::count_sale(const Money& amount, Instant at) {
    InCurrency& sales = in_currency(amount.currency);
    ++sales.frequency;
    sales.total.add(amount);
    sales.average.add(amount);
    if (at >= new_year_) {
        sales.year_to_date.add(amount);
    }
    sales.first = std::min(sales.first.value_or(at), at);
    sales.last = std::max(sales.last.value_or(at), at);
}

void Purchases::count_return(const Money& amount, Instant at) {
    InCurrency& sales = in_currency(amount.currency);
    sales.returned.add(amount);
    if (at >= new_year_) {
        sales.year_to_date.add(Money{-amount.minor_units, amount.currency});
    }
}

PurchaseMetrics Purchases::metrics(const InCurrency& sales) const {
    PurchaseMetrics metrics{.frequency = sales.frequency,
                            .total = sum_of(sales.total, sales.currency),
                            .average = money_of(sales.average.result()),
                            .year_to_date = sum_of(sales.year_to_date, sales.currency),
                            .first_at = sales.first,
                            .last_at = sales.last,
                            .returned = sum_of(sales.returned, sales.currency)};
    metrics.net_total = *metrics.total - *metrics.returned;
    if (sales.last) {
        metrics.recency_days = (now_.microseconds - sales.last->microseconds) / Instant::per_day;
    }
    return metrics;
}

void Purchases::give(Customer360& view) {
    const auto by_code = [](const InCurrency& a, const InCurrency& b) {
        return a.currency.code() < b.currency.code();
    };
    std::sort(sales_.begin(), sales_.end(), by_code);
    for (const InCurrency& sales : sales_) {
        view.purchases.push_back(metrics(sales));
    }
    const auto is_newer = [](const TransactionSummary& a, const TransactionSummary& b) {
        return std::tie(a.at, a.transaction) > std::tie(b.at, b.transaction);
    };
    std::sort(last_.begin(), last_.end(), is_newer);
    last_.resize(std::min(last_.size(), most_));
    view.transactions = std::move(last_);
}

}  // namespace crmkit::engine
