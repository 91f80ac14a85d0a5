// expect: (FieldName..size..*|requirement.*)this field's C.. type cannot be a field; .*an enum made
// by CRMKIT_ENUM
#include "crmkit/schema/entity.hpp"

namespace crmkit {

enum class Size { small, large };

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    Size size = Size::small;

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, size, "How large it is."));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
