#include "history_text.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cause_scope.hpp"
#include "crmkit/schema/conversion.hpp"
#include "crmkit/schema/json_scanner.hpp"

namespace crmkit::engine {

namespace {

/// A value as its canonical text; nothing for null.
using StoredValue = std::optional<std::string>;

/// The change of one field as the history keeps it.
struct StoredPair {
    std::string field_id{};
    StoredValue before{};
    StoredValue after{};
};

bool read_stored(JsonScanner& scanner, StoredValue& value) {
    return scanner.peek() == JsonType::null ? scanner.read_null()
                                            : scanner.read_string(value.emplace());
}

std::vector<StoredPair> read_pairs(const Change& change) {
    std::vector<StoredPair> pairs;
    JsonScanner scanner(change.values);
    const auto read_pair = [&](std::string_view field_id, std::size_t) {
        StoredPair& pair = pairs.emplace_back(StoredPair{std::string(field_id)});
        int items = 0;
        const auto read_item = [&] {
            ++items;
            return read_stored(scanner, items == 1 ? pair.before : pair.after);
        };
        return scanner.read_array(read_item) && items == 2;
    };
    if (!scanner.read_object(read_pair) || !scanner.read_end()) {
        throw Error(ErrorCode::corrupt,
                    "the history's change " + std::to_string(change.position) + " is damaged");
    }
    return pairs;
}

Value read_value(const Field& field, const StoredValue& stored, const Registry& registry) {
    if (!stored) {
        return {};
    }
    std::string why;
    auto value = parse_text(field, *stored, why, {.registry = &registry});
    if (!value) {
        throw Error(ErrorCode::corrupt, "the history holds a value of " + std::string(field.name) +
                                            " that cannot be read: " + why);
    }
    return std::move(*value);
}

}  // namespace

HistoryEntry to_history_entry(const Change& change, const Registry& registry) {
    HistoryEntry entry{change.position,  change.at, change.actor,  change.origin,
                       cause_of(change), {},        change.record, change.kind,
                       change.version,   {}};
    const Entity* entity = registry.find(change.entity);
    if (entity == nullptr) {
        return entry;
    }
    entry.entity = entity->name;
    const std::vector<StoredPair> pairs = read_pairs(change);
    for (const Field& field : entity->fields) {
        const auto pair = std::find_if(pairs.begin(), pairs.end(),
                                       [id = std::to_string(field.id)](const StoredPair& stored) {
                                           return stored.field_id == id;
                                       });
        if (pair != pairs.end()) {
            entry.fields.push_back({std::string(field.name),
                                    read_value(field, pair->before, registry),
                                    read_value(field, pair->after, registry)});
        }
    }
    return entry;
}

}  // namespace crmkit::engine
