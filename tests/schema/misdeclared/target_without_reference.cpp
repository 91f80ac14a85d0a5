// expect: (FieldName..parent..*|requirement.*)only a member of type Id or Link can
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::string parent{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, parent, "What it belongs to.").refers_to("company"));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
