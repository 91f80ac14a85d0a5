/// The fields of every entity by their ids, so that getters and setters need no search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "crmkit/schema/registry.hpp"

namespace crmkit::c_api {

/// What a getter needs to know of a field, in one place.
struct FieldPlace {
    /// Null where the id is no field's.
    const Field* field = nullptr;
    std::uint32_t offset = 0;
    NativeKind kind = NativeKind::text;

    /// The member of this field inside `object`, as the C++ type that its kind stands for.
    template <typename Member>
    [[nodiscard]] const Member& member(const void* object) const {
        return *reinterpret_cast<const Member*>(static_cast<const std::byte*>(object) + offset);
    }
};

/// The fields of one entity.
class FieldTable {
  public:
    explicit FieldTable(const Entity& entity) {
        for (const Field& field : entity.fields) {
            if (field.id >= places_.size()) {
                places_.resize(field.id + std::size_t{1});
            }
            places_[field.id] = {&field, field.offset, field.native_kind()};
        }
    }

    /// The fields by their ids. Valid as long as the table.
    [[nodiscard]] std::span<const FieldPlace> places() const { return places_; }

  private:
    std::vector<FieldPlace> places_;
};

/// The entities of a store and their fields. Records share it, because they may outlive the store.
class Schema {
  public:
    explicit Schema(Registry entities) : registry_(std::move(entities)) {
        for (const Entity* entity : registry_.entities()) {
            tables_.emplace(entity->number, FieldTable(*entity));
        }
    }

    [[nodiscard]] const Registry& registry() const { return registry_; }
    /// `entity` must be one of the registry's.
    [[nodiscard]] const FieldTable& fields_of(const Entity& entity) const {
        return tables_.find(entity.number)->second;
    }

  private:
    Registry registry_;
    std::unordered_map<EntityNumber, FieldTable> tables_;
};

}  // namespace crmkit::c_api
