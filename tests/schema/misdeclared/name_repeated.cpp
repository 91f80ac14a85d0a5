// expect: (FieldName..name..*|requirement.*)this field stands twice in the table
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, name, "Its name again."));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
