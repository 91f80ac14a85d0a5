/// Names to fields: the part of the checker that knows the registry.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/expr/expression.hpp"
#include "crmkit/expr/lexer.hpp"

namespace crmkit::expr::detail {

/// The record that names are looked up in, and the one around it.
struct Scope {
    const Entity* entity = nullptr;
    Scope* outer = nullptr;
    /// The distinct paths and child lists of the expression at hand, by their leaf number.
    std::vector<const Node*> leaves{};
    /// The paths whose references are followed from this scope's record.
    std::vector<const Path*> paths{};
    std::size_t joins = 0;
};

/// The type of a field's values. Unknown for a field that the language cannot read.
inline Type type_of(const Registry& registry, const Entity& entity, const Field& field) {
    switch (field.type()) {
        case FieldType::text:
            return TypeKind::text;
        case FieldType::integer:
            return TypeKind::integer;
        case FieldType::decimal:
            return TypeKind::decimal;
        case FieldType::boolean:
            return TypeKind::boolean;
        case FieldType::money:
            return TypeKind::money;
        case FieldType::date:
            return TypeKind::date;
        case FieldType::instant:
            return TypeKind::instant;
        case FieldType::enumeration:
            return Type::enumeration(field.native->labels);
        case FieldType::reference:
            return Type::reference(field.target.empty() ? &entity : registry.find(field.target));
        case FieldType::polymorphic_reference:
            return TypeKind::link;
        case FieldType::json:
            return TypeKind::json;
        case FieldType::text_list:
            return TypeKind::text_list;
        case FieldType::structure_list:
            return {};
    }
    return {};
}

/// Resolves the names of one text.
class Resolver {
  public:
    Resolver(const Registry& registry, std::string_view text) : registry_(registry), text_(text) {}

    [[nodiscard]] const Registry& registry() const { return registry_; }
    [[nodiscard]] std::string_view text() const { return text_; }

    /// A literal or parameter as it stands in the text, without quotes; empty for other nodes.
    [[nodiscard]] std::string_view written(const Node& node) const {
        std::string_view text = text_.substr(node.position, node.length);
        if (text.size() >= 2 && text.front() == '\'') {
            text = text.substr(1, text.size() - 2);
        }
        return text;
    }

    /// An error about a place, a field or value there, and the entity that is looked at.
    [[noreturn]] void fail(std::uint32_t position, const Entity& entity, std::string_view field,
                           std::string_view value, std::string message) const {
        throw Error::about(ErrorCode::expression,
                           problem_at(text_, position,
                                      Problem{std::string(entity.name), shortened(field),
                                              shortened(value), std::move(message)}));
    }

    /// Fills `node.path` and type from `node.names`.
    void resolve_path(Node& node, Scope& scope) const {
        std::size_t at = 0;
        Scope& home = go_out(node.names, scope, node.path.levels, at);
        if (at == node.names.size()) {
            fail(node.position, *home.entity, {}, {}, "'parent' is a record; name a field of it");
        }
        std::vector<const Entity*> entities{home.entity};
        std::size_t product = 1;
        for (; at < node.names.size(); ++at) {
            const Name& name = node.names[at];
            node.path.steps.push_back(step(name, entities));
            if (at + 1 == node.names.size()) {
                node.type = last_type(node, name);
                break;
            }
            entities = targets(name, node.path.steps.back());
            if (entities.size() > most_joined_targets) {
                ++node.subqueries;
                product *= entities.size();
            }
        }
        if (product > limits::alternatives) {
            fail(node.position, *home.entity, node.names.front().text, {},
                 "leads to more than " + std::to_string(limits::alternatives) +
                     " entities by its polymorphic references");
        }
        add_joins(node, node.path, home);
        node.leaf = add_leaf(node, scope);
        node.names.clear();
    }

    /// Fills the list of `node.children` from `node.names`; returns the names behind the list,
    /// which are a path in the children's scope.
    std::vector<Name> resolve_children(Node& node, Scope& scope) const {
        ChildList& list = *node.children;
        std::size_t at = 0;
        Scope& home = go_out(node.names, scope, list.owner.levels, at);
        const Entity* entity = home.entity;
        for (; at < node.names.size(); ++at) {
            const Name& name = node.names[at];
            const IncomingReference incoming = registry_.children(*entity, name.text);
            if (incoming.from != nullptr) {
                list.from = incoming.from;
                list.reference = incoming.field;
                list.of = entity;
                add_joins(node, list.owner, home);
                node.leaf = add_leaf(node, scope);
                return {node.names.begin() + static_cast<std::ptrdiff_t>(at) + 1, node.names.end()};
            }
            list.owner.steps.push_back(step_to_list(name, *entity));
            entity = targets(name, list.owner.steps.back()).front();
        }
        fail(node.names.back().position, *entity, node.names.back().text, {},
             "is not a list of records that refer to this one" + nearest_list(*entity, {}));
    }

    /// The entity with this name. Throws with the nearest.
    [[nodiscard]] const Entity& entity(const Name& name, const Entity& scope) const {
        if (const Entity* found = registry_.find(name.text)) {
            return *found;
        }
        std::vector<std::string_view> known;
        for (const Entity* candidate : registry_.entities()) {
            known.push_back(candidate->name);
        }
        fail(name.position, scope, {}, name.text,
             "is not an entity" + nearest_of(name.text, known));
    }

    static std::string nearest_of(std::string_view name,
                                  const std::vector<std::string_view>& known) {
        const std::string_view near = nearest(name, known);
        return near.empty() ? "" : "; nearest is '" + std::string(near) + "'";
    }

  private:
    /// Follows "parent." outwards; `at` is left at the first name behind.
    static Scope& go_out(const std::vector<Name>& names, Scope& scope, std::uint32_t& levels,
                         std::size_t& at) {
        Scope* home = &scope;
        while (home->outer != nullptr && at < names.size() && names[at].text == "parent" &&
               !names[at].is_quoted) {
            home = home->outer;
            ++levels;
            ++at;
        }
        return *home;
    }

    [[nodiscard]] PathStep step(const Name& name,
                                const std::vector<const Entity*>& entities) const {
        PathStep step;
        for (const Entity* entity : entities) {
            const Field* field = entity->find(name.text);
            if (field == nullptr) {
                refuse_field(name, *entity);
            }
            if (step.first.field == nullptr) {
                step.first = {entity, field};
            } else {
                step.others.push_back({entity, field});
            }
        }
        return step;
    }

    [[noreturn]] void refuse_field(const Name& name, const Entity& entity) const {
        if (registry_.children(entity, name.text).from != nullptr) {
            fail(name.position, entity, name.text, {},
                 "is a list of records; use it in exists(), count(), sum(), min(), max() or avg()");
        }
        std::vector<std::string_view> known;
        for (const Field& field : entity.fields) {
            known.push_back(field.name);
        }
        fail(name.position, entity, name.text, {}, "no such field" + nearest_of(name.text, known));
    }

    [[nodiscard]] std::string nearest_list(const Entity& entity, std::string_view name) const {
        std::vector<std::string_view> known;
        for (const IncomingReference& incoming : registry_.references_to(entity)) {
            if (!incoming.field->children_name.empty()) {
                known.push_back(incoming.field->children_name);
            }
        }
        if (!name.empty()) {
            return nearest_of(name, known);
        }
        std::string out;
        for (const std::string_view list : known) {
            out += out.empty() ? "; its lists are " : ", ";
            out += list;
        }
        return out;
    }

    /// A step on the way to a list: a reference to records of one entity.
    [[nodiscard]] PathStep step_to_list(const Name& name, const Entity& entity) const {
        const Field* field = entity.find(name.text);
        if (field == nullptr) {
            fail(name.position, entity, name.text, {},
                 "is neither a list of records nor a reference" + nearest_list(entity, name.text));
        }
        if (field->type() == FieldType::polymorphic_reference) {
            fail(name.position, entity, name.text, {},
                 "is a polymorphic reference; lists of records are reached by plain ones");
        }
        return PathStep{{&entity, field}, {}};
    }

    /// The entities that a step leads to.
    [[nodiscard]] std::vector<const Entity*> targets(const Name& name, const PathStep& step) const {
        std::vector<const Entity*> found;
        add_targets(name, step.first, found);
        for (const PathField& other : step.others) {
            const Field& field = *other.field;
            const bool is_plain = field.type() == FieldType::reference;
            if (field.type() != step.first.field->type() ||
                (is_plain && field.target != step.first.field->target)) {
                fail(name.position, *other.entity, name.text, {},
                     "leads elsewhere there than in " + std::string(step.first.entity->name));
            }
            add_targets(name, other, found);
        }
        return found;
    }

    void add_targets(const Name& name, const PathField& from,
                     std::vector<const Entity*>& found) const {
        const Field& field = *from.field;
        if (field.target.empty()) {
            fail(name.position, *from.entity, name.text, {},
                 field.type() == FieldType::reference
                     ? "is the record's own identity and leads nowhere"
                     : "is " + described(type_of(registry_, *from.entity, field)) +
                           ", not a reference to follow");
        }
        const auto add = [&found](const Entity* entity) {
            if (std::find(found.begin(), found.end(), entity) == found.end()) {
                found.push_back(entity);
            }
        };
        if (const Entity* only = registry_.find(field.target)) {
            add(only);
            return;
        }
        try {
            for (const Entity* target : registry_.targets(field)) {
                add(target);
            }
        } catch (const Error& error) {
            fail(name.position, *from.entity, name.text, {},
                 "leads to an entity that this store does not have: " + error.message());
        }
    }

    [[nodiscard]] Type last_type(const Node& node, const Name& name) const {
        const PathStep& last = node.path.steps.back();
        const Type type = type_of(registry_, *last.first.entity, *last.first.field);
        if (type.kind == TypeKind::unknown) {
            fail(name.position, *last.first.entity, name.text, {},
                 "is a list of structures, which expressions cannot read");
        }
        for (const PathField& other : last.others) {
            const Type there = type_of(registry_, *other.entity, *other.field);
            if (there.kind == TypeKind::reference && type.kind == TypeKind::reference) {
                if (there != type) {
                    return Type::reference(nullptr);
                }
            } else if (there != type) {
                fail(name.position, *other.entity, name.text, {},
                     "is " + described(there) + " there, but " + described(type) + " in " +
                         std::string(last.first.entity->name));
            }
        }
        return type;
    }

    static bool same_beginning(const Path& a, const Path& b, std::size_t steps) {
        if (a.steps.size() < steps) {
            return false;
        }
        for (std::size_t i = 0; i < steps; ++i) {
            if (a.steps[i] != b.steps[i]) {
                return false;
            }
        }
        return true;
    }

    /// Counts the records that a path reaches and no earlier path of the same scope does.
    void add_joins(const Node& node, const Path& path, Scope& home) const {
        for (std::size_t steps = 1; steps < path.steps.size(); ++steps) {
            const bool known =
                std::any_of(home.paths.begin(), home.paths.end(), [&](const Path* other) {
                    return other->steps.size() > steps && same_beginning(*other, path, steps);
                });
            home.joins +=
                known ? 0 : std::min(path.steps[steps].others.size() + 1, most_joined_targets);
        }
        home.paths.push_back(&path);
        if (home.joins > limits::joins) {
            fail(node.position, *home.entity, {}, {},
                 "an expression may not follow more than " + std::to_string(limits::joins) +
                     " different references");
        }
    }

    std::uint16_t add_leaf(const Node& node, Scope& scope) const {
        if (node.kind == NodeKind::path) {
            for (std::size_t i = 0; i < scope.leaves.size(); ++i) {
                if (scope.leaves[i]->kind == NodeKind::path && scope.leaves[i]->path == node.path) {
                    return static_cast<std::uint16_t>(i);
                }
            }
        }
        if (scope.leaves.size() == limits::leaves) {
            fail(node.position, *scope.entity, {}, {},
                 "an expression may not read more than " + std::to_string(limits::leaves) +
                     " different fields and lists of a record");
        }
        scope.leaves.push_back(&node);
        return static_cast<std::uint16_t>(scope.leaves.size() - 1);
    }

    const Registry& registry_;
    std::string_view text_;
};

}  // namespace crmkit::expr::detail
