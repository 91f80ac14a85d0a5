// expect: (FieldName..employees..*|requirement.*)only text and lists of text have a format
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::optional<std::int64_t> employees{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, employees, "How many work there.")
                               .with_format(TextFormat::phone_number));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
