// expect: (FieldName..revenue..*|requirement.*)a field of this type cannot be .unique
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::optional<Money> revenue{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, revenue, "Sales of a year.").unique());
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
