// expect: (FieldName..reason..*|requirement.*)the reason field of a state_machine must be text
#include "crmkit/schema/entity.hpp"

namespace crmkit {

CRMKIT_ENUM(OrderState, open, closed);

struct Order {
    CRMKIT_ENTITY(Order, 1001, "order", "orders", "An order.");
    OrderState state{};
    std::optional<std::int64_t> reason{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, state, "How far it is."),
                           CRMKIT_FIELD(11, reason, "Why it was closed."));
    }
    static constexpr std::array transitions{Transition{"", "open"},
                                            Transition{"open", "closed", true}};
    static constexpr StateMachine state_machine{"state", "", "reason", transitions};
};

constexpr const Entity& order = entity_of<Order>();

}  // namespace crmkit
