// expect: (FieldName..party..*|requirement.*)does not say what it points at: add .refers_to
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    Link party{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, party, "Whom it knows."));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
