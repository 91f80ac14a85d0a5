// expect: (FieldName..industry..*|requirement.*)this field has no help text
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::string industry{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."), CRMKIT_FIELD(11, industry, ""));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
