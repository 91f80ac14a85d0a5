// expect: (FieldName..state..*|requirement.*)the state field of a state_machine must be an enum
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Order {
    CRMKIT_ENTITY(Order, 1001, "order", "orders", "An order.");
    std::string state{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, state, "How far it is."));
    }

    static constexpr StateMachine state_machine{"state", "", "", {}};
};

constexpr const Entity& order = entity_of<Order>();

}  // namespace crmkit
