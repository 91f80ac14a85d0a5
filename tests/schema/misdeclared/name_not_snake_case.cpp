// expect: (FieldName..annualRevenue..*|requirement.*)this field.s name is not snake_case
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::optional<Money> annualRevenue{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, annualRevenue, "Sales of a year."));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
