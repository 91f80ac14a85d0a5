#include "answers.hpp"

#include <crmkit/schema/json.hpp>

namespace sales_team {

namespace sales = crmkit::sales;
using crmkit::Account;

namespace {

/// `by` is any expression over the deal, or a word such as manager; empty does not group.
Results results_by(crmkit::Session& session, const std::string& by) {
    return {sales::win_rate(session, {.by = by}), sales::won_value(session, {.by = by})};
}

std::optional<crmkit::Customer360> ask_biggest_customer(crmkit::Session& session) {
    // A query may look into the records that refer to a record: here the deals of each account.
    const auto account =
        session
            .query<Account>(
                "order by sum(opportunities.actual_value where state = 'won') desc "
                "limit 1")
            .first();
    if (!account) {
        return std::nullopt;
    }
    return crmkit::customer_360(session,
                                {.party = {Account::entity_number, account->id}, .limit = 5});
}

}  // namespace

Answers ask(crmkit::Session& session) {
    // One state of the store for all questions, even when others write meanwhile.
    const auto reading = session.read_transaction();
    return {
        .pipeline = sales::pipeline_by_stage(session, {}),
        .all = results_by(session, ""),
        .by_manager = results_by(session, "manager"),
        .by_agent = results_by(session, "owner"),
        .by_product = results_by(session, "product"),
        .by_quarter = results_by(session, "quarter"),
        .cycle = sales::sales_cycle(session, {}),
        .forecast =
            sales::weighted_forecast(session, {.period = sales::Period::quarter, .by = "manager"}),
        .biggest_customer = ask_biggest_customer(session),
    };
}

std::string to_json(const Answers& answers, const crmkit::Registry& registry) {
    std::string out;
    const auto add = [&](std::string_view name, const crmkit::RecordView& answer) {
        out += out.empty() ? "{\n\"" : ",\n\"";
        out += name;
        out += "\": ";
        crmkit::append_json(out, answer, {.registry = &registry});
    };
    if (answers.biggest_customer) {
        add("biggest_customer", *answers.biggest_customer);
    }
    add("cycle", answers.cycle);
    add("forecast", answers.forecast);
    add("pipeline", answers.pipeline);
    add("win_rate", answers.all.rates);
    add("win_rate_by_agent", answers.by_agent.rates);
    add("win_rate_by_manager", answers.by_manager.rates);
    add("win_rate_by_product", answers.by_product.rates);
    add("win_rate_by_quarter", answers.by_quarter.rates);
    add("won_value", answers.all.values);
    add("won_value_by_agent", answers.by_agent.values);
    add("won_value_by_manager", answers.by_manager.values);
    add("won_value_by_product", answers.by_product.values);
    add("won_value_by_quarter", answers.by_quarter.values);
    return out + "\n}\n";
}

}  // namespace sales_team
