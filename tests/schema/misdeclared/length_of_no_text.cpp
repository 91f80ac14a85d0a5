// expect: (FieldName..size..*|requirement.*)only text and lists of text have a .max_length
#include "crmkit/schema/entity.hpp"

namespace crmkit {

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    std::string name{};
    std::optional<std::int64_t> size{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Its name."),
                           CRMKIT_FIELD(11, size, "How many work there.").max_length(10));
    }
};

constexpr const Entity& company = entity_of<Company>();

}  // namespace crmkit
