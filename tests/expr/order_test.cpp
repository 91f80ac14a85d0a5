#include "crmkit/expr/order.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "crmkit/expr/cursor_token.hpp"
#include "crmkit/expr/parse.hpp"
#include "expr/expression_model.hpp"

namespace crmkit::expression_test {
namespace {

using expr::compare_for_order;
using expr::TypeKind;

TEST_CASE("values of every type have an order, nulls first") {
    const auto ascending = [](const expr::Type& type, const std::vector<Value>& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            for (std::size_t j = 0; j < values.size(); ++j) {
                CHECK(compare_for_order(values[i], values[j], type) == (i <=> j));
            }
        }
    };
    ascending(TypeKind::text, {Value(), "A", "Z", "a", "ab", "é"});
    ascending(TypeKind::integer, {Value(), INT64_MIN, -1, 0, INT64_MAX});
    ascending(TypeKind::boolean, {Value(), false, true});
    ascending(TypeKind::date, {Value(), Date::min(), Date::max()});
    ascending(TypeKind::money, {Value(), Money::of("900", "EUR"), Money::of("901", "EUR"),
                                Money::of("-5", "USD"), Money::of("1", "USD")});
    ascending(TypeKind::link, {Value(), Link{1, Id{9}}, Link{2, Id{1}}, Link{2, Id{2}}});
    ascending(expr::Type::enumeration(DealState_labels), {Value(), "open", "won", "lost", "new"});
}

TEST_CASE("keys decide what comes after a record") {
    const auto by = query("order by units desc, name");
    Deal first{.id = Id{1}, .name = "b", .units = 5};
    Deal second{.id = Id{2}, .name = "b", .units = 5};
    Deal third{.id = Id{3}, .name = "c", .units = 5};
    Deal last{.id = Id{4}, .name = "a"};
    const expr::Context context;
    const std::vector<const Deal*> order{&first, &second, &third, &last};
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto keys = expr::keys_of(by, *order[i], context);
        for (std::size_t j = 0; j < order.size(); ++j) {
            CHECK(expr::is_after(by, *order[j], keys, context) == (j > i));
        }
    }
}

TEST_CASE("a cursor token keeps the keys") {
    const auto by = query(
        "order by name, units, probability, is_hot, amount, close_date, won_at, company, partner, "
        "state, contact.name");
    const std::vector<Value> keys{"naïve",
                                  INT64_MIN,
                                  Decimal{-1},
                                  true,
                                  Money{INT64_MAX, Currency::of("BHD")},
                                  Date::max(),
                                  Instant::min(),
                                  Id{7},
                                  Link{4, Id{8}},
                                  "won",
                                  Value(),
                                  Id{9}};
    const std::string token = expr::encode_cursor(by, {keys});
    CHECK(token.find_first_not_of(
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    CHECK(expr::decode_cursor(by, token).keys == keys);
}

TEST_CASE("a token that is not this query's is refused") {
    const auto by = query("is_hot order by name");
    const std::vector<Value> keys{"x", Id{9}};
    const std::string token = expr::encode_cursor(by, {keys});
    const auto code = [](const expr::Query& of, const std::string& text) {
        try {
            static_cast<void>(expr::decode_cursor(of, text));
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::ok;
    };
    CHECK(code(by, token) == ErrorCode::ok);
    CHECK(code(query("order by name limit 7"), token) == ErrorCode::ok);
    CHECK(code(query("order by name desc"), token) == ErrorCode::invalid_argument);
    CHECK(code(query("order by units"), token) == ErrorCode::invalid_argument);
    CHECK(code(expr::parse_query(test_registry(), entity_of<User>(), "order by name"), token) ==
          ErrorCode::invalid_argument);
    CHECK(code(by, "") == ErrorCode::invalid_argument);
    CHECK(code(by, "not a token!") == ErrorCode::invalid_argument);
    CHECK(code(by, std::string(2'000'000, 'A')) == ErrorCode::invalid_argument);
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        const bool is_last = i + 1 == token.size();  // its lowest bits may mean nothing
        CHECK((is_last || code(by, changed) == ErrorCode::invalid_argument));
        CHECK(code(by, token.substr(0, i)) == ErrorCode::invalid_argument);
    }
}

TEST_CASE("a token with the right checksum and wrong values is refused") {
    const auto by = query("order by name");
    const auto forged = [&](const std::string& values) {
        std::string bytes;
        expr::detail::put_number(bytes, expr::detail::fnv1a(values, expr::detail::order_hash(by)),
                                 8);
        return expr::detail::to_base64url(bytes + values);
    };
    std::string good;
    expr::detail::put_value(good, "x");
    expr::detail::put_value(good, Id{9});
    CHECK_NOTHROW(expr::decode_cursor(by, forged(good)));
    std::string wrong_type;
    expr::detail::put_value(wrong_type, 5);
    expr::detail::put_value(wrong_type, Id{9});
    std::string bad_text;
    expr::detail::put_value(bad_text, "\xFF");
    expr::detail::put_value(bad_text, Id{9});
    for (const std::string& values :
         {wrong_type, bad_text, good + "x", good.substr(0, 3), good.substr(0, good.size() - 1),
          std::string("\x01\xFF\xFF\xFF\xFF", 5), std::string()}) {
        CHECK_THROWS_AS(expr::decode_cursor(by, forged(values)), Error);
    }
}

}  // namespace
}  // namespace crmkit::expression_test
