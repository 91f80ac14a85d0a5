// expect: (FieldName..subject..*|requirement.*)a member of type Id refers to records of one entity
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    Id subject{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, subject, "What it is about.").refers_to("any"));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
