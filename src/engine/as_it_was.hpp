/// What a record was at a moment of the past, by its history.
#pragma once

#include "crmkit/base/instant.hpp"
#include "crmkit/schema/record.hpp"

namespace crmkit {
class Session;
}

namespace crmkit::engine {

/// Takes back what was changed in a stored record later than a moment, in `record` alone: it reads
/// the record's history and writes nothing. Of one that was created later, what it was created with
/// stays.
void take_back(Session& session, MutableRecordView record, Instant moment);

}  // namespace crmkit::engine
