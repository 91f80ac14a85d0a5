/// The part of the memory figures that runs in a process of its own.
#pragma once

#include <string>

namespace crmkit::bench {

/// Does one kind of work ("import", "export", "iterate", "export_lines" or "import_lines") on the
/// files of a folder that those before it left there, and prints the most memory in MiB that this
/// process ever had. Gives 0, or 2 for another kind.
int print_peak_of(const std::string& work, const std::string& folder);

}  // namespace crmkit::bench
