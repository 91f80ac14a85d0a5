// expect: (FieldName..founded..*|requirement.*)this field.s id is not between
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::optional<Date> founded{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(65547, founded, "Since when there is one."));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
