// expect: (FieldName..nmae..*|requirement.*)the title_field does not exist or is not text
#include "crmkit/schema/entity.hpp"

namespace crmkit {

CRMKIT_ENUM(OrderState, open, closed);

struct Order {
    CRMKIT_ENTITY(Order, 1001, "order", "orders", "An order.");
    std::string name{};
    OrderState state{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, state, "How far it is."));
    }
    static constexpr std::string_view title_field = "nmae";
};

constexpr const Entity& order = entity_of<Order>();

}  // namespace crmkit
