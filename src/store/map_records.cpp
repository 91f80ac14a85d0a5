#include "map_records.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "crmkit/store/record_keys.hpp"
#include "map_record.hpp"

namespace crmkit::map_store {

namespace {

using detail::UniqueKey;
using detail::ValueKey;

std::string record_key(EntityNumber entity, Id id) {
    return KeyWriter(Table::records).add(entity).add(id).take();
}

KeyWriter unique_prefix(const UniqueKey& key) {
    return KeyWriter(Table::unique_keys).add(key.entity).add(key.number).add(key.values);
}

/// The keys of all entries in the indexes that lead to a record, in their order.
std::vector<std::string> index_keys(const MemoryTable& table, const Record& record) {
    const Id id = header_of(record).id();
    std::vector<std::string> keys;
    for (const UniqueKey& key : detail::unique_keys(table, record)) {
        keys.push_back(unique_prefix(key).add(id).take());
    }
    for (const Field* field : table.indexed) {
        const ValueKey key = detail::value_key(table, *field, record);
        if (!key.value.empty()) {
            keys.push_back(value_prefix(key.entity, key.field, key.value).add(id).take());
        }
    }
    std::sort(keys.begin(), keys.end());
    return keys;
}

Record decoded(const Entity& entity, std::string_view bytes) {
    Record record(entity);
    read_record(bytes, entity, record.object());
    return record;
}

/// Takes the entries out of the indexes that only `before` has, and puts in those that only
/// `after` has.
void replace_keys(WorkingMap& map, const std::vector<std::string>& before,
                  const std::vector<std::string>& after) {
    std::vector<std::string> keys;
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                        std::back_inserter(keys));
    for (std::string& key : keys) {
        map.erase(std::move(key));
    }
    keys.clear();
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                        std::back_inserter(keys));
    for (std::string& key : keys) {
        map.put(std::move(key), {});
    }
}

KeyRange entries_of(Table table, EntityNumber entity) {
    return KeyRange::below(KeyWriter(table).add(entity));
}

std::size_t count(const WorkingMap& map, const KeyRange& range) {
    std::size_t entries = 0;
    for (MapWalk walk(map, range); walk.next();) {
        ++entries;
    }
    return entries;
}

void check_types(const StoredEntity& known, const Entity& entity) {
    for (const Field& field : entity.fields) {
        const StoredField* stored = known.find(field.id);
        if (stored != nullptr && stored->type != to_string(field.type())) {
            throw detail::other_type(entity, field, stored->type);
        }
    }
}

}  // namespace

KeyWriter value_prefix(EntityNumber entity, std::uint16_t field, const std::string& value) {
    return KeyWriter(Table::values).add(entity).add(field).add(value);
}

// ---- Finding

bool MapRecords::contains(EntityNumber entity, Id id) const {
    return map_.contains(record_key(entity, id));
}

bool MapRecords::read(const Entity& entity, Id id, void* object) const {
    std::string bytes;
    const bool is_there = map_.get(record_key(table_of(entity).entity->number, id), bytes);
    if (is_there) {
        read_record(bytes, entity, object);
    }
    return is_there;
}

StoredRecord MapRecords::find(const Entity& entity, Id id) const {
    std::string bytes;
    return map_.get(record_key(entity.number, id), bytes) ? decode(entity, bytes) : nullptr;
}

StoredRecord MapRecords::decode(const Entity& entity, std::string_view bytes) {
    auto record = std::make_shared<Record>(entity);
    read_record(bytes, entity, record->object());
    return record;
}

KeyRange MapRecords::range_of(const Entity& entity, Direction direction, Id id) {
    KeyRange range = entries_of(Table::records, entity.number);
    if (id && direction == Direction::ascending) {
        range.from = record_key(entity.number, id) + '\0';
    } else if (id) {
        range.until = record_key(entity.number, id);
    }
    return range;
}

std::optional<std::vector<StoredRecord>> MapRecords::candidates(
    const Entity& entity, std::span<const Equality> equalities) const {
    const MemoryTable& table = table_of(entity);
    std::vector<StoredRecord> found;
    const auto keep_live = [&found](const StoredRecord& record) {
        if (record != nullptr && !header_of(*record).deleted_at()) {
            found.push_back(record);
        }
        return true;
    };
    if (const auto key = detail::wanted_key(table, equalities)) {
        keep_live(find(entity, holder_of(table, *key)));
        return found;
    }
    for (const Field* field : table.indexed) {
        if (const ValueView* value = detail::wanted(*field, equalities)) {
            visit_with(entity, *entity.find(field->id), *value, keep_live);
            return found;
        }
    }
    return std::nullopt;
}

Id MapRecords::highest_id() const {
    Id highest;
    for (const StoredEntity& entity : schema_.stored) {
        MapWalk walk(map_, entries_of(Table::records, entity.number), Direction::descending);
        if (walk.next()) {
            highest = std::max(highest, KeyReader(walk.key()).last_id());
        }
    }
    return highest;
}

// ---- Changing

void MapRecords::insert(const Entity& entity, const void* object) {
    const MemoryTable& table = table_of(entity);
    const Id id = header_of(RecordView(entity, object)).id();
    if (!id) {
        throw detail::without_id(entity);
    }
    std::string bytes = record_bytes(entity, object);
    const Record record = decoded(*table.entity, bytes);
    if (contains(entity.number, id)) {
        throw detail::duplicate(*table.entity, {&table.entity->fields.front()}, record);
    }
    check_free(table, record);
    check_references(table, record, nullptr);
    replace_keys(map_, {}, index_keys(table, record));
    map_.put(record_key(entity.number, id), std::move(bytes));
}

bool MapRecords::update(const Entity& entity, const void* object, const FieldSet& changed,
                        std::int64_t expected_version) {
    const MemoryTable& table = table_of(entity);
    const Id id = header_of(RecordView(entity, object)).id();
    std::string bytes;
    if (!map_.get(record_key(entity.number, id), bytes)) {
        return false;
    }
    const Record before = decoded(*table.entity, bytes);
    if (header_of(before).version() != expected_version) {
        return false;
    }
    bytes = changed_bytes(bytes, entity, object, changed);
    const Record after = decoded(*table.entity, bytes);
    check_free(table, after);
    check_references(table, after, &before);
    replace_keys(map_, index_keys(table, before), index_keys(table, after));
    map_.put(record_key(entity.number, id), std::move(bytes));
    return true;
}

bool MapRecords::erase(const Entity& entity, Id id) {
    const MemoryTable& table = table_of(entity);
    const StoredRecord record = find(*table.entity, id);
    if (record == nullptr) {
        return false;
    }
    check_not_referred_to(table, id);
    replace_keys(map_, index_keys(table, *record), {});
    map_.erase(record_key(entity.number, id));
    return true;
}

// ---- Unique keys and references

Id MapRecords::holder_of(const MemoryTable& table, const UniqueKey& key) const {
    for (MapWalk walk(map_, KeyRange::below(unique_prefix(key))); walk.next();) {
        const Id id = KeyReader(walk.key()).last_id();
        if (key.values.size() <= longest_in_key || has_key(table, id, key)) {
            return id;
        }
    }
    return {};
}

bool MapRecords::has_key(const MemoryTable& table, Id id, const UniqueKey& key) const {
    const StoredRecord record = find(*table.entity, id);
    if (record == nullptr) {
        return false;
    }
    const std::vector<UniqueKey> keys = detail::unique_keys(table, *record);
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

void MapRecords::check_free(const MemoryTable& table, const Record& record) const {
    for (const UniqueKey& key : detail::unique_keys(table, record)) {
        const Id holder = holder_of(table, key);
        if (holder && holder != header_of(record).id()) {
            throw detail::duplicate(*table.entity, table.unique_keys[key.number], record);
        }
    }
}

/// Throws restricted when a reference, unless `before` has it, leads to no record.
void MapRecords::check_references(const MemoryTable& table, const Record& record,
                                  const Record* before) const {
    for (const MemoryTable::Reference& reference : table.references) {
        const Id id = record.get(*reference.field).id();
        const bool is_known = before != nullptr && before->get(*reference.field).id() == id;
        const bool is_itself =
            reference.target == table.entity->number && id == header_of(record).id();
        if (id && !is_known && !is_itself && !contains(reference.target, id)) {
            throw detail::dangling(*table.entity, *reference.field, id);
        }
    }
}

/// Throws restricted when another record, live or deleted, refers to this one.
void MapRecords::check_not_referred_to(const MemoryTable& table, Id id) const {
    const EntityNumber number = table.entity->number;
    std::string wanted;
    detail::append_value(wanted, ValueView(id));
    for (const StoredEntity& from : schema_.stored) {
        for (const StoredField& field : from.fields) {
            if (field.target != number) {
                continue;
            }
            for (MapWalk walk(map_, KeyRange::below(value_prefix(from.number, field.id, wanted)));
                 walk.next();) {
                const Id other = KeyReader(walk.key()).last_id();
                if (from.number != number || other != id) {
                    throw detail::referred_to(*table.entity, id, from.name, field.name, other);
                }
            }
        }
    }
}

// ---- Upgrade and check

std::vector<const Entity*> MapRecords::upgrade(MapSchema& wanted) {
    std::vector<const Entity*> searchable_otherwise;
    for (const MemoryTable& table : wanted.tables.tables()) {
        const StoredEntity* const known = wanted.find(table.entity->number);
        const StoredEntity declared = StoredEntity::of(table);
        if (known != nullptr && *known != declared) {
            check_types(*known, *table.entity);
            rebuild(table);
            if (known->searchable() != declared.searchable()) {
                searchable_otherwise.push_back(table.entity);
            }
        }
        wanted.note(map_, table);
    }
    return searchable_otherwise;
}

void MapRecords::rebuild(const MemoryTable& table) {
    const Entity& entity = *table.entity;
    map_.erase(entries_of(Table::unique_keys, entity.number));
    map_.erase(entries_of(Table::values, entity.number));
    for (MapWalk walk(map_, range_of(entity, Direction::ascending)); walk.next();) {
        const Record record = decoded(entity, walk.value());
        check_free(table, record);
        replace_keys(map_, {}, index_keys(table, record));
    }
}

void MapRecords::check_integrity(std::vector<std::string>& found) const {
    for (const MemoryTable& table : schema_.tables.tables()) {
        check_table(table, found);
    }
}

void MapRecords::check_table(const MemoryTable& table, std::vector<std::string>& found) const {
    const Entity& entity = *table.entity;
    std::size_t expected = 0;
    for (MapWalk walk(map_, range_of(entity, Direction::ascending)); walk.next();) {
        const Record record = decoded(entity, walk.value());
        const Id id = KeyReader(walk.key()).last_id();
        const std::string name = std::string(entity.name) + " " + to_string(id);
        if (header_of(record).id() != id) {
            found.push_back("the record " + name + " is not where it belongs");
        }
        for (const std::string& key : index_keys(table, record)) {
            ++expected;
            if (!map_.contains(key)) {
                found.push_back("a value of the record " + name + " is not in its index");
            }
        }
    }
    const std::size_t present = count(map_, entries_of(Table::unique_keys, entity.number)) +
                                count(map_, entries_of(Table::values, entity.number));
    if (present != expected) {
        found.push_back("the indexes of " + std::string(entity.plural) +
                        " hold values that no record has");
    }
}

}  // namespace crmkit::map_store
