// expect: (FieldName..company..*|requirement.*)the plural of this entity is empty
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "", "An organisation.");
    std::string name{};

    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Its name.")); }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
