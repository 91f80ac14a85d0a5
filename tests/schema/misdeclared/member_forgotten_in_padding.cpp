// expect: (FieldName..is_customer..*|requirement.*)a member before this field .*has no row
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    bool is_customer = false;
    bool is_supplier = false;

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, is_customer, "It buys from us."));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
