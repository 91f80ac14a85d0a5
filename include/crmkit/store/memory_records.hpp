/// The records of a memory store and the indexes over them. Part of store/memory.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"
#include "crmkit/store/memory_table.hpp"
#include "crmkit/store/record_keys.hpp"
#include "crmkit/store/snapshot_map.hpp"

namespace crmkit::detail {

/// The records of a store with the indexes over their values. A value: a copy is made in
/// constant time and is a snapshot.
class MemoryRecords {
  public:
    using Map = SnapshotMap<RecordKey, StoredRecord>;

    [[nodiscard]] const MemorySchema& schema() const { return *schema_; }
    [[nodiscard]] const Map& all() const { return records_; }
    /// The first record of an entity after an id; behind its last one come those of others.
    [[nodiscard]] Map::Position first_of(EntityNumber entity, Id after = {}) const {
        auto at = records_.at_or_above({entity, after});
        if (at && at.key() == RecordKey{entity, after}) {
            at.forward();
        }
        return at;
    }
    /// The last record of an entity; before its first one come those of others.
    [[nodiscard]] Map::Position last_of(EntityNumber entity) const {
        const RecordKey last{entity, Id{std::numeric_limits<std::int64_t>::max()}};
        auto at = records_.at_or_above(last);
        return at && at.key() == last ? at : records_.below(last);
    }
    /// The last record of an entity before an id.
    [[nodiscard]] Map::Position last_of(EntityNumber entity, Id before) const {
        return records_.below({entity, before});
    }

    /// Whether every entity of the registry is stored as it is described there.
    [[nodiscard]] bool matches(const Registry& registry) const {
        for (const Entity* entity : registry.entities()) {
            const MemoryTable* table = schema_->find(entity->number);
            if (table == nullptr || table->entity != entity) {
                return false;
            }
        }
        return true;
    }

    /// Takes over the descriptions of the registry, and brings the records to them. Throws
    /// unsupported when a field has another type, duplicate when a new unique key is taken twice.
    void migrate(const Registry& registry) {
        auto wanted = std::make_shared<MemorySchema>(*schema_);
        for (const Entity* entity : registry.entities()) {
            wanted->put(MemoryTable(*entity, registry));
        }
        const std::shared_ptr<const MemorySchema> before = std::exchange(schema_, wanted);
        for (const Entity* entity : registry.entities()) {
            const MemoryTable* old = before->find(entity->number);
            if (old != nullptr && old->entity != entity) {
                check_types(*old->entity, *entity);
                rewrite(*old, schema_->of(*entity));
            }
        }
    }

    [[nodiscard]] const Record* find(const Entity& entity, Id id) const {
        const StoredRecord* stored = records_.find({schema_->of(entity).entity->number, id});
        return stored == nullptr ? nullptr : stored->get();
    }
    /// The same, to be kept; null when there is none.
    [[nodiscard]] StoredRecord share(const Entity& entity, Id id) const {
        const StoredRecord* stored = records_.find({schema_->of(entity).entity->number, id});
        return stored == nullptr ? nullptr : *stored;
    }

    /// Calls `visit(const StoredRecord&)` for each record, live or deleted, that has a value in an
    /// indexed field, by ascending id, until it returns false.
    template <typename Visitor>
    void visit_with(const MemoryTable& table, const Field& field, const ValueView& value,
                    Visitor visit) const {
        ValueKey start{table.entity->number, field.id, {}, {}};
        append_value(start.value, value);
        for (auto at = values_.at_or_above(start);
             at && at.key().entity == start.entity && at.key().field == start.field &&
             at.key().value == start.value;
             at.forward()) {
            if (!visit(*records_.find({start.entity, at.key().record}))) {
                return;
            }
        }
    }

    /// Live records, by ascending id, among which all are that meet the equalities; nothing when
    /// no index helps to find them.
    [[nodiscard]] std::optional<std::vector<StoredRecord>> candidates(
        const MemoryTable& table, std::span<const Equality> equalities) const {
        std::vector<StoredRecord> found;
        if (const auto key = wanted_key(table, equalities)) {
            if (const Id* id = unique_.find(*key)) {
                found.push_back(*records_.find({key->entity, *id}));
            }
            return found;
        }
        for (const Field* field : table.indexed) {
            if (const ValueView* value = wanted(*field, equalities)) {
                visit_with(table, *field, *value, [&found](const StoredRecord& record) {
                    if (!header_of(*record).deleted_at()) {
                        found.push_back(record);
                    }
                    return true;
                });
                return found;
            }
        }
        return std::nullopt;
    }

    void insert(const Entity& entity, const void* object) {
        const MemoryTable& table = schema_->of(entity);
        auto record = std::make_shared<Record>(*table.entity);
        transfer(entity, object, *table.entity, record->object());
        const RecordKey key{table.entity->number, header_of(*record).id()};
        if (!key.id) {
            throw without_id(entity);
        }
        if (records_.contains(key)) {
            throw duplicate(*table.entity, {&table.entity->fields.front()}, *record);
        }
        std::vector<UniqueKey> keys = unique_keys(table, *record);
        check_free(table, keys, *record);
        check_references(table, *record);
        add(table, std::move(record), std::move(keys));
    }

    bool update(const Entity& entity, const void* object, const FieldSet& changed,
                std::int64_t expected_version) {
        const MemoryTable& table = schema_->of(entity);
        const RecordKey key{table.entity->number, header_of(RecordView(entity, object)).id()};
        const StoredRecord* stored = records_.find(key);
        if (stored == nullptr || header_of(**stored).version() != expected_version) {
            return false;
        }
        const StoredRecord before = *stored;
        auto after = std::make_shared<Record>(*before);
        for (std::size_t i = 0; i < entity.fields.size(); ++i) {
            const Field* target =
                changed.contains(i) ? table.entity->find(entity.fields[i].id) : nullptr;
            if (target != nullptr) {
                target->native->set(target->member(after->object()),
                                    entity.fields[i].native->get(entity.fields[i].member(object)));
            }
        }
        std::vector<UniqueKey> keys = unique_keys(table, *after);
        check_free(table, keys, *after);
        check_references(table, *after);
        remove(table, *before);
        add(table, std::move(after), std::move(keys));
        return true;
    }

    bool erase(const Entity& entity, Id id) {
        const MemoryTable& table = schema_->of(entity);
        const RecordKey key{table.entity->number, id};
        const StoredRecord* stored = records_.find(key);
        if (stored == nullptr) {
            return false;
        }
        const StoredRecord record = *stored;
        check_not_referred_to(table, id);
        remove(table, *record);
        return true;
    }

    [[nodiscard]] Id highest_id() const {
        Id highest;
        for (const MemoryTable& table : schema_->tables()) {
            const auto last = last_of(table.entity->number);
            if (last && last.key().entity == table.entity->number) {
                highest = std::max(highest, last.key().id);
            }
        }
        return highest;
    }

    /// Compares every index with what the records say it must hold.
    void check_integrity(std::vector<std::string>& found) const {
        std::size_t unique_count = 0;
        std::size_t value_count = 0;
        for (auto at = records_.first(); at; at.forward()) {
            check_record(at.key(), *at.value(), unique_count, value_count, found);
        }
        if (unique_count != unique_.size()) {
            found.emplace_back("the index of unique keys holds keys that no record has");
        }
        if (value_count != values_.size()) {
            found.emplace_back("the index of values holds values that no record has");
        }
    }

  private:
    static void check_types(const Entity& before, const Entity& after) {
        for (const Field& field : after.fields) {
            const Field* known = before.find(field.id);
            if (known != nullptr && known->type() != field.type()) {
                throw other_type(after, field, to_string(known->type()));
            }
        }
    }

    /// Stores every record of an entity anew, as its new description has it.
    void rewrite(const MemoryTable& from, const MemoryTable& to) {
        const EntityNumber number = to.entity->number;
        const SnapshotMap<RecordKey, StoredRecord> before = records_;
        const auto each = [&](auto act) {
            for (auto at = before.at_or_above({number, {}}); at && at.key().entity == number;
                 at.forward()) {
                act(*at.value());
            }
        };
        each([&](const Record& record) { remove(from, record); });
        each([&](const Record& record) {
            auto converted = std::make_shared<Record>(*to.entity);
            transfer(*from.entity, record.object(), *to.entity, converted->object());
            std::vector<UniqueKey> keys = unique_keys(to, *converted);
            check_free(to, keys, *converted);
            add(to, std::move(converted), std::move(keys));
        });
    }

    /// Stores a record, which has these unique keys, and its entries in the indexes.
    void add(const MemoryTable& table, StoredRecord record, std::vector<UniqueKey> keys) {
        const RecordKey key{table.entity->number, header_of(*record).id()};
        add_values(table, *record);
        for (UniqueKey& unique : keys) {
            unique_.insert(std::move(unique), key.id);
        }
        records_.insert(key, std::move(record));
    }

    void remove(const MemoryTable& table, const Record& record) {
        remove_values(table, record);
        for (const UniqueKey& key : unique_keys(table, record)) {
            unique_.erase(key);
        }
        records_.erase({table.entity->number, header_of(record).id()});
    }

    // ---- references

    /// Throws restricted when a reference leads to no record; to a deleted one it may.
    void check_references(const MemoryTable& table, const Record& record) const {
        for (const MemoryTable::Reference& reference : table.references) {
            const Id id = record.get(*reference.field).id();
            const bool is_itself =
                reference.target == table.entity->number && id == header_of(record).id();
            if (id && !is_itself && !records_.contains({reference.target, id})) {
                throw dangling(*table.entity, *reference.field, id);
            }
        }
    }

    /// Throws restricted when a record, live or deleted, refers to this one.
    void check_not_referred_to(const MemoryTable& table, Id id) const {
        for (const MemoryTable& from : schema_->tables()) {
            for (const MemoryTable::Reference& reference : from.references) {
                if (reference.target == table.entity->number) {
                    check_not_referred_to_by(from, *reference.field, table, id);
                }
            }
        }
    }
    void check_not_referred_to_by(const MemoryTable& from, const Field& field,
                                  const MemoryTable& table, Id id) const {
        visit_with(from, field, ValueView(id), [&](const StoredRecord& referring) {
            const Id other = header_of(*referring).id();
            if (from.entity == table.entity && other == id) {
                return true;
            }
            throw referred_to(*table.entity, id, from.entity->name, field.name, other);
        });
    }

    // ---- indexes of records

    /// Throws duplicate when another record than this one has one of the keys.
    void check_free(const MemoryTable& table, const std::vector<UniqueKey>& keys,
                    const Record& record) const {
        for (const UniqueKey& key : keys) {
            const Id* holder = unique_.find(key);
            if (holder != nullptr && *holder != header_of(record).id()) {
                throw duplicate(*table.entity, table.unique_keys[key.number], record);
            }
        }
    }

    void add_values(const MemoryTable& table, const Record& record) {
        for (const Field* field : table.indexed) {
            if (ValueKey key = value_key(table, *field, record); !key.value.empty()) {
                values_.insert(std::move(key), {});
            }
        }
    }
    void remove_values(const MemoryTable& table, const Record& record) {
        for (const Field* field : table.indexed) {
            values_.erase(value_key(table, *field, record));
        }
    }

    void check_record(const RecordKey& key, const Record& record, std::size_t& unique_count,
                      std::size_t& value_count, std::vector<std::string>& found) const {
        const MemoryTable* table = schema_->find(key.entity);
        const std::string name = std::to_string(key.entity) + "/" + to_string(key.id);
        if (table == nullptr || header_of(record).id() != key.id) {
            found.push_back("the record " + name + " is not where it belongs");
            return;
        }
        for (const UniqueKey& unique : unique_keys(*table, record)) {
            ++unique_count;
            const Id* holder = unique_.find(unique);
            if (holder == nullptr || *holder != key.id) {
                found.push_back("a unique key of the record " + name + " is not in its index");
            }
        }
        for (const Field* field : table->indexed) {
            const ValueKey value = value_key(*table, *field, record);
            value_count += value.value.empty() ? 0U : 1U;
            if (!value.value.empty() && !values_.contains(value)) {
                found.push_back("the value of " + std::string(field->name) + " of the record " +
                                name + " is not in its index");
            }
        }
    }

    std::shared_ptr<const MemorySchema> schema_ = std::make_shared<const MemorySchema>();
    Map records_;
    SnapshotMap<UniqueKey, Id> unique_;
    SnapshotSet<ValueKey> values_;
};

}  // namespace crmkit::detail
