/// Whether what the store derives from its records agrees with them, and whether the file itself is
/// whole.
#pragma once

#include <string>

#include "crmkit/crm.hpp"
#include "fault/replay.hpp"
#include "old_store.hpp"

namespace crmkit::fault {

/// Each opportunity has one stay that lasts, in the stage that it is in.
inline Findings check_stays(testing::Database& database) {
    Findings findings;
    for (const std::string& row : database.rows(
             "SELECT o.id, o.stage, h.stages FROM opportunities o LEFT JOIN (SELECT opportunity, "
             "group_concat(to_stage) AS stages FROM stage_histories WHERE left_at IS NULL AND "
             "deleted_at IS NULL GROUP BY opportunity) h ON h.opportunity = o.id WHERE "
             "o.deleted_at IS NULL AND h.stages IS NOT CAST(o.stage AS TEXT)")) {
        findings.push_back("opportunity|its stage|its open stays: " + row);
    }
    return findings;
}

/// Everything that must hold in a store at any time, beside its history.
inline Findings check_soundness(const Crm& crm, const std::string& path) {
    Findings findings = crm.check_integrity();
    testing::Database database(path);
    append(findings, check_stays(database));
    return findings;
}

}  // namespace crmkit::fault
