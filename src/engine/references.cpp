#include "references.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "crmkit/engine/session.hpp"
#include "write_path.hpp"

namespace crmkit::engine {

namespace {

/// A tree of records may be this deep.
constexpr int deepest_hierarchy = 1000;

Problem reference_problem(const Entity& entity, const Field& field, Id id, std::string message) {
    return Problem{std::string(entity.name), std::string(field.name), to_string(id),
                   std::move(message)};
}

/// What is wrong with the way up from `parent` for a record with this id; empty when nothing is.
std::string hierarchy_fault(Storage& storage, const Entity& entity, const Field& field, Id parent,
                            Id id) {
    Record step(entity);
    for (int depth = 0; parent; ++depth) {
        if (parent == id) {
            return "leads back to the record itself";
        }
        if (depth == deepest_hierarchy) {
            return fmt::format("is {} levels below the top: no tree may be deeper",
                               deepest_hierarchy);
        }
        if (!storage.get(entity, parent, step.object())) {
            return {};
        }
        parent = step.get(field).id();
    }
    return {};
}

void check_reference(SessionState& state, const Entity& entity, const Field& field,
                     const void* object, std::vector<Problem>& problems) {
    const RecordView record(entity, object);
    const Id id = record.get(field).id();
    const Entity& target = state.registry().get(field.target);
    if (!state.writer().is_live(target, id)) {
        problems.push_back(
            reference_problem(entity, field, id, fmt::format("there is no such {}", target.name)));
    } else if (field.is_hierarchy) {
        std::string fault =
            hierarchy_fault(state.writer(), entity, field, id, header_of(record).id());
        if (!fault.empty()) {
            problems.push_back(reference_problem(entity, field, id, std::move(fault)));
        }
    }
}

void check_link(SessionState& state, const Entity& entity, const Field& field, const Link& link,
                std::vector<Problem>& problems) {
    const Entity* target = state.registry().find(link.entity);
    if (target == nullptr || !state.registry().may_target(field, *target)) {
        problems.push_back(reference_problem(
            entity, field, link.id,
            fmt::format("is of entity {}, not one of: {}",
                        target == nullptr ? std::to_string(link.entity) : std::string(target->name),
                        field.target)));
    } else if (!state.writer().is_live(*target, link.id)) {
        problems.push_back(reference_problem(entity, field, link.id,
                                             fmt::format("there is no such {}", target->name)));
    }
}

/// Puts a value back at the end of a scope, however it is left.
struct PutBack {
    std::int64_t& place;
    std::int64_t value;
    ~PutBack() { place = value; }
};

/// The query for the live records whose `field` refers to one record.
std::shared_ptr<const expr::Query> referring_query(SessionState& state,
                                                   const IncomingReference& reference) {
    return state.engine().queries().query(*reference.from,
                                          fmt::format("{} = :target", reference.field->name));
}

/// Visits the ids of the live records that refer to a record through one field, until `visit`
/// returns false.
template <typename Visit>
void for_each_referring(SessionState& state, const IncomingReference& reference,
                        const Entity& entity, Id id, Visit visit) {
    const auto query = referring_query(state, reference);
    const bool is_link = reference.field->type() == FieldType::polymorphic_reference;
    const ValueView target = is_link ? ValueView(Link{entity.number, id}) : ValueView(id);
    const auto cursor = state.writer().scan(*query, {{&target, 1}, state.now(), {}});
    Record record(*reference.from);
    while (cursor->next(record.object())) {
        if (!visit(header_of(record).id())) {
            return;
        }
    }
}

}  // namespace

void check_references(SessionState& state, const Entity& entity, const void* before,
                      const void* object, std::vector<Problem>& problems) {
    for (const Field* reference : entity.references) {
        const Field& field = *reference;
        if (field.is_null(object)) {
            continue;
        }
        const ValueView value = field.get(object);
        if (before != nullptr && value == field.get(before)) {
            continue;
        }
        if (field.type() == FieldType::reference) {
            check_reference(state, entity, field, object, problems);
        } else if (value.link().id != header_of(RecordView(entity, object)).id()) {
            // Who refers to itself, as a team that owns itself, is not live yet when it comes back.
            check_link(state, entity, field, value.link(), problems);
        }
    }
}

void refuse_if_restricted(SessionState& state, const Entity& entity, Id id) {
    std::vector<Problem> problems;
    for (const IncomingReference& reference : state.registry().references_to(entity)) {
        if (reference.field->on_delete != OnDelete::restrict) {
            continue;
        }
        for_each_referring(state, reference, entity, id, [&](Id referring) {
            problems.push_back(
                Problem{std::string(entity.name), "id", to_string(id),
                        fmt::format("cannot be deleted: {} {} refers to it by its field {}",
                                    reference.from->name, referring.value, reference.field->name)});
            return false;
        });
    }
    if (!problems.empty()) {
        throw Error::about(ErrorCode::restricted, std::move(problems));
    }
}

void release_references(Session& session, const Entity& entity, Id id, std::int64_t position) {
    SessionState& state = session.state();
    const PutBack cause{state.cause, std::exchange(state.cause, position)};
    for (const IncomingReference& reference : state.registry().references_to(entity)) {
        if (reference.field->on_delete == OnDelete::restrict) {
            continue;
        }
        // Collected first: the cursor must not walk over what is being written.
        std::vector<Id> referring;
        for_each_referring(state, reference, entity, id, [&](Id found) {
            referring.push_back(found);
            return true;
        });
        for (const Id found : referring) {
            if (!state.writer().is_live(*reference.from, found)) {
                continue;  // another one of them took it along, as a bundle takes its parts
            }
            if (reference.field->on_delete == OnDelete::cascade) {
                delete_record(session, *reference.from, found, {});
                continue;
            }
            Record record(*reference.from);
            state.writer().get(*reference.from, found, record.object());
            record.set(*reference.field, {});
            update_record(session, *reference.from, record.object(), {}, Authority::library);
        }
    }
}

}  // namespace crmkit::engine
