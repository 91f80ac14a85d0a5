// expect: (FieldName..email..*|requirement.*)this field is the .normal_form.. of itself
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::string email{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, email, "Its address.").normal_form("email"));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
