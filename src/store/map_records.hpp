/// The records of a store on an ordered map, and the indexes over their values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/schema/record.hpp"
#include "crmkit/store/memory_table.hpp"
#include "map_schema.hpp"
#include "working_map.hpp"

namespace crmkit::map_store {

using detail::Equality;
using detail::MemoryTable;
using detail::StoredRecord;

/// Entries of three tables: the records; which record has a unique key; which records have a value
/// in an indexed field. The changes are for inside of WorkingMap::write().
class MapRecords {
  public:
    explicit MapRecords(WorkingMap& map) : map_(map) {}

    /// Brings the indexes, and what the map says of its entities, to the program's declarations.
    /// Returns the entities whose search index has to be filled again. Throws unsupported when a
    /// field has another type, duplicate when a new unique key is taken twice.
    std::vector<const Entity*> upgrade(MapSchema& wanted);
    /// Goes by these declarations from now on.
    void use(MapSchema schema) { schema_ = std::move(schema); }

    /// Reads a record into `object`; false when there is none.
    bool read(const Entity& entity, Id id, void* object) const;
    /// The same as a record of its own; null when there is none.
    [[nodiscard]] StoredRecord find(const Entity& entity, Id id) const;
    [[nodiscard]] bool contains(EntityNumber entity, Id id) const;
    /// The records of an entity after an id, or, descending, before one; all for no id.
    [[nodiscard]] static KeyRange range_of(const Entity& entity, Direction direction, Id id = {});
    /// The record that a key of range_of() leads to, as stored.
    [[nodiscard]] static StoredRecord decode(const Entity& entity, std::string_view bytes);

    /// Calls `visit(const StoredRecord&)` for each record, live or deleted, that has a value in an
    /// indexed field, by ascending id, until it returns false.
    template <typename Visitor>
    void visit_with(const Entity& entity, const Field& field, const ValueView& value,
                    Visitor visit) const;
    /// Live records, by ascending id, among which all are that meet the equalities; nothing when
    /// no index helps to find them.
    [[nodiscard]] std::optional<std::vector<StoredRecord>> candidates(
        const Entity& entity, std::span<const Equality> equalities) const;

    /// See Storage.
    void insert(const Entity& entity, const void* object);
    bool update(const Entity& entity, const void* object, const FieldSet& changed,
                std::int64_t expected_version);
    bool erase(const Entity& entity, Id id);
    [[nodiscard]] Id highest_id() const;

    /// Compares every index with what the records say it must hold.
    void check_integrity(std::vector<std::string>& found) const;

  private:
    [[nodiscard]] const MemoryTable& table_of(const Entity& entity) const {
        return schema_.tables.of(entity);
    }
    void rebuild(const MemoryTable& table);
    [[nodiscard]] Id holder_of(const MemoryTable& table, const detail::UniqueKey& key) const;
    [[nodiscard]] bool has_key(const MemoryTable& table, Id id, const detail::UniqueKey& key) const;
    void check_free(const MemoryTable& table, const Record& record) const;
    void check_references(const MemoryTable& table, const Record& record,
                          const Record* before) const;
    void check_not_referred_to(const MemoryTable& table, Id id) const;
    void check_table(const MemoryTable& table, std::vector<std::string>& found) const;

    WorkingMap& map_;
    MapSchema schema_;
};

/// The beginning of the keys that lead to the records with a value in a field.
KeyWriter value_prefix(EntityNumber entity, std::uint16_t field, const std::string& value);

template <typename Visitor>
void MapRecords::visit_with(const Entity& entity, const Field& field, const ValueView& value,
                            Visitor visit) const {
    std::string wanted;
    detail::append_value(wanted, value);
    for (MapWalk walk(map_, KeyRange::below(value_prefix(entity.number, field.id, wanted)));
         walk.next();) {
        const StoredRecord record = find(entity, KeyReader(walk.key()).last_id());
        // The index knows only the beginning of a long value.
        if (record != nullptr && record->get(field) == value && !visit(record)) {
            return;
        }
    }
}

}  // namespace crmkit::map_store
