/// The statuses that a new store begins with, as data.
#pragma once

#include <array>
#include <string_view>

namespace crmkit {

/// One status of a new store; the fields are those of Status. Its place among those of its entity
/// is that in the table.
struct StatusTemplate {
    std::string_view entity{};
    std::string_view name{};
    std::string_view state{};
    /// A record that comes into the state gets this status; one for each state.
    bool is_default = false;
    /// The time that a case is in it counts as on hold.
    bool is_on_hold = false;
};

/// The statuses of a new store. The host may change, add and retire them.
inline constexpr std::array status_templates{
    StatusTemplate{"lead", "new", "open", true},
    StatusTemplate{"lead", "assigned", "open"},
    StatusTemplate{"lead", "contacted", "open"},
    StatusTemplate{"lead", "working", "open"},
    StatusTemplate{"lead", "nurturing", "open"},
    StatusTemplate{"lead", "qualified", "open"},
    StatusTemplate{"lead", "recycled", "open"},
    StatusTemplate{"lead", "converted", "converted", true},
    StatusTemplate{"lead", "disqualified", "disqualified", true},

    StatusTemplate{"campaign", "planned", "planned", true},
    StatusTemplate{"campaign", "ready", "planned"},
    StatusTemplate{"campaign", "launched", "running", true},
    StatusTemplate{"campaign", "suspended", "stopped", true},
    StatusTemplate{"campaign", "done", "done", true},

    StatusTemplate{"campaign_member", "planned", "planned", true},
    StatusTemplate{"campaign_member", "sent", "sent", true},
    StatusTemplate{"campaign_member", "bounced", "sent"},
    StatusTemplate{"campaign_member", "responded", "responded", true},

    StatusTemplate{"case", "new", "open", true},
    StatusTemplate{"case", "in_progress", "open"},
    StatusTemplate{"case", "waiting_customer", "open"},
    StatusTemplate{"case", "on_hold", "open", false, true},
    StatusTemplate{"case", "resolved", "resolved", true},
    StatusTemplate{"case", "closed", "closed", true},
    StatusTemplate{"case", "cancelled", "cancelled", true},
    StatusTemplate{"case", "duplicate", "cancelled"},
    StatusTemplate{"case", "merged", "cancelled"},

    StatusTemplate{"interaction", "planned", "open", true},
    StatusTemplate{"interaction", "waiting", "open"},
    StatusTemplate{"interaction", "completed", "completed", true},
    StatusTemplate{"interaction", "held", "completed"},
    StatusTemplate{"interaction", "cancelled", "cancelled", true},
    StatusTemplate{"interaction", "not_held", "cancelled"},

    StatusTemplate{"product", "draft", "draft", true},
    StatusTemplate{"product", "active", "active", true},
    StatusTemplate{"product", "under_revision", "under_revision", true},
    StatusTemplate{"product", "retired", "retired", true},
};

}  // namespace crmkit
