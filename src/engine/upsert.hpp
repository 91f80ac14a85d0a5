/// Upsert inside an open write transaction, for bulk writing: without a savepoint of its own.
#pragma once

#include "crmkit/engine/session.hpp"
#include "write_path.hpp"

namespace crmkit::engine {

/// As Session::upsert(), which see. Must run inside a WriteScope. When it throws and
/// SessionState::written() has not grown, it has left no trace; otherwise only the end of the
/// transaction can undo it.
UpsertAction upsert_record(Session& session, const Entity& entity, const UpsertKey& key,
                           MutableRecordView record, UpsertPolicy policy,
                           const FieldSet* given = nullptr, Computed computed = Computed::not_yet);

}  // namespace crmkit::engine
