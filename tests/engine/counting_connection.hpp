/// An SQLite connection of a host's that counts what is done on it.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <string>
#include <string_view>
#include <vector>

namespace crmkit::test {

/// A database of the host's in memory.
class CountingConnection {
  public:
    CountingConnection() {
        REQUIRE(sqlite3_open(":memory:", &handle_) == SQLITE_OK);
        const auto count = [](unsigned, void* self, void*, void* sql) {
            // A trigger's or a foreign key's own statements come as comments.
            const std::string_view text(static_cast<const char*>(sql));
            if (!text.starts_with("--")) {
                static_cast<CountingConnection*>(self)->texts_.emplace_back(text);
            }
            return 0;
        };
        REQUIRE(sqlite3_trace_v2(handle_, SQLITE_TRACE_STMT, count, this) == SQLITE_OK);
        // SQLite asks it for each table and column that a statement names, when it compiles it.
        const auto ask = [](void* self, int, const char*, const char*, const char*, const char*) {
            ++static_cast<CountingConnection*>(self)->compiled_;
            return SQLITE_OK;
        };
        REQUIRE(sqlite3_set_authorizer(handle_, ask, this) == SQLITE_OK);
    }
    CountingConnection(const CountingConnection&) = delete;
    CountingConnection& operator=(const CountingConnection&) = delete;
    ~CountingConnection() { sqlite3_close(handle_); }

    [[nodiscard]] sqlite3* handle() { return handle_; }
    /// The statements that `work` runs.
    template <typename Work>
    std::vector<std::string> texts(Work work) {
        texts_.clear();
        work();
        return texts_;
    }
    /// How many statements `work` runs.
    template <typename Work>
    std::size_t statements(Work work) {
        return texts(work).size();
    }
    /// How many tables, columns and so on SQLite looks up to compile what `work` runs; 0 when it
    /// compiles nothing.
    template <typename Work>
    int compiled(Work work) {
        compiled_ = 0;
        work();
        return compiled_;
    }
    /// How many statements are prepared on it.
    [[nodiscard]] int prepared() const {
        int count = 0;
        for (sqlite3_stmt* at = nullptr; (at = sqlite3_next_stmt(handle_, at)) != nullptr;) {
            ++count;
        }
        return count;
    }

  private:
    sqlite3* handle_ = nullptr;
    std::vector<std::string> texts_;
    int compiled_ = 0;
};

}  // namespace crmkit::test
