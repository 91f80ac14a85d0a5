// expect: (FieldName..My Company..*|requirement.*)the name of this entity or structure is not
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "My Company", "companies", "An organisation.");
    std::string name{};

    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Its name.")); }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
