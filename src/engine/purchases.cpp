#include "purchases.hpp"

#include <algorithm>
#include <string>
#include <tuple>

namespace crmkit::engine {

namespace {

std::optional<Money> money_of(const ValueView& value) {
    return value.is_null() ? std::nullopt : std::optional(value.money());
}

}  // namespace

Purchases::Purchases(Instant now, std::size_t most)
    : now_(now),
      new_year_(Instant::start_of(Date(std::chrono::year(now.date().year()) / 1 / 1))),
      most_(most) {}

void Purchases::take(Rows<Transaction> rows) {
    std::size_t taken = 0;
    for (const auto& row : rows) {
        const auto kind = row.get<&Transaction::kind>().value_or(TransactionKind{});
        const auto at = row.get<&Transaction::at>().value_or(Instant{});
        const auto amount = row.get<&Transaction::amount>();
        if (kind == TransactionKind::sale && amount) {
            count_sale(*amount, at);
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

void Purchases::count_sale(const Money& amount, Instant at) {
    auto found = std::find_if(sales_.begin(), sales_.end(), [&amount](const InCurrency& sales) {
        return sales.currency == amount.currency;
    });
    if (found == sales_.end()) {
        found =
            sales_.insert(found, InCurrency{.currency = amount.currency, .first = at, .last = at});
    }
    ++found->frequency;
    found->total.add(amount);
    found->average.add(amount);
    if (at >= new_year_) {
        found->year_to_date.add(amount);
    }
    found->first = std::min(found->first, at);
    found->last = std::max(found->last, at);
}

PurchaseMetrics Purchases::metrics(const InCurrency& sales) const {
    return {.frequency = sales.frequency,
            .total = money_of(sales.total.result()),
            .average = money_of(sales.average.result()),
            .year_to_date = sales.last < new_year_ ? Money{0, sales.currency}
                                                   : money_of(sales.year_to_date.result()),
            .first_at = sales.first,
            .last_at = sales.last,
            .recency_days = (now_.microseconds - sales.last.microseconds) / Instant::per_day};
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
