/// History as a host reads it: who changed what, when, from which value to which.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crmkit/base/id.hpp"
#include "crmkit/base/instant.hpp"
#include "crmkit/schema/value.hpp"
#include "crmkit/store/change.hpp"

namespace crmkit {

/// One field's change. Null means that it was, or became, empty.
struct FieldChange {
    std::string field;
    Value before;
    Value after;
};

/// One committed change of one record.
struct HistoryEntry {
    /// Counts up over the whole store without a gap; names the change, for undo.
    std::int64_t position = 0;
    Instant at{};
    /// The user who did it; none for the library itself.
    Id actor{};
    /// "session", "import", "undo", or the origin the session was opened with.
    std::string origin{};
    /// The change that brought this one about, such as the delete that cascaded, or the one for
    /// which the hook was called that wrote it; 0 for none.
    std::int64_t cause = 0;
    std::string entity{};
    Id record{};
    ChangeKind kind = ChangeKind::created;
    std::int64_t version = 0;
    std::vector<FieldChange> fields{};
};

}  // namespace crmkit
