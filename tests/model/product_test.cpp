#include "crmkit/model/product.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"
#include "model/state_machines.hpp"

namespace crmkit {
namespace {

using testing::problems_of;

TEST_CASE("product: prices, costs and measures are not negative, dates in order") {
    CHECK(problems_of(Product{.name = "GTX Pro", .list_price = Money::of("0", "USD")}).empty());
    const Product product{.name = "GTX Pro",
                          .list_price = Money::of("-1", "USD"),
                          .standard_cost = Money::of("-1", "USD"),
                          .current_cost = Money::of("-1", "USD"),
                          .valid_from = Date{1},
                          .valid_to = Date{0},
                          .weight = Decimal{-1},
                          .volume = Decimal{-1}};
    CHECK(problems_of(product) ==
          std::vector<std::string>{
              "product.list_price: '-1.00 USD' is negative",
              "product.standard_cost: '-1.00 USD' is negative",
              "product.current_cost: '-1.00 USD' is negative",
              "product.valid_to: '1970-01-01' is before valid_from, which is 1970-01-02",
              "product.weight: '-0.000000001' is negative",
              "product.volume: '-0.000000001' is negative"});
}

TEST_CASE("product: stock may be negative, as ERPs report it before a count") {
    CHECK(problems_of(Product{.name = "GTX Pro", .quantity_on_hand = Decimal::of(-3)}).empty());
}

TEST_CASE("product: is active unless told otherwise") {
    CHECK(Product{}.state == ProductState::active);
}

TEST_CASE("product: is revised and retired, and never a draft again") {
    CHECK(testing::moves_of(entity_of<Product>()) ==
          std::vector<std::string>{"draft > active", "draft > retired", "active > under_revision",
                                   "active > retired", "under_revision > active",
                                   "under_revision > retired", "retired > active"});
}

}  // namespace
}  // namespace crmkit
