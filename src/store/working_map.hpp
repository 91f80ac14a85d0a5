/// `WorkingMap`: the host's ordered map as a connection sees it: with its open transactions.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "crmkit/store/ordered_map.hpp"
#include "crmkit/store/snapshot_map.hpp"
#include "map_bytes.hpp"

namespace crmkit::map_store {

/// The host's map and, over it, what the open transactions have changed. The host gets the changes
/// when the outermost is committed, so that it need not nest transactions, and whatever fails
/// before leaves nothing in it.
class WorkingMap {
  public:
    WorkingMap(std::shared_ptr<OrderedMap> host, Access access)
        : host_(std::move(host)), access_(access) {}
    WorkingMap(const WorkingMap&) = delete;
    WorkingMap& operator=(const WorkingMap&) = delete;
    ~WorkingMap();

    /// As those of Storage.
    void begin(Access access);
    void commit();
    void rollback() noexcept;
    [[nodiscard]] int depth() const { return depth_; }
    /// Whether somebody else has committed to the map, or undone a commit of this connection, since
    /// this was last asked.
    bool changed_elsewhere();
    /// Whether the connection may write.
    [[nodiscard]] Access access() const { return access_; }

    /// Reads a value; false, and it stays, when there is none.
    bool get(const std::string& key, std::string& value) const;
    [[nodiscard]] bool contains(const std::string& key) const;
    /// Only inside write().
    void put(std::string key, std::string value);
    void erase(std::string key);
    void erase(const KeyRange& range);

    /// Runs a change in the open transaction, or in one of its own. Returns what it returns.
    template <typename Change>
    auto write(Change change) {
        require_writable();
        Inside inside(*this, Access::write);
        if constexpr (std::is_void_v<decltype(change())>) {
            change();
            inside.keep();
        } else {
            auto result = change();
            inside.keep();
            return result;
        }
    }
    /// Runs what reads several times, in the open transaction or in one of its own.
    template <typename Read>
    auto read(Read read) {
        const Inside inside(*this, Access::read);
        return read();
    }

  private:
    friend class MapWalk;
    /// A key's new value; none when it was erased.
    using Changes = SnapshotMap<std::string, std::optional<std::string>>;

    /// A transaction for the time of one call, where none is open.
    class Inside {
      public:
        Inside(WorkingMap& map, Access access) : map_(map.depth_ == 0 ? &map : nullptr) {
            if (map_ != nullptr) {
                map_->begin(access);
            }
        }
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;
        ~Inside() {
            if (map_ != nullptr) {
                map_->rollback();
            }
        }
        void keep() {
            if (map_ != nullptr) {
                map_->commit();  // when it throws, the destructor rolls back
                map_ = nullptr;
            }
        }

      private:
        WorkingMap* map_;
    };

    void require_writer() const;
    void require_writable() const;
    [[nodiscard]] std::string stored_stamp() const;
    [[nodiscard]] std::string next_stamp() const;
    void hand_over();

    std::shared_ptr<OrderedMap> host_;
    Access access_;
    /// What the outermost transaction does.
    Access present_ = Access::read;
    int depth_ = 0;
    Changes changes_;
    /// What they were when each nested transaction that is open began.
    std::vector<Changes> saved_;
    /// Which commit was the last when this connection last looked, or its own since.
    std::string stamp_;
};

/// Walks over the entries of a range, in the order of their keys or against it. What changes
/// meanwhile may or may not be seen. Asks the host for many entries at a time, and for few at
/// first.
class MapWalk {
  public:
    MapWalk(const WorkingMap& map, KeyRange range, Direction direction = Direction::ascending);
    MapWalk(const MapWalk&) = delete;
    MapWalk& operator=(const MapWalk&) = delete;
    ~MapWalk() = default;

    /// Moves on to the next entry; false at the end.
    bool next();
    [[nodiscard]] const std::string& key() const { return present_.key; }
    [[nodiscard]] const std::string& value() const { return present_.value; }

  private:
    struct Entry {
        std::string key;
        std::string value;
    };
    using Changes = WorkingMap::Changes;

    [[nodiscard]] bool has_change() const;
    void step_change();
    bool has_fetched();
    void fetch();
    /// Whether a key comes before another on this walk.
    [[nodiscard]] bool is_before(const std::string& a, const std::string& b) const {
        return direction_ == Direction::ascending ? a < b : b < a;
    }

    const WorkingMap& map_;
    /// As they were when the walk began, so that they may go on changing.
    Changes changes_;
    KeyRange range_;
    Direction direction_;
    Changes::Position change_;
    /// What of the range the host has not been asked for yet.
    KeyRange left_;
    std::vector<Entry> fetched_;
    std::size_t at_ = 0;
    std::size_t batch_ = 2;
    bool is_host_done_ = false;
    Entry present_;
};

}  // namespace crmkit::map_store
