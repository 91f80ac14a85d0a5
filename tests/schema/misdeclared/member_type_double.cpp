// expect: (FieldName..revenue..*|requirement.*)this field's C.. type cannot be a field; use
// std::string
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    double revenue = 0;

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, revenue, "Sales of a year."));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
