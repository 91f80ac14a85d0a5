/// Imports a sales team's export: the CSV files of a folder, each by its plan.
#pragma once

#include <crmkit/crm.hpp>
#include <crmkit/exchange/import_report.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fit_plan.hpp"
#include "terminal.hpp"

namespace sales_team {

/// One file, and what became of it.
struct ImportedFile {
    std::string name{};
    crmkit::exchange::ImportReport report{};
    std::vector<EmptyCells> empty_cells{};
};

/// What an import did.
struct Import {
    std::vector<ImportedFile> files;
    /// Products, accounts and agents that deals name and the other files do not, by entity.
    std::map<std::string, std::vector<std::string>> unlisted;
    /// Open deals without a value, which now have the list price of their product.
    std::int64_t valued_by_price = 0;
};

/// Imports what it knows in `folder`; the plans are read from `plans`. Done twice, the second time
/// changes nothing: deals are known by their opportunity_id, all else by its name. Throws
/// crmkit::Error (not_found) when there is no file of deals.
Import import_folder(crmkit::Session& session, const std::string& folder, const std::string& plans,
                     Terminal& terminal);

void print_import(const Terminal& terminal, const Import& import);

}  // namespace sales_team
