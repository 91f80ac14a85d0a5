/// Session's history: reading it, taking changes back, restoring what was deleted together.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cause_scope.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/schema/value_text.hpp"
#include "history_text.hpp"
#include "session_state.hpp"
#include "write_path.hpp"

namespace crmkit {

using engine::Authority;
using engine::CauseScope;
using engine::ReadScope;
using engine::SessionState;
using engine::Undoing;
using engine::WriteScope;

namespace {

/// What becomes of a change that is to be taken back when its record has moved on since.
enum class MovedOn : std::uint8_t {
    refused,        ///< throws conflict for values that were changed again
    may_have_come,  ///< the same, but not where they are what they were before
    left,           ///< these stay as they are now
};

/// Puts back the values before an update, where the record still has the values after it. Computed
/// ones follow from the others.
void undo_update(Session& session, const Entity& entity, const HistoryEntry& entry,
                 MovedOn moved_on) {
    Record record(entity);
    session.read(entity, entry.record, record.object());
    std::vector<Problem> problems;
    for (const FieldChange& change : entry.fields) {
        const Field& field = field_of(entity, change.field);
        if (field.is_computed) {
            continue;
        }
        if (record.get(field) == change.after.view()) {
            record.set(field, change.before);
            continue;
        }
        const bool has_come_back = record.get(field) == change.before.view();
        if (moved_on == MovedOn::left || (moved_on == MovedOn::may_have_come && has_come_back)) {
            continue;
        }
        problems.push_back(
            Problem{std::string(entity.name), change.field, detail::shown_value(record.get(field)),
                    fmt::format("was changed again after change {}, which made it '{}'",
                                entry.position, detail::shown_value(change.after))});
    }
    if (!problems.empty()) {
        throw Error::about(ErrorCode::conflict, std::move(problems));
    }
    engine::update_record(session, entity, record.object(), {}, Authority::library);
}

/// The version of a record after a change and what was derived for it next.
std::int64_t version_with_derived(Storage& storage, const Change& change) {
    std::int64_t version = change.version;
    storage.changes(change.record, change.position + 1, [&](const Change& next) {
        if (next.entity == change.entity && next.origin == engine::derived_origin) {
            version = next.version;
            return true;
        }
        return next.entity != change.entity;
    });
    return version;
}

/// Takes one change back, whatever its kind.
void undo_change(Session& session, const Change& change, MovedOn moved_on) {
    const Entity& entity = session.registry().get(change.entity);
    switch (change.kind) {
        case ChangeKind::created:
        case ChangeKind::restored:
            engine::delete_record(session, entity, change.record,
                                  version_with_derived(session.state().writer(), change));
            return;
        case ChangeKind::deleted:
            engine::restore_record(session, entity, change.record);
            return;
        case ChangeKind::updated:
            undo_update(session, entity, engine::to_history_entry(change, session.registry()),
                        moved_on);
            return;
    }
}

/// The changes that one change brought about, and those that they did, and so on, in order, without
/// those that were derived, and without what hooks wrote, which is the host's. They follow it in
/// the history without a gap, because they share its transaction; one that took it back may be
/// next.
std::vector<Change> consequences(Storage& storage, const Change& of) {
    std::vector<Change> found;
    std::unordered_set<std::int64_t> causes{of.position};
    std::unordered_set<std::int64_t> of_hooks;
    storage.changes(Id{}, of.position + 1, [&](const Change& change) {
        const std::int64_t cause = engine::cause_of(change);
        const bool is_of_hook = engine::is_of_hook(change) || of_hooks.contains(cause);
        const bool is_own = !is_of_hook && change.origin != engine::derived_origin;
        const bool takes_it_back = is_own && cause == of.position && change.record == of.record &&
                                   change.entity == of.entity;
        if (takes_it_back || (!is_of_hook && !causes.contains(cause))) {
            return false;
        }
        (is_of_hook ? of_hooks : causes).insert(change.position);
        if (is_own) {
            found.push_back(change);
        }
        return true;
    });
    return found;
}

/// The last deletion of a record. Throws not_found when it was never deleted.
Change last_deletion(Storage& storage, const Entity& entity, Id id) {
    if (!id) {
        engine::fail_not_found(entity, id);  // the history of no record is that of all
    }
    Change last;
    storage.changes(id, 1, [&](const Change& change) {
        if (change.kind == ChangeKind::deleted && change.entity == entity.number) {
            last = change;
        }
        return true;
    });
    if (last.position == 0) {
        engine::fail_not_found(entity, id);
    }
    return last;
}

/// What a change brought about, to be taken back after it, each as far as it has not been already.
class Consequences {
  public:
    Consequences(Session& session, const Change& change, MovedOn moved_on)
        : session_(session),
          moved_on_(moved_on == MovedOn::refused ? MovedOn::may_have_come : moved_on),
          changes_(consequences(session.state().writer(), change)) {
        for (const Change& consequence : changes_) {
            if (consequence.kind == ChangeKind::deleted) {
                deleted_.emplace(Link{consequence.entity, consequence.record}, &consequence);
            }
        }
    }
    Consequences(const Consequences&) = delete;
    Consequences& operator=(const Consequences&) = delete;

    /// The last one first: a record may have been changed more than once.
    void undo() {
        std::for_each(changes_.rbegin(), changes_.rend(),
                      [this](const Change& change) { undo(change); });
    }

  private:
    void undo(const Change& change) {
        const Entity& entity = session_.registry().get(change.entity);
        const bool is_live = session_.state().writer().is_live(entity, change.record);
        if (is_live == (change.kind == ChangeKind::deleted)) {
            return;  // it was deleted by itself since, or brought back
        }
        if (change.kind == ChangeKind::deleted) {
            deleted_.erase(Link{change.entity, change.record});
            undo_what_it_needs(entity, change.record);
        }
        if (moved_on_ == MovedOn::left) {
            undo_if_valid(entity, change);
        } else {
            undo_change(session_, change, moved_on_);
        }
    }

    /// A part of a bundle may have been deleted before the bundle, which it refers to.
    void undo_what_it_needs(const Entity& entity, Id id) {
        Record record(entity);
        session_.state().writer().get(entity, id, record.object());
        for (const Field* field : entity.references) {
            const Link target = session_.registry().link_of(*field, record.get(*field));
            if (const auto found = deleted_.find(target); found != deleted_.end()) {
                undo(*found->second);
            }
        }
    }

    /// What would no longer be right, such as a parent that has come to be below, is left.
    void undo_if_valid(const Entity& entity, const Change& change) {
        engine::RecordScope scope(session_.state(), entity);
        try {
            undo_change(session_, change, moved_on_);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::validation || error.code() == ErrorCode::duplicate) {
                return;
            }
            throw;
        }
        scope.commit();
    }

    Session& session_;
    MovedOn moved_on_;
    std::vector<Change> changes_;
    std::map<Link, const Change*> deleted_;
};

/// The change that just took one back, for what follows from it: who takes it back in turn takes
/// back all of that. The change itself where nothing was left to take back.
std::int64_t position_of_undo(Session& session, const Change& change) {
    SessionState& state = session.state();
    std::int64_t position = change.position;
    state.writer().changes(change.record, change.position + 1, [&](const Change& later) {
        if (later.entity == change.entity && later.cause == state.cause) {
            position = later.position;
        }
        return true;
    });
    return position;
}

/// Takes a change back with what it brought about: of a deletion, what was deleted along and what
/// lost its reference; of others, what ceased to be the primary one. The deletion of what a
/// creation made takes along what it must by itself.
void undo_whole(Session& session, const Change& change, MovedOn moved_on) {
    SessionState& state = session.state();
    // Looked up first: what is written now names the change as its cause, too.
    Consequences brought_about(session, change, moved_on);
    undo_change(session, change, MovedOn::refused);
    const CauseScope cause(state, position_of_undo(session, change), state.origin,
                           Undoing::consequences);
    brought_about.undo();
}

/// Throws conflict for a deletion that is not the one which its record is deleted by.
void refuse_if_deleted_again(Storage& storage, const Entity& entity, const Change& change) {
    if (change.kind != ChangeKind::deleted) {
        return;
    }
    std::int64_t again = 0;
    storage.changes(change.record, change.position + 1, [&again](const Change& later) {
        if (later.kind == ChangeKind::deleted || later.kind == ChangeKind::restored) {
            again = later.kind == ChangeKind::deleted ? later.position : 0;
        }
        return true;
    });
    if (again != 0) {
        throw Error::about(ErrorCode::conflict,
                           Problem{std::string(entity.name), "id", to_string(change.record),
                                   fmt::format("was deleted again by change {}", again)});
    }
}

}  // namespace

void engine::restore_whole(Session& session, const Entity& entity, Id id) {
    SessionState& state = session.state();
    refuse_internal(entity);
    if (id && state.writer().is_live(entity, id)) {
        fail_not_deleted(entity, id);
    }
    const Change deletion = last_deletion(state.writer(), entity, id);
    const CauseScope cause(state, deletion.position, state.origin, Undoing::change);
    undo_whole(session, deletion, MovedOn::left);
}

void Session::restore(const Entity& entity, Id id) {
    WriteScope scope(*state_);
    engine::restore_whole(*this, entity, id);
    scope.commit();
}

void Session::undo(std::int64_t position) {
    WriteScope scope(*state_);
    const auto change = state_->writer().change(position);
    if (!change) {
        throw Error(ErrorCode::not_found, fmt::format("the history has no change {}", position));
    }
    const Entity& entity = registry().get(change->entity);
    engine::refuse_internal(entity);
    refuse_if_deleted_again(state_->writer(), entity, *change);
    const CauseScope cause(*state_, position, "undo", Undoing::change);
    undo_whole(*this, *change, MovedOn::refused);
    scope.commit();
}

std::vector<HistoryEntry> Session::history(Id record) {
    std::vector<HistoryEntry> entries;
    ReadScope storage(*state_);
    storage->changes(record, 1, [&](const Change& change) {
        entries.push_back(engine::to_history_entry(change, registry()));
        return true;
    });
    return entries;
}

std::vector<HistoryEntry> Session::changes_since(std::int64_t position, std::size_t limit) {
    std::vector<HistoryEntry> entries;
    ReadScope storage(*state_);
    storage->changes(Id{}, position, [&](const Change& change) {
        if (entries.size() < limit) {
            entries.push_back(engine::to_history_entry(change, registry()));
        }
        return entries.size() < limit;
    });
    return entries;
}

}  // namespace crmkit
