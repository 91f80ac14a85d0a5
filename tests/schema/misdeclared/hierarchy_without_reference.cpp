// expect: (FieldName..contact..*|requirement.*)only a member of type Id that refers to its own
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    Id contact{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Its name."),
            CRMKIT_FIELD(11, contact, "Who answers.").refers_to("contact").hierarchy());
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
