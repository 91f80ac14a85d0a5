#include "twin_finder.hpp"

#include "crmkit/exchange/import_plan.hpp"
#include "crmkit/model/external_id.hpp"
#include "crmkit/schema/index_fields.hpp"
#include "engine/upsert.hpp"

namespace crmkit::exchange::detail {

TwinFinder::TwinFinder(engine::SessionState& state, const Entity& entity)
    : state_(state), entity_(entity) {
    for (const std::vector<const Field*>& fields : unique_keys(entity)) {
        UpsertKey& key = keys_.emplace_back();
        for (const Field* field : fields) {
            key.field_names.emplace_back(field->name);
        }
    }
}

Id TwinFinder::find(const RecordView& record, const UpsertKey& id) {
    const Id twin = agreeing(record);
    return twin && !has_other_id(twin) && !engine::find_by_key(state_, entity_, id, record) ? twin
                                                                                            : Id{};
}

/// By the first key that leads to a record: when another key leads to another one, writing the
/// record is refused in any case.
Id TwinFinder::agreeing(const RecordView& record) {
    Id found;
    for (auto key = keys_.begin(); key != keys_.end() && !found; ++key) {
        found = engine::find_by_key(state_, entity_, *key, record);
    }
    return found;
}

bool TwinFinder::has_other_id(Id record) {
    const auto query = state_.engine().queries().query(
        entity_of<ExternalId>(), "record = :record and system = :system limit 1");
    const ValueView values[] = {Link{entity_.number, record}, own_key_system};
    return state_.writer().scan(*query, {values, state_.now(), {}})->next();
}

}  // namespace crmkit::exchange::detail
