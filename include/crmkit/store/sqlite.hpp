/// `SqliteStore` and `HostSqliteStore`: records in an SQLite file, or in the host's own database.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "crmkit/store/storage.hpp"

struct sqlite3;

namespace crmkit {

namespace sqlite {
class Connection;
}  // namespace sqlite

/// How much a power cut may take. A crash of the process alone never loses a committed change.
enum class Durability : std::uint8_t {
    durable,  ///< each commit waits for the disk: nothing that was committed is lost (the default)
    fast,     ///< a power cut may lose the last commits, but never damages the store
};

/// How an SQLite file is opened.
struct SqliteOptions {
    /// Default durable. Take fast where the last seconds can be repeated, such as an import.
    Durability durability = Durability::durable;
    /// Default false. A read-only store refuses every write with read_only.
    bool read_only = false;
    /// Default true: a file that does not exist is made. False: that is an io error.
    bool create = true;
    /// How long a call waits for another process's lock before it fails with busy; default 5 s.
    std::chrono::milliseconds busy_timeout{5000};
    /// Page cache of each connection in KiB; default 16 MiB. Raise it for bulk work.
    std::int64_t cache_kib = 16'384;
    /// How long the log of commits grows before a commit copies it into the file itself, in KiB;
    /// default 4 MiB. Raise it, to 64 MiB or so, where Crm::checkpoint() is called beside the
    /// writers: commits are then faster and none takes much longer than the others.
    std::int64_t log_kib = 4096;
};

/// A store in one file (and its -wal and -shm beside it while it is open). Several processes may
/// have it open; ":memory:" is a store of its own that is gone when closed.
class SqliteStore final : public Store {
  public:
    /// Opens nothing yet: the connections do. Throws two_sqlites when a second copy of SQLite is
    /// loaded in this process.
    SqliteStore(std::string path, SqliteOptions options);
    ~SqliteStore() override;
    std::unique_ptr<Storage> connect_writer() override;
    std::unique_ptr<Storage> connect_reader() override;
    bool checkpoint() override;

  private:
    std::string path_;
    SqliteOptions options_;
    std::mutex checkpoint_mutex_;
    /// Made by the first checkpoint().
    std::unique_ptr<sqlite::Connection> checkpointer_;
};

/// What crmkit may do on a connection that the host owns.
struct HostSqliteOptions {
    /// Put before the name of every table and index; default "crm_". Letters, digits, underscores.
    std::string table_prefix = "crm_";
    /// Default false. True where the host opened its connection read-only.
    bool read_only = false;
    /// Default false. True where the host sets no progress handler on its connection: crmkit then
    /// sets one during each of its reads that is limited, and takes it away again.
    bool may_use_progress_handler = false;
};

/// crmkit's tables inside the host's database, on the host's connection and in its transactions:
/// savepoints only, no pragma touched; what the host rolls back is gone without a trace. The
/// connection must outlive the store, and crmkit may be called on it only by the thread that may.
class HostSqliteStore final : public Store {
  public:
    /// Throws two_sqlites when the connection belongs to another copy of SQLite than crmkit's, and
    /// invalid_argument for a null connection or a prefix with other characters.
    HostSqliteStore(sqlite3* connection, HostSqliteOptions options);
    std::unique_ptr<Storage> connect_writer() override;
    std::unique_ptr<Storage> connect_reader() override;

  private:
    sqlite3* connection_;
    HostSqliteOptions options_;
};

}  // namespace crmkit
