#include "crmkit/exchange/import_plan.hpp"

#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"

namespace crmkit::exchange {

std::string plan_to_json(const ImportPlan& plan) { return to_json(plan); }

ImportPlan plan_from_json(std::string_view json) { return from_json<ImportPlan>(json); }

}  // namespace crmkit::exchange
