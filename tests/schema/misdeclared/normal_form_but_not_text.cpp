// expect: (FieldName..name_length..*|requirement.*)only text can be a .normal_form
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::optional<std::int64_t> name_length{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, name_length, "How long it is.").normal_form("name"));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
