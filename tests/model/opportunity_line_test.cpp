#include "crmkit/model/opportunity_line.hpp"

#include <doctest/doctest.h>

#include "crmkit/model/transaction_line.hpp"
#include "model/problems_of.hpp"

namespace crmkit {
namespace {

using testing::derived;
using testing::has_only_problem;
using testing::problems_of;

TEST_CASE_TEMPLATE("opportunity_line, transaction_line: the amount follows from the price", Line,
                   OpportunityLine, TransactionLine) {
    Line line;
    line.description = "Installation";
    line.quantity = Decimal::of(4);
    line.unit_price = Money::of("250.00", "EUR");
    line.amount = Money::of("1.00", "EUR");
    CHECK(derived(line).amount == Money::of("1000.00", "EUR"));
    line.discount_percent = Decimal::parse("2.5");
    CHECK(derived(line).amount == Money::of("975.00", "EUR"));
    line.tax = Money::of("185.25", "EUR");
    CHECK(derived(line).amount == Money::of("975.00", "EUR"));
    CHECK(problems_of(line).empty());
    line.quantity.reset();
    CHECK_FALSE(derived(line).amount.has_value());
}

TEST_CASE_TEMPLATE("opportunity_line, transaction_line: is of a product or of something in words",
                   Line, OpportunityLine, TransactionLine) {
    Line line;
    line.product = Id{20};
    CHECK(problems_of(line).empty());
    line.product = Id{};
    CHECK(has_only_problem(line, std::string(Line::structure_name) +
                                     ".product: is empty, and so is description: give one of the "
                                     "two"));
    line.description = "Installation";
    CHECK(problems_of(line).empty());
}

TEST_CASE_TEMPLATE("opportunity_line, transaction_line: the problems of the price carry its name",
                   Line, OpportunityLine, TransactionLine) {
    Line line;
    line.product = Id{20};
    line.quantity = Decimal::of(-1);
    CHECK(
        has_only_problem(line, std::string(Line::structure_name) + ".quantity: '-1' is negative"));
}

}  // namespace
}  // namespace crmkit
