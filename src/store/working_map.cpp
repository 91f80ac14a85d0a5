#include "working_map.hpp"

#include <algorithm>

#include "base/fingerprint.hpp"

namespace crmkit::map_store {

namespace {

/// The key of the stamp: a number that is another after each commit, worked out from the one before
/// and from what was committed. So a commit that the host undid is noticed, too.
std::string stamp_key() { return KeyWriter(Table::store).add(std::string_view("stamp")).take(); }

}  // namespace

WorkingMap::~WorkingMap() {
    if (depth_ > 0) {
        host_->rollback();
    }
}

void WorkingMap::require_writer() const {
    if (access_ != Access::write) {
        throw Error(ErrorCode::read_only, "the store is open for reading only");
    }
}

void WorkingMap::require_writable() const {
    require_writer();
    if (depth_ > 0 && present_ != Access::write) {
        throw Error(ErrorCode::read_only, "this transaction to the store only reads");
    }
}

void WorkingMap::begin(Access access) {
    if (access == Access::write) {
        require_writer();
    }
    if (depth_ == 0) {
        host_->begin(access);
        present_ = access;
    } else if (access == Access::write && present_ != Access::write) {
        throw Error(ErrorCode::invalid_argument,
                    "a transaction that only reads cannot hold one that writes");
    } else {
        saved_.push_back(changes_);
    }
    ++depth_;
}

void WorkingMap::commit() {
    if (depth_ == 0) {
        throw Error(ErrorCode::invalid_argument, "there is no open transaction to commit");
    }
    if (depth_ > 1) {
        saved_.pop_back();
        --depth_;
    } else if (changes_.empty()) {
        rollback();
    } else {
        std::string stamp = next_stamp();
        put(stamp_key(), stamp);
        hand_over();
        host_->commit();
        stamp_ = std::move(stamp);
        changes_ = Changes();
        depth_ = 0;
    }
}

void WorkingMap::rollback() noexcept {
    if (depth_ == 0) {
        return;
    }
    --depth_;
    if (depth_ > 0) {
        changes_ = std::move(saved_.back());
        saved_.pop_back();
    } else {
        host_->rollback();
        changes_ = Changes();
    }
}

std::string WorkingMap::next_stamp() const {
    Fingerprint stamp;
    stamp.add(stored_stamp());
    for (auto at = changes_.first(); at; at.forward()) {
        stamp.add(at.key());
        stamp.add(at.value().value_or(std::string()));
    }
    return stamp.text();
}

void WorkingMap::hand_over() {
    for (auto at = changes_.first(); at; at.forward()) {
        if (at.value()) {
            host_->put(at.key(), *at.value());
        } else {
            host_->erase(at.key());
        }
    }
}

std::string WorkingMap::stored_stamp() const {
    std::string stamp;
    host_->get(stamp_key(), stamp);
    return stamp;
}

bool WorkingMap::changed_elsewhere() {
    std::string now = stored_stamp();
    const bool is_changed = now != stamp_;
    stamp_ = std::move(now);
    return is_changed;
}

bool WorkingMap::get(const std::string& key, std::string& value) const {
    const auto* change = changes_.find(key);
    if (change == nullptr) {
        return host_->get(key, value);
    }
    if (*change) {
        value = **change;
    }
    return change->has_value();
}

bool WorkingMap::contains(const std::string& key) const {
    std::string value;
    return get(key, value);
}

void WorkingMap::put(std::string key, std::string value) {
    changes_.assign(std::move(key), std::move(value));
}

void WorkingMap::erase(std::string key) { changes_.assign(std::move(key), std::nullopt); }

void WorkingMap::erase(const KeyRange& range) {
    for (MapWalk walk(*this, range); walk.next();) {
        erase(walk.key());
    }
}

MapWalk::MapWalk(const WorkingMap& map, KeyRange range, Direction direction)
    : map_(map),
      changes_(map.changes_),
      range_(std::move(range)),
      direction_(direction),
      change_(direction == Direction::ascending ? changes_.at_or_above(range_.from)
                                                : changes_.below(range_.until)),
      left_(range_) {}

bool MapWalk::next() {
    for (;;) {
        const bool has_entry = has_fetched();
        if (!has_change()) {
            if (has_entry) {
                present_ = std::move(fetched_[at_++]);
            }
            return has_entry;
        }
        if (has_entry && is_before(fetched_[at_].key, change_.key())) {
            present_ = std::move(fetched_[at_++]);
            return true;
        }
        if (has_entry && fetched_[at_].key == change_.key()) {
            ++at_;
        }
        const bool is_there = change_.value().has_value();
        if (is_there) {
            present_ = {change_.key(), *change_.value()};
        }
        step_change();
        if (is_there) {
            return true;
        }
    }
}

bool MapWalk::has_change() const {
    return change_ && (direction_ == Direction::ascending ? change_.key() < range_.until
                                                          : change_.key() >= range_.from);
}

void MapWalk::step_change() {
    direction_ == Direction::ascending ? change_.forward() : change_.backward();
}

bool MapWalk::has_fetched() {
    if (at_ == fetched_.size() && !is_host_done_) {
        fetch();
    }
    return at_ < fetched_.size();
}

void MapWalk::fetch() {
    constexpr std::size_t largest_batch = 256;
    fetched_.clear();
    at_ = 0;
    if (left_.from >= left_.until) {
        is_host_done_ = true;
        return;
    }
    map_.host_->scan(left_.from, left_.until, direction_,
                     [this](std::string_view key, std::string_view value) {
                         fetched_.push_back({std::string(key), std::string(value)});
                         return fetched_.size() < batch_;
                     });
    is_host_done_ = fetched_.size() < batch_;
    if (!is_host_done_ && direction_ == Direction::ascending) {
        left_.from = fetched_.back().key + '\0';
    } else if (!is_host_done_) {
        left_.until = fetched_.back().key;
    }
    batch_ = std::min(batch_ * 8, largest_batch);
}

}  // namespace crmkit::map_store
