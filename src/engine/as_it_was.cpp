#include "as_it_was.hpp"

#include <vector>

#include "crmkit/engine/session.hpp"

namespace crmkit::engine {

void take_back(Session& session, MutableRecordView record, Instant moment) {
    const std::vector<HistoryEntry> history = session.history(header_of(record).id());
    for (auto entry = history.rbegin(); entry != history.rend() && entry->at > moment; ++entry) {
        if (entry->kind != ChangeKind::updated) {
            continue;
        }
        for (const FieldChange& change : entry->fields) {
            record.set(field_of(record.structure(), change.field), change.before.view());
        }
    }
}

}  // namespace crmkit::engine
