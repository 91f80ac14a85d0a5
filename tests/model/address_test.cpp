#include "crmkit/model/address.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"

namespace crmkit {
namespace {

using testing::has_only_problem;
using testing::problems_of;

TEST_CASE("address: any part of it will do, none will not") {
    CHECK(problems_of(Address{.street = "1 Main St\nBack door"}).empty());
    CHECK(problems_of(Address{.city = "Nairobi"}).empty());
    CHECK(problems_of(Address{.region = "Ticino"}).empty());
    CHECK(problems_of(Address{.postal_code = "8001"}).empty());
    CHECK(problems_of(Address{.country = "Kenya"}).empty());
    CHECK(has_only_problem(Address{.kind = AddressKind::billing, .is_primary = true},
                           "address.city: is empty, and so is all the rest of the address"));
}

}  // namespace
}  // namespace crmkit
