#include "sqlite_connection.hpp"

#include <cerrno>
#include <utility>

#include "base/checked_path.hpp"
#include "base/file_error.hpp"

namespace crmkit::sqlite {

namespace {

ErrorCode error_code(int result) {
    if (result == SQLITE_IOERR_NOMEM) {
        return ErrorCode::out_of_memory;
    }
    switch (result & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::busy;
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return ErrorCode::read_only;
        case SQLITE_FULL:
            return ErrorCode::disk_full;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_PROTOCOL:
        case SQLITE_NOLFS:
            return ErrorCode::io;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_ERROR:  // a statement of crmkit's does not fit the tables: they were changed
        case SQLITE_MISMATCH:
            return ErrorCode::corrupt;
        case SQLITE_NOMEM:
            return ErrorCode::out_of_memory;
        case SQLITE_TOOBIG:
            return ErrorCode::limit;
        case SQLITE_INTERRUPT:
        case SQLITE_ABORT:
            return ErrorCode::cancelled;
        default:  // an int of SQLite's, not an enum of ours
            return ErrorCode::internal;
    }
}

/// The same. `number` is errno as a failed call to the file system left it: SQLite itself calls the
/// disk full only when a write meets ENOSPC.
ErrorCode error_code(int result, int number) {
    switch (result) {
        case SQLITE_IOERR_WRITE:
        case SQLITE_IOERR_FSYNC:
        case SQLITE_IOERR_DIR_FSYNC:
        case SQLITE_IOERR_TRUNCATE:
        case SQLITE_IOERR_SHMOPEN:
        case SQLITE_IOERR_SHMSIZE:
        case SQLITE_IOERR_SHMMAP:
        case SQLITE_CANTOPEN:
            return is_out_of_space(number) ? ErrorCode::disk_full : ErrorCode::io;
        default:  // no call that takes room
            return error_code(result);
    }
}

/// Who stands in the way of a connection that found its file locked, and of which file.
std::string holder_of(sqlite3* connection) {
    const char* const path =
        connection == nullptr ? nullptr : sqlite3_db_filename(connection, "main");
    const bool is_file = path != nullptr && *path != '\0';
    return std::string("another connection holds the store") +
           (is_file ? " '" + std::string(path) + "'" : "");
}

/// What SQLite answered, in its words for the result. Its own message may quote the statement,
/// which is nobody's business; the number finds the cause, and SQLITE_CONFIG_LOG shows a host the
/// rest.
std::string text_of(sqlite3* connection, int code) {
    const bool is_busy = (code & 0xFF) == SQLITE_BUSY;
    return (is_busy ? holder_of(connection) : "the store answered") + ": " + sqlite3_errstr(code) +
           " (" + std::to_string(code) + ")";
}

/// "UNIQUE constraint failed: stages.pipeline, stages.name" as an error with a problem for each
/// column, which the storage then names by entity, field and value.
Error duplicate_error(std::string_view message) {
    std::vector<Problem> problems;
    const std::size_t colon = message.find(": ");
    std::string_view columns = message.substr(colon == std::string_view::npos ? 0 : colon + 2);
    while (!columns.empty()) {
        const std::size_t comma = columns.find(", ");
        const std::string_view column = columns.substr(0, comma);
        const std::size_t point = column.find('.');
        Problem& problem = problems.emplace_back();
        problem.entity = column.substr(0, point);
        problem.field = point == std::string_view::npos ? "" : column.substr(point + 1);
        problem.message = "is taken by another record";
        columns.remove_prefix(comma == std::string_view::npos ? columns.size() : comma + 2);
    }
    return Error::about(ErrorCode::duplicate, std::move(problems));
}

}  // namespace

void fail(sqlite3* connection, int result) {
    const int number = errno;
    const int extended = connection == nullptr ? result : sqlite3_extended_errcode(connection);
    const int code = (extended & 0xFF) == (result & 0xFF) ? extended : result;
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
        code == SQLITE_CONSTRAINT_ROWID) {
        throw duplicate_error(sqlite3_errmsg(connection));
    }
    if (code == SQLITE_CONSTRAINT_FOREIGNKEY) {
        throw Error(ErrorCode::restricted,
                    "another record refers to this one, or it refers to one "
                    "that does not exist");
    }
    throw Error(error_code(code, number), text_of(connection, code));
}

Statement::Statement(sqlite3* connection, std::string_view sql) {
    sqlite::check(connection,
                  sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                                     SQLITE_PREPARE_PERSISTENT, &handle_, nullptr));
}

void Statement::fail_and_reset(int result) {
    sqlite3* const connection = sqlite3_db_handle(handle_);
    try {
        fail(connection, result);
    } catch (const Error&) {
        sqlite3_reset(handle_);
        throw;
    }
}

Connection::Connection(const std::string& path, int flags) {
    files_.emplace();
    const int result = sqlite3_open_v2(checked_path(path).c_str(), &handle_, flags, files_->name());
    if (result != SQLITE_OK) {
        const ErrorCode code = error_code(result, errno);
        sqlite3_close_v2(handle_);
        throw Error(code, "cannot open the store '" + path + "': " + sqlite3_errstr(result));
    }
    try {
        file_.emplace(path);
    } catch (...) {
        sqlite3_close_v2(handle_);
        throw;
    }
    sqlite3_extended_result_codes(handle_, 1);
}

Connection::~Connection() {
    kept_.clear();
    if (is_owned_) {
        sqlite3_close_v2(handle_);
    }
}

int Connection::wait_a_little(void* patience, int waits_before) {
    constexpr std::chrono::milliseconds wait{1};
    if (waits_before * wait >= *static_cast<const std::chrono::milliseconds*>(patience)) {
        return 0;
    }
    // SQLite's own way to wait looks again ever more seldom, in the end ten times a second. Where
    // others write without a pause, the lock is free for less than a millisecond at a time, and
    // such a process may never meet one of these moments.
    sqlite3_sleep(static_cast<int>(wait.count()));
    return 1;
}

void Connection::wait_for_locks(std::chrono::milliseconds patience) {
    patience_ = patience;
    sqlite3_busy_handler(handle_, &wait_a_little, &patience_);
}

StatementPool& Connection::pool(std::string_view sql, Binding binding) {
    const auto found = kept_.find(sql);
    if (found != kept_.end()) {
        return found->second;
    }
    std::string text(sql);
    return kept_.try_emplace(text, handle_, text, binding).first->second;
}

void Connection::execute(const std::string& sql) { Statement(handle_, sql).run(); }

std::optional<std::string> Connection::read_text(const std::string& sql) {
    Statement statement(handle_, sql);
    if (!statement.step()) {
        return std::nullopt;
    }
    return std::string(statement.text(0));
}

std::optional<std::int64_t> Connection::read_integer(const std::string& sql) {
    Statement statement(handle_, sql);
    if (!statement.step()) {
        return std::nullopt;
    }
    return statement.integer(0);
}

}  // namespace crmkit::sqlite
