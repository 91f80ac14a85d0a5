#include "map_schema.hpp"

#include <algorithm>
#include <utility>

#include "crmkit/store/schema_version.hpp"

namespace crmkit::map_store {

namespace {

using detail::MemoryTable;

std::string version_key() {
    return KeyWriter(Table::store).add(std::string_view("version")).take();
}

/// The entity whose records a field must lead to; 0 for none.
EntityNumber target_of(const MemoryTable& table, const Field& field) {
    for (const MemoryTable::Reference& reference : table.references) {
        if (reference.field == &field) {
            return reference.target;
        }
    }
    return 0;
}

std::vector<std::uint16_t> ids_of(const std::vector<const Field*>& fields) {
    std::vector<std::uint16_t> ids;
    ids.reserve(fields.size());
    for (const Field* field : fields) {
        ids.push_back(field->id);
    }
    return ids;
}

void write_list(ValueWriter& bytes, const std::vector<std::uint16_t>& ids) {
    bytes.number(static_cast<std::int64_t>(ids.size()));
    for (const std::uint16_t id : ids) {
        bytes.number(id);
    }
}

std::vector<std::uint16_t> read_list(ValueReader& bytes) {
    std::vector<std::uint16_t> ids;
    for (std::int64_t left = bytes.number(); left > 0; --left) {
        ids.push_back(static_cast<std::uint16_t>(bytes.number()));
    }
    return ids;
}

StoredField read_field(ValueReader& bytes) {
    StoredField field;
    field.id = static_cast<std::uint16_t>(bytes.number());
    field.name = bytes.text();
    field.type = bytes.text();
    field.is_searchable = bytes.number() != 0;
    field.target = static_cast<EntityNumber>(bytes.number());
    return field;
}

/// The version of the stored form; 0 for an empty map. Throws corrupt and newer_schema.
std::int64_t stored_version(const WorkingMap& map) {
    std::string version;
    if (!map.get(version_key(), version)) {
        if (MapWalk(map, KeyRange{std::string(1, '\0'), "\xFF"}).next()) {
            throw Error(ErrorCode::corrupt,
                        "the host's storage has entries, and they are not crmkit's");
        }
        return 0;
    }
    const std::int64_t number = ValueReader(version, "a schema version").number();
    if (number > schema_version) {
        throw Error(ErrorCode::newer_schema,
                    "the store has schema version " + std::to_string(number) +
                        ", this crmkit knows up to " + std::to_string(schema_version) +
                        ": use a crmkit at least as new as the one that wrote it");
    }
    return number;
}

}  // namespace

StoredEntity StoredEntity::of(const MemoryTable& table) {
    StoredEntity entity{table.entity->number, std::string(table.entity->name)};
    for (const Field& field : table.entity->fields) {
        entity.fields.push_back({field.id, std::string(field.name),
                                 std::string(to_string(field.type())), field.is_searchable,
                                 target_of(table, field)});
    }
    for (const auto& key : table.unique_keys) {
        entity.unique_keys.push_back(ids_of(key));
    }
    entity.indexed = ids_of(table.indexed);
    return entity;
}

std::string StoredEntity::bytes() const {
    ValueWriter bytes;
    bytes.text(name).number(static_cast<std::int64_t>(fields.size()));
    for (const StoredField& field : fields) {
        bytes.number(field.id).text(field.name).text(field.type);
        bytes.number(field.is_searchable ? 1 : 0).number(field.target);
    }
    bytes.number(static_cast<std::int64_t>(unique_keys.size()));
    for (const auto& key : unique_keys) {
        write_list(bytes, key);
    }
    write_list(bytes, indexed);
    return bytes.take();
}

StoredEntity StoredEntity::from_bytes(EntityNumber number, std::string_view stored) {
    ValueReader bytes(stored, "the description of an entity");
    StoredEntity entity{number, std::string(bytes.text())};
    for (std::int64_t left = bytes.number(); left > 0; --left) {
        entity.fields.push_back(read_field(bytes));
    }
    for (std::int64_t left = bytes.number(); left > 0; --left) {
        entity.unique_keys.push_back(read_list(bytes));
    }
    entity.indexed = read_list(bytes);
    return entity;
}

std::string StoredEntity::key() const { return KeyWriter(Table::entities).add(number).take(); }

const StoredField* StoredEntity::find(std::uint16_t id) const {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [id](const StoredField& field) { return field.id == id; });
    return found == fields.end() ? nullptr : &*found;
}

std::vector<std::uint16_t> StoredEntity::searchable() const {
    std::vector<std::uint16_t> ids;
    for (const StoredField& field : fields) {
        if (field.is_searchable) {
            ids.push_back(field.id);
        }
    }
    return ids;
}

MapSchema MapSchema::read(const WorkingMap& map, const Registry& registry) {
    MapSchema schema;
    schema.is_of_this_version = stored_version(map) == schema_version;
    for (const Entity* entity : registry.entities()) {
        schema.tables.put(MemoryTable(*entity, registry));
    }
    for (MapWalk walk(map, KeyRange::below(KeyWriter(Table::entities))); walk.next();) {
        schema.stored.push_back(
            StoredEntity::from_bytes(KeyReader(walk.key()).number16(), walk.value()));
    }
    return schema;
}

const StoredEntity* MapSchema::find(EntityNumber number) const {
    const auto found =
        std::find_if(stored.begin(), stored.end(),
                     [number](const StoredEntity& entity) { return entity.number == number; });
    return found == stored.end() ? nullptr : &*found;
}

bool MapSchema::is_current() const {
    const auto is_as_declared = [this](const MemoryTable& table) {
        const StoredEntity* known = find(table.entity->number);
        return known != nullptr && *known == StoredEntity::of(table);
    };
    return is_of_this_version &&
           std::all_of(tables.tables().begin(), tables.tables().end(), is_as_declared);
}

void MapSchema::note(WorkingMap& map, const MemoryTable& table) {
    StoredEntity entity = StoredEntity::of(table);
    map.put(entity.key(), entity.bytes());
    const auto known = std::find_if(
        stored.begin(), stored.end(),
        [&entity](const StoredEntity& other) { return other.number == entity.number; });
    if (known == stored.end()) {
        stored.push_back(std::move(entity));
    } else {
        *known = std::move(entity);
    }
}

void note_version(WorkingMap& map) {
    map.put(version_key(), ValueWriter().number(schema_version).take());
}

}  // namespace crmkit::map_store
