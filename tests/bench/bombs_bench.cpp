/// Inputs that are made to take for ever: how long it takes to refuse them.
#include <algorithm>
#include <cstring>
#include <string>

#include "bench.hpp"
#include "crmkit/exchange/exporter.hpp"
#include "crmkit/exchange/importer.hpp"

namespace crmkit::bench {

namespace {

/// The seconds until `call` throws. Throws internal when it does not.
template <typename Call>
double seconds_to_refuse(Call call) {
    return seconds_of(Meter::wall, [&] {
        bool is_refused = false;
        try {
            call();
        } catch (const Error&) {
            is_refused = true;
        }
        if (!is_refused) {
            throw Error(ErrorCode::internal, "what was to be refused was taken");
        }
    });
}

/// `head`, and then `body` without an end.
exchange::CallbackSource endless(std::string_view head, char body) {
    return exchange::CallbackSource([head, body](char* out, std::size_t size) mutable {
        const std::size_t count = head.copy(out, size);
        head.remove_prefix(count);
        std::memset(out + count, body, size - count);
        return size;
    });
}

double seconds_to_refuse_csv(Session& me, std::string_view head, char body) {
    const exchange::ImportPlan plan = exchange::plan_from_json(
        R"({"entity": "contact", "columns": [{"column": "name", "field": "last_name"}]})");
    return seconds_to_refuse([&] {
        auto file = endless(head, body);
        exchange::run_import(me, plan, file);
    });
}

}  // namespace

void bench_bombs(Bench& bench) {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    constexpr std::size_t levels = 10'000;
    const std::string open(levels, '[');
    const std::string close(levels, ']');
    const std::string brackets = std::string(levels, '(') + "true" + std::string(levels, ')');
    const auto tell = [&bench](std::string_view name, double seconds) {
        bench.table().tell({"B", name, "refused in 1 s", "s"}, seconds, at_most(1));
    };
    tell("CSV without end of columns", seconds_to_refuse_csv(me, "name", ','));
    tell("CSV with a line without end", seconds_to_refuse_csv(me, "name\nGood\n", 'x'));
    tell("CSV with a quoted field without end", seconds_to_refuse_csv(me, "name\n\"", 'x'));
    tell("JSON Lines with a line without end", seconds_to_refuse([&] {
             auto file = endless("{", ' ');
             exchange::import_jsonl(me, file);
         }));
    tell("10,000 levels of JSON", seconds_to_refuse([&] {
             (void)me.call("sales.win_rate", "{\"by\":" + open + close + "}");
         }));
    tell("10,000 levels of an expression",
         seconds_to_refuse([&] { (void)me.query<Account>(brackets).all(); }));
}

}  // namespace crmkit::bench
