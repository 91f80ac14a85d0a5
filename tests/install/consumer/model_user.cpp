/// What a host does with the headers alone: a record, its checks, JSON, an expression.
#include <crmkit/expr/evaluator.hpp>
#include <crmkit/expr/parse.hpp>
#include <crmkit/model/registry.hpp>
#include <crmkit/schema/check.hpp>
#include <crmkit/schema/json.hpp>
#include <cstdio>
#include <string>
#include <vector>

int main() {
    const crmkit::Account acme{.name = "Acme Steel", .industry = "manufacturing"};
    std::vector<crmkit::Problem> problems;
    const auto& registry = crmkit::standard_registry();
    const auto condition = crmkit::expr::parse_expression(
        registry, crmkit::entity_of<crmkit::Account>(), "upper(industry) like 'manu%'");
    const std::string json = crmkit::to_json(acme, {.registry = &registry});
    const bool is_right = crmkit::check_record(acme, problems) &&
                          crmkit::expr::matches(condition, acme, {}) &&
                          json.find("\"Acme Steel\"") != std::string::npos;
    std::printf("%s\n", is_right ? json.c_str() : "something is wrong");
    return is_right ? 0 : 1;
}
