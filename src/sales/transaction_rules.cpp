/// The rule of transactions: one currency with their lines.
#include <vector>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/transaction.hpp"
#include "crmkit/model/transaction_line.hpp"
#include "sales_rules.hpp"

namespace crmkit::sales {

void before_transaction(WriteEvent& event, std::vector<Problem>& problems) {
    if (event.kind != ChangeKind::updated) {
        return;
    }
    const auto& was = *static_cast<const Transaction*>(event.before);
    const auto& is = *static_cast<const Transaction*>(event.after.object());
    if (!was.amount || !is.amount || was.amount->currency == is.amount->currency) {
        return;
    }
    const auto line =
        event.session.query<TransactionLine>("transaction = :whole limit 1", {{"whole", is.id}})
            .first();
    if (line) {
        detail::Checks(Transaction::structure_name, problems)
            .same_currency("amount", is.amount, "its lines", line->unit_price);
    }
}

}  // namespace crmkit::sales
