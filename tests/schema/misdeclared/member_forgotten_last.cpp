// expect: (FieldName..name..*|requirement.*)if it is the last one, any member. has no row
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::string email{};

    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Its name.")); }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
