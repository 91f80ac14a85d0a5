/// `Registry`: all entities of a store, found by name or number, with their relations resolved.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// A reference from one entity's field to another entity, as seen from the one referred to.
struct IncomingReference {
    const Entity* from = nullptr;
    const Field* field = nullptr;
};

/// The entities of a store. Immutable once a store is open; readable from any thread.
class Registry {
  public:
    Registry() = default;

    /// Adds an entity. Throws invalid_argument when its name, plural or number is taken.
    void add(const Entity& entity) {
        for (const Entity* known : entities_) {
            if (known->name == entity.name || known->plural == entity.plural ||
                known->number == entity.number) {
                throw Error(ErrorCode::invalid_argument, "entity " + std::string(entity.name) +
                                                             " (" + std::to_string(entity.number) +
                                                             ") clashes with " +
                                                             std::string(known->name) + " (" +
                                                             std::to_string(known->number) + ")");
            }
        }
        entities_.push_back(&entity);
    }
    template <RecordType T>
    void add() {
        add(entity_of<T>());
    }

    /// All entities, in the order they were added.
    [[nodiscard]] const std::vector<const Entity*>& entities() const { return entities_; }

    /// By name ("account") or plural ("accounts"); null when unknown.
    [[nodiscard]] const Entity* find(std::string_view name) const {
        for (const Entity* entity : entities_) {
            if (entity->name == name || entity->plural == name) {
                return entity;
            }
        }
        return nullptr;
    }
    [[nodiscard]] const Entity* find(EntityNumber number) const {
        for (const Entity* entity : entities_) {
            if (entity->number == number) {
                return entity;
            }
        }
        return nullptr;
    }
    /// By name or plural. Throws not_found, with the nearest known name.
    [[nodiscard]] const Entity& get(std::string_view name) const {
        if (const Entity* entity = find(name)) {
            return *entity;
        }
        std::vector<std::string_view> names;
        for (const Entity* entity : entities_) {
            names.push_back(entity->name);
        }
        const std::string_view near = nearest(name, names);
        throw Error(ErrorCode::not_found,
                    "no entity is called '" + shortened(name) + "'" +
                        (near.empty() ? "" : "; nearest is '" + std::string(near) + "'"));
    }
    /// Throws not_found.
    [[nodiscard]] const Entity& get(EntityNumber number) const {
        if (const Entity* entity = find(number)) {
            return *entity;
        }
        throw Error(ErrorCode::not_found, "no entity has the number " + std::to_string(number));
    }

    /// The entities that a reference field may point at: one, or several when polymorphic; all
    /// when its target is "any".
    [[nodiscard]] std::vector<const Entity*> targets(const Field& field) const {
        if (field.target == "any") {
            return entities_;
        }
        std::vector<const Entity*> found;
        std::string_view rest = field.target;
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            found.push_back(&get(trim(rest.substr(0, comma))));
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
        return found;
    }
    [[nodiscard]] bool may_target(const Field& field, const Entity& entity) const {
        const auto all = targets(field);
        return std::find(all.begin(), all.end(), &entity) != all.end();
    }

    /// Every reference field of every entity that may point at `entity`, header fields left out.
    [[nodiscard]] std::vector<IncomingReference> references_to(const Entity& entity) const {
        std::vector<IncomingReference> found;
        for (const Entity* from : entities_) {
            for (const Field& field : from->fields) {
                if (!field.target.empty() && field.id >= 10 && may_target(field, entity)) {
                    found.push_back({from, &field});
                }
            }
        }
        return found;
    }
    /// The reference whose records `entity` lists under this name ("opportunities"); a null entity
    /// when there is none.
    [[nodiscard]] IncomingReference children(const Entity& entity, std::string_view name) const {
        for (const Entity* from : entities_) {
            for (const Field& field : from->fields) {
                if (!name.empty() && field.children_name == name && may_target(field, entity)) {
                    return {from, &field};
                }
            }
        }
        return {};
    }

  private:
    std::vector<const Entity*> entities_;
};

}  // namespace crmkit
