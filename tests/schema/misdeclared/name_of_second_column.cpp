// expect: (FieldName..price_currency..*|requirement.*)this field's name is that of the second
// column
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Product {
    CRMKIT_ENTITY(Product, 1001, "product", "products", "What is sold.");
    std::optional<Money> price{};
    std::string price_currency{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, price, "Its price."),
                           CRMKIT_FIELD(11, price_currency, "The currency of its price."));
    }
};

constexpr const Entity& product = entity_of<Product>();

}  // namespace crmkit
