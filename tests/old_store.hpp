/// Stores as earlier versions of crmkit left them, and SQLite itself to look into stores with.
#pragma once

#include <sqlite3.h>

#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>

namespace crmkit::testing {

/// A database opened with SQLite itself.
class Database {
  public:
    explicit Database(const std::string& path) {
        if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) {
            const std::string reason = sqlite3_errmsg(handle_);
            sqlite3_close(handle_);
            throw std::runtime_error("cannot open " + path + ": " + reason);
        }
        sqlite3_busy_timeout(handle_, 5000);
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() { sqlite3_close(handle_); }

    void run(const std::string& sql) { run(sql, nullptr, nullptr); }
    /// The rows of a query, each with its values one behind the other.
    std::multiset<std::string> rows(const std::string& sql) {
        std::multiset<std::string> found;
        const auto add = [](void* into, int count, char** values, char**) {
            std::string row;
            for (int i = 0; i < count; ++i) {
                row += std::string(values[i] == nullptr ? "" : values[i]) + '|';
            }
            static_cast<std::multiset<std::string>*>(into)->insert(row);
            return 0;
        };
        run(sql, add, &found);
        return found;
    }

  private:
    void run(const std::string& sql, int (*row)(void*, int, char**, char**), void* into) {
        if (sqlite3_exec(handle_, sql.c_str(), row, into, nullptr) != SQLITE_OK) {
            throw std::runtime_error(std::string("SQLite says: ") + sqlite3_errmsg(handle_));
        }
    }

    sqlite3* handle_ = nullptr;
};

/// A database made of the stored file of a version of the stored form (tests/data/README.md).
inline void make_old_store(const std::string& path, int version) {
    const std::string name = "tests/data/store_v" + std::to_string(version) + ".sql";
    std::ifstream file(CRMKIT_SOURCE_DIR "/" + name);
    const std::string sql(std::istreambuf_iterator<char>(file), {});
    if (sql.size() < 100'000) {
        throw std::runtime_error(name + " is not there: tests/data/add makes it, once");
    }
    Database(path).run(sql);
}

/// Tables with their columns in any order, and indexes: what an upgrade has to arrive at.
inline std::multiset<std::string> schema_of(const std::string& path) {
    Database database(path);
    auto found = database.rows(
        "SELECT m.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk "
        "FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'");
    found.merge(database.rows("SELECT name, sql FROM sqlite_master WHERE type = 'index'"));
    found.merge(
        database.rows("SELECT m.name, k.\"from\", k.\"table\", k.\"to\" FROM "
                      "sqlite_master m, pragma_foreign_key_list(m.name) k"));
    found.merge(database.rows("SELECT number, name, plural FROM crmkit_entities"));
    found.merge(database.rows("SELECT entity, field, name, type FROM crmkit_fields"));
    // The last number of a case is data.
    found.merge(
        database.rows("SELECT key, value FROM crmkit_settings WHERE key != 'last_case_number'"));
    return found;
}

}  // namespace crmkit::testing
