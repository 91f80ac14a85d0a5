/// The SQLite C API as the store uses it: connections, kept statements, errors as crmkit::Error.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crmkit/base/error.hpp"
#include "forks.hpp"
#include "gathered_log.hpp"

namespace crmkit::sqlite {

/// Turns an SQLite result code of `connection` into an Error. Never carries SQL text.
[[noreturn]] void fail(sqlite3* connection, int result);

/// Throws unless `result` is SQLITE_OK.
inline void check(sqlite3* connection, int result) {
    if (result != SQLITE_OK) {
        fail(connection, result);
    }
}

/// A prepared statement. Text is bound without copying: what is bound must live until the
/// statement is reset.
class Statement {
  public:
    Statement(sqlite3* connection, std::string_view sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { sqlite3_finalize(handle_); }

    void bind_null(int index) { check(sqlite3_bind_null(handle_, index)); }
    void bind(int index, std::int64_t value) { check(sqlite3_bind_int64(handle_, index, value)); }
    void bind(int index, std::string_view text) {
        const char* const start =
            text.data() == nullptr ? "" : text.data();  // a null would be NULL
        check(sqlite3_bind_text64(handle_, index, start, text.size(), SQLITE_STATIC, SQLITE_UTF8));
    }
    void bind(int index, std::span<const std::uint8_t> bytes) {
        check(sqlite3_bind_blob64(handle_, index, bytes.data(), bytes.size(), SQLITE_STATIC));
    }
    /// Binds text that may be gone before the statement is reset.
    void bind_copy(int index, std::string_view text) {
        check(sqlite3_bind_text64(handle_, index, text.data(), text.size(), SQLITE_TRANSIENT,
                                  SQLITE_UTF8));
    }

    /// True while there is a row.
    bool step() {
        const int result = sqlite3_step(handle_);
        if (result == SQLITE_ROW) {
            return true;
        }
        if (result != SQLITE_DONE) {
            fail_and_reset(result);
        }
        return false;
    }
    /// Runs it to its end and resets it.
    void run() {
        step();
        reset();
    }
    void reset() { sqlite3_reset(handle_); }
    void clear_bindings() { sqlite3_clear_bindings(handle_); }

    [[nodiscard]] bool is_null(int column) const {
        return sqlite3_column_type(handle_, column) == SQLITE_NULL;
    }
    [[nodiscard]] std::int64_t integer(int column) const {
        return sqlite3_column_int64(handle_, column);
    }
    /// Borrowed until the next step or reset.
    [[nodiscard]] std::string_view text(int column) const {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
        if (bytes == nullptr) {
            return {};
        }
        return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
    }
    /// Borrowed until the next step or reset.
    [[nodiscard]] std::span<const std::uint8_t> bytes(int column) const {
        const auto* start = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
        return {start, start == nullptr ? 0 : size};
    }
    /// The start of a blob that is not null. Borrowed until the next step or reset. Throws
    /// out_of_memory.
    [[nodiscard]] const char* blob(int column) const {
        const auto* start = static_cast<const char*>(sqlite3_column_blob(handle_, column));
        if (start == nullptr) {
            fail(sqlite3_db_handle(handle_), SQLITE_NOMEM);
        }
        return start;
    }
    [[nodiscard]] sqlite3_stmt* handle() const { return handle_; }

  private:
    void check(int result) const {
        if (result != SQLITE_OK) {
            fail(sqlite3_db_handle(handle_), result);
        }
    }
    [[noreturn]] void fail_and_reset(int result);

    sqlite3_stmt* handle_ = nullptr;
};

/// Whether whoever uses a statement binds each of its parameters each time, or leaves out nulls.
enum class Binding : std::uint8_t { of_some, of_all };

/// A statement lent by a StatementPool; goes back, reset, when this is destroyed.
class LentStatement {
  public:
    using Home = std::vector<std::unique_ptr<Statement>>;

    LentStatement(Home& home, std::unique_ptr<Statement> statement, Binding binding)
        : home_(&home), statement_(std::move(statement)), binding_(binding) {}
    LentStatement(LentStatement&&) noexcept = default;
    LentStatement& operator=(LentStatement&&) = delete;
    ~LentStatement() {
        if (statement_) {
            statement_->reset();
            if (binding_ == Binding::of_some) {
                statement_->clear_bindings();
            }
            home_->push_back(std::move(statement_));  // there is room: see lend()
        }
    }
    Statement* operator->() const { return statement_.get(); }
    Statement& operator*() const { return *statement_; }

  private:
    Home* home_;
    std::unique_ptr<Statement> statement_;
    Binding binding_;
};

/// The statements prepared from one text: usually one, more while several cursors use it at once.
class StatementPool {
  public:
    StatementPool(sqlite3* connection, std::string sql, Binding binding)
        : connection_(connection), sql_(std::move(sql)), binding_(binding) {}

    /// A statement that nobody else is using, prepared now if there is none.
    LentStatement lend() {
        if (idle_.empty()) {
            idle_.reserve(made_ + 1);
            auto statement = std::make_unique<Statement>(connection_, sql_);
            ++made_;
            return {idle_, std::move(statement), binding_};
        }
        auto statement = std::move(idle_.back());
        idle_.pop_back();
        return {idle_, std::move(statement), binding_};
    }

  private:
    sqlite3* connection_;
    std::string sql_;
    Binding binding_;
    LentStatement::Home idle_;
    /// How many there are, lent ones included.
    std::size_t made_ = 0;
};

/// A connection, owned or the host's, with the statements prepared on it so far.
class Connection {
  public:
    /// Opens a file and owns the connection. `flags` as of sqlite3_open_v2. Throws
    /// invalid_argument for an empty path or one with a NUL, and when the file was open in a
    /// process that this one was forked from.
    Connection(const std::string& path, int flags);
    /// Works on a connection that the host owns.
    explicit Connection(sqlite3* host) : handle_(host), is_owned_(false) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    [[nodiscard]] sqlite3* handle() const { return handle_; }
    /// How long a call waits for another connection's lock before it fails with busy.
    void wait_for_locks(std::chrono::milliseconds patience);
    /// The kept statements of this text; the reference stays valid as long as the connection, and
    /// so do they: only for texts of which there are few, whatever a host asks.
    StatementPool& pool(std::string_view sql, Binding binding = Binding::of_some);
    /// A statement for this text, prepared at its first use and kept.
    LentStatement prepare(std::string_view sql) { return pool(sql).lend(); }
    /// Prepares, runs and forgets: for schema changes and pragmas.
    void execute(const std::string& sql);
    /// The first column of the first row as text; nothing when there is no row.
    std::optional<std::string> read_text(const std::string& sql);
    std::optional<std::int64_t> read_integer(const std::string& sql);
    /// How many arguments a function may have.
    [[nodiscard]] int most_arguments() const {
        return sqlite3_limit(handle_, SQLITE_LIMIT_FUNCTION_ARG, -1);
    }
    /// Whether no transaction is open, also because SQLite gave one up by itself.
    [[nodiscard]] bool is_autocommit() const { return sqlite3_get_autocommit(handle_) != 0; }

  private:
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    static int wait_a_little(void* patience, int waits_before);

    std::optional<GatheringFiles> files_;
    sqlite3* handle_ = nullptr;
    bool is_owned_ = true;
    std::optional<forks::OpenFile> file_;
    std::chrono::milliseconds patience_{};
    std::unordered_map<std::string, StatementPool, TextHash, std::equal_to<>> kept_;
};

/// Throws two_sqlites when this process has loaded more than one SQLite.
void refuse_second_sqlite();
/// Throws two_sqlites when `connection` was not opened by the SQLite that crmkit links.
void refuse_foreign_connection(sqlite3* connection);

}  // namespace crmkit::sqlite
