// expect: (FieldName..industry..*|requirement.*)every member, in the order of the members
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::string industry{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(11, industry, "Its line of business."),
                           CRMKIT_FIELD(10, name, "Its name."));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
