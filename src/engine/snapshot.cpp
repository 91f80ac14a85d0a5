#include "snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cause_scope.hpp"
#include "crmkit/model/pipeline.hpp"
#include "crmkit/model/stage.hpp"
#include "crmkit/model/status.hpp"
#include "crmkit/schema/check.hpp"
#include "derived_values.hpp"
#include "each_id.hpp"
#include "timeline_rules.hpp"
#include "write_path.hpp"

namespace crmkit::engine {

namespace {

/// Whether the store holds nothing but what every new one begins with.
bool holds_first_data_only(Storage& storage) {
    bool only_setup = true;
    storage.changes(Id{}, 1, [&only_setup](const Change& change) {
        only_setup = change.origin == setup_origin || change.origin == derived_origin;
        return only_setup;
    });
    return only_setup;
}

/// References that the store keeps for itself: their users may be gone.
bool is_bookkeeping(const Field& field) {
    return field.id == header::created_by || field.id == header::modified_by;
}

}  // namespace

SnapshotWriter::SnapshotWriter(Session& session) : session_(session), state_(session.state()) {
    state_.engine().statuses().distrust();
}

void SnapshotWriter::remove_first_data(const std::vector<const Entity*>& entities) {
    if (!holds_first_data_only(state_.writer())) {
        return;
    }
    // Stages before the pipelines that they refer to.
    const std::array<const Entity*, 3> seeded{&entity_of<Status>(), &entity_of<Stage>(),
                                              &entity_of<Pipeline>()};
    for (const Entity* entity : seeded) {
        if (std::find(entities.begin(), entities.end(), entity) == entities.end()) {
            continue;
        }
        for_each_id(state_, *entity, [&](Id id) { erase_record(state_, *entity, id); });
    }
}

void SnapshotWriter::add_problem(Problem problem, std::int64_t line) {
    if (!has_enough_problems()) {
        problem.line = line;
        problems_.push_back(std::move(problem));
    }
}

bool SnapshotWriter::check(const Entity& entity, void* object, std::int64_t line) {
    std::vector<Problem> found;
    const auto head = header_of(MutableRecordView(entity, object));
    if (head.id().value <= 0 || head.id().created_at() > state_.now()) {
        // Ids count up from now on, and would come to this one a second time.
        found.push_back({std::string(entity.name), "id", to_string(head.id()),
                         head.id().value <= 0 ? "is no id"
                                              : "is an id of the future: the clock of the store "
                                                "that it comes from was ahead of this one's"});
    }
    if (head.version() < (head.deleted_at() ? 2 : 1)) {
        found.push_back({std::string(entity.name), "version", std::to_string(head.version()),
                         "is too low: a record begins with 1, and its deletion counts"});
    }
    fill_computed_fields(state_, entity, object);
    check_record(RecordView(entity, object), found);
    if (entity.check != nullptr) {
        entity.check(object, found);
    }
    for (Problem& problem : found) {
        add_problem(std::move(problem), line);
    }
    return found.empty();
}

bool SnapshotWriter::is_there(const Entity& entity, Id id, bool must_be_live) {
    if (must_be_live) {
        return state_.writer().is_live(entity, id);
    }
    Record record(entity);
    return state_.writer().get(entity, id, record.object());
}

void SnapshotWriter::put_off_references(const Entity& entity, const void* object, Record& row,
                                        std::int64_t line) {
    const auto head = header_of(RecordView(entity, object));
    for (const Field& field : entity.fields) {
        if (field.target.empty() || is_bookkeeping(field)) {
            continue;
        }
        const ValueView value = row.get(field);
        if (value.is_null()) {
            continue;
        }
        const Link link = state_.registry().link_of(field, value);
        const Entity* target = state_.registry().find(link.entity);
        if (target == nullptr || !state_.registry().may_target(field, *target)) {
            add_problem(detail::problem_of(entity, field, to_text(value, &state_.registry()),
                                           fmt::format("may only refer to {}", field.target)),
                        line);
        } else if (!is_there(*target, link.id, !head.deleted_at())) {
            row.set(field, {});
            later_.push_back({&entity, &field, head.id(), head.version(), link, line,
                              !head.deleted_at().has_value()});
        }
    }
}

void SnapshotWriter::add(const Entity& entity, void* object, std::int64_t line) {
    if (!check(entity, object, line)) {
        return;
    }
    Record row(entity);
    entity.copy(row.object(), object);
    put_off_references(entity, object, row, line);
    try {
        insert_as_is(state_, entity, object, row.object());
    } catch (const Error& error) {
        if (error.code() != ErrorCode::duplicate) {
            throw;
        }
        for (Problem problem : error.problems()) {
            add_problem(std::move(problem), line);
        }
    }
}

void SnapshotWriter::write_later(const Later& later) {
    const Entity& target = state_.registry().get(later.target.entity);
    if (!is_there(target, later.target.id, later.must_be_live)) {
        add_problem(detail::problem_of(*later.entity, *later.field, to_string(later.target.id),
                                       fmt::format("there is no such {}", target.name)),
                    later.line);
        return;
    }
    Record row(*later.entity);
    header_of(row).id() = later.id;
    header_of(row).version() = later.version;
    row.set(*later.field, later.field->type() == FieldType::reference ? ValueView(later.target.id)
                                                                      : ValueView(later.target));
    state_.writer().update(*later.entity, row.object(), row.touched(), later.version);
}

/// Now that every record is there, what happened with each goes into the timelines it concerns.
void SnapshotWriter::write_timelines() {
    for (const Rule& rule : timeline_rules()) {
        const Entity& entity = state_.registry().get(rule.entity);
        Record record(entity);
        for_each_id(state_, entity, [&](Id id) {
            if (state_.writer().get(entity, id, record.object())) {
                rule.after({session_, entity, ChangeKind::created, nullptr, record});
            }
        });
    }
}

void SnapshotWriter::finish() {
    later_.visit([this](const Later& later) {
        write_later(later);
        return !has_enough_problems();
    });
    if (problems_.empty()) {
        write_timelines();
        rebuild_kept_values(session_);
    }
}

}  // namespace crmkit::engine
