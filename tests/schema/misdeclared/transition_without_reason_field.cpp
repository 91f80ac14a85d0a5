// expect: (FieldName..closed..*|requirement.*)the Transition to this state needs a reason
#include "crmkit/schema/entity.hpp"

namespace crmkit {

CRMKIT_ENUM(OrderState, open, closed);

struct Order {
    CRMKIT_ENTITY(Order, 1001, "order", "orders", "An order.");
    OrderState state{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, state, "How far it is."));
    }
    static constexpr std::array transitions{Transition{"", "open"},
                                            Transition{"open", "closed", true}};
    static constexpr StateMachine state_machine{"state", "", "", transitions};
};

constexpr const Entity& order = entity_of<Order>();

}  // namespace crmkit
