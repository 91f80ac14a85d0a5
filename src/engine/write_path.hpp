/// The one write path: every row that changes, changes here.
///
/// validate (all problems at once) → rules and before-hooks → one transaction of row, history,
/// search entry and derived values → after-hooks. Each function must run inside a WriteScope.
#pragma once

#include <cstdint>
#include <optional>

#include "crmkit/schema/record.hpp"
#include "session_state.hpp"

namespace crmkit {
class Session;
}

namespace crmkit::engine {

/// Who asks for a write: a host may not touch read-only fields, the library's own operations may.
enum class Authority : std::uint8_t { host, library };

/// Whether fill_computed_fields() has run on what is to be written.
enum class Computed : std::uint8_t { not_yet, done };

/// Adds a record; `object`, a struct of `entity`, becomes as stored.
void insert_record(Session& session, const Entity& entity, void* object, Authority authority,
                   Computed computed = Computed::not_yet);

/// Writes what differs between `object` and the store; false when nothing does. `object` becomes
/// as stored. With `expected_version`, throws conflict unless the store has that version.
bool update_record(Session& session, const Entity& entity, void* object,
                   std::optional<std::int64_t> expected_version, Authority authority);

/// The same for a caller who has read the record already, as `before`, in this transaction.
bool update_record(Session& session, const Entity& entity, const Record& before, void* object,
                   std::optional<std::int64_t> expected_version, Authority authority);

/// Writes what differs between `before`, a live record as it is in the store, and `object`, and
/// what is derived from that, without rules, hooks, checks, history and a new version: for what
/// follows from other records (Field::kept()), and for what an upgrade fills in.
void amend_record(SessionState& state, const Entity& entity, const void* before, void* object);

/// The live record with this id. Throws not_found.
Record live_record(SessionState& state, const Entity& entity, Id id);

/// Deletes a record and does to those that refer to it what their rules say. Returns the position
/// of the change.
std::int64_t delete_record(Session& session, const Entity& entity, Id id,
                           std::optional<std::int64_t> expected_version);

/// Brings a deleted record back, without what was deleted along with it.
void restore_record(Session& session, const Entity& entity, Id id);

/// Brings a deleted record back for a host, with what was deleted along with it. May throw when it
/// has written a part.
void restore_whole(Session& session, const Entity& entity, Id id);

/// Adds a record just as it is, id and header included: row, history and search entry, without
/// rules, hooks and checks. `row` is what is stored for now, `object` what it is going to be. For
/// records that another store has checked before; see SnapshotWriter.
void insert_as_is(SessionState& state, const Entity& entity, const void* object, const void* row);

/// Removes a live record for good, to make room for those of another store. Nothing may refer to
/// it. The history says that it was deleted.
void erase_record(SessionState& state, const Entity& entity, Id id);

/// Throws permission_denied for an entity that hosts may only read: insert and update look for
/// themselves, who deletes, restores or takes back for a host asks this first.
void refuse_internal(const Entity& entity);

/// Makes the texts of `object` what is stored of them, and works out its computed fields from its
/// others.
void fill_computed_fields(SessionState& state, const Entity& entity, void* object);

/// Throws invalid_argument for a record that is to be restored and is live.
[[noreturn]] void fail_not_deleted(const Entity& entity, Id id);

/// What is wrong with an id that no live record has.
Problem no_such_record(const Entity& entity, Id id);

/// Throws not_found, naming the entity and the id.
[[noreturn]] void fail_not_found(const Entity& entity, Id id);

}  // namespace crmkit::engine
