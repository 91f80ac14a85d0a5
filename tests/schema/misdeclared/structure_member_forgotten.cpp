// expect: (FieldName..note..*|requirement.*)a member before this field .*has no row
#include "crmkit/schema/structure.hpp"

namespace crmkit {

struct WinDeal {
    CRMKIT_STRUCTURE(WinDeal, "win_deal", "What winning a deal needs to know.");
    std::string reason{};
    std::string note{};

    static constexpr auto fields() { return field_table(CRMKIT_FIELD(2, note, "A remark.")); }
};

constexpr const Structure& win_deal = structure_of<WinDeal>();

}  // namespace crmkit
