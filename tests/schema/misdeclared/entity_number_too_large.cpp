// expect: (FieldName..company..*|requirement.*)the number of this entity is not between
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 70000, "company", "companies", "An organisation.");
    std::string name{};

    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Its name.")); }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
