/// A sales team that never was: CSV files of the kind that `sales_team` imports, made from a seed.
#pragma once

#include <crmkit/base/date.hpp>
#include <cstdint>
#include <string>

namespace sales_team {

/// Writes accounts, products, sales_teams, sales_pipeline, contacts and interactions (.csv) into
/// `folder`, which is made when it does not exist. 2,000 accounts and two and a half years of
/// business up to `today`, with slips such as people make: a misspelled sector, a product that is
/// written differently or not listed. The same seed and day give the same files. Throws
/// crmkit::Error (invalid_argument) for a folder that it has not made itself.
void write_sample(const std::string& folder, std::uint64_t seed, crmkit::Date today);

}  // namespace sales_team
