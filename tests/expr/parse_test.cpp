/// What is accepted, how it prints back, and what is said about the rest.
#include "crmkit/expr/parse.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/expr/printer.hpp"
#include "expr/expression_model.hpp"

namespace crmkit::expression_test {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) {
        out += text;
    }
    return out;
}

struct Complaint {
    const char* text;
    int line;
    int column;
    /// A part of the message.
    const char* says;
};

void check_complaints(const std::vector<Complaint>& complaints) {
    for (const Complaint& expected : complaints) {
        INFO(std::string(expected.text));
        try {
            static_cast<void>(query(expected.text));
            FAIL("was accepted");
        } catch (const Error& error) {
            INFO(std::string(error.what()));
            CHECK(error.code() == ErrorCode::expression);
            REQUIRE(!error.problems().empty());
            CHECK(error.problems().front().line == expected.line);
            CHECK(error.problems().front().column == expected.column);
            CHECK(std::string(error.what()).find(expected.says) != std::string::npos);
        }
    }
}

TEST_CASE("a text prints back in one spelling, which parses to the same") {
    const std::vector<std::pair<const char*, const char*>> spellings{
        {"", ""},
        {"  ", ""},
        {"state='open'AND amount>50000 ORDER BY close_date LIMIT 20",
         "state = 'open' and amount > 50000 order by close_date limit 20"},
        {"limit 5", "limit 5"},
        {"order by id", ""},
        {"order by id desc", "order by id desc"},
        {"order by name desc, id desc", "order by name desc"},
        {"order by name desc, id", "order by name desc, id"},
        {"order by name asc, id, units", "order by name"},
        {"is_hot SORT BY name limit 5", "is_hot sort by name limit 5"},
        {"sort by id", "sort by id"},
        {"sort by units desc, name", "sort by units desc, name"},
        {"not (is_hot and not is_hot) or is_hot", "not (is_hot and not is_hot) or is_hot"},
        {"(is_hot and (is_hot and (is_hot)))", "is_hot and is_hot and is_hot"},
        {"is_hot and (is_hot or is_hot)", "is_hot and (is_hot or is_hot)"},
        {"not not is_hot", "not not is_hot"},
        {"not name in ('a')", "name not in ('a')"},
        {"name NOT BETWEEN 'a' AND 'b'", "name not between 'a' and 'b'"},
        {"name is not null", "name is not null"},
        {"not name is null", "name is not null"},
        {"owner is not team", "owner is not team"},
        {"like(name, 'a%') = true", "(name like 'a%') = true"},
        {"name like 'it''s'", "name like 'it''s'"},
        {"units <> 3", "units != 3"},
        {"units - (3 - 2) - 1 > -5", "units - (3 - 2) - 1 > -5"},
        {"units * (3 + 2) / 2 > - - 5", "units * (3 + 2) / 2 > --5"},
        {"units > -(5) and units > --0", "units > -(5) and units > -(0)"},
        {"-(units) < -(-(units))", "-units < --units"},
        {"name || ('a' || name) = 'x'", "name || 'a' || name = 'x'"},
        {"amount > 1.5 EUR", "amount > 1.50 EUR"},
        {"probability = 50", "probability = 50.0"},
        {"close_date < '2026-12-31'", "close_date < date '2026-12-31'"},
        {"won_at < date '2026-12-31'", "won_at < instant '2026-12-31T00:00:00Z'"},
        {"won_at < DATE '2026-12-31' + 1", "won_at < date '2026-12-31' + 1"},
        {"company = '3001'", "company = 3001"},
        {"COUNT(notes WHERE mood='hot')>1", "count(notes where mood = 'hot') > 1"},
        {"sum( company . deals . amount ) > 5", "sum(company.deals.amount) > 5"},
        {"exists(notes where parent.name = name)", "exists(notes where parent.name = name)"},
        {"owner='user/1001'", "owner = 'user/1001'"},
        {"'users/1001' != owner", "'user/1001' != owner"},
        {"owner not in ('team/7', :me)", "owner not in ('team/7', :me)"},
        {"coalesce(owner, 'team/7') = owner", "coalesce(owner, 'team/7') = owner"},
        {"\"name\" = 'a' and \"state\" = 'open'", "name = 'a' and state = 'open'"},
        {"if(is_hot, units, null) = COALESCE(units, :n)",
         "if(is_hot, units, null) = coalesce(units, :n)"},
        {"today() between close_date and date(now())",
         "today() between close_date and date(now())"},
        {"name = :a order by if(is_hot, 1, units) desc, amount",
         "name = :a order by if(is_hot, 1, units) desc, amount"},
    };
    for (const auto& [text, printed] : spellings) {
        const std::string shown = text;  // clang 14 captures no structured binding
        INFO(shown);
        const expr::Query parsed = query(text);
        CHECK(to_text(parsed) == printed);
        CHECK(query(to_text(parsed)) == parsed);
    }
}

TEST_CASE("names that are also words of the language stand in double quotes") {
    const auto rule = [](const char* text) {
        return to_text(expr::parse_query(test_registry(), entity_of<Note>(), text));
    };
    CHECK(rule("\"name\" = 'x' order by \"name\"") == "name = 'x' order by name");
    std::string out;
    for (const char* name : {"limit", "order", "plain", "parent", "with space"}) {
        expr::detail::Printer(out, {}).print_name(name, true);
        out += ' ';
    }
    CHECK(out == "\"limit\" \"order\" plain \"parent\" \"with space\" ");
}

TEST_CASE("an order ends with the id, in the direction of the key before it") {
    CHECK(query("").order.size() == 1);
    CHECK(!query("").order[0].is_descending);
    CHECK(query("order by name desc").order.size() == 2);
    CHECK(query("order by name desc").order[1].is_descending);
    CHECK(query("order by name desc, units").order[2].is_descending == false);
}

TEST_CASE("an order may be asked for in spite of what it costs") {
    CHECK_FALSE(query("order by name").may_sort);
    CHECK(query("sort by name").may_sort);
    CHECK(query("sort by name").order == query("order by name").order);
    CHECK_FALSE(query("sort by name") == query("order by name"));
}

TEST_CASE("parameters take their types from their neighbours") {
    const std::vector<std::pair<const char*, const char*>> types{
        {"name = :p", "text"},
        {"name like :p", "text"},
        {"units between :p and 5", "an integer"},
        {"probability in (1, :p)", "a decimal"},
        {"amount > :p", "money"},
        {"amount * :p > 5 EUR", "a decimal"},
        {"amount + :p > 5 EUR", "money"},
        {"close_date + :p > today()", "an integer"},
        {":p + close_date > today()", "an integer"},
        {"state = :p", "an enumeration"},
        {"company = :p", "a reference to company"},
        {"owner in (:p)", "a polymorphic reference"},
        {":p and is_hot", "a boolean"},
        {":p is null or won_at > :p", "an instant"},
        {"coalesce(units, :p) > 1", "an integer"},
        {"if(:p, 1, 2) = 1", "a boolean"},
        {"substring(name, :p) = 'a'", "an integer"},
    };
    for (const auto& [text, type] : types) {
        const std::string shown = text;  // clang 14 captures no structured binding
        INFO(shown);
        const auto parsed = query(text);
        REQUIRE(parsed.parameters->size() == 1);
        CHECK(described(parsed.parameters->front().type) == type);
    }
    CHECK(query("amount > :p").parameters->front().accepts_number);
    CHECK_FALSE(query("amount > :p and cost + :p > 1").parameters->front().accepts_number);
    CHECK(query("units > :p and probability > :p").parameters->front().accepts_number);
    CHECK_FALSE(query("units > :p and units + :p > 1").parameters->front().accepts_number);
    CHECK_FALSE(query("coalesce(units, :p) > 1").parameters->front().accepts_number);
    CHECK(query("name = :b and name = :a and name = :b").parameters->size() == 2);
}

TEST_CASE("what does not parse is said with its place") {
    check_complaints({
        {"name =", 1, 7, "the text ends where a value"},
        {"name = 'x", 1, 8, "has no closing quote"},
        {"name = \"x", 1, 8, "has no closing quote"},
        {"name\n  = = 'x'", 2, 5, "'=' is not expected here"},
        {"name = 'a' name", 1, 12, "'name' is not expected here"},
        {"(name = 'a'", 1, 12, "')' is expected"},
        {"name = 'a')", 1, 11, "is not expected here"},
        {"name in 'a'", 1, 9, "expected is '('"},
        {"name in ()", 1, 10, "expected is a value"},
        {"name is", 1, 8, "'null', 'not null'"},
        {"name not 'a'", 1, 10, "'in', 'between'"},
        {"units between 1", 1, 16, "'and'"},
        {"1 < units < 3", 1, 11, "cannot be chained"},
        {"name = 'a' = true", 1, 12, "cannot be chained"},
        {"order name", 1, 7, "'by'"},
        {"order by name limit", 1, 20, "a whole number"},
        {"sort name", 1, 6, "'by'"},
        {"order by name sort by name", 1, 15, "'limit'"},
        {"order by name limit 1.5", 1, 21, "a whole number"},
        {"order by name limit -1", 1, 21, "a whole number"},
        {"limit 99999999999999999999", 1, 7, "a whole number"},
        {"units = 99999999999999999999", 1, 9, "too large for an integer"},
        {"probability = 1.0000000001", 1, 15, "is not a decimal of at most 9 places"},
        {"probability = 99999999999.5", 1, 15, "is not a decimal"},
        {"units = 12abc", 1, 9, "put a blank behind a number"},
        {"amount > 5 EUX", 1, 12, "is not a currency; nearest is 'EUR'"},
        {"amount > 5.001 EUR", 1, 10, "more decimals than the 2 of EUR"},
        {"close_date > date '2026-02-30'", 1, 19, "is not a date such as"},
        {"won_at > instant 'noon'", 1, 18, "is not an instant such as"},
        {"name = 'a' && is_hot", 1, 12, "write 'and' or 'or'"},
        {"name = `a`", 1, 8, "is not a character"},
        {"name = : p", 1, 8, "the name of a parameter"},
        {"lenght(name) > 1", 1, 1, "is not a function; nearest is 'length'"},
        {"length() > 1", 1, 1, "is called with 0 arguments; right is length(text: text or list"},
        {"if(is_hot, 1) = 1", 1, 1, "right is if(condition: boolean, then: any, else: any)"},
        {"limit = 3", 1, 7, "a whole number"},
        {"like = 3", 1, 1, "a field of this name stands in double quotes"},
        {"is_hot and \"\" = 1", 1, 12, "must not be empty"},
        {"name = 'a\xFF'", 1, 10, "UTF-8"},
    });
    const std::string with_nul("name = 'a\0'", 11);
    CHECK_THROWS_WITH_AS(static_cast<void>(query(with_nul)),
                         "an expression must be UTF-8 without NUL (line 1, column 10)", Error);
}

TEST_CASE("what does not check is said with its place and the nearest name") {
    check_complaints({
        {"amuont > 5", 1, 1, "deal.amuont: no such field; nearest is 'amount'"},
        {"company.nmae = 'x'", 1, 9, "company.nmae: no such field; nearest is 'name'"},
        {"name.x = 'x'", 1, 1, "is text, not a reference to follow"},
        {"id.name = 'x'", 1, 1, "is the record's own identity"},
        {"owner.email = 'x'", 1, 7, "team.email: no such field"},
        {"partner.company.name = 'x'", 1, 9, "company.company: no such field"},
        {"notes = 1", 1, 1, "is a list of records; use it in exists()"},
        {"count(note) > 1", 1, 7, "nearest is 'notes'"},
        {"count(name.notes) > 1", 1, 7, "not a reference to follow"},
        {"count(owner.notes) > 1", 1, 7, "is a polymorphic reference"},
        {"count(company) > 1", 1, 7, "its lists are subsidiaries, people, deals"},
        {"sum(notes) > 1", 1, 1, "needs a field of the list, such as sum(notes.amount)"},
        {"exists(notes.name)", 1, 1, "takes a list, not a field"},
        {"sum(notes.name) > 1", 1, 1, "is not defined on text"},
        {"min(notes.mood) = 'hot'", 1, 1, "is not defined on an enumeration"},
        {"exists(notes where parent = 1)", 1, 20, "name a field of it"},
        {"exists(notes where parent.parent.name = 'x')", 1, 27, "no such field"},
        {"state = 'opne'", 1, 9, "is not one of open, won, lost, new; nearest is 'open'"},
        {"state > 'open'", 1, 7, "can only be compared by =, !=, in and is null"},
        {"state like 'o%'", 1, 1, "is an enumeration; right is like(text: text, pattern: text)"},
        {"name = 5", 1, 8, "is an integer where text is expected"},
        {"units = 'five'", 1, 9, "is text where an integer is expected"},
        {"units = name", 1, 9, "is text and cannot be compared with an integer"},
        {"close_date = '31.12.2026'", 1, 14, "is not a date such as '2026-12-31'"},
        {"company = 'acme'", 1, 11, "is not an id"},
        {"company = -3", 1, 11, "is not an id"},
        {"company = contact", 1, 11, "a reference to person and cannot be compared with"},
        {"owner = 5", 1, 9, "write it with its entity, such as 'user/123'"},
        {"owner = 'user'", 1, 9, "'user' is not a link such as 'user/123'"},
        {"owner = 'user/0'", 1, 9, "'user/0' is not a link such as 'user/123'"},
        {"owner = 'usr/5'", 1, 9, "'usr' is not an entity; nearest is 'user'"},
        {"owner in ('user/5', 'deal/5')", 1, 21,
         "'deal/5' refers to deal, but owner refers to user, team"},
        {"'team/5' = partner", 1, 1, "refers to team, but partner refers to company, person"},
        {"owner > 'user/5'", 1, 7, "can only be compared by =, !=, in and is null"},
        {"company is company", 1, 9, "only a polymorphic reference can be tested"},
        {"partner is team", 1, 12, "is never what this reference points at"},
        {"owner is tem", 1, 10, "is not an entity; nearest is 'team'"},
        {"name = null", 1, 8, "a test for it is 'is null'"},
        {"name = ''", 1, 8, "an empty text is null"},
        {"name in ('a', null)", 1, 15, "is null"},
        {"company.tags = 'a'", 1, 14,
         "a list of text can only be compared by is null and contains"},
        {"company.extra = 'a'", 1, 15, "JSON can only be compared by is null"},
        {"amount + 5 > 3 EUR", 1, 8, "write the number with its currency"},
        {"amount * cost > 3 EUR", 1, 8, "* is not defined between money and money"},
        {"won_at - now() > 1", 1, 8, "see seconds_between()"},
        {"name + 'a' = 'b'", 1, 6, "texts are joined by ||"},
        {"-name = 'a'", 1, 1, "this sign takes numbers and money"},
        {"name || 5 = 'a'", 1, 9, "is an integer where text is expected"},
        {"coalesce(amount, 0) > 3 EUR", 1, 18, "such as 0 EUR"},
        {"coalesce(units, name) = 1", 1, 17, "is text, but an integer stands beside it"},
        {"units", 1, 1, "is an integer where a boolean is expected"},
        {"not units", 1, 5, "is an integer where a boolean is expected"},
        {"null", 1, 1, "null has no use here"},
        {":a = :b", 1, 4, "nothing here says of which type"},
        {":a is null", 1, 1, "nothing here says of which type this parameter is"},
        {"units = :a and name = :a", 1, 23, "is an integer and cannot be compared with text"},
        {"order by 2", 1, 10, "does not depend on the record"},
        {"order by company.tags", 1, 10, "has no order"},
        {"length(units) > 1", 1, 8, "is an integer; right is length("},
    });
}

TEST_CASE("regression: an error about a whole condition names what is meant") {
    const std::vector<std::pair<const char*, const char*>> cases{
        {"amount", "amount"},
        {"not name", "name"},
        {"company and true", "company"},
        {"company.name", "company.name"},
        {"is_hot or amount + cost", "amount + cost"},
        {"length( name )", "length(name)"},
        {"sum(notes.version where mood='hot')", "sum(notes.version where mood = 'hot')"},
        {"coalesce(name, :p)", "coalesce(name, :p)"},
        {"5", "5"},
    };
    for (const auto& [text, named] : cases) {
        const std::string shown = text;  // clang 14 captures no structured binding
        INFO(shown);
        try {
            static_cast<void>(query(text));
            FAIL("was accepted");
        } catch (const Error& error) {
            REQUIRE(error.problems().size() == 1);
            CHECK(error.problems().front().value == named);
            CHECK(error.problems().front().message.ends_with("where a boolean is expected"));
        }
    }
    CHECK_THROWS_WITH_AS(static_cast<void>(query("amount")),
                         "deal: 'amount' is money where a boolean is expected (line 1, column 1)",
                         Error);
}

TEST_CASE("all problems of an 'and' are reported at once") {
    try {
        static_cast<void>(query("amuont > 5 and state = 'x'\nand name = 'a' and unitz = 1"));
        FAIL("was accepted");
    } catch (const Error& error) {
        REQUIRE(error.problems().size() == 3);
        CHECK(error.problems()[0].field == "amuont");
        CHECK(error.problems()[1].column == 24);
        CHECK(error.problems()[2].line == 2);
    }
}

TEST_CASE("limits of size and depth") {
    CHECK_NOTHROW(query(repeated("(", 190) + "is_hot" + repeated(")", 190)));
    CHECK_NOTHROW(query("name in ('a'" + repeated(",'b'", 999) + ")"));
    CHECK_NOTHROW(query("is_hot" + repeated(" or is_hot", 6'000)));
    const auto says = [](const std::string& text, const char* part) {
        try {
            static_cast<void>(query(text));
            FAIL("was accepted");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::expression);
            INFO(std::string(error.what()));
            CHECK(std::string(error.what()).find(part) != std::string::npos);
        }
    };
    says(repeated("(", 100'000), "longer than the 65536 bytes");
    says(repeated("(", 60'000), "nested more than 200 deep");
    says(repeated("not ", 15'000) + "is_hot", "nested more than 200 deep");
    says("units = " + repeated("- ", 30'000) + "1", "nested more than 200 deep");
    says(repeated("coalesce(", 5'000) + "1", "nested more than 200 deep");
    says("units" + repeated(" + 1", 300) + " = 1", "nested more than 200 deep");
    says(repeated("exists(notes where ", 3'000), "nested more than 200 deep");
    says(repeated("1", 60'000), "too large for an integer");
    says("is_hot" + repeated(" or is_hot", 5'000) + repeated(" or units", 10),
         "where a boolean is expected");
    says("name in ('a'" + repeated(",'b'", 1'000) + ")", "more than 1000 items");
    says("1=1" + repeated(" or 1=1", 3'400), "10000 parts");
    says(repeated("created_by.", 30) + "name = 'a'", "more than 25 steps");
    std::string many_parameters = "name in (:p0";
    for (int i = 1; i <= 200; ++i) {
        many_parameters += ", :p" + std::to_string(i);
    }
    says(many_parameters + ")", "more than 200 parameters");
}

TEST_CASE("aggregations") {
    const auto parse = [](const char* text) {
        return expr::parse_aggregation(test_registry(), entity_of<Deal>(), text);
    };
    const std::vector<std::pair<const char*, const char*>> spellings{
        {"count()", "count()"},
        {"COUNT( ) , SUM(amount) BY company.name,state WHERE is_hot ORDER BY 2 DESC,state LIMIT 3",
         "count(), sum(amount) by company.name, state where is_hot order by 2 desc, 4 limit 3"},
        {"avg(amount / 2), max(name), count(company) by year(close_date)",
         "avg(amount / 2), max(name), count(company) by year(close_date)"},
        {"sum(units) by owner order by sum(units) desc, owner",
         "sum(units) by owner order by 1 desc, 2"},
        {"sum(count(notes)) by state", "sum(count(notes)) by state"},
        {"count() where name = :n", "count() where name = :n"},
    };
    for (const auto& [text, printed] : spellings) {
        const std::string shown = text;  // clang 14 captures no structured binding
        INFO(shown);
        CHECK(to_text(parse(text)) == printed);
        CHECK(parse(printed) == parse(text));
    }
    CHECK(parse("avg(units), sum(units), sum(amount)").column_type(0).kind ==
          expr::TypeKind::decimal);
    for (const char* text : {"",
                             "units",
                             "exists(notes)",
                             "sum()",
                             "sum(name)",
                             "avg(close_date)",
                             "max(state)",
                             "count() by",
                             "count() order by 2",
                             "count() order by 0",
                             "count() order by units",
                             "count() order by sum(units)",
                             "count() by company.tags",
                             "count() where units",
                             "count() limit x",
                             "count() name",
                             "sum(amuont)",
                             "count() by name where",
                             "count() order by :p is null",
                             "sum(notes.author)"}) {
        INFO(std::string(text));
        CHECK_THROWS_AS(static_cast<void>(parse(text)), Error);
    }
}

TEST_CASE("formulas may have any type") {
    const auto type = [](const char* text) {
        return described(expr::parse_expression(test_registry(), entity_of<Deal>(), text).type());
    };
    CHECK(type("amount * probability / 100") == "money");
    CHECK(type("if(is_hot, 'a', 'b')") == "text");
    CHECK(type("company.rating") == "an enumeration");
    CHECK(type("owner") == "a polymorphic reference");
    CHECK(type("company.tags") == "a list of text");
    CHECK_THROWS_AS(static_cast<void>(type("null")), Error);
    CHECK_THROWS_AS(static_cast<void>(type(":p")), Error);
    CHECK_THROWS_AS(static_cast<void>(type("units order by name")), Error);
}

}  // namespace
}  // namespace crmkit::expression_test
