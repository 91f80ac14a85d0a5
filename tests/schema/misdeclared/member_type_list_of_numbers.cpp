// expect: (FieldName..sizes..*|requirement.*)this field's C.. type cannot be a field
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::vector<int> sizes{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, sizes, "How many worked there."));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
