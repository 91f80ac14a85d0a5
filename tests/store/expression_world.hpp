/// Random records in memory and in SQLite, and both answers to a query over them.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../../src/store/sql_compiler.hpp"
#include "crmkit/expr/order.hpp"
#include "crmkit/store/columns.hpp"
#include "expr/expression_generator.hpp"

namespace crmkit::expression_test {

inline constexpr std::string_view prefix = "crm_";

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
            compiled.bind(
                statement.get(),
                {.moment = expr::Moment(test_now),
                 .parameters = {&views, 1},
                 .after = after,
                 .limit = limit < 0 ? -1 : limit - static_cast<std::int64_t>(found.size())});
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

}  // namespace crmkit::expression_test
