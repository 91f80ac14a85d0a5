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

    /// Throws invalid_argument with a problem for each reference that names no entity of the
    /// registry, header fields left out, and for each name under which an entity would list the
    /// records of two fields.
    void check_relations() const {
        std::vector<Problem> problems;
        std::vector<std::pair<const Entity*, std::string_view>> lists;
        for (const Entity* entity : entities_) {
            for (const Field& field : entity->fields) {
                if (field.id > header::count && field.target != "any") {
                    check_targets(*entity, field, lists, problems);
                }
            }
        }
        if (!problems.empty()) {
            throw Error::about(ErrorCode::invalid_argument, std::move(problems));
        }
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
        throw Error(ErrorCode::not_found,
                    "no entity is called '" + shortened(name) + "'" + nearest_hint(name));
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
        for_each_target(field, [&](std::string_view name) { found.push_back(&get(name)); });
        return found;
    }
    [[nodiscard]] bool may_target(const Field& field, const Entity& entity) const {
        bool is_target = field.target == "any";
        for_each_target(field, [&](std::string_view name) {
            is_target = is_target || name == entity.name || name == entity.plural;
        });
        return is_target;
    }

    /// What a reference field's value points at, whichever kind of reference it is; none for null.
    [[nodiscard]] Link link_of(const Field& field, const ValueView& value) const {
        if (value.is_null() || value.kind() == ValueKind::link) {
            return value.is_null() ? Link{} : value.link();
        }
        return {get(field.target).number, value.id()};
    }

    /// Every reference field of every entity that may point at `entity`; of the header fields only
    /// the owner: who created and changed a record stays written there, whoever is gone.
    [[nodiscard]] std::vector<IncomingReference> references_to(const Entity& entity) const {
        std::vector<IncomingReference> found;
        for (const Entity* from : entities_) {
            for (const Field& field : from->fields) {
                const bool counts = field.id > header::count || field.id == header::owner;
                if (counts && !field.target.empty() && may_target(field, entity)) {
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
    template <typename Visit>
    static void for_each_target(const Field& field, Visit visit) {
        std::string_view rest = field.target;
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            visit(trim(rest.substr(0, comma)));
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
    }

    [[nodiscard]] std::string nearest_hint(std::string_view name) const {
        std::vector<std::string_view> names;
        for (const Entity* entity : entities_) {
            names.push_back(entity->name);
        }
        const std::string_view near = nearest(name, names);
        return near.empty() ? std::string() : "; nearest is '" + std::string(near) + "'";
    }

    void check_targets(const Entity& entity, const Field& field,
                       std::vector<std::pair<const Entity*, std::string_view>>& lists,
                       std::vector<Problem>& problems) const {
        for_each_target(field, [&](std::string_view name) {
            const Entity* target = find(name);
            if (target == nullptr) {
                problems.push_back(
                    {std::string(entity.name), std::string(field.name), std::string(name),
                     "refers to an entity that does not exist" + nearest_hint(name)});
                return;
            }
            const std::pair list(target, field.children_name);
            if (std::find(lists.begin(), lists.end(), list) != lists.end()) {
                problems.push_back({std::string(entity.name), std::string(field.name),
                                    std::string(field.children_name),
                                    "is the name of two lists of " + std::string(target->name) +
                                        ": give one .children() another name"});
            } else if (!field.children_name.empty()) {
                lists.push_back(list);
            }
        });
    }

    std::vector<const Entity*> entities_;
};

}  // namespace crmkit
