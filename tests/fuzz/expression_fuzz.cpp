/// Expressions, queries and aggregations: what is accepted can be printed, and parses back equal.
#include "crmkit/expr/parse.hpp"
#include "crmkit/expr/printer.hpp"
#include "crmkit/model/registry.hpp"

#include "fuzz.hpp"

using namespace crmkit;
using fuzz::is_accepted;
using fuzz::require;

namespace {

/// Parses `text`, and what is printed of it once more.
template <typename Parse>
void check_round_trip(std::string_view text, Parse parse) {
    const Registry& entities = standard_registry();
    const Entity& entity = *entities.entities()[text.size() % entities.entities().size()];
    decltype(parse(entities, entity, text)) parsed;
    if (!is_accepted([&] { parsed = parse(entities, entity, text); })) {
        return;
    }
    const std::string printed = expr::to_text(parsed);
    if (printed.size() > expr::limits::text_bytes) {
        return;  // one spelling may be longer than another, and then past the limit
    }
    const auto again = parse(entities, entity, printed);
    require(again == parsed, "an expression parses back equal");
    require(expr::to_text(again) == printed, "it has one printed form");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::Input(data, size).rest();
    check_round_trip(text, expr::parse_expression);
    check_round_trip(text, expr::parse_query);
    check_round_trip(text, expr::parse_aggregation);
    return 0;
}
