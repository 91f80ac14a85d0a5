/// The rules of transaction lines: their numbers, and the currency of their transaction.
#include <optional>
#include <string_view>
#include <vector>

#include "crmkit/model/transaction.hpp"
#include "crmkit/model/transaction_line.hpp"
#include "engine/write_path.hpp"
#include "line_numbers.hpp"
#include "sales_rules.hpp"

namespace crmkit::sales {

namespace {

constexpr std::string_view highest_number = "max(line_number) where transaction = :whole";

/// A line is a part of what the transaction came to.
void check_currency(const WriteEvent& event, std::vector<Problem>& problems) {
    const auto* was = static_cast<const TransactionLine*>(event.before);
    const auto& line = *static_cast<const TransactionLine*>(event.after.object());
    const bool is_as_before = was != nullptr && was->unit_price == line.unit_price &&
                              was->transaction == line.transaction;
    const auto whole = line.unit_price && line.transaction && !is_as_before
                           ? event.session.find<Transaction>(line.transaction)
                           : std::optional<Transaction>();
    if (whole && whole->amount) {
        detail::Checks(TransactionLine::structure_name, problems)
            .same_currency("unit_price", line.unit_price, "the amount of the transaction",
                           whole->amount);
    }
}

}  // namespace

void before_transaction_line(WriteEvent& event, std::vector<Problem>& problems) {
    if (event.kind != ChangeKind::deleted) {
        follow_line_number(event, &TransactionLine::transaction, highest_number);
        check_currency(event, problems);
    }
}

void fill_in_line_numbers(Session& session) {
    for (const TransactionLine& line :
         session.query<TransactionLine>("line_number is null order by id").all()) {
        TransactionLine after = line;
        after.line_number =
            next_line_number<TransactionLine>(session, highest_number, line.transaction);
        engine::amend_record(session.state(), entity_of<TransactionLine>(), &line, &after);
    }
}

}  // namespace crmkit::sales
