/// Opening: an own file with its pragmas, or the host's connection as it is.
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "crmkit/base/text.hpp"
#include "crmkit/store/sqlite.hpp"
#include "sqlite_storage.hpp"
#include "store_file.hpp"

namespace crmkit {

namespace {

using sqlite::Connection;
using sqlite::FileOwner;
using sqlite::SqliteStorage;
using sqlite::StorageRules;

void harden(sqlite3* handle) {
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
}

/// Refuses a database of somebody else's, and marks a new file as a store.
void claim_file(Connection& connection, const std::string& path, bool read_only) {
    switch (sqlite::owner_of(connection)) {
        case FileOwner::crmkit:
            return;
        case FileOwner::nobody:
            if (!read_only) {
                sqlite::mark_as_store(connection);
            }
            return;
        case FileOwner::another:
            throw Error(ErrorCode::corrupt, "'" + path +
                                                "' is an SQLite database but not a crmkit "
                                                "store; to keep crmkit's tables inside a "
                                                "database of yours, open it on a connection");
    }
}

/// Two that make a store at once may each hold what the other waits for. SQLite then answers busy
/// without waiting, so the waiting is done here.
void switch_to_write_ahead_log(Connection& connection, std::chrono::milliseconds patience) {
    constexpr std::chrono::milliseconds step{5};
    connection.wait_for_locks(std::chrono::milliseconds::zero());
    for (std::chrono::milliseconds waited{0};; waited += step) {
        try {
            connection.execute("PRAGMA journal_mode = WAL");
            connection.wait_for_locks(patience);
            return;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::busy || waited >= patience) {
                throw;
            }
        }
        sqlite3_sleep(static_cast<int>(step.count()));
    }
}

/// How many pages of 4 KiB are in the log when a commit copies it.
std::int64_t pages_of_log(const SqliteOptions& options) { return options.log_kib / 4; }

void choose_pragmas(Connection& connection, const SqliteOptions& options) {
    connection.execute(fmt::format("PRAGMA cache_size = {}", -options.cache_kib));
    connection.execute(options.durability == Durability::durable ? "PRAGMA synchronous = FULL"
                                                                 : "PRAGMA synchronous = NORMAL");
    connection.execute(fmt::format("PRAGMA wal_autocheckpoint = {}", pages_of_log(options)));
    if (!options.read_only) {
        switch_to_write_ahead_log(connection, options.busy_timeout);
    }
}

int open_flags(const SqliteOptions& options) {
    if (options.read_only) {
        return SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    }
    const int create = options.create ? SQLITE_OPEN_CREATE : 0;
    return SQLITE_OPEN_READWRITE | create | SQLITE_OPEN_NOMUTEX;
}

/// SQLite may take a path that begins so for a URI.
std::string plain_path(const std::string& path) {
    return path.starts_with("file:") ? "./" + path : path;
}

std::unique_ptr<Storage> connect(const std::string& path, const SqliteOptions& options) {
    auto connection = std::make_unique<Connection>(plain_path(path), open_flags(options));
    harden(connection->handle());
    connection->wait_for_locks(options.busy_timeout);
    if (sqlite3_db_readonly(connection->handle(), "main") == 1 && !options.read_only) {
        throw Error(ErrorCode::read_only, "the store '" + path +
                                              "' may only be read: open it "
                                              "read-only, or change the file's permissions");
    }
    try {
        claim_file(*connection, path, options.read_only);
        choose_pragmas(*connection, options);
    } catch (const Error& error) {
        throw sqlite::naming_file(error, path);
    }
    return std::make_unique<SqliteStorage>(std::move(connection),
                                           StorageRules{"", options.read_only, false});
}

bool is_plain_prefix(std::string_view prefix) {
    for (const char c : prefix) {
        const bool ok =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (!ok) {
            return false;
        }
    }
    return true;
}

}  // namespace

SqliteStore::SqliteStore(std::string path, SqliteOptions options)
    : path_(std::move(path)), options_(options) {
    sqlite::refuse_second_sqlite();
}

SqliteStore::~SqliteStore() = default;

bool SqliteStore::checkpoint() {
    if (path_ == sqlite::in_memory || options_.read_only) {
        return false;
    }
    const std::lock_guard lock(checkpoint_mutex_);
    if (checkpointer_ == nullptr) {
        auto connection =
            std::make_unique<Connection>(path_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
        choose_pragmas(*connection, options_);
        checkpointer_ = std::move(connection);
    }
    sqlite3* const handle = checkpointer_->handle();
    int pages_in_log = 0;
    const int result = sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_PASSIVE,
                                                 &pages_in_log, nullptr);
    if (result == SQLITE_BUSY) {  // another one is at it
        return false;
    }
    sqlite::check(handle, result);
    return pages_in_log > pages_of_log(options_) / 2;
}

std::unique_ptr<Storage> SqliteStore::connect_writer() { return connect(path_, options_); }

std::unique_ptr<Storage> SqliteStore::connect_reader() {
    if (path_ == sqlite::in_memory) {
        return nullptr;
    }
    SqliteOptions reader = options_;
    reader.read_only = true;
    return connect(path_, reader);
}

HostSqliteStore::HostSqliteStore(sqlite3* connection, HostSqliteOptions options)
    : connection_(connection), options_(std::move(options)) {
    if (connection == nullptr) {
        throw Error(ErrorCode::invalid_argument, "the host's SQLite connection is null");
    }
    if (!is_plain_prefix(options_.table_prefix)) {
        throw Error(ErrorCode::invalid_argument,
                    "the table prefix '" + shortened(options_.table_prefix) +
                        "' has other characters than letters, digits and underscores");
    }
    if (fold(options_.table_prefix).starts_with("sqlite_")) {
        throw Error(ErrorCode::invalid_argument,
                    "the table prefix '" + shortened(options_.table_prefix) +
                        "' is SQLite's own: choose one that does not begin with sqlite_");
    }
    sqlite::refuse_foreign_connection(connection);
}

std::unique_ptr<Storage> HostSqliteStore::connect_writer() {
    return std::make_unique<SqliteStorage>(std::make_unique<Connection>(connection_),
                                           StorageRules{options_.table_prefix, options_.read_only,
                                                        true, options_.may_use_progress_handler});
}

std::unique_ptr<Storage> HostSqliteStore::connect_reader() { return nullptr; }

}  // namespace crmkit
