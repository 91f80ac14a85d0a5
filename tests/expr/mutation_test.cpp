/// Damaged texts: every one gives an error with a place, or means something; none does harm.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "crmkit/expr/order.hpp"
#include "crmkit/expr/parse.hpp"
#include "crmkit/expr/printer.hpp"
#include "expr/expression_generator.hpp"

namespace crmkit::expression_test {
namespace {

/// Parses a damaged text; what is accepted must print back equal and evaluate.
void try_text(const Entity& entity, const std::string& text) {
    INFO(entity.name, ": ", text);
    try {
        const expr::Query query = expr::parse_query(test_registry(), entity, text);
        REQUIRE(expr::parse_query(test_registry(), entity, to_text(query)) == query);
        const std::vector<ValueView> nulls(query.parameters->size());
        const TestRecords nothing;
        const Record record(entity);
        static_cast<void>(expr::keys_of(query, record, {expr::Moment(test_now), nulls, &nothing}));
        static_cast<void>(expr::matches(query, record, {expr::Moment(test_now), nulls, &nothing}));
    } catch (const Error& error) {
        REQUIRE_MESSAGE(error.code() == ErrorCode::expression, error.what());
        REQUIRE(!error.problems().empty());
        for (const Problem& problem : error.problems()) {
            REQUIRE(problem.line >= 1);
            REQUIRE(problem.column >= 1);
            REQUIRE(!problem.message.empty());
            REQUIRE(find_invalid_utf8(to_string(problem)) == std::string::npos);
        }
    }
}

TEST_CASE("every beginning of a text is refused or understood") {
    ExpressionGenerator generator(11);
    for (std::uint64_t i = 0; i < 120; ++i) {
        const Entity& entity = *test_registry().entities()[i % 6];
        const std::string text = generator.query(entity).text;
        for (std::size_t end = 0; end <= text.size(); ++end) {
            try_text(entity, text.substr(0, end));
        }
    }
}

TEST_CASE("changed, doubled and missing pieces are refused or understood") {
    ExpressionGenerator generator(12);
    Random random(13);
    constexpr std::string_view pieces[] = {"(",       ")",
                                           "'",       "\"",
                                           "and",     " or ",
                                           "not ",    ",",
                                           ".",       ":",
                                           "::",      "=",
                                           "<>",      "null",
                                           "is",      " like ",
                                           "exists(", "count(notes)",
                                           "parent.", "order by",
                                           "limit",   "-",
                                           "*",       "9223372036854775808",
                                           "5 EUR",   "date '",
                                           "\n",      "\t",
                                           "||",      "|",
                                           "\\",      "\xC3",
                                           "é",       "\xF0\x9F\x98\x80",
                                           "between", "in ("};
    for (std::uint64_t i = 0; i < 6'000; ++i) {
        const Entity& entity = *test_registry().entities()[i % 6];
        std::string text = generator.query(entity).text;
        for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
            const std::size_t at = random.below(text.size() + 1);
            const std::size_t length = random.below(8);
            switch (random.below(4)) {
                case 0:
                    text.erase(at, length);
                    break;
                case 1:
                    text.insert(at, pieces[random.below(std::size(pieces))]);
                    break;
                case 2:
                    text.insert(at, text.substr(random.below(text.size() + 1), length));
                    break;
                default:
                    if (at < text.size()) {
                        text[at] = static_cast<char>(random.below(256));
                    }
            }
        }
        try_text(entity, text);
    }
}

TEST_CASE("noise is refused") {
    Random random(14);
    for (int i = 0; i < 2'000; ++i) {
        std::string text;
        for (std::uint64_t length = random.below(60); length > 0; --length) {
            text += static_cast<char>(random.below(256));
        }
        try_text(entity_of<Deal>(), text);
    }
}

}  // namespace
}  // namespace crmkit::expression_test
