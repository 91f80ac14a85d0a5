// expect: (FieldName..phone..*|requirement.*)a member before this field .*has no row
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::string email{};
    std::string phone{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(12, phone, "Its phone number."));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
