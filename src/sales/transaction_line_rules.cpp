/// The rules of transaction lines: their numbers.
#include <string_view>

#include "crmkit/model/transaction_line.hpp"
#include "engine/write_path.hpp"
#include "line_numbers.hpp"
#include "sales_rules.hpp"

namespace crmkit::sales {

namespace {

constexpr std::string_view highest_number = "max(line_number) where transaction = :whole";

}  // namespace

void before_transaction_line(WriteEvent& event, std::vector<Problem>&) {
    if (event.kind != ChangeKind::deleted) {
        follow_line_number(event, &TransactionLine::transaction, highest_number);
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
