#include "twin_finder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "crmkit/exchange/import_plan.hpp"
#include "crmkit/model/external_id.hpp"
#include "crmkit/schema/index_fields.hpp"

namespace crmkit::exchange::detail {

TwinFinder::TwinFinder(engine::SessionState& state, const Entity& entity)
    : state_(state), entity_(entity) {
    engine::QueryCache& queries = state.engine().queries();
    for (std::vector<const Field*>& fields : unique_keys(entity)) {
        std::string text;
        for (const Field* field : fields) {
            text +=
                fmt::format("{}{} = :{}", text.empty() ? "" : " and ", field->name, field->name);
        }
        keys_.push_back({std::move(fields), queries.query(entity, text + " limit 1")});
    }
    const Entity& external = entity_of<ExternalId>();
    by_id_ =
        queries.query(external, "system = :system and key = :key and record_kind = :kind limit 1");
    by_record_ = queries.query(external, "record = :record and system = :system limit 1");
}

Id TwinFinder::find(const RecordView& record, std::string_view id) {
    const Id twin = agreeing(record);
    return twin && !has_other_id(twin) && !is_known(id) ? twin : Id{};
}

/// By the first key that leads to a record: when another key leads to another one, writing the
/// record is refused in any case.
Id TwinFinder::agreeing(const RecordView& record) {
    Id found;
    for (auto key = keys_.begin(); key != keys_.end() && !found; ++key) {
        std::vector<ValueView> values;
        for (const Field* field : key->fields) {
            values.push_back(record.get(*field));
        }
        const bool is_whole = std::none_of(values.begin(), values.end(),
                                           [](const ValueView& value) { return value.is_null(); });
        found = is_whole ? first(*key->query, values) : Id{};
    }
    return found;
}

bool TwinFinder::is_known(std::string_view id) {
    return static_cast<bool>(first(*by_id_, {own_key_system, id, std::int64_t{entity_.number}}));
}

bool TwinFinder::has_other_id(Id record) {
    return static_cast<bool>(first(*by_record_, {Link{entity_.number, record}, own_key_system}));
}

/// The id of the first record that a query finds.
Id TwinFinder::first(const expr::Query& query, const std::vector<ValueView>& values) {
    const auto cursor = state_.writer().scan(query, {values, state_.now(), {}});
    return cursor->next() ? cursor->value(header::id - 1U).id() : Id{};
}

}  // namespace crmkit::exchange::detail
