/// The entities of a store on an ordered map: as a program declares them, and as the map says that
/// they were when it was last migrated.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/schema/registry.hpp"
#include "crmkit/store/memory_table.hpp"
#include "working_map.hpp"

namespace crmkit::map_store {

/// A field as the map remembers it.
struct StoredField {
    std::uint16_t id = 0;
    std::string name{};
    /// The label of its type.
    std::string type{};
    bool is_searchable = false;
    /// The entity whose records it must lead to; 0 for none.
    EntityNumber target = 0;

    friend bool operator==(const StoredField&, const StoredField&) = default;
};

/// An entity as the map remembers it.
struct StoredEntity {
    EntityNumber number = 0;
    std::string name{};
    std::vector<StoredField> fields{};
    /// The fields of each unique key, and the fields with an index.
    std::vector<std::vector<std::uint16_t>> unique_keys{};
    std::vector<std::uint16_t> indexed{};

    static StoredEntity of(const detail::MemoryTable& table);
    static StoredEntity from_bytes(EntityNumber number, std::string_view bytes);
    [[nodiscard]] std::string bytes() const;
    /// The key of its entry in the map.
    [[nodiscard]] std::string key() const;
    [[nodiscard]] const StoredField* find(std::uint16_t id) const;
    [[nodiscard]] std::vector<std::uint16_t> searchable() const;

    friend bool operator==(const StoredEntity&, const StoredEntity&) = default;
};

/// What a map holds.
struct MapSchema {
    /// The entities of the program.
    detail::MemorySchema tables{};
    /// Those of the map, also such as the program does not know.
    std::vector<StoredEntity> stored{};
    /// Whether the map is of this version of the stored form.
    bool is_of_this_version = false;

    /// The declarations, and what the map says. Throws newer_schema, and corrupt for a map with
    /// entries that are not crmkit's.
    static MapSchema read(const WorkingMap& map, const Registry& registry);

    /// Null when the map does not have it.
    [[nodiscard]] const StoredEntity* find(EntityNumber number) const;
    /// Whether every entity of the program is in the map as the program declares it.
    [[nodiscard]] bool is_current() const;
    /// Notes in the map, and here, that an entity is as declared.
    void note(WorkingMap& map, const detail::MemoryTable& table);
};

/// Notes that the map is of this version of the stored form.
void note_version(WorkingMap& map);

}  // namespace crmkit::map_store
