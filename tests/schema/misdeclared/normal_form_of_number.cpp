// expect: (FieldName..number_normal..*|requirement.*)the field whose .normal_form.. this is
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::optional<std::int64_t> number{};
    std::string number_normal{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, number, "Its number."),
                           CRMKIT_FIELD(12, number_normal, "The same.").normal_form("number"));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
