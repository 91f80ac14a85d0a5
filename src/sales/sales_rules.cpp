#include "sales_rules.hpp"

#include <array>

#include "crmkit/model/opportunity.hpp"
#include "crmkit/model/opportunity_line.hpp"
#include "crmkit/model/pipeline.hpp"
#include "crmkit/model/stage.hpp"
#include "crmkit/model/transaction.hpp"
#include "crmkit/model/transaction_line.hpp"
#include "pipeline_tally.hpp"

namespace crmkit::sales {

namespace {

constexpr std::array rules{
    Rule{Opportunity::entity_number, &before_opportunity, &after_opportunity, false,
         &follow_opportunity},
    Rule{OpportunityLine::entity_number, &before_opportunity_line, &after_opportunity_line, true},
    Rule{Transaction::entity_number, &before_transaction, nullptr},
    Rule{TransactionLine::entity_number, &before_transaction_line, nullptr},
    Rule{Stage::entity_number, &before_stage, nullptr},
    Rule{Pipeline::entity_number, nullptr, &after_pipeline, true},
};

}  // namespace

std::span<const Rule> sales_rules() { return rules; }

}  // namespace crmkit::sales
