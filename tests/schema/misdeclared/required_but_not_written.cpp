// expect: (FieldName..code..*|requirement.*)no host can write a field that is .computed.. or
// .read_only
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::string code{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, code, "Given by us.").required().read_only());
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
