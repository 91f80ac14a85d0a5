/// The checks across fields that several entities make in the same way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/date.hpp"
#include "crmkit/base/decimal.hpp"
#include "crmkit/base/error.hpp"
#include "crmkit/base/instant.hpp"
#include "crmkit/base/money.hpp"

namespace crmkit::detail {

/// Collects what is wrong with one record. An empty value is never wrong here: whether a field must
/// be filled is its declaration's business. Borrows the list of problems.
class Checks {
  public:
    Checks(std::string_view entity, std::vector<Problem>& problems)
        : entity_(entity), problems_(&problems) {}

    /// Adds a problem; `message` continues a sentence that begins with the value, if there is one.
    void refuse(std::string_view field, std::string value, std::string message) {
        problems_->push_back(
            {std::string(entity_), std::string(field), std::move(value), std::move(message)});
    }

    void within(std::string_view field, const std::optional<std::int64_t>& value,
                std::int64_t least, std::int64_t most) {
        if (value && (*value < least || *value > most)) {
            refuse(field, std::to_string(*value),
                   "is not between " + std::to_string(least) + " and " + std::to_string(most));
        }
    }
    void percentage(std::string_view field, const std::optional<Decimal>& value) {
        if (value && (*value < Decimal{} || *value > Decimal::of(100))) {
            refuse(field, to_string(*value), "is not between 0 and 100");
        }
    }
    void positive(std::string_view field, const std::optional<Decimal>& value) {
        if (value && *value <= Decimal{}) {
            refuse(field, to_string(*value), "is not more than 0");
        }
    }
    void not_negative(std::string_view field, const std::optional<Decimal>& value) {
        if (value && *value < Decimal{}) {
            refuse(field, to_string(*value), "is negative");
        }
    }
    void not_negative(std::string_view field, const std::optional<std::int64_t>& value) {
        if (value && *value < 0) {
            refuse(field, std::to_string(*value), "is negative");
        }
    }
    void not_negative(std::string_view field, const std::optional<Money>& value) {
        if (value && value->is_negative()) {
            refuse(field, to_string(*value), "is negative");
        }
    }
    /// Two amounts that are set against each other; the problem is the first one's, and names the
    /// `other` one so.
    void same_currency(std::string_view field, const std::optional<Money>& value,
                       std::string_view other_field, const std::optional<Money>& other) {
        if (value && other && value->currency != other->currency) {
            refuse(field, to_string(*value),
                   "is in another currency than " + std::string(other_field) + ": " +
                       std::string(other->currency.code()));
        }
    }
    /// The later date must not be before the earlier one; the problem is the later one's.
    void in_order(std::string_view earlier_field, const std::optional<Date>& earlier,
                  std::string_view later_field, const std::optional<Date>& later) {
        if (earlier && later && *later < *earlier) {
            refuse_order(earlier_field, to_string(*earlier), later_field, to_string(*later));
        }
    }
    void in_order(std::string_view earlier_field, const std::optional<Instant>& earlier,
                  std::string_view later_field, const std::optional<Instant>& later) {
        if (earlier && later && *later < *earlier) {
            refuse_order(earlier_field, to_string(*earlier), later_field, to_string(*later));
        }
    }

  private:
    void refuse_order(std::string_view earlier_field, const std::string& earlier,
                      std::string_view later_field, std::string later) {
        refuse(later_field, std::move(later),
               "is before " + std::string(earlier_field) + ", which is " + earlier);
    }

    std::string_view entity_;
    std::vector<Problem>* problems_;
};

}  // namespace crmkit::detail
