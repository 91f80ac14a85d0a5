/// Fits a plan of this example to a file of the same kind that was written a little differently.
#pragma once

#include <crmkit/crm.hpp>
#include <crmkit/exchange/import_plan.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace sales_team {

/// A column of the file and in how many rows nothing stands in it.
struct EmptyCells {
    std::string column;
    std::int64_t rows = 0;
};

/// Changes `plan` so that it suits the file at `path`:
///
/// - columns are found by other names too ("Deal ID" for opportunity_id), and those that the file
///   does not have are left out of the plan;
/// - forms of dates and numbers, and what stands for nothing (N/A, ?), are taken over from what the
///   library suggests for the file;
/// - names of products, agents, accounts and stages that differ from a known one only in blanks,
///   signs, case or accents are mapped to it, and misspelled sectors to the usual word.
///
/// Returns the columns of plain fields in which cells are empty; references that are not there are
/// in the report of the import.
std::vector<EmptyCells> fit_plan(crmkit::Session& session, const std::string& path,
                                 crmkit::exchange::ImportPlan& plan);

}  // namespace sales_team
