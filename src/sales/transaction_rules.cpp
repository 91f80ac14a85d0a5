/// The rule of transactions: one currency with their cost and their lines.
#include <vector>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/transaction.hpp"
#include "crmkit/model/transaction_line.hpp"
#include "sales_rules.hpp"

namespace crmkit::sales {

namespace {

void check_lines(Session& session, const Transaction& sale, std::vector<Problem>& problems) {
    const auto line =
        session.query<TransactionLine>("transaction = :whole limit 1", {{"whole", sale.id}})
            .first();
    if (line) {
        detail::Checks(Transaction::structure_name, problems)
            .same_currency("amount", sale.amount, "its lines", line->unit_price);
    }
}

}  // namespace

void before_transaction(WriteEvent& event, std::vector<Problem>& problems) {
    const auto* was = static_cast<const Transaction*>(event.before);
    const auto& is = *static_cast<const Transaction*>(event.after.object());
    if (was != nullptr && was->amount == is.amount && was->cost == is.cost) {
        return;  // stores of earlier versions have some that would be refused now
    }
    detail::Checks(Transaction::structure_name, problems)
        .same_currency("cost", is.cost, "amount", is.amount);
    if (was != nullptr && was->amount && is.amount &&
        was->amount->currency != is.amount->currency) {
        check_lines(event.session, is, problems);
    }
}

}  // namespace crmkit::sales
