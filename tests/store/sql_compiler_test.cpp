/// The SQL compiler: what it writes, and that nothing within the limits is too much for SQLite.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/expr/parse.hpp"
#include "store/expression_world.hpp"

namespace crmkit::expression_test {
namespace {

/// Both answers to a text without parameters.
void check_agreement(const World& world, const Entity& entity, const std::string& text) {
    INFO(entity.name, ": ", text.substr(0, 2000));
    const expr::Query query = expr::parse_query(test_registry(), entity, text);
    const expr::BoundParameters none;
    const sqlite::CompiledStatement compiled = sqlite::compile_select(
        query, {.table_prefix = prefix, .selection = sqlite::Selection::ids, .has_keys = true});
    INFO(compiled.sql.substr(0, 4000));
    REQUIRE(world.in_sqlite({compiled}, query, none) == world.in_memory(query, none));
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) {
        out += text;
    }
    return out;
}

TEST_CASE("expressions as large as the limits allow still agree") {
    const World world(42, 20);
    const Entity& deal = entity_of<Deal>();
    const Entity& note = entity_of<Note>();
    const Entity& user = entity_of<User>();

    SUBCASE("nested conditions") {
        for (const std::size_t depth : {5U, 20U, 45U, 90U}) {
            check_agreement(
                world, deal,
                repeated("not (units > 1 and ", depth) + "is_hot" + repeated(")", depth));
            check_agreement(world, deal,
                            repeated("(units > 1 or name = 'zz' and ", depth) + "is_hot" +
                                repeated(")", depth));
        }
        check_agreement(world, deal, repeated("not ", 190) + "is_hot");
        check_agreement(world, deal, repeated("(", 190) + "is_hot" + repeated(")", 190));
        check_agreement(world, deal, "units" + repeated(" + 1", 190) + " > 200");
        check_agreement(world, deal, "length(name" + repeated(" || 'x'", 5'000) + ") > 5005");
    }
    SUBCASE("long chains and lists") {
        check_agreement(world, deal, "is_hot" + repeated(" or units = 3", 3'000));
        check_agreement(world, deal, "units = 3" + repeated(" and units < 100", 3'000));
        check_agreement(world, deal, "name in ('a'" + repeated(", 'zz'", 999) + ")");
        check_agreement(world, deal, "amount in (1 EUR" + repeated(", 50000 EUR", 999) + ")");
    }
    SUBCASE("child lists inside each other") {
        const std::string inner =
            "exists(teams where exists(notes where exists(author.notes where "
            "count(author.teams where name > parent.name and not (name = 'zz' or name < 'Z')) >= 0 "
            "and not (name = 'zz' or name < 'Z')) and not (name = 'x' or name < 'Z')) "
            "and not (name = 'zz' or name < 'Z'))";
        check_agreement(world, user, inner);
        check_agreement(world, user,
                        repeated("not (is_active and ", 60) + inner + repeated(")", 60));
        check_agreement(
            world, user,
            "count(notes where count(author.notes where count(author.notes where regarding.name != "
            "'x' or sum(author.notes.version) > 7 and not (name = 'a' and (mood = 'hot' or mood = "
            "'cold'))) > 1) > 1) > 1");
        CHECK_THROWS_AS(
            check_agreement(world, user,
                            "exists(notes where exists(author.notes where exists(author.notes "
                            "where exists(author.notes where exists(author.notes)))))"),
            Error);
    }
    SUBCASE("wide references") {
        check_agreement(world, note, "regarding.owner.name > 'a' order by regarding.owner.name");
        check_agreement(world, note,
                        "regarding.owner = owner or regarding.owner.owner.owner.created_by = 1001");
        check_agreement(
            world, note,
            "exists(author.notes where exists(author.notes where regarding.created_at < "
            "parent.regarding.created_at and regarding.owner.created_by.name > 'a'))");
    }
    SUBCASE("many fields and many references") {
        std::string fields = "concat(name";
        std::string joins = "concat(name";
        std::string step = "created_by.";
        for (int i = 0; i < 20; ++i) {
            joins += ", " + repeated("created_by.", static_cast<std::size_t>(i) + 1) + "name";
        }
        for (const char* path : {"owner", "contact", "company", "created_by", "modified_by"}) {
            for (const char* field : {"source", "owner.source", "created_by.source"}) {
                fields += std::string(", ") + path + "." + field;
            }
        }
        check_agreement(world, deal, fields + ") > 'b'");
        check_agreement(world, deal, joins + ") > 'b'");
        check_agreement(world, deal,
                        joins + ") > 'b' and partner.name > 'a' order by " + joins + ")");
    }
}

TEST_CASE("no nesting of conditions and child lists is too deep for SQLite") {
    const World world(43, 4);
    constexpr std::string_view wraps[][2] = {{"not (version > 1 and ", ")"},
                                             {"(version > 1 or (version < 5 and ", "))"},
                                             {"(version between 1 and 3 and not (", "))"},
                                             {"if(version > 1, true, ", ")"}};
    constexpr std::string_view lists[][2] = {
        {"exists(author.notes where ", ")"},
        {"count(author.notes where ", ") > 1"},
        {"length(min(author.notes.author.name where ", ")) > 2"},
        {"sum(author.notes.version where ", ") * 2 > 3"}};
    constexpr std::string_view inner[] = {
        "name like 'x%'", "regarding.owner.name || 'x' = owner.name", "mood in ('hot', 'cold')",
        "regarding.owner.owner.created_by.name in ('a', name)"};
    for (const auto& [open, close] : wraps) {
        for (const auto& [list, end] : lists) {
            for (const std::string_view condition : inner) {
                const bool is_wide = condition.starts_with("regarding");
                for (const std::size_t depth : {0U, 1U, 2U, 5U, 9U}) {
                    for (std::size_t lists_deep = 0; lists_deep <= (is_wide ? 3U : 4U);
                         ++lists_deep) {
                        std::string text = repeated(open, depth);
                        std::string tail = repeated(close, depth);
                        for (std::size_t i = 0; i < lists_deep; ++i) {
                            text += std::string(list) + repeated(open, depth);
                            tail = repeated(close, depth) + std::string(end) + tail;
                        }
                        text += std::string(condition) + tail;
                        check_agreement(world, entity_of<Note>(), text);
                    }
                }
            }
        }
    }
}

TEST_CASE("conditions of the caller are added with their own parameters") {
    World world(77, 30);
    const Entity& deal = entity_of<Deal>();
    const auto query = expr::parse_query(test_registry(), deal, "units > :least order by name");
    const auto visible = expr::parse_expression(test_registry(), deal, "owner = :me or is_hot");
    const auto mine = expr::parse_expression(test_registry(), deal, "length(name) > :least");
    const auto of_query = expr::bind(*query.parameters, {{"least", 1}});
    const auto of_visible =
        expr::bind(visible.parameters(), {{"me", Link{entity_of<User>().number, Id{1001}}}});
    const auto of_mine = expr::bind(mine.parameters(), {{"least", 3}});
    const std::vector<expr::Expression> conditions{visible, mine};
    const auto compiled = sqlite::compile_select(
        query,
        {.table_prefix = prefix, .selection = sqlite::Selection::ids, .conditions = conditions});
    const Database::Statement statement = world.database().prepare(compiled.sql);
    const std::array<std::span<const ValueView>, 3> parameters{of_query.views(), of_visible.views(),
                                                               of_mine.views()};
    compiled.bind(statement.get(), {.moment = expr::Moment(test_now), .parameters = parameters});
    std::vector<Id> actual;
    while (sqlite3_step(statement.get()) == SQLITE_ROW) {
        actual.push_back(Id{sqlite3_column_int64(statement.get(), 0)});
    }
    std::vector<Id> expected;
    for (const auto& row : world.in_memory(query, of_query)) {
        const Record& record = *std::find_if(
            world.records().all(deal).begin(), world.records().all(deal).end(),
            [&](const Record& known) { return header_of(known).id() == row.back().view().id(); });
        if (expr::matches(visible, record, world.context(of_visible)) &&
            expr::matches(mine, record, world.context(of_mine))) {
            expected.push_back(header_of(record).id());
        }
    }
    CHECK(!expected.empty());
    CHECK(actual == expected);
}

TEST_CASE("a select counts, sees deleted rows when asked, and returns whole records") {
    const World world(5, 30);
    const Entity& company = entity_of<Company>();
    const auto query = expr::parse_query(test_registry(), company, "is_customer");
    std::int64_t live = 0;
    std::int64_t deleted = 0;
    for (const Record& record : world.records().all(company)) {
        const bool matches = record.get("is_customer").boolean();
        live += matches && TestRecords::is_live(record) ? 1 : 0;
        deleted += matches && !TestRecords::is_live(record) ? 1 : 0;
    }
    const auto count = [&](sqlite::Rows rows) {
        const auto compiled = sqlite::compile_select(
            query, {.table_prefix = prefix, .rows = rows, .selection = sqlite::Selection::count});
        const Database::Statement statement = world.database().prepare(compiled.sql);
        compiled.bind(statement.get(), {});
        REQUIRE(sqlite3_step(statement.get()) == SQLITE_ROW);
        return sqlite3_column_int64(statement.get(), 0);
    };
    CHECK(live > 0);
    CHECK(deleted > 0);
    CHECK(count(sqlite::Rows::live) == live);
    CHECK(count(sqlite::Rows::deleted) == deleted);
    CHECK(count(sqlite::Rows::all) == live + deleted);

    const auto compiled = sqlite::compile_select(query, {.table_prefix = prefix});
    const Database::Statement statement = world.database().prepare(compiled.sql);
    CHECK(sqlite3_column_count(statement.get()) == 1);  // the packed row
}

TEST_CASE("simple conditions and pages are plain SQL that an index can serve") {
    const World world(5, 3);
    const Entity& deal = entity_of<Deal>();
    const auto sql = [&](std::string_view text) {
        return sqlite::compile_select(expr::parse_query(test_registry(), deal, text),
                                      {.selection = sqlite::Selection::ids})
            .sql;
    };
    CHECK(sql("owner = :me and close_date >= today() - 30 and state in ('open', 'won')") ==
          "SELECT t0.\"id\" FROM \"deals\" AS t0 WHERE t0.\"deleted_at\" IS NULL AND "
          "((t0.\"owner\" = ? AND t0.\"owner_entity\" = ?) AND t0.\"close_date\" >= ? AND "
          "t0.\"state\" IN (?, ?)) ORDER BY t0.\"id\"");
    CHECK(sql("company.name = 'x' order by company.name desc") ==
          "SELECT t0.\"id\" FROM \"deals\" AS t0 LEFT JOIN \"companies\" AS t1 ON t1.\"id\" = "
          "t0.\"company\" WHERE t0.\"deleted_at\" IS NULL AND t1.\"name\" = ? ORDER BY "
          "t1.\"name\" DESC, t0.\"id\" DESC");
    for (const char* plain :
         {"probability > 50", "units between 1 and :most", "won_at < now()", "company = :id",
          "name > 'a'", "is_hot", "not is_hot", "amount >= 50000 EUR", "partner is company",
          "exists(notes where mood = 'hot')", "count(notes) > 2"}) {
        CHECK_MESSAGE(sql(plain).find("crmkit_") == std::string::npos, plain);
    }

    const auto page = [&](std::string_view text, const std::vector<Value>& after) {
        return sqlite::compile_page(expr::parse_query(test_registry(), deal, text),
                                    {.selection = sqlite::Selection::ids}, after);
    };
    const auto ascending = page("order by close_date", {test_now.date(), Id{7}});
    REQUIRE(ascending.size() == 1);
    CHECK(ascending[0].sql.find("(t0.\"close_date\", t0.\"id\") > (?, ?)") != std::string::npos);
    const auto descending = page("order by close_date desc", {test_now.date(), Id{7}});
    REQUIRE(descending.size() == 3);
    CHECK(descending[0].sql.find("t0.\"close_date\" = ? AND t0.\"id\" < ?") != std::string::npos);
    CHECK(descending[1].sql.find("t0.\"close_date\" < ?") != std::string::npos);
    CHECK(descending[2].sql.find("t0.\"close_date\" IS NULL") != std::string::npos);
    CHECK(page("order by created_at desc", {test_now, Id{7}}).size() == 1);
    CHECK_THROWS_AS(page("order by name", {Id{7}}), Error);
}

TEST_CASE("a value of the wrong type is refused when it is bound") {
    const World world(5, 3);
    const Entity& deal = entity_of<Deal>();
    const auto compiled = sqlite::compile_select(
        expr::parse_query(test_registry(), deal, "units = :n"), {.table_prefix = prefix});
    const Database::Statement statement = world.database().prepare(compiled.sql);
    const std::vector<ValueView> text{"seven"};
    const std::span<const ValueView> views(text);
    CHECK_THROWS_AS(compiled.bind(statement.get(), {.parameters = {&views, 1}}), Error);
    CHECK_THROWS_AS(compiled.bind(statement.get(), {}), Error);
    const Database::Statement direct = world.database().prepare("SELECT crmkit_evaluate(1, 2)");
    CHECK(sqlite3_step(direct.get()) == SQLITE_ERROR);
    const Database::Statement nothing = world.database().prepare("SELECT crmkit_evaluate()");
    CHECK(sqlite3_step(nothing.get()) == SQLITE_ERROR);
}

}  // namespace
}  // namespace crmkit::expression_test
