/// Upsert inside an open write transaction, for bulk writing: without a savepoint of its own.
#pragma once

#include "crmkit/engine/session.hpp"
#include "write_path.hpp"

namespace crmkit::engine {

/// The live record that a key stands for: by its external key, or by the fields that it names as
/// `record` has them; none when there is none, or one of the fields is null. Throws duplicate where
/// several are meant, not_found for a field that is not there, invalid_argument for an empty key.
[[nodiscard]] Id find_by_key(SessionState& state, const Entity& entity, const UpsertKey& key,
                             const RecordView& record);

/// Keeps an external key for a record, from now on; does nothing for a key of fields.
void remember_key(Session& session, const Entity& entity, const UpsertKey& key, Id id);

/// As Session::upsert(), which see. Must run inside a WriteScope. When it throws and
/// SessionState::written() has not grown, it has left no trace; otherwise only the end of the
/// transaction can undo it.
UpsertAction upsert_record(Session& session, const Entity& entity, const UpsertKey& key,
                           MutableRecordView record, UpsertPolicy policy,
                           const FieldSet* given = nullptr, Computed computed = Computed::not_yet);

}  // namespace crmkit::engine
