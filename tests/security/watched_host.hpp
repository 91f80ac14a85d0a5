/// A host's connection that notes the text of each statement that runs on it.
#pragma once

#include <sqlite3.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "engine/backends.hpp"

namespace crmkit::test {

/// A database of the host's in memory, with a table of its own and crmkit's tables beside it.
class WatchedHost {
  public:
    WatchedHost() {
        REQUIRE(sqlite3_open(":memory:", &connection_) == SQLITE_OK);
        run("CREATE TABLE invoices (number TEXT)");
        run("INSERT INTO invoices VALUES ('kept')");
        sqlite3_trace_v2(connection_, SQLITE_TRACE_STMT, note, this);
    }
    WatchedHost(const WatchedHost&) = delete;
    WatchedHost& operator=(const WatchedHost&) = delete;
    ~WatchedHost() { sqlite3_close_v2(connection_); }

    [[nodiscard]] sqlite3* connection() const { return connection_; }
    /// The statements since the last call.
    std::set<std::string> take_statements() { return std::exchange(statements_, {}); }

    void run(const char* sql) const {
        REQUIRE(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    }
    /// The tables, each with how many rows it has.
    [[nodiscard]] std::map<std::string, std::int64_t> row_counts() const {
        std::map<std::string, std::int64_t> counts;
        for (const std::string& table : texts("SELECT name FROM sqlite_master WHERE type = 'table' "
                                              "AND sql LIKE 'CREATE TABLE%'")) {
            counts[table] = std::stoll(texts("SELECT count(*) FROM \"" + table + "\"").at(0));
        }
        return counts;
    }
    /// All rows of the host's own table, and SQLite's opinion of the database.
    [[nodiscard]] std::vector<std::string> own_state() const {
        std::vector<std::string> state = texts("SELECT number FROM invoices");
        for (std::string& line : texts("PRAGMA integrity_check")) {
            state.push_back(std::move(line));
        }
        return state;
    }

  private:
    static int note(unsigned /*what*/, void* self, void* statement, void* /*text*/) {
        const std::string text = sqlite3_sql(static_cast<sqlite3_stmt*>(statement));
        // FTS5 tidies its own tables when they have grown, with statements like no one else's.
        if (text.find("'main'.'") == std::string::npos) {
            static_cast<WatchedHost*>(self)->statements_.insert(text);
        }
        return 0;
    }
    [[nodiscard]] std::vector<std::string> texts(const std::string& sql) const {
        std::vector<std::string> found;
        sqlite3_stmt* statement = nullptr;
        REQUIRE(sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            found.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
        }
        sqlite3_finalize(statement);
        return found;
    }

    sqlite3* connection_ = nullptr;
    std::set<std::string> statements_;
};

}  // namespace crmkit::test
