/// Other spellings of what this example knows: columns, sectors, names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sales_team {

/// Lower case, without accents, and only letters and digits: what two ways of writing the same
/// name have in common.
std::string squeezed(std::string_view text);

/// The column of the file that our plans call `wanted`, also under another name ("Deal ID" for
/// opportunity_id); empty when there is none.
std::string find_column(const std::vector<std::string>& header, std::string_view wanted);

/// The usual sector that a folded text is, but for a letter or two; empty when it is none.
std::string_view usual_sector(std::string_view folded);

}  // namespace sales_team
