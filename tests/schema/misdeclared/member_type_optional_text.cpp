// expect: (FieldName..name..*|requirement.*)this field's C.. type cannot be a field;
// .*std::optional of std::int64_t
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::optional<std::string> name{};

    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Its name.")); }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
