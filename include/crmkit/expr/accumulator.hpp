/// `expr::Accumulator`: count, sum, min, max and avg over values that come one by one. The
/// evaluator, the aggregation in memory and the SQL functions all compute with it.
#pragma once

#include <cstdint>

#include "crmkit/expr/arithmetic.hpp"
#include "crmkit/expr/node.hpp"

namespace crmkit::expr {

/// One aggregate in the making. Nulls do not count. The result does not depend on the order of the
/// values: sums are exact in 128 bits, and only the result must fit.
class Accumulator {
  public:
    explicit Accumulator(AggregateKind kind) : kind_(kind) {}

    /// One more value.
    void add(const ValueView& value) {
        if (value.is_null()) {
            return;
        }
        ++count_;
        if (value.kind() == ValueKind::money) {
            add_currency(value.money().currency);
        }
        switch (kind_) {
            case AggregateKind::exists:
            case AggregateKind::count:
                return;
            case AggregateKind::sum:
            case AggregateKind::avg:
                value_kind_ = value.kind();
                total_ += amount_of(value);
                return;
            case AggregateKind::min:
            case AggregateKind::max:
                keep_extreme(value);
                return;
        }
    }

    /// One more record, for a count of records.
    void add_record() { ++count_; }

    /// The result so far; a text is borrowed from the accumulator.
    [[nodiscard]] ValueView result() const {
        if (kind_ == AggregateKind::exists) {
            return ValueView(count_ > 0);
        }
        if (kind_ == AggregateKind::count) {
            return ValueView(count_);
        }
        if (count_ == 0 || is_mixed_) {
            return {};
        }
        return kind_ == AggregateKind::sum   ? sum()
               : kind_ == AggregateKind::avg ? average()
                                             : extreme_.view();
    }

  private:
    static int128 amount_of(const ValueView& value) {
        return value.kind() == ValueKind::money     ? int128(value.money().minor_units)
               : value.kind() == ValueKind::integer ? int128(value.integer())
                                                    : int128(value.decimal().billionths);
    }

    void add_currency(Currency currency) {
        is_mixed_ = is_mixed_ || (count_ > 1 && currency != currency_);
        currency_ = currency;
    }

    void keep_extreme(const ValueView& value) {
        if (is_mixed_) {
            return;
        }
        const auto order = compare(value, extreme_.view());
        const bool is_better =
            count_ == 1 || (order && (kind_ == AggregateKind::min ? *order < 0 : *order > 0));
        if (is_better) {
            extreme_ = Value(value);
        }
    }

    [[nodiscard]] ValueView sum() const {
        const auto total = detail::narrowed(total_);
        if (value_kind_ == ValueKind::money) {
            return detail::as_money(total, currency_);
        }
        return value_kind_ == ValueKind::integer ? detail::as_integer(total)
                                                 : detail::as_decimal(total);
    }

    [[nodiscard]] ValueView average() const {
        const int128 count(count_);
        if (value_kind_ == ValueKind::money) {
            return detail::as_money(detail::quotient(total_, count), currency_);
        }
        const int128 scale(value_kind_ == ValueKind::integer ? Decimal::one : 1);
        return detail::as_decimal(detail::quotient(total_ * scale, count));
    }

    AggregateKind kind_;
    ValueKind value_kind_ = ValueKind::null;
    bool is_mixed_ = false;
    Currency currency_{};
    std::int64_t count_ = 0;
    int128 total_ = 0;
    Value extreme_{};
};

}  // namespace crmkit::expr
