#include "crmkit/model/account_contact.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"

namespace crmkit {
namespace {

using testing::has_only_problem;
using testing::problems_of;

TEST_CASE("account_contact: a place may last a single day, but not end before it begins") {
    AccountContact place{.account = Id{1}, .contact = Id{2}, .role = "Buyer"};
    CHECK(place.is_active);
    CHECK_FALSE(place.is_primary);
    CHECK(problems_of(place).empty());
    place.valid_from = Date::parse("2026-02-28");
    CHECK(problems_of(place).empty());
    place.valid_to = place.valid_from;
    CHECK(problems_of(place).empty());
    place.valid_to = Date::parse("2026-02-27");
    CHECK(has_only_problem(place,
                           "account_contact.valid_to: '2026-02-27' is before valid_from, which is "
                           "2026-02-28"));
}

}  // namespace
}  // namespace crmkit
