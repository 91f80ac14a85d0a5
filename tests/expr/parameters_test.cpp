#include "crmkit/expr/parameters.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "crmkit/expr/parse.hpp"
#include "expr/expression_model.hpp"

namespace crmkit::expression_test {
namespace {

/// What `:p` becomes in a condition.
Value bound(std::string_view condition, Value value) {
    const auto query = expr::parse_query(test_registry(), entity_of<Deal>(), condition);
    const auto parameters = expr::bind(*query.parameters, {{"p", std::move(value)}});
    REQUIRE(parameters.views().size() == 1);
    return parameters.views().front();
}

std::string refusal(std::string_view condition, const std::vector<expr::Binding>& bindings) {
    const auto query = expr::parse_query(test_registry(), entity_of<Deal>(), condition);
    try {
        static_cast<void>(expr::bind(*query.parameters, bindings));
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::expression);
        return error.what();
    }
    return "";
}

TEST_CASE("values are brought into the type of their parameter") {
    const Date date = *Date::parse("2026-12-31");
    const Money money = Money::of("5", "EUR");
    CHECK(bound("units = :p", 7) == Value(7));
    CHECK(bound("units = :p", Decimal::of(7)) == Value(7));
    CHECK(bound("probability = :p", 7) == Value(Decimal::of(7)));
    CHECK(bound("probability = :p", "0.5") == Value(*Decimal::parse("0.5")));
    CHECK(bound("amount > :p", money) == Value(money));
    CHECK(bound("amount > :p", "5 EUR") == Value(money));
    CHECK(bound("amount > :p", 5) == Value(5));
    CHECK(bound("amount + :p > 1 EUR", "EUR 5.00") == Value(money));
    CHECK(bound("close_date = :p", date) == Value(date));
    CHECK(bound("close_date = :p", "2026-12-31") == Value(date));
    CHECK(bound("won_at < :p", "2026-12-31") == Value(Instant::start_of(date)));
    CHECK(bound("won_at < :p", date) == Value(Instant::start_of(date)));
    CHECK(bound("won_at < :p", test_now) == Value(test_now));
    CHECK(bound("company = :p", Id{7}) == Value(Id{7}));
    CHECK(bound("company = :p", "7") == Value(Id{7}));
    CHECK(bound("company = :p", 7) == Value(Id{7}));
    CHECK(bound("company = :p", Link{3, Id{7}}) == Value(Id{7}));
    CHECK(bound("owner = :p", Link{1, Id{7}}) == Value(Link{1, Id{7}}));
    CHECK(bound("state = :p", "won") == Value("won"));
    CHECK(bound("is_hot = :p", true) == Value(true));
    CHECK(bound("name = :p", "x") == Value("x"));
    CHECK(bound("name = :p", Value()) == Value());
}

TEST_CASE("regression: what is only compared with a number may be any number") {
    const Decimal decimal = *Decimal::parse("49.5");
    const std::int64_t beyond = 9'300'000'000;  // of what a decimal can be
    CHECK(bound("units >= :p", decimal) == Value(decimal));
    CHECK(bound("units in (1, :p)", decimal) == Value(decimal));
    CHECK(bound("units between :p and 5", decimal) == Value(decimal));
    CHECK(bound("probability < :p", beyond) == Value(beyond));
    CHECK(bound("units = :p and amount > :p", decimal) == Value(decimal));
    CHECK(refusal("units + :p > 1", {{"p", decimal}}) ==
          ":p: is decimal where an integer is expected");
    CHECK(refusal("units > :p and days(:p) > 1", {{"p", decimal}}) ==
          ":p: is decimal where an integer is expected");
    CHECK(refusal("if(is_hot, units, :p) > 1", {{"p", decimal}}) ==
          ":p: is decimal where an integer is expected");
    CHECK(refusal("probability + :p > 1", {{"p", beyond}}) ==
          ":p: is integer where a decimal is expected");
}

TEST_CASE("values that do not fit are refused, all at once") {
    CHECK(refusal("units = :p", {{"p", "7"}}) == ":p: '7' is text where an integer is expected");
    CHECK(refusal("amount + :p > 1 EUR", {{"p", 5}}) == ":p: is integer where money is expected");
    CHECK(refusal("amount > :p", {{"p", "5"}}) == ":p: '5' is text where money is expected");
    CHECK(refusal("close_date = :p", {{"p", "31.12.2026"}}) ==
          ":p: '31.12.2026' is text where a date is expected");
    CHECK(refusal("company = :p", {{"p", Link{4, Id{7}}}}) ==
          ":p: is link where a reference to company is expected");
    CHECK(refusal("company = :p", {{"p", -7}}) ==
          ":p: is integer where a reference to company is expected");
    CHECK(refusal("owner = :p", {{"p", Id{7}}}) ==
          ":p: is id where a polymorphic reference is expected");
    CHECK(refusal("state = :p", {{"p", "wnn"}}) ==
          ":p: 'wnn' is none of the labels it is compared with; nearest is 'won'");
    CHECK(refusal("name = :p", {{"p", "\xFF"}}).ends_with("must be UTF-8 without NUL"));
    CHECK(refusal("name = :p", {{"p", std::string("a\0b", 3)}})
              .ends_with("must be UTF-8 without NUL"));
    CHECK(refusal("name = :p", {}) == ":p: has no value");
    CHECK(refusal("name = :title and units = :least", {{"titel", "x"}, {"least", "y"}}) ==
          ":titel: the expression has no such parameter; nearest is ':title'; "
          ":least: 'y' is text where an integer is expected; :title: has no value");
    CHECK(refusal("is_hot", {{"p", 1}}) == ":p: the expression has no such parameter");
}

TEST_CASE("bound parameters own their values") {
    const auto query = expr::parse_query(test_registry(), entity_of<Deal>(), "name = :p");
    const std::string text(100, 'x');
    expr::BoundParameters copy;
    {
        const auto original = expr::bind(*query.parameters, {{"p", text}});
        copy = original;
    }
    const expr::BoundParameters moved = std::move(copy);
    CHECK(moved.views().front().text() == text);
}

}  // namespace
}  // namespace crmkit::expression_test
