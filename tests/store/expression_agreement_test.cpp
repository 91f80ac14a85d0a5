/// The expression language gives the same answers in memory and in SQLite: random expressions over
/// random records, evaluated both ways.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "crmkit/expr/aggregator.hpp"
#include "crmkit/expr/cursor_token.hpp"
#include "crmkit/expr/parse.hpp"
#include "crmkit/expr/printer.hpp"
#include "crmkit/schema/value_text.hpp"
#include "store/expression_world.hpp"

namespace crmkit::expression_test {
namespace {

std::string shown(const std::vector<std::vector<Value>>& rows) {
    std::string out;
    for (const auto& row : rows) {
        out += to_string(row.back().view().id()) + " ";
    }
    return out;
}

const Entity& random_entity(std::uint64_t number) {
    const auto& entities = test_registry().entities();
    return *entities[number % entities.size()];
}

TEST_CASE("queries find the same records in the same order in memory and in SQLite") {
    constexpr int queries_in_each = 600;
    std::size_t found_records = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        World world(seed, 30);
        for (std::uint64_t i = 0; i < queries_in_each; ++i) {
            const Entity& entity = random_entity(i);
            const GeneratedText generated = world.generator().query(entity);
            INFO("seed ", seed, ", number ", i, ", over ", entity.name, ":\n", generated.text);
            expr::Query query;
            REQUIRE_NOTHROW(query = expr::parse_query(test_registry(), entity, generated.text));
            const std::string text = to_text(query);
            INFO("printed: ", text);
            REQUIRE_NOTHROW(static_cast<void>(expr::parse_query(test_registry(), entity, text)));
            REQUIRE(expr::parse_query(test_registry(), entity, text) == query);

            const expr::BoundParameters parameters = generated.bind(*query.parameters);
            const sqlite::CompiledStatement compiled =
                sqlite::compile_select(query, {.table_prefix = prefix,
                                               .selection = sqlite::Selection::ids,
                                               .has_limit = query.limit.has_value(),
                                               .has_keys = true});
            INFO(compiled.sql);
            const auto expected = world.in_memory(query, parameters);
            const auto actual = world.in_sqlite({compiled}, query, parameters);
            INFO("memory: ", shown(expected), "\nSQLite: ", shown(actual));
            REQUIRE(actual == expected);
            found_records += expected.size();
        }
    }
    CHECK(found_records > 10'000);
}

TEST_CASE("regression: numbers that are given beside those of the other kind agree") {
    const World world(301, 60);
    std::vector<Value> numbers{0,  1,         7,         10,     100, 9'300'000'000, -9'300'000'000,
                               50, INT64_MAX, INT64_MIN, Value()};
    for (const char* decimal :
         {"0.5", "-0.5", "49.5", "49.6", "49.7", "0.000000001", "-0.000000001", "6.999999999",
          "9223372036.000000001", "9223372036.854775807", "-9223372036.854775807"}) {
        numbers.emplace_back(*Decimal::parse(decimal));
    }
    std::size_t found_records = 0;
    for (const char* text :
         {"units >= :a", "units < :a or units > :b", "units = :a", "units != :a",
          "units in (:a, :b)", "units not in (:a, 3)", "units between :a and :b",
          ":a between units and :b", ":a between :b and units", ":a in (units, :b)",
          "probability >= :a", "probability in (:a, :b)", "probability between :a and :b",
          ":a not between probability and :b", "company.employees > :a", "count(notes) > :a",
          "units > :a and probability > :a", "units >= :a or amount < :a"}) {
        const expr::Query query = expr::parse_query(test_registry(), entity_of<Deal>(), text);
        const sqlite::CompiledStatement compiled = sqlite::compile_select(
            query, {.table_prefix = prefix, .selection = sqlite::Selection::ids, .has_keys = true});
        for (const Value& a : numbers) {
            for (const Value& b : numbers) {
                std::vector<expr::Binding> bindings{{"a", a}, {"b", b}};
                bindings.resize(query.parameters->size());
                const expr::BoundParameters parameters = expr::bind(*query.parameters, bindings);
                const auto expected = world.in_memory(query, parameters);
                const auto actual = world.in_sqlite({compiled}, query, parameters);
                INFO(std::string(text), ", a ", to_text(a.view()), ", b ", to_text(b.view()));
                INFO("memory: ", shown(expected), "\nSQLite: ", shown(actual));
                REQUIRE(actual == expected);
                found_records += expected.size();
            }
        }
    }
    CHECK(found_records > 10'000);
}

TEST_CASE("regression: an index serves integers also when a decimal is given") {
    const World world(302, 60);
    const auto step = [&world](const std::string& sql, auto bind) {
        Database::Statement statement = world.database().prepare(sql);
        bind(statement.get());
        const int result = sqlite3_step(statement.get());
        REQUIRE_MESSAGE((result == SQLITE_ROW || result == SQLITE_DONE),
                        world.database().message());
        return statement;
    };
    step("CREATE INDEX by_units ON " + table_of(entity_of<Deal>(), prefix) + " (units)",
         [](sqlite3_stmt*) {});
    for (const char* text : {"units >= :a", "units in (:a, 3)", "units between :a and 60"}) {
        const expr::Query query = expr::parse_query(test_registry(), entity_of<Deal>(), text);
        const auto parameters = expr::bind(*query.parameters, {{"a", *Decimal::parse("49.5")}});
        const sqlite::CompiledStatement compiled = sqlite::compile_select(
            query, {.table_prefix = prefix, .selection = sqlite::Selection::count});
        const std::span<const ValueView> views = parameters.views();
        const auto plan = step("EXPLAIN QUERY PLAN " + compiled.sql, [&](sqlite3_stmt* statement) {
            compiled.bind(statement, {.parameters = {&views, 1}});
        });
        constexpr int detail_column = 3;
        const std::string detail(
            reinterpret_cast<const char*>(sqlite3_column_text(plan.get(), detail_column)));
        INFO(compiled.sql);
        CHECK_MESSAGE(detail.find("USING INDEX by_units") != std::string::npos, detail);
        const auto count = step(compiled.sql, [&](sqlite3_stmt* statement) {
            compiled.bind(statement, {.parameters = {&views, 1}});
        });
        CHECK(static_cast<std::size_t>(sqlite3_column_int64(count.get(), 0)) ==
              world.in_memory(query, parameters).size());
    }
}

TEST_CASE("a page behind any record is the same in memory and in SQLite") {
    for (std::uint64_t seed = 101; seed <= 104; ++seed) {
        World world(seed, 30);
        for (std::uint64_t i = 0; i < 400; ++i) {
            const Entity& entity = random_entity(i);
            const GeneratedText generated = world.generator().query(entity);
            INFO("seed ", seed, ", number ", i, ", over ", entity.name, ":\n", generated.text);
            const expr::Query query = expr::parse_query(test_registry(), entity, generated.text);
            const expr::BoundParameters parameters = generated.bind(*query.parameters);
            const auto& all = world.records().all(entity);
            const Record& last = all[i * 7 % all.size()];
            const std::vector<Value> keys = expr::keys_of(query, last, world.context(parameters));
            const std::string token = expr::encode_cursor(query, {keys});
            REQUIRE(expr::decode_cursor(query, token).keys == keys);

            const auto statements = sqlite::compile_page(query,
                                                         {.table_prefix = prefix,
                                                          .selection = sqlite::Selection::ids,
                                                          .has_limit = true,
                                                          .has_keys = true},
                                                         keys);
            const auto expected = world.in_memory(query, parameters, keys);
            const auto actual = world.in_sqlite(statements, query, parameters, keys);
            INFO("memory: ", shown(expected), "\nSQLite: ", shown(actual));
            REQUIRE(actual == expected);
        }
    }
}

TEST_CASE("aggregations give the same rows in memory and in SQLite") {
    std::size_t found_rows = 0;
    for (std::uint64_t seed = 201; seed <= 206; ++seed) {
        World world(seed, 30);
        for (std::uint64_t i = 0; i < 400; ++i) {
            const Entity& entity = random_entity(i);
            const GeneratedText generated = world.generator().aggregation(entity);
            INFO("seed ", seed, ", number ", i, ", over ", entity.name, ":\n", generated.text);
            expr::Aggregation aggregation;
            REQUIRE_NOTHROW(aggregation =
                                expr::parse_aggregation(test_registry(), entity, generated.text));
            REQUIRE(expr::parse_aggregation(test_registry(), entity, to_text(aggregation)) ==
                    aggregation);
            const expr::BoundParameters parameters = generated.bind(*aggregation.parameters);

            expr::Aggregator aggregator(aggregation);
            for (const Record& record : world.records().all(entity)) {
                if (TestRecords::is_live(record)) {
                    aggregator.add(record, world.context(parameters));
                }
            }
            const auto expected = aggregator.rows();

            const sqlite::CompiledStatement compiled =
                sqlite::compile_aggregation(aggregation, {.table_prefix = prefix});
            INFO(compiled.sql);
            const Database::Statement statement = world.database().prepare(compiled.sql);
            const std::span<const ValueView> views = parameters.views();
            compiled.bind(statement.get(), {.moment = expr::Moment(test_now),
                                            .parameters = {&views, 1},
                                            .limit = aggregation.limit.value_or(-1)});
            std::vector<std::vector<Value>> actual;
            int result = 0;
            while ((result = sqlite3_step(statement.get())) == SQLITE_ROW) {
                std::vector<Value>& row = actual.emplace_back();
                for (std::size_t column = 0; column < compiled.outputs.size(); ++column) {
                    row.push_back(compiled.read(statement.get(), column));
                }
            }
            REQUIRE_MESSAGE(result == SQLITE_DONE, world.database().message());
            REQUIRE(actual == expected);
            found_rows += expected.size();
        }
    }
    CHECK(found_rows > 3'000);
}

}  // namespace
}  // namespace crmkit::expression_test
