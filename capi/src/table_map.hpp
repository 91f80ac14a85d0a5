/// The host's function table as an ordered map.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "crmkit.h"
#include "crmkit/store/ordered_map.hpp"

namespace crmkit::c_api {

/// Shows entries to what the library gives, which may throw, from inside a function of the host's,
/// which no exception may pass.
class EntryVisitor {
  public:
    explicit EntryVisitor(const OrderedMap::Visitor& visit) : visit_(visit) {}

    static std::int32_t show(void* visitor, const void* key, std::size_t key_size,
                             const void* value, std::size_t value_size) noexcept {
        auto& self = *static_cast<EntryVisitor*>(visitor);
        try {
            const bool goes_on = self.failure_ == nullptr &&
                                 self.visit_({static_cast<const char*>(key), key_size},
                                             {static_cast<const char*>(value), value_size});
            return goes_on ? 1 : 0;
        } catch (...) {
            self.failure_ = std::current_exception();
            return 0;
        }
    }
    /// Throws what was thrown while an entry was shown.
    void finish() const {
        if (failure_ != nullptr) {
            std::rethrow_exception(failure_);
        }
    }

  private:
    const OrderedMap::Visitor& visit_;
    std::exception_ptr failure_;
};

/// Calls the functions of a table and throws what they return.
class TableMap final : public OrderedMap {
  public:
    /// Throws invalid_argument for a table that is NULL, of a size that never was, or without one
    /// of its functions.
    explicit TableMap(const crmkit_storage* table) : table_(known(table)) {
        require(table_.begin, "begin");
        require(table_.commit, "commit");
        require(table_.rollback, "rollback");
        require(table_.get, "get");
        require(table_.scan, "scan");
        require(table_.put, "put");
        require(table_.erase, "erase");
    }
    ~TableMap() override {
        if (closes_ && table_.close != nullptr) {
            table_.close(table_.ctx);
        }
    }

    /// From now on the host is told when the map is given up.
    void close_at_end() noexcept { closes_ = true; }

    void begin(Access access) override {
        check("begin",
              table_.begin(table_.ctx, access == Access::write ? CRMKIT_WRITE : CRMKIT_READ));
    }
    void commit() override { check("commit", table_.commit(table_.ctx)); }
    void rollback() noexcept override { table_.rollback(table_.ctx); }

    bool get(std::string_view key, std::string& value) override {
        bool is_there = false;
        const Visitor keep = [&](std::string_view, std::string_view stored) {
            value = stored;
            is_there = true;
            return false;
        };
        EntryVisitor visitor(keep);
        check("get", table_.get(table_.ctx, key.data(), key.size(), &EntryVisitor::show, &visitor));
        visitor.finish();
        return is_there;
    }
    void scan(std::string_view from, std::string_view until, Direction direction,
              const Visitor& visit) override {
        EntryVisitor visitor(visit);
        check("scan", table_.scan(table_.ctx, from.data(), from.size(), until.data(), until.size(),
                                  direction == Direction::descending ? 1 : 0, &EntryVisitor::show,
                                  &visitor));
        visitor.finish();
    }
    void put(std::string_view key, std::string_view value) override {
        check("put", table_.put(table_.ctx, key.data(), key.size(), value.data(), value.size()));
    }
    void erase(std::string_view key) override {
        check("erase", table_.erase(table_.ctx, key.data(), key.size()));
    }

  private:
    /// The table as far as the caller's header knew it.
    static crmkit_storage known(const crmkit_storage* given) {
        constexpr std::size_t first_size = offsetof(crmkit_storage, close) + sizeof(given->close);
        if (given == nullptr) {
            throw Error(ErrorCode::invalid_argument, "storage is NULL");
        }
        if (given->struct_size < first_size || given->struct_size > sizeof(crmkit_storage)) {
            throw Error(ErrorCode::invalid_argument,
                        "storage.struct_size is not that of this or an earlier header");
        }
        crmkit_storage table{};
        std::memcpy(&table, given, given->struct_size);
        return table;
    }
    template <typename Function>
    static void require(Function* function, std::string_view name) {
        if (function == nullptr) {
            throw Error(ErrorCode::invalid_argument, "storage." + std::string(name) + " is NULL");
        }
    }

    static ErrorCode code_of(crmkit_code code) {
        constexpr crmkit_code known[] = {CRMKIT_LIMIT,     CRMKIT_CANCELLED,    CRMKIT_BUSY,
                                         CRMKIT_READ_ONLY, CRMKIT_DISK_FULL,    CRMKIT_IO,
                                         CRMKIT_CORRUPT,   CRMKIT_OUT_OF_MEMORY};
        const bool is_known =
            std::find(std::begin(known), std::end(known), code) != std::end(known);
        return is_known ? static_cast<ErrorCode>(code) : ErrorCode::io;
    }
    static void check(std::string_view function, crmkit_code code) {
        if (code != CRMKIT_OK) {
            throw Error(code_of(code), "the host's storage failed to " + std::string(function) +
                                           " and returned " + std::to_string(code));
        }
    }

    crmkit_storage table_;
    bool closes_ = false;
};

}  // namespace crmkit::c_api
