// expect: (FieldName..account..*|requirement.*)this reference is required and set to null
#include "crmkit/schema/entity.hpp"

namespace crmkit {

CRMKIT_ENUM(OrderState, open, closed);

struct Order {
    CRMKIT_ENTITY(Order, 1001, "order", "orders", "An order.");
    std::string name{};
    OrderState state{};
    Id account{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, state, "How far it is."),
                           CRMKIT_FIELD(12, account, "Whose it is.")
                               .refers_to("account", OnDelete::set_null)
                               .required());
    }
};

constexpr const Entity& order = entity_of<Order>();

}  // namespace crmkit
