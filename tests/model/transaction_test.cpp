#include "crmkit/model/transaction.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"

namespace crmkit {
namespace {

using testing::problems_of;

TEST_CASE("transaction: its kind, not the sign, says which way the money went") {
    CHECK(problems_of(Transaction{.kind = TransactionKind::refund,
                                  .amount = Money::of("0", "EUR"),
                                  .cost = Money::of("0", "EUR")})
              .empty());
    CHECK(problems_of(Transaction{.kind = TransactionKind::return_,
                                  .amount = Money::of("-19.99", "EUR"),
                                  .cost = Money::of("-1", "EUR")}) ==
          std::vector<std::string>{"transaction.amount: '-19.99 EUR' is negative",
                                   "transaction.cost: '-1.00 EUR' is negative"});
    CHECK(label_of(TransactionKind::return_) == "return");
}

TEST_CASE("transaction: needs a party, a kind, an instant and an amount") {
    for (const std::string_view name : {"party", "kind", "at", "amount"}) {
        CAPTURE(name);
        CHECK(entity_of<Transaction>().find(name)->is_required);
        CHECK(entity_of<Transaction>().find(name)->is_nullable());
    }
}

}  // namespace
}  // namespace crmkit
