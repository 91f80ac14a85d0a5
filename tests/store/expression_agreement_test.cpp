/// The expression language gives the same answers in memory and in SQLite: random expressions over
/// random records, evaluated both ways.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "../../src/store/sql_compiler.hpp"
#include "crmkit/expr/aggregator.hpp"
#include "crmkit/expr/cursor_token.hpp"
#include "crmkit/expr/parse.hpp"
#include "crmkit/expr/printer.hpp"
#include "crmkit/store/columns.hpp"
#include "expr/expression_generator.hpp"

namespace crmkit::expression_test {
namespace {

constexpr std::string_view prefix = "crm_";

/// The test's records in an SQLite database, and the statements over them.
class Database {
  public:
    explicit Database(const TestRecords& records) {
        sqlite3* opened = nullptr;
        REQUIRE(sqlite3_open(":memory:", &opened) == SQLITE_OK);
        handle_.reset(opened);
        sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        sqlite::register_functions(opened);
        for (const Entity* entity : test_registry().entities()) {
            create(*entity);
            for (const Record& record : records.all(*entity)) {
                insert(*entity, record);
            }
        }
    }

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

    [[nodiscard]] Statement prepare(const std::string& sql) const {
        sqlite3_stmt* statement = nullptr;
        const int result = sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &statement, nullptr);
        REQUIRE_MESSAGE(result == SQLITE_OK, sqlite3_errmsg(handle_.get()), "\n", sql);
        return Statement(statement);
    }
    [[nodiscard]] const char* message() const { return sqlite3_errmsg(handle_.get()); }

  private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };

    void create(const Entity& entity) {
        std::string sql = "CREATE TABLE " + table_of(entity, prefix) + " (";
        for (const Field& field : entity.fields) {
            for (const Column& column : columns_of(field)) {
                sql += sql.back() == '(' ? "" : ", ";
                sql += quoted(column.name) + " " + std::string(to_string(column.type));
                sql += field.id == header::id ? " PRIMARY KEY"
                       : column.is_not_null   ? " NOT NULL"
                                              : "";
            }
        }
        const Statement statement = prepare(sql + ") STRICT");
        REQUIRE(sqlite3_step(statement.get()) == SQLITE_DONE);
    }

    void insert(const Entity& entity, const Record& record) {
        std::string marks;
        for (const Field& field : entity.fields) {
            for (std::size_t i = 0; i < column_count(field.type()); ++i) {
                marks += marks.empty() ? "?" : ", ?";
            }
        }
        const Statement statement =
            prepare("INSERT INTO " + table_of(entity, prefix) + " VALUES (" + marks + ")");
        int index = 1;
        for (const Field& field : entity.fields) {
            index = bind_field(statement.get(), index, record.get(field), field);
        }
        REQUIRE_MESSAGE(sqlite3_step(statement.get()) == SQLITE_DONE, message());
    }

    static int bind_field(sqlite3_stmt* statement, int index, const ValueView& value,
                          const Field& field) {
        if (value.kind() == ValueKind::text_list) {
            std::string json = "[";
            for (const std::string& text : value.list()) {
                json += json == "[" ? "\"" : ",\"";
                for (const char c : text) {
                    json += c == '\\' || c == '"' ? "\\" : "";
                    json += c;
                }
                json += '"';
            }
            json += ']';
            sqlite::bind_whole(statement, index, ValueView(json));
        } else if (value.kind() == ValueKind::money) {
            const std::string code(value.money().currency.code());
            sqlite3_bind_int64(statement, index, value.money().minor_units);
            sqlite::bind_whole(statement, index + 1, ValueView(code));
        } else if (value.kind() == ValueKind::link) {
            sqlite3_bind_int64(statement, index, value.link().id.value);
            sqlite3_bind_int64(statement, index + 1, value.link().entity);
        } else {
            sqlite::bind_whole(statement, index, value);
        }
        return index + static_cast<int>(column_count(field.type()));
    }

    std::unique_ptr<sqlite3, Close> handle_;
};

/// Everything one random seed makes.
class World {
  public:
    World(std::uint64_t seed, std::int64_t records)
        : records_(seed, records), database_(records_.records), generator_(seed) {}

    ExpressionGenerator& generator() { return generator_; }

    [[nodiscard]] expr::Context context(const expr::BoundParameters& parameters) const {
        return {expr::Moment(test_now), parameters.views(), &records_.records};
    }

    /// The ids that a query finds in memory, in its order, behind a key if there is one.
    [[nodiscard]] std::vector<std::vector<Value>> in_memory(
        const expr::Query& query, const expr::BoundParameters& parameters,
        std::span<const Value> after = {}) const {
        const expr::Context with = context(parameters);
        std::vector<std::vector<Value>> found;
        for (const Record& record : records_.records.all(*query.entity)) {
            if (TestRecords::is_live(record) && expr::matches(query, record, with) &&
                (after.empty() || expr::is_after(query, record, after, with))) {
                found.push_back(expr::keys_of(query, record, with));
                found.back().push_back(Value(header_of(record).id()));
            }
        }
        std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
            return expr::compare_keys(query, a, b) < 0;
        });
        if (query.limit && static_cast<std::uint64_t>(*query.limit) < found.size()) {
            found.resize(static_cast<std::size_t>(*query.limit));
        }
        return found;
    }

    /// The same from SQLite: the sort keys, then the id.
    [[nodiscard]] std::vector<std::vector<Value>> in_sqlite(
        const std::vector<sqlite::CompiledStatement>& statements, const expr::Query& query,
        const expr::BoundParameters& parameters, std::span<const Value> after = {}) const {
        std::vector<std::vector<Value>> found;
        const std::int64_t limit = query.limit.value_or(-1);
        for (const sqlite::CompiledStatement& compiled : statements) {
            const Database::Statement statement = database_.prepare(compiled.sql);
            const std::span<const ValueView> views = parameters.views();
            compiled.bind(statement.get(),
                          {.moment = expr::Moment(test_now),
                           .parameters = {&views, 1},
                           .after = after,
                           .limit = limit < 0 ? -1
                                              : limit - static_cast<std::int64_t>(found.size())});
            int result = 0;
            while ((result = sqlite3_step(statement.get())) == SQLITE_ROW) {
                std::vector<Value>& row = found.emplace_back();
                for (std::size_t i = 0; i < compiled.outputs.size(); ++i) {
                    row.push_back(compiled.read(statement.get(), i));
                }
                row.push_back(Value(Id{sqlite3_column_int64(statement.get(), 0)}));
            }
            REQUIRE_MESSAGE(result == SQLITE_DONE, database_.message());
        }
        return found;
    }

    [[nodiscard]] const TestRecords& records() const { return records_.records; }
    [[nodiscard]] const Database& database() const { return database_; }

  private:
    struct FilledRecords {
        FilledRecords(std::uint64_t seed, std::int64_t count) {
            RecordGenerator(seed).fill(records, count);
        }
        TestRecords records;
    };

    FilledRecords records_;
    Database database_;
    ExpressionGenerator generator_;
};

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
            const std::vector<Value> keys =
                expr::keys_of(query, last, world.context(parameters));
            const std::string token = expr::encode_cursor(query, keys);
            REQUIRE(expr::decode_cursor(query, token) == keys);

            const auto statements =
                sqlite::compile_page(query,
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
            REQUIRE_NOTHROW(aggregation = expr::parse_aggregation(test_registry(), entity,
                                                                  generated.text));
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

/// Both answers to a text without parameters.
void check_agreement(const World& world, const Entity& entity, const std::string& text) {
    INFO(entity.name, ": ", text.substr(0, 2000));
    const expr::Query query = expr::parse_query(test_registry(), entity, text);
    const expr::BoundParameters none;
    const sqlite::CompiledStatement compiled = sqlite::compile_select(
        query,
        {.table_prefix = prefix, .selection = sqlite::Selection::ids, .has_keys = true});
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
            check_agreement(world, deal,
                            repeated("not (units > 1 and ", depth) + "is_hot" +
                                repeated(")", depth));
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
        check_agreement(world, user, repeated("not (is_active and ", 60) + inner + repeated(")", 60));
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
        check_agreement(world, note,
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
        check_agreement(world, deal, joins + ") > 'b' and partner.name > 'a' order by " + joins + ")");
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
    const auto compiled = sqlite::compile_select(query, {.table_prefix = prefix,
                                                         .selection = sqlite::Selection::ids,
                                                         .conditions = conditions});
    const Database::Statement statement = world.database().prepare(compiled.sql);
    const std::array<std::span<const ValueView>, 3> parameters{of_query.views(),
                                                               of_visible.views(), of_mine.views()};
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
            query,
            {.table_prefix = prefix, .rows = rows, .selection = sqlite::Selection::count});
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
    int columns = 0;
    for (const Field& field : company.fields) {
        columns += static_cast<int>(column_count(field.type()));
    }
    CHECK(sqlite3_column_count(statement.get()) == columns);
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
    for (const char* plain : {"probability > 50", "units between 1 and :most", "won_at < now()",
                              "company = :id", "name > 'a'", "is_hot", "not is_hot",
                              "amount >= 50000 EUR", "partner is company",
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
    const auto compiled =
        sqlite::compile_select(expr::parse_query(test_registry(), deal, "units = :n"),
                               {.table_prefix = prefix});
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
