/// Imports: dates and numbers as files write them, plans that are suggested, plans as they are
/// given, and any file by any plan: a report that adds up, or a typed error.
#include <string>

#include "../../src/exchange/date_form.hpp"
#include "../../src/exchange/number_text.hpp"
#include "crmkit/base/date.hpp"
#include "crmkit/base/instant.hpp"
#include "crmkit/crm.hpp"
#include "crmkit/exchange/importer.hpp"
#include "crmkit/model/registry.hpp"

#include "fuzz.hpp"

using namespace crmkit;
using namespace crmkit::exchange;
using fuzz::require;

namespace {

void read_date(fuzz::Input input) {
    const bool is_date_only = (input.byte() & 1U) != 0;
    const std::string form(input.text());
    const std::string offset(input.text());
    (void)fuzz::is_accepted([&] {
        const exchange::detail::DateForm dates(form, offset);
        std::string why;
        const auto read = dates.read(input.rest(), is_date_only, why);
        require(read.has_value() == why.empty(), "a refusal has a reason");
        require(!read || Date::parse(*read) || Instant::parse(*read), "a date is a date");
    });
    const std::string_view texts[] = {form, input.rest()};
    const std::string_view common =
        exchange::detail::common_date_form(texts, exchange::detail::DateOrder::day_first).form;
    std::string why;
    require(
        common.empty() || exchange::detail::DateForm(common, "").read(form, false, why).has_value(),
        "a common form fits the texts that it was found by");
}

void read_number(fuzz::Input input) {
    exchange::detail::NumberForm form;
    form.decimal_character = (input.byte() & 1U) != 0 ? ',' : '.';
    form.groups = std::string(input.text());
    const int places = input.byte() % 13;
    std::string text(input.rest());
    if (const auto number = exchange::detail::NumberText::parse(text)) {
        const auto again = exchange::detail::NumberText::parse(number->text());
        require(again && again->text() == number->text(), "a number reads back the same");
        const auto rounded = number->rounded(places);
        require(rounded.rounded(places).text() == rounded.text(), "it is rounded once");
    }
    std::string why;
    if (!exchange::detail::rewrite_number(text, form, why)) {
        require(!why.empty(), "a refusal has a reason");
        return;
    }
    (void)exchange::detail::round_number(text, places, why);
    (void)exchange::detail::scale_number(text, {1'000, 0}, why);
    (void)exchange::detail::name_currency(text, Currency::of("EUR"), why);
}

void import(const ImportPlan& plan, std::string_view file) {
    static Crm crm = Crm::open_memory();
    static Session me = crm.as_system();
    const TransactionScope dropped = me.transaction();
    MemorySource source(file);
    const ImportReport report = run_import(me, plan, source);
    require(report.created + report.updated + report.unchanged + report.skipped + report.refused ==
                report.rows,
            "every row is accounted for");
    require((report.refused == 0) || report.problem_count > 0, "a refused row has a reason");
}

void suggest_and_import(fuzz::Input input) {
    constexpr std::string_view entities[] = {"account", "contact", "opportunity", "product",
                                             "lead",    "user",    "transaction", "case"};
    const std::string_view entity = entities[input.byte() % std::size(entities)];
    (void)fuzz::is_accepted([&] {
        MemorySource source(input.rest());
        const ImportPlan plan = suggest_plan(standard_registry(), entity, source);
        const std::string json = plan_to_json(plan);
        require(plan_to_json(plan_from_json(json)) == json, "a plan reads back the same");
        import(plan, input.rest());
    });
}

/// The plan, a NUL, the file.
void import_by_plan(fuzz::Input input) {
    const std::string_view plan = input.rest().substr(0, input.rest().find('\0'));
    const std::string_view file =
        input.rest().substr(std::min(plan.size() + 1, input.rest().size()));
    (void)fuzz::is_accepted([&] { import(plan_from_json(plan), file); });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    switch (input.byte() % 4) {
        case 0:
            read_date(input);
            break;
        case 1:
            read_number(input);
            break;
        case 2:
            suggest_and_import(input);
            break;
        default:
            import_by_plan(input);
            break;
    }
    return 0;
}
