/// What a head of sales wants to know, asked of the store. The C and the Python example ask the
/// same, and their answers are compared with these byte by byte.
#pragma once

#include <crmkit/crm.hpp>
#include <crmkit/engine/customer_360.hpp>
#include <crmkit/sales/operations.hpp>
#include <optional>
#include <string>

namespace sales_team {

/// How often the deals of each agent (manager, product, quarter) were won, and what they brought.
struct Results {
    crmkit::sales::WinRates rates;
    crmkit::sales::WonValues values;
};

/// The answers, each as the operation of the library gives it.
struct Answers {
    crmkit::sales::StageContents pipeline;
    Results all;
    Results by_manager;
    Results by_agent;
    Results by_product;
    /// By the quarter of the close date.
    Results by_quarter;
    crmkit::sales::SalesCycles cycle;
    crmkit::sales::Forecast forecast;
    /// Of the account that the most was sold to; nothing when there are no accounts.
    std::optional<crmkit::Customer360> biggest_customer;
};

/// Asks everything.
Answers ask(crmkit::Session& session);

/// The answers as one JSON document, its keys in alphabetical order.
std::string to_json(const Answers& answers, const crmkit::Registry& registry);

}  // namespace sales_team
