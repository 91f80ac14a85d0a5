// expect: (FieldName..opne..*|requirement.*)a Transition names this state
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
    static constexpr std::array transitions{Transition{"", "opne"}};
    static constexpr StateMachine state_machine{"state", "", "", transitions};
};

constexpr const Entity& order = entity_of<Order>();

}  // namespace crmkit
