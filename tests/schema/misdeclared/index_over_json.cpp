// expect: (FieldName..extra..*|requirement.*)an Index names this field, but lists
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    Json extra{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, extra, "What else there is."));
    }
    static constexpr auto indexes() { return std::array{Index{"extra"}}; }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
