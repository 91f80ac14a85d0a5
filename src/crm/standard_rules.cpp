/// The rules of all modules. A new module adds its table here.
#include <array>
#include <vector>

#include "engine/activity_rules.hpp"
#include "engine/primary_rules.hpp"
#include "engine/rules.hpp"
#include "engine/status_rule.hpp"
#include "engine/timeline_rules.hpp"
#include "marketing/marketing_rules.hpp"
#include "sales/sales_rules.hpp"
#include "service/service_rules.hpp"

namespace crmkit::engine {

namespace {

/// The tables one after the other. The timelines come last: they show what the others have made of
/// a record.
std::vector<Rule> joined_rules() {
    std::vector<Rule> rules;
    for (const std::span<const Rule> table :
         {status_rules(), sales::sales_rules(), marketing::marketing_rules(),
          service::service_rules(), primary_rules(), activity_rules(), timeline_rules()}) {
        rules.insert(rules.end(), table.begin(), table.end());
    }
    return rules;
}

}  // namespace

std::span<const Rule> standard_rules() {
    static const std::vector<Rule> rules = joined_rules();
    return rules;
}

}  // namespace crmkit::engine
