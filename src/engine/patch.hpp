/// Writing some fields of a record, inside an open write transaction.
#pragma once

#include <optional>

#include "crmkit/engine/session.hpp"

namespace crmkit::engine {

/// Sets the `given` fields of `to` to what they are in `from`, of the same entity.
void copy_given(const RecordView& from, const FieldSet& given, MutableRecordView to);

/// As Session::patch(), which see; false when nothing differs. Must run inside a WriteScope.
bool patch_record(Session& session, const Entity& entity, Id id, const Patch& changes,
                  std::optional<std::int64_t> version, MutableRecordView stored);

/// The same with the fields of `changes` that are given, the version among them if it is to be
/// compared. Throws validation when its id is none.
bool patch_record(Session& session, const RecordView& changes, const FieldSet& given,
                  MutableRecordView stored);

}  // namespace crmkit::engine
