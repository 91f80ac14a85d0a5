// expect: (FieldName..is_listed..*|requirement.*)a field of this type always has a value
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    bool is_listed{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, is_listed, "On the stock exchange.").required());
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
