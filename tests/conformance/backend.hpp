/// The backends that the conformance suite runs on: a new one is a struct and a place in the list.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "conformance/faulty_storage.hpp"
#include "conformance/specimen.hpp"
#include "crmkit/store/memory.hpp"
#include "crmkit/store/ordered_map.hpp"
#include "crmkit/store/sqlite.hpp"
#include "errors_of.hpp"
#include "host_map/host_map.h"
#include "table_map.hpp"
#include "temporary_folder.hpp"

namespace crmkit::conformance {

using testing::code_of;
using testing::TemporaryFolder;

/// Records in memory.
struct Memory {
    MemoryStore store;
};

/// Records in an SQLite file.
struct SqliteFile {
    TemporaryFolder folder;
    SqliteStore store{folder.file("store.db"), SqliteOptions{.durability = Durability::fast}};
};

/// Records in an SQLite database that is in memory and has one connection.
struct SqliteMemory {
    SqliteStore store{":memory:", SqliteOptions{}};
};

/// Records in tables of crmkit's inside a database of the host's, on the host's connection.
struct SqliteHosted {
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    static std::unique_ptr<sqlite3, Close> open(const std::string& path) {
        sqlite3* handle = nullptr;
        sqlite3_open(path.c_str(), &handle);
        // The host's choice; without it crmkit's own checks are the only ones.
        sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
        return std::unique_ptr<sqlite3, Close>(handle);
    }

    std::unique_ptr<sqlite3, Close> host;
    HostSqliteStore store{host.get(), HostSqliteOptions{}};

    explicit SqliteHosted(const std::string& path = ":memory:") : host(open(path)) {}
};

/// Records in a storage that a host supplies through C.
struct HostTable {
    struct Free {
        void operator()(host_map* map) const { host_map_free(map); }
    };
    static std::shared_ptr<c_api::TableMap> map_on(host_map& host) {
        const crmkit_storage table = host_map_table(&host);
        return std::make_shared<c_api::TableMap>(&table);
    }

    std::unique_ptr<host_map, Free> host{host_map_new()};
    OrderedMapStore store{map_on(*host)};
};

/// Records behind a connection that forwards every call.
struct Forwarding {
    FaultPlan plan;
    FaultyStore store{std::make_unique<MemoryStore>(), plan};
};

/// A backend with its writer, migrated to the suite's entities.
template <typename Backend>
struct Opened {
    Backend backend;
    std::unique_ptr<Storage> writer = backend.store.connect_writer();

    Opened() { writer->migrate(registry()); }
    explicit Opened(const Registry& entities) { writer->migrate(entities); }
    Storage& operator*() { return *writer; }
    Storage* operator->() { return writer.get(); }
    /// Another connection that reads; null where the backend has only one.
    std::unique_ptr<Storage> reader() {
        auto connection = backend.store.connect_reader();
        if (connection) {
            connection->migrate(registry());
        }
        return connection;
    }
};

/// Every backend, for TEST_CASE_TEMPLATE.
#define CRMKIT_BACKENDS                                                       \
    crmkit::conformance::Memory, crmkit::conformance::SqliteFile,             \
        crmkit::conformance::SqliteMemory, crmkit::conformance::SqliteHosted, \
        crmkit::conformance::HostTable, crmkit::conformance::Forwarding

/// What a store's own check finds, a line each.
inline std::string problems_of(Storage& storage) {
    std::string out;
    for (const std::string& problem : storage.check_integrity()) {
        out += problem + "\n";
    }
    return out;
}

/// A transaction that is undone unless it is kept.
class OpenTransaction {
  public:
    explicit OpenTransaction(Storage& storage, Access access = Access::write) : storage_(&storage) {
        storage.begin(access);
    }
    OpenTransaction(const OpenTransaction&) = delete;
    OpenTransaction& operator=(const OpenTransaction&) = delete;
    ~OpenTransaction() {
        if (storage_ != nullptr) {
            storage_->rollback();
        }
    }
    void keep() {
        storage_->commit();
        storage_ = nullptr;
    }

  private:
    Storage* storage_;
};

}  // namespace crmkit::conformance

TYPE_TO_STRING(crmkit::conformance::Memory);
TYPE_TO_STRING(crmkit::conformance::SqliteFile);
TYPE_TO_STRING(crmkit::conformance::SqliteMemory);
TYPE_TO_STRING(crmkit::conformance::SqliteHosted);
TYPE_TO_STRING(crmkit::conformance::HostTable);
TYPE_TO_STRING(crmkit::conformance::Forwarding);
