#include "map_storage.hpp"

#include <utility>

#include "crmkit/schema/search_text.hpp"
#include "map_query.hpp"

namespace crmkit {

namespace map_store {

namespace {

/// The key of a setting. Throws limit for a name that no key can hold.
std::string setting_key(std::string_view name) {
    if (name.size() > longest_in_key) {
        throw Error(ErrorCode::limit, "the name of a setting, '" + shortened(name) +
                                          "', has more than " + std::to_string(longest_in_key) +
                                          " bytes");
    }
    return KeyWriter(Table::settings).add(name).take();
}

}  // namespace

// ---- Migration

void MapStorage::migrate(const Registry& registry) {
    MapSchema schema = map_.read([&] { return MapSchema::read(map_, registry); });
    if (schema.is_current()) {
        records_.use(std::move(schema));
        return;
    }
    if (map_.access() != Access::write) {
        throw Error(ErrorCode::read_only,
                    "the store is of an older schema or not made yet, and it is open for reading "
                    "only: open it once for writing");
    }
    upgrade(registry);
}

void MapStorage::upgrade(const Registry& registry) {
    MapSchema schema = map_.write([&] {
        // Another process may have upgraded it since.
        MapSchema wanted = MapSchema::read(map_, registry);
        for (const Entity* entity : records_.upgrade(wanted)) {
            words_.refill(*entity);
        }
        note_version(map_);
        return wanted;
    });
    records_.use(std::move(schema));
}

// ---- Records

void MapStorage::insert(const Entity& entity, const void* object) {
    map_.write([&] { records_.insert(entity, object); });
}

bool MapStorage::update(const Entity& entity, const void* object, const FieldSet& changed,
                        std::int64_t expected_version) {
    return map_.write([&] { return records_.update(entity, object, changed, expected_version); });
}

bool MapStorage::erase(const Entity& entity, Id id) {
    return map_.write([&] { return records_.erase(entity, id); });
}

bool MapStorage::get(const Entity& entity, Id id, void* object) {
    return records_.read(entity, id, object);
}

std::unique_ptr<Cursor> MapStorage::get_many(const Entity& entity, std::span<const Id> ids,
                                             const FieldSet* /*fields*/) {
    return get_many_from_map(records_, entity, ids, meter_);
}

bool MapStorage::is_live(const Entity& entity, Id id) {
    const StoredRecord record = records_.find(entity, id);
    return record != nullptr && !header_of(*record).deleted_at();
}

std::unique_ptr<Cursor> MapStorage::scan(const expr::Query& query,
                                         const QueryArguments& arguments) {
    return scan_map(records_, map_, query, arguments, meter_);
}

std::vector<std::vector<Value>> MapStorage::aggregate(const expr::Aggregation& aggregation,
                                                      const QueryArguments& arguments) {
    return aggregate_map(records_, map_, aggregation, arguments, meter_);
}

Id MapStorage::highest_id() {
    return map_.read([&] { return records_.highest_id(); });
}

// ---- Search

void MapStorage::index_text(const Entity& entity, Id id, std::string_view words) {
    if (is_searchable(entity)) {
        map_.write([&] { words_.add(entity.number, id, words); });
    }
}

void MapStorage::unindex_text(const Entity& entity, Id id, std::string_view words) {
    if (is_searchable(entity)) {
        map_.write([&] { words_.remove(entity.number, id, words); });
    }
}

std::vector<Id> MapStorage::search(const Entity& entity, const WordSearch& wanted) {
    return map_.read([&] { return words_.search(entity.number, wanted, meter_); });
}

void MapStorage::visit_words(const Entity& entity,
                             const std::function<void(std::string_view, Id)>& visit) {
    map_.read([&] { words_.visit(entity.number, visit); });
}

// ---- History, timelines, tallies, settings

std::int64_t MapStorage::append(const Change& line) {
    return map_.write([&] { return history_.append(line); });
}

void MapStorage::add_timeline(std::span<const TimelineEntry> entries) {
    map_.write([&] {
        for (const TimelineEntry& entry : entries) {
            timeline_.add(entry);
        }
    });
}

void MapStorage::remove_timeline(std::span<const TimelineEntry> entries) {
    map_.write([&] {
        for (const TimelineEntry& entry : entries) {
            timeline_.remove(entry);
        }
    });
}

std::vector<TimelineEntry> MapStorage::timeline(const TimelineRange& range) {
    return map_.read([&] { return timeline_.read(range, meter_); });
}

std::vector<TimelineEntry> MapStorage::timeline_via(Id party, Id via) {
    return map_.read([&] { return timeline_.read_via(party, via); });
}

void MapStorage::visit_timelines(const std::function<void(const TimelineEntry&)>& visit) {
    map_.read([&] { timeline_.visit(visit); });
}

void MapStorage::add_to_tallies(std::span<const TallyLine> changes) {
    map_.write([&] {
        for (const TallyLine& change : changes) {
            tallies_.add(change);
        }
    });
}

std::vector<TallyLine> MapStorage::tally(TallyNumber number) {
    return map_.read([&] { return tallies_.lines(number); });
}

void MapStorage::clear_tally(TallyNumber number) {
    map_.write([&] { tallies_.clear(number); });
}

std::string MapStorage::setting(std::string_view key) {
    std::string value;
    map_.get(setting_key(key), value);
    return value;
}

void MapStorage::put_setting(std::string_view key, std::string_view value) {
    map_.write([&] { map_.put(setting_key(key), std::string(value)); });
}

// ---- The whole

void MapStorage::backup(const std::string& path) {
    throw Error(ErrorCode::unsupported, "a host's storage has no file to copy to '" +
                                            shortened(path) +
                                            "': back it up with the host's own means");
}

std::vector<std::string> MapStorage::check_integrity() {
    return map_.read([&] {
        std::vector<std::string> found;
        records_.check_integrity(found);
        words_.check_integrity(records_, found);
        history_.check_integrity(found);
        return found;
    });
}

}  // namespace map_store

// ---- The store

OrderedMapStore::OrderedMapStore(std::shared_ptr<OrderedMap> map, Access access)
    : map_(std::move(map)), access_(access) {
    if (map_ == nullptr) {
        throw Error(ErrorCode::invalid_argument, "the host's ordered map is null");
    }
}

OrderedMapStore::~OrderedMapStore() = default;

std::unique_ptr<Storage> OrderedMapStore::connect_writer() {
    if (!connected_.expired()) {
        throw Error(ErrorCode::busy, "the host's storage has a connection already");
    }
    // An owner of its own, which ends with the connection.
    const std::shared_ptr<OrderedMap> owner(map_.get(), [map = map_](OrderedMap*) {});
    connected_ = owner;
    return std::make_unique<map_store::MapStorage>(owner, access_);
}

std::unique_ptr<Storage> OrderedMapStore::connect_reader() { return nullptr; }

}  // namespace crmkit
