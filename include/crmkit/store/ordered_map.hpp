/// `OrderedMap` and `OrderedMapStore`: a store on a map of bytes that a host keeps, wherever it
/// likes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "crmkit/store/storage.hpp"

namespace crmkit {

/// Which way an ordered map is walked through.
enum class Direction : std::uint8_t { ascending, descending };

/// A map from bytes to bytes, ordered by its keys as memcmp() orders them, the shorter one of two
/// first where it is the beginning of the other; with transactions. All of it belongs to crmkit.
///
/// A key has 1 to 256 bytes; a value has as many as a record, or none. crmkit calls one function
/// at a time, from whichever thread uses the store. Transactions are not nested: crmkit keeps what
/// it changes to itself until the whole is to be kept, so that between begin() and its end it first
/// only reads, and then only puts and erases, each key once and in the order of the keys.
///
/// Each function but rollback() may throw Error with busy, io, disk_full, corrupt, read_only, limit
/// or cancelled; the command that it belongs to then fails with that, and is undone.
class OrderedMap {
  public:
    /// Is shown one entry, borrowed for the call. Returns false when it has seen enough. It calls
    /// no function of the map.
    using Visitor = std::function<bool(std::string_view key, std::string_view value)>;

    OrderedMap() = default;
    OrderedMap(const OrderedMap&) = delete;
    OrderedMap& operator=(const OrderedMap&) = delete;
    virtual ~OrderedMap() = default;

    /// Starts a transaction. One that reads sees one state of the map until it ends; one that
    /// writes also keeps other writers out, where there are any.
    virtual void begin(Access access) = 0;
    /// Ends the transaction and keeps its changes, all or none, as durably as the host wants it.
    /// When it throws, rollback() follows.
    virtual void commit() = 0;
    /// Ends the transaction and undoes its changes; the end of every one that reads, too.
    virtual void rollback() noexcept = 0;

    // The rest may be called outside of a transaction as well, but for put() and erase().

    /// Reads the value of a key; false, and `value` stays, when there is none.
    virtual bool get(std::string_view key, std::string& value) = 0;
    /// Visits the entries from the key `from` on and below `until`, in the order of their keys or
    /// against it.
    virtual void scan(std::string_view from, std::string_view until, Direction direction,
                      const Visitor& visit) = 0;
    /// Adds an entry, or replaces the one that has the key.
    virtual void put(std::string_view key, std::string_view value) = 0;
    /// Removes an entry; does nothing when there is none.
    virtual void erase(std::string_view key) = 0;
};

/// A store on an ordered map. It has one connection, which also reads, so that everybody who uses
/// it waits for everybody else; what a transaction changes is in memory until it ends. A query that
/// is not by id, by a unique key or by a reference looks at every record of its entity. See
/// docs/decisions/0025-a-hosts-storage.md.
class OrderedMapStore final : public Store {
  public:
    /// `access`: whether the store may be written or only read. The map is released when the store
    /// and its connection are gone.
    explicit OrderedMapStore(std::shared_ptr<OrderedMap> map, Access access = Access::write);
    ~OrderedMapStore() override;
    /// Throws busy while there is another one.
    std::unique_ptr<Storage> connect_writer() override;
    /// Null.
    std::unique_ptr<Storage> connect_reader() override;

  private:
    std::shared_ptr<OrderedMap> map_;
    Access access_;
    /// Lives as long as the connection does.
    std::weak_ptr<const OrderedMap> connected_;
};

}  // namespace crmkit
