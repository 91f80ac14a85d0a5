#include "crmkit/model/account.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"

namespace crmkit {
namespace {

using testing::has_only_problem;
using testing::problems_of;

TEST_CASE("account: is filled by name, the rest stays empty") {
    const Account account{.name = "Acme Steel",
                          .account_type = AccountType::customer,
                          .industry = "manufacturing",
                          .annual_revenue = Money::of("1100.04", "USD")};
    CHECK(account.name == "Acme Steel");
    CHECK_FALSE(account.rating.has_value());
    CHECK_FALSE(account.parent_account);
    CHECK_FALSE(account.credit_on_hold);
    CHECK(problems_of(account).empty());
}

TEST_CASE("account: all problems are found at once") {
    const Account account{.name = "Acme",
                          .year_established = 0,
                          .number_of_employees = -1,
                          .credit_limit = Money::of("-0.01", "EUR")};
    CHECK(problems_of(account) ==
          std::vector<std::string>{"account.year_established: '0' is not between 1 and 9999",
                                   "account.number_of_employees: '-1' is negative",
                                   "account.credit_limit: '-0.01 EUR' is negative"});
}

TEST_CASE("account: zero employees and a loss are possible") {
    CHECK(problems_of(Account{.name = "Shell company",
                              .year_established = 9999,
                              .number_of_employees = 0,
                              .annual_revenue = Money::of("-5", "EUR"),
                              .credit_limit = Money::of("0", "EUR")})
              .empty());
    CHECK(has_only_problem(Account{.name = "x", .year_established = INT64_MIN},
                           "account.year_established: '-9223372036854775808' is not between 1 and "
                           "9999"));
}

TEST_CASE("account: labels that are C++ keywords are stored without the underscore") {
    CHECK(label_of(Ownership::public_) == "public");
    CHECK(enumerator_of<Ownership>("private") == Ownership::private_);
}

}  // namespace
}  // namespace crmkit
