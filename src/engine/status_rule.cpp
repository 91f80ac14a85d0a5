#include "status_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "crmkit/base/text.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/model/registry.hpp"
#include "crmkit/schema/check.hpp"
#include "single_mark.hpp"
#include "write_path.hpp"

namespace crmkit::engine {

namespace {

// ---- Records with a status

const Field& field_named(const Entity& entity, std::string_view name) { return *entity.find(name); }

/// The status of a record that comes into a state without one of its own: the default of that
/// state, else the first that may be had; null when there is none.
const KnownStatus* usual_status(std::span<const KnownStatus> statuses, std::string_view state) {
    const KnownStatus* first = nullptr;
    for (const KnownStatus& status : statuses) {
        if (!status.is_active || status.state != state) {
            continue;
        }
        if (status.is_default) {
            return &status;
        }
        first = first == nullptr ? &status : first;
    }
    return first;
}

std::string nearest_hint(std::string_view wanted, const std::vector<std::string_view>& names) {
    const std::string_view near = nearest(wanted, names);
    return near.empty() ? std::string() : fmt::format("; nearest is '{}'", near);
}

Problem unknown_status(const Entity& entity, const Field& field, std::string_view name,
                       std::span<const KnownStatus> statuses) {
    std::vector<std::string_view> names;
    for (const KnownStatus& status : statuses) {
        if (status.is_active) {
            names.push_back(status.name);
        }
    }
    return detail::problem_of(
        entity, field, detail::shown(name),
        fmt::format("is no status of a {}{}", entity.name, nearest_hint(name, names)));
}

/// Sets state by status, or status by state, whichever was changed; the status when both were.
void set_state(WriteEvent& event, const Field& state, const Field& status,
               std::vector<Problem>& problems) {
    SessionState& session = event.session.state();
    const Entity& entity = event.entity;
    const auto statuses = session.engine().statuses().of(session, entity.name);
    const ValueView given = event.after.get(status);
    if (given.is_null()) {
        const KnownStatus* usual = usual_status(statuses, event.after.get(state).text());
        event.after.set(status, usual == nullptr ? ValueView() : ValueView(usual->name));
        return;
    }
    const KnownStatus* known = status_named(statuses, given.text());
    if (known == nullptr) {
        problems.push_back(unknown_status(entity, status, given.text(), statuses));
        return;
    }
    if (!known->is_active) {
        problems.push_back(detail::problem_of(entity, status, detail::shown(given.text()),
                                              "is not in use any more: it is inactive"));
    }
    event.after.set(state, known->state);
}

/// A field that says when a record came into a state.
struct Stamp {
    EntityNumber entity;
    std::string_view state;
    std::string_view field;
};

constexpr std::array stamps{
    Stamp{Lead::entity_number, "converted", "converted_at"},
    Stamp{CampaignMember::entity_number, "responded", "responded_at"},
    Stamp{Case::entity_number, "resolved", "resolved_at"},
    Stamp{Case::entity_number, "closed", "closed_at"},
    Stamp{Case::entity_number, "cancelled", "closed_at"},
    Stamp{Interaction::entity_number, "completed", "completed_at"},
};

/// When a record came into the state it comes into now: an interaction when it ended, if that is
/// known and past; anything else now.
Instant moment_of(const WriteEvent& event) {
    const Instant now = event.session.now();
    if (event.entity.number == Interaction::entity_number) {
        const auto& interaction = *static_cast<const Interaction*>(event.after.object());
        return std::min(interaction.actual_end.value_or(now), now);
    }
    return now;
}

/// Sets the stamps of the new state; a record that is open again loses all of them. One that was
/// set along with the state stays: an undo puts back when it was.
void stamp_state(WriteEvent& event, std::string_view state) {
    const auto is_set_already = [&event](const Field& field) {
        const ValueView value = event.after.get(field);
        return !value.is_null() && (event.before == nullptr ||
                                    !(value == RecordView(event.entity, event.before).get(field)));
    };
    // The first transition of a machine is the usual way to begin.
    const bool is_open_again =
        event.before != nullptr && event.entity.state_machine->transitions.front().to == state;
    for (const Stamp& stamp : stamps) {
        if (stamp.entity != event.entity.number) {
            continue;
        }
        const Field& field = field_named(event.entity, stamp.field);
        if (is_open_again) {
            event.after.set(field, {});
        } else if (stamp.state == state && !is_set_already(field)) {
            event.after.set(field, moment_of(event));
        }
    }
}

void follow_status(WriteEvent& event, std::vector<Problem>& problems) {
    const StateMachine* machine = event.entity.state_machine;
    if (machine == nullptr ||
        (event.kind != ChangeKind::created && event.kind != ChangeKind::updated)) {
        return;
    }
    const Field& status = field_named(event.entity, machine->status_field);
    if (status.type() != FieldType::text) {
        return;
    }
    const Field& state = field_named(event.entity, machine->state_field);
    if (event.before != nullptr) {
        const RecordView before(event.entity, event.before);
        const bool same_status = before.get(status) == event.after.get(status);
        if (same_status && before.get(state) == event.after.get(state)) {
            return;
        }
        if (same_status) {
            event.after.set(status, {});
        }
    }
    set_state(event, state, status, problems);
    const std::string_view now = event.after.get(state).text();
    if (event.before != nullptr &&
        RecordView(event.entity, event.before).get(state).text() == now) {
        return;
    }
    check_state_move(event, problems);
    stamp_state(event, now);
}

// ---- Statuses

const Status& status_of(const void* object) { return *static_cast<const Status*>(object); }

/// The entity of a status; null, with a problem added, when its records can have none.
const Entity* check_entity(const Registry& registry, const Status& status,
                           std::vector<Problem>& problems) {
    std::vector<std::string_view> names;
    for (const Entity* entity : registry.entities()) {
        if (entity->state_machine == nullptr ||
            field_named(*entity, entity->state_machine->status_field).type() != FieldType::text) {
            continue;
        }
        if (entity->name == status.entity) {
            return entity;
        }
        names.push_back(entity->name);
    }
    if (!status.entity.empty()) {
        problems.push_back({"status", "entity", detail::shown(status.entity),
                            fmt::format("is no entity whose records have a status; those are: {}",
                                        fmt::join(names, ", "))});
    }
    return nullptr;
}

void check_state(const Entity& entity, const Status& status, std::vector<Problem>& problems) {
    const Field& state = field_named(entity, entity.state_machine->state_field);
    if (!status.state.empty() && !detail::has_label(state, status.state)) {
        problems.push_back({"status", "state", detail::shown(status.state),
                            detail::label_fault(state, status.state)});
    }
}

/// Whether a live record of the status's entity has it.
bool is_in_use(const WriteEvent& event, const Status& status) {
    const Entity* entity = event.session.registry().find(status.entity);
    if (entity == nullptr || entity->state_machine == nullptr) {
        return false;
    }
    const auto users = event.session.stream(
        *entity, fmt::format("{} = :status limit 1", entity->state_machine->status_field),
        {{"status", status.name}});
    Record user(*entity);
    return users->next(user.object());
}

Problem in_use_problem(const Status& before, std::string_view field, std::string value,
                       std::string_view change) {
    return {"status", std::string(field), std::move(value),
            fmt::format("cannot be {}: there are records of {} in status '{}', which would lose "
                        "their meaning; make the status inactive and add another",
                        change, before.entity, before.name)};
}

/// A status that records have keeps its name and its meaning.
void check_status_change(const WriteEvent& event, std::vector<Problem>& problems) {
    const Status& before = status_of(event.before);
    const Status& after = status_of(event.after.object());
    const auto check = [&](std::string_view field, const std::string& was, const std::string& is) {
        if (was != is && is_in_use(event, before)) {
            problems.push_back(in_use_problem(before, field, detail::shown(is), "the new value"));
        }
    };
    check("name", before.name, after.name);
    check("entity", before.entity, after.entity);
    check("state", before.state, after.state);
    check("is_on_hold", before.is_on_hold ? "true" : "false", after.is_on_hold ? "true" : "false");
}

void before_status(WriteEvent& event, std::vector<Problem>& problems) {
    if (event.kind == ChangeKind::deleted) {
        const Status& before = status_of(event.before);
        if (is_in_use(event, before)) {
            throw Error::about(ErrorCode::restricted,
                               in_use_problem(before, "id", to_string(before.id), "deleted"));
        }
        return;
    }
    const Status& status = status_of(event.after.object());
    if (const Entity* entity = check_entity(event.session.registry(), status, problems)) {
        check_state(*entity, status, problems);
    }
    if (event.kind == ChangeKind::updated) {
        check_status_change(event, problems);
    }
}

/// A new default of a state takes the place of the one before.
void after_status(const WriteEvent& event) {
    SessionState& state = event.session.state();
    state.engine().statuses().distrust();
    const Status& status = status_of(event.after.object());
    if (!status.is_default || status.deleted_at) {
        return;
    }
    const auto others =
        event.session
            .query<Status>("entity = :entity and state = :state and is_default and id != :id",
                           {{"entity", status.entity}, {"state", status.state}, {"id", status.id}})
            .all();
    take_mark_from(event.session, others, &Status::is_default);
}

constexpr std::array rules{
    Rule{0, &follow_status, nullptr},
    Rule{Status::entity_number, &before_status, &after_status, true},
};

/// "won, lost": where a state may go.
std::string permitted_from(const StateMachine& machine, std::string_view from) {
    std::string list;
    for (const Transition& transition : machine.transitions) {
        if (transition.from == from) {
            list += list.empty() ? "" : ", ";
            list += transition.to;
        }
    }
    return list.empty() ? "nowhere" : list;
}

}  // namespace

std::span<const Rule> status_rules() { return rules; }

bool is_illegal_move(const SessionState& session, const Entity& entity, const void* before,
                     const void* after) {
    const StateMachine& machine = *entity.state_machine;
    const Field& state = field_named(entity, machine.state_field);
    const std::string_view from = before == nullptr ? "" : state.get(before).text();
    const std::string_view to = state.get(after).text();
    const bool is_way_back = session.is_undoing() && machine.find(to, from) != nullptr;
    return from != to && !is_way_back && machine.find(from, to) == nullptr;
}

void check_state_move(const WriteEvent& event, std::vector<Problem>& problems) {
    const Entity& entity = event.entity;
    const StateMachine& machine = *entity.state_machine;
    const Field& state = field_named(entity, machine.state_field);
    const std::string_view from =
        event.before == nullptr ? "" : RecordView(entity, event.before).get(state).text();
    const std::string_view to = event.after.get(state).text();
    if (is_illegal_move(event.session.state(), entity, event.before, event.after.object())) {
        problems.push_back(detail::problem_of(
            entity, state, std::string(to),
            from.empty() ? fmt::format("is no state to begin in; a new {} may be: {}", entity.name,
                                       permitted_from(machine, from))
                         : fmt::format("cannot follow '{}'; from there it may go to: {}", from,
                                       permitted_from(machine, from))));
        return;
    }
    const Transition* transition = machine.find(from, to);
    // Who takes the way back finds what was there, though it was entered without a reason.
    const bool needs_reason =
        transition != nullptr && transition->needs_reason && !event.session.state().is_undoing();
    if (needs_reason && event.after.get(machine.reason_field).is_null()) {
        problems.push_back(detail::problem_of(
            entity, field_named(entity, machine.reason_field), {},
            fmt::format("is required to go from {} to {}", from.empty() ? "nothing" : from, to)));
    }
}

}  // namespace crmkit::engine
