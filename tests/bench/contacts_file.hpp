/// A CSV file of people, and the plan that imports it.
#pragma once

#include <string>
#include <vector>

#include "crmkit/exchange/import_plan.hpp"
#include "ready_contacts.hpp"

namespace crmkit::bench {

void write_csv(const std::string& path, const std::vector<Person>& persons);

/// A row whose e-mail address is known already would change the contact that has it.
[[nodiscard]] exchange::ImportPlan contacts_plan();

}  // namespace crmkit::bench
