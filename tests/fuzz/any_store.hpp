/// `AnyStore`: a store in memory, in an SQLite database in memory, or inside one of the host's.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "crmkit.h"
#include "temporary_folder.hpp"

#include "fuzz.hpp"

namespace crmkit::fuzz {

/// Opened as its `kind` says, for another to close; the host's connection is closed with this.
class AnyStore {
  public:
    explicit AnyStore(std::uint8_t kind) {
        if (kind % 2 == 0) {
            require(crmkit_open_memory(options(), &store_) == CRMKIT_OK, crmkit_error_message());
        } else if (kind < 8) {  // takes long, because all tables are made
            require(crmkit_open(":memory:", CRMKIT_NUL_TERMINATED, options(), &store_) == CRMKIT_OK,
                    crmkit_error_message());
        } else {
            connection_ = copy_of_host();
            store_ = open_on(connection_);
        }
    }
    AnyStore(const AnyStore&) = delete;
    AnyStore& operator=(const AnyStore&) = delete;
    ~AnyStore() { sqlite3_close_v2(connection_); }

    [[nodiscard]] crmkit_store* store() const { return store_; }
    [[nodiscard]] static const std::string& backup_path() {
        static const testing::TemporaryFolder folder;
        static const std::string path = folder.file("backup.db");
        return path;
    }

  private:
    static const crmkit_options* options() {
        static const crmkit_options made = [] {
            crmkit_options defaults;
            crmkit_options_init(&defaults, sizeof defaults);
            defaults.has_seed = 1;
            return defaults;
        }();
        return &made;
    }

    static sqlite3* open_memory() {
        sqlite3* connection = nullptr;
        require(sqlite3_open(":memory:", &connection) == SQLITE_OK, "a host has a connection");
        return connection;
    }
    static crmkit_store* open_on(sqlite3* connection) {
        crmkit_store* store = nullptr;
        require(crmkit_open_on_sqlite(connection, options(), &store) == CRMKIT_OK,
                crmkit_error_message());
        return store;
    }

    /// A database with crmkit's tables already made.
    static sqlite3* copy_of_host() {
        static sqlite3_int64 size = 0;
        static const unsigned char* const image = [] {
            sqlite3* const host = open_memory();
            crmkit_close(open_on(host));
            const unsigned char* const bytes = sqlite3_serialize(host, "main", &size, 0);
            sqlite3_close_v2(host);
            return bytes;
        }();
        sqlite3* const copy = open_memory();
        auto* const bytes =
            static_cast<unsigned char*>(sqlite3_malloc64(static_cast<sqlite3_uint64>(size)));
        require(image != nullptr && bytes != nullptr, "there is memory");
        std::copy_n(image, size, bytes);
        require(sqlite3_deserialize(
                    copy, "main", bytes, size, size,
                    SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) == SQLITE_OK,
                "a copy can be made");
        return copy;
    }

    crmkit_store* store_ = nullptr;
    sqlite3* connection_ = nullptr;
};

}  // namespace crmkit::fuzz
