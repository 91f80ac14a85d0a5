/// What expressions are worth, part by part of docs/expressions.md.
#include "crmkit/expr/evaluator.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/expr/parameters.hpp"
#include "crmkit/expr/parse.hpp"
#include "expr/expression_model.hpp"

namespace crmkit::expression_test {
namespace {

/// One deal of one company with a parent, two notes, and what belongs to them.
class Small {
  public:
    Small() {
        User ann{.id = Id{1001}, .name = "Ann", .is_active = true};
        Team north{.id = Id{2001}, .name = "North", .lead = Id{1001}};
        Company group{.id = Id{3001}, .name = "Group SA", .city = "Zürich"};
        group.owner = Link{2, north.id};
        Company acme{.id = Id{3002}, .name = "Acme Straße", .employees = 120};
        acme.owner = Link{1, ann.id};
        acme.parent_company = group.id;
        acme.tags = {"VIP", "Émail"};
        acme.revenue = Money::of("12.50", "EUR");
        Company gone{.id = Id{3003}, .deleted_at = test_now, .name = "Gone", .employees = 7};
        Deal deal{.id = Id{5001}, .name = "Mill's"};
        deal.company = acme.id;
        deal.amount = Money::of("50000.00", "EUR");
        deal.cost = Money::of("100", "USD");
        deal.probability = Decimal::parse("25.5");
        deal.units = 7;
        deal.close_date = Date::parse("2026-12-31");
        deal.won_at = Instant::parse("2026-11-20T23:59:59.5Z");
        deal.state = DealState::won;
        deal.partner = Link{3, gone.id};
        deal.owner = Link{1, Id{1001}};
        Deal second{.id = Id{5002}, .name = "Second"};
        second.company = acme.id;
        second.amount = Money::of("1", "EUR");
        Deal erased{.id = Id{5003}, .deleted_at = test_now, .name = "Erased"};
        erased.company = acme.id;
        Note hot{.id = Id{6001}, .name = "hot one"};
        hot.regarding = Link{5, deal.id};
        hot.mood = Rating::hot;
        Note cold{.id = Id{6002}, .name = "cold one"};
        cold.regarding = Link{5, deal.id};
        cold.mood = Rating::cold;
        cold.author = Id{1001};
        records_.add(Record(ann));
        records_.add(Record(north));
        records_.add(Record(group));
        records_.add(Record(acme));
        records_.add(Record(gone));
        records_.add(Record(deal));
        records_.add(Record(second));
        records_.add(Record(erased));
        records_.add(Record(hot));
        records_.add(Record(cold));
    }

    Value value(std::string_view text, const std::vector<expr::Binding>& bindings = {},
                const Entity& entity = entity_of<Deal>()) const {
        const auto expression = expr::parse_expression(test_registry(), entity, text);
        const auto parameters = expr::bind(expression.parameters(), bindings);
        return expr::evaluate(expression, records_.all(entity).front(),
                              {expr::Moment(test_now), parameters.views(), &records_});
    }

  private:
    TestRecords records_;
};

Decimal dec(std::string_view text) { return *Decimal::parse(text); }
Date day(std::string_view text) { return *Date::parse(text); }
Instant at(std::string_view text) { return *Instant::parse(text); }

using Cases = std::vector<std::pair<const char*, Value>>;

void check_all(const Cases& cases) {
    const Small small;
    for (const auto& [text, expected] : cases) {
        const std::string shown = text;  // clang 14 captures no structured binding
        INFO(shown);
        const Value actual = small.value(text);
        CHECK(to_string(actual.kind()) == to_string(expected.kind()));
        CHECK(actual == expected);
    }
}

TEST_CASE("logic has three values") {
    check_all({{"true and units is null", false},
               {"won_at is not null", true},
               {"cost > 0 EUR", Value()},
               {"cost > 0 EUR and false", false},
               {"cost > 0 EUR and true", Value()},
               {"cost > 0 EUR or true", true},
               {"cost > 0 EUR or false", Value()},
               {"not (cost > 0 EUR)", Value()},
               {"not is_hot", true},
               {"contact is null", true},
               {"contact = 4001", Value()},
               {"contact != 4001", Value()},
               {"units in (1, 2, 7)", true},
               {"units in (1, 2)", false},
               {"cost in (1 EUR, 100 USD)", true},
               {"cost in (1 EUR, 99 USD)", Value()},
               {"units not in (1, 2)", true},
               {"units between 7 and 9", true},
               {"units between 8 and 9", false},
               {"units not between 8 and 9", true},
               {"cost between 1 USD and 1 EUR", Value()},
               {"cost between 101 USD and 1 EUR", false}});
}

TEST_CASE("numbers are exact, and null where they do not fit") {
    check_all({{"units + 3", 10},
               {"units * units - 9", 40},
               {"-units", -7},
               {"7 / 2", dec("3.5")},
               {"1 / 3", dec("0.333333333")},
               {"2 / 3", dec("0.666666667")},
               {"1 / 0", Value()},
               {"units / 0.0", Value()},
               {"9223372036854775807 + 1", Value()},
               {"-9223372036854775807 - 2", Value()},
               {"9223372036854775807 * 2", Value()},
               {"9223372036.0 * 2", Value()},
               {"9223372036 / 1", dec("9223372036")},
               {"9223372037 / 1", Value()},
               {"0.1 + 0.2 = 0.3", true},
               {"0.000000001 * 0.5", dec("0")},
               {"0.000000003 * 0.5", dec("0.000000002")},
               {"probability * 2", dec("51")},
               {"probability > 25", true},
               {"units > 6.999999999", true},
               {"units = 7.0", true},
               {"9223372036854775807 > 0.5", true},
               {"abs(-3)", 3},
               {"abs(0 - 9223372036854775807 - 1)", Value()},
               {"round(probability)", dec("26")},
               {"round(24.5)", dec("24")},
               {"round(1.2345, 2)", dec("1.23")},
               {"round(1.235, 2)", dec("1.24")},
               {"round(7)", 7}});
}

TEST_CASE("regression: round to tens, hundreds and so on") {
    check_all({{"round(1234.5, -2)", dec("1200")},
               {"round(15.000000001, -1)", dec("20")},
               {"round(25.0, -1)", dec("20")},
               {"round(1.5, -1)", dec("0")},
               {"round(-1250, -2)", -1200},
               {"round(-1251, -2)", -1300},
               {"round(units, -1)", 10},
               {"round(9223372036.0, -9)", dec("9000000000")},
               {"round(9223372036.0, -10)", Value()},
               {"round(9223372036.0, -11)", dec("0")},
               {"round(9223372036854775807, -1)", Value()},
               {"round(9223372036854775807, -2)", 9'223'372'036'854'775'800},
               {"round(9223372036854775807, -18)", 9'000'000'000'000'000'000},
               {"round(9223372036854775807, -19)", Value()},
               {"round(4999999999999999999, -19)", 0},
               {"round(9223372036854775807, -20)", 0},
               {"round(units, -9223372036854775807)", 0},
               {"round(units, 9223372036854775807)", 7}});
}

TEST_CASE("money keeps its currency") {
    check_all({{"amount", eur("50000")},
               {"amount + 0.50 EUR", eur("50000.50")},
               {"amount - amount", eur("0")},
               {"amount + cost", Value()},
               {"amount * 1.5", eur("75000")},
               {"2 * amount", eur("100000")},
               {"0.05 EUR * 0.5", eur("0.02")},
               {"0.15 EUR * 0.5", eur("0.08")},
               {"amount / 3", eur("16666.67")},
               {"amount / 0", Value()},
               {"amount / 20000 EUR", dec("2.5")},
               {"amount / cost", Value()},
               {"-amount", eur("-50000")},
               {"amount > 49999.99", true},
               {"amount = 50000", true},
               {"50000 = amount", true},
               {"50001 > amount", true},
               {"amount < 50000.01", true},
               {"amount > cost", Value()},
               {"amount != cost", Value()},
               {"amount in (50000, 3)", true},
               {"amount between 1 and 60000 EUR", true},
               {"amount(amount)", dec("50000")},
               {"currency(cost)", "USD"},
               {"currency(1050 JPY)", "JPY"},
               {"amount(1050 JPY)", dec("1050")},
               {"1050 JPY = 1050", true},
               {"1.050 BHD > 1.049", true},
               {"amount * 200000000000000", Value()},
               {"92233720368547758.07 EUR * 2", Value()}});
}

TEST_CASE("dates and instants") {
    check_all({{"today()", day("2026-11-21")},
               {"now()", test_now},
               {"close_date - today()", 40},
               {"close_date + 1", day("2027-01-01")},
               {"1 + close_date", day("2027-01-01")},
               {"close_date - days(31)", day("2026-11-30")},
               {"date '9999-12-31' + 1", Value()},
               {"date '0001-01-01' - 1", Value()},
               {"close_date + 9223372036854775807", Value()},
               {"won_at + 1", at("2026-11-21T23:59:59.5Z")},
               {"won_at + 9223372036854775807", Value()},
               {"date(won_at)", day("2026-11-20")},
               {"won_at < today()", true},
               {"won_at >= date '2026-11-20'", true},
               {"won_at < instant '2026-11-21T00:00:00Z'", true},
               {"won_at < '2026-11-21'", true},
               {"close_date = '2026-12-31'", true},
               {"close_date > now()", true},
               {"seconds_between(won_at, now())", 34'200},
               {"seconds_between(now(), won_at)", -34'200},
               {"seconds_between(now(), today())", -34'200},
               {"year(close_date) * 10000 + month(close_date) * 100 + day(close_date)", 20'261'231},
               {"quarter(won_at)", 4},
               {"weekday(date '2026-11-21')", 6},
               {"weekday(date '2026-11-22')", 7},
               {"start_of_year(won_at)", day("2026-01-01")},
               {"start_of_quarter(close_date)", day("2026-10-01")},
               {"start_of_month(close_date)", day("2026-12-01")},
               {"add_months(date '2024-01-31', 1)", day("2024-02-29")},
               {"add_months(date '2024-03-31', -1)", day("2024-02-29")},
               {"add_months(won_at, 1)", at("2026-12-20T23:59:59.5Z")},
               {"add_months(close_date, 9223372036854775807)", Value()},
               {"add_months(close_date, 120000)", Value()},
               {"add_months(close_date, 95676)", day("9999-12-31")},
               {"add_months(close_date, 95677)", Value()}});
}

TEST_CASE("texts compare by bytes, and are found without regard to case and accents") {
    check_all({{"name = 'Mill''s'", true},
               {"name = 'mill''s'", false},
               {"'Z' < 'a'", true},
               {"'z' < 'é'", true},
               {"company.name like 'acme str%'", true},
               {"company.name like 'acme'", false},
               {"company.name like '_CME STRASSE'", true},
               {"company.name not like '%x%'", true},
               {"company.name starts_with 'ACM'", true},
               {"company.name ends_with 'strasse'", true},
               {"company.name contains 'e s'", true},
               {"company.name contains 'x'", false},
               {"starts_with(company.name, 'acme')", true},
               {"'100%' like '100\\%'", true},
               {"'1000' like '100\\%'", false},
               {"company.parent_company.city contains 'zurich'", true},
               {"company.tags contains 'vip'", true},
               {"company.tags contains 'EMAIL'", true},
               {"company.tags contains 'vi'", false},
               {"length(company.tags)", 2},
               {"contact.name like '%'", Value()},
               {"fold('  Ångström  ')", "angstrom"},
               {"lower('ÅNGSTRÖM Nr. 5')", "ångström nr. 5"},
               {"upper('naïve straße')", "NAÏVE STRAẞE"},
               {"lower(contact.name)", Value()},
               {"replace('a-b-c', '-', '+')", "a+b+c"},
               {"replace('a-b-c', '-')", "abc"},
               {"replace('---', '-')", Value()},
               {"replace('---', '-', contact.name)", Value()},
               {"replace('aaa', 'aa', 'b')", "ba"},
               {"replace('Acme', 'acme', 'x')", "Acme"},
               {"replace(contact.name, 'a', 'x')", Value()},
               {"replace('ab', contact.name)", Value()},
               {"trim('  x ')", "x"},
               {"trim('   ')", Value()},
               {"length('naïve')", 5},
               {"substring('naïve', 3)", "ïve"},
               {"substring('naïve', 3, 2)", "ïv"},
               {"substring('naïve', 9)", Value()},
               {"substring('naïve', 0)", Value()},
               {"substring('naïve', 2, -1)", Value()},
               {"name || ' & ' || name", "Mill's & Mill's"},
               {"name || contact.name", Value()},
               {"concat(name, contact.name, '!')", "Mill's!"},
               {"concat(contact.name)", Value()}});
}

TEST_CASE("choices between values") {
    check_all({{"coalesce(contact.name, company.name)", "Acme Straße"},
               {"coalesce(contact.name)", Value()},
               {"coalesce(units, 0.5)", dec("7")},
               {"coalesce(company.revenue, 0 EUR)", eur("12.50")},
               {"if(units > 5, 'many', 'few')", "many"},
               {"if(units > 50, 'many', 'few')", "few"},
               {"if(cost > 0 EUR, 1, 2)", 2},
               {"if(true, null, 1)", Value()},
               {"if(state = 'won', state, 'open')", "won"}});
}

TEST_CASE("enumerations and references") {
    check_all({{"state = 'won'", true},
               {"state != 'open'", true},
               {"state in ('open', 'new')", false},
               {"company = 3002", true},
               {"company = '3002'", true},
               {"id = 5001", true},
               {"company.parent_company = 3001", true},
               {"company.id = company", true},
               {"owner is user", true},
               {"owner is not team", true},
               {"partner is company", true},
               {"owner.name", "Ann"},
               {"owner.owner is null", true},
               {"company.owner.name", "Ann"},
               {"company.parent_company.owner.name", "North"},
               {"company.owner = owner", true},
               {"owner = created_by", Value()},
               {"owner is null", false},
               {"contact.company.name", Value()}});
    const Small small;
    CHECK(small.value("owner = :me", {{"me", Link{1, Id{1001}}}}) == Value(true));
    CHECK(small.value("owner = :me", {{"me", Link{2, Id{1001}}}}) == Value(false));
}

TEST_CASE("regression: a polymorphic reference beside a link that is written as text") {
    check_all({{"owner = 'user/1001'", true},
               {"owner = 'users/1001'", true},
               {"owner != 'user/1002'", true},
               {"owner = 'team/1001'", false},
               {"'company/3003' = partner", true},
               {"owner in ('team/2001', 'user/1001')", true},
               {"owner not in ('team/2001', 'user/1002')", true},
               {"created_by in (owner, 'user/1001')", Value()},
               {"contact.owner = 'user/1001'", Value()},
               {"coalesce(contact.owner, 'team/2001') = 'team/2001'", true},
               {"if(is_hot, owner, 'team/2001')", Link{2, Id{2001}}}});
}

TEST_CASE("regression: a number that is given beside one of the other kind") {
    const Small small;
    const auto holds = [&small](std::string_view text, Value number) {
        return small.value(text, {{"p", std::move(number)}}) == Value(true);
    };
    CHECK(holds("units >= :p", dec("6.999999999")));
    CHECK_FALSE(holds("units >= :p", dec("7.000000001")));
    CHECK_FALSE(holds("units = :p", dec("7.5")));
    CHECK(holds("units between :p and 7", dec("6.5")));
    CHECK(holds("units not in (:p, 8)", dec("7.5")));
    CHECK(holds("probability < :p", 9'300'000'000));
    CHECK(holds("probability > :p", INT64_MIN));
}

TEST_CASE("a reference to a deleted record still reads its fields") {
    check_all({{"partner.name", "Gone"}, {"partner.deleted_at = now()", true}});
}

TEST_CASE("child lists hold live records only") {
    check_all(
        {{"count(notes)", 2},
         {"count(notes.author)", 1},
         {"exists(notes where mood = 'hot')", true},
         {"exists(notes where mood = 'warm')", false},
         {"count(notes where name contains 'one' and parent.units = 7)", 2},
         {"min(notes.name)", "cold one"},
         {"max(notes.name)", "hot one"},
         {"count(company.deals)", 2},
         {"sum(company.deals.amount)", eur("50001")},
         {"avg(company.deals.amount)", eur("25000.50")},
         {"max(company.deals.amount)", eur("50000")},
         {"sum(company.deals.units)", 7},
         {"avg(company.deals.units)", dec("7")},
         {"sum(company.deals.amount where name = 'x')", Value()},
         {"count(company.deals where name = 'x')", 0},
         {"count(company.deals where amount < parent.amount)", 1},
         {"count(contact.deals)", 0},
         {"sum(contact.deals.units)", Value()},
         {"exists(company.deals where exists(notes where parent.parent.name = parent.name))", true},
         {"count(company.deals where count(notes) = 2)", 1}});
}

TEST_CASE("sums over two currencies are null") {
    TestRecords records;
    Company company{.id = Id{3001}};
    Deal euros{.id = Id{5001}};
    euros.company = company.id;
    euros.amount = Money::of("1", "EUR");
    Deal dollars = euros;
    dollars.id = Id{5002};
    dollars.amount = Money::of("2", "USD");
    records.add(Record(company));
    records.add(Record(euros));
    records.add(Record(dollars));
    for (const char* text :
         {"sum(deals.amount)", "avg(deals.amount)", "min(deals.amount)", "max(deals.amount)"}) {
        const auto sum = expr::parse_expression(test_registry(), entity_of<Company>(), text);
        CHECK(expr::evaluate(sum, company, {expr::Moment(test_now), {}, &records}) == Value());
        const std::string only =
            std::string(text, 0, std::string(text).size() - 1) + " where currency(amount) = 'USD')";
        const auto some = expr::parse_expression(test_registry(), entity_of<Company>(), only);
        CHECK(expr::evaluate(some, company, {expr::Moment(test_now), {}, &records}) ==
              Value(Money::of("2", "USD")));
    }
}

TEST_CASE("an evaluation without what it needs says so") {
    const Deal deal{.company = Id{3001}};
    const auto path = expr::parse_expression(test_registry(), entity_of<Deal>(), "company.name");
    const auto parameter = expr::parse_expression(test_registry(), entity_of<Deal>(), "units = :n");
    const auto code = [&](const expr::Expression& expression) {
        try {
            static_cast<void>(expr::evaluate(expression, deal, {}));
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::ok;
    };
    CHECK(code(path) == ErrorCode::invalid_argument);
    CHECK(code(parameter) == ErrorCode::expression);
}

TEST_CASE("today may be another day than in UTC") {
    const auto expression = expr::parse_expression(test_registry(), entity_of<Deal>(), "today()");
    const expr::Context context{expr::Moment(test_now, day("2026-11-22")), {}, nullptr};
    CHECK(expr::evaluate(expression, Deal{}, context) == Value(day("2026-11-22")));
}

TEST_CASE("a text that would grow beyond a million bytes is null") {
    Deal deal;
    deal.name = std::string(600'000, 'x');
    const auto once =
        expr::parse_expression(test_registry(), entity_of<Deal>(), "length(name || '')");
    const auto twice =
        expr::parse_expression(test_registry(), entity_of<Deal>(), "length(name || name)");
    CHECK(expr::evaluate(twice, deal, {}) == Value());
    CHECK(expr::evaluate(once, deal, {}) == Value());
    const auto replaced = expr::parse_expression(test_registry(), entity_of<Deal>(),
                                                 "length(replace(name, 'x', :with))");
    const auto length_with = [&](std::size_t size) {
        const Value with(std::string(size, 'y'));
        const ValueView parameter = with.view();
        return expr::evaluate(replaced, deal, {expr::Moment(), {&parameter, 1}, nullptr});
    };
    CHECK(length_with(1) == Value(std::int64_t{600'000}));
    CHECK(length_with(2) == Value());
    CHECK(length_with(1'000'000) == Value());
}

}  // namespace
}  // namespace crmkit::expression_test
