#include "history_text.hpp"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "crmkit/schema/conversion.hpp"
#include "crmkit/schema/json_text.hpp"
#include "crmkit/schema/value_text.hpp"

namespace crmkit::engine {

namespace {

void append_value(std::string& json, const ValueView& value) {
    if (value.is_null()) {
        json += "null";
    } else if (value.kind() == ValueKind::text) {
        append_json_string(json, value.text());
    } else if (value.kind() == ValueKind::boolean) {
        json += value.boolean() ? R"("true")" : R"("false")";
    } else {
        append_json_string(json, to_text(value));
    }
}

Value read_value(const Field& field, const nlohmann::json& json, const Registry& registry) {
    if (!json.is_string()) {
        return {};
    }
    std::string why;
    auto value =
        parse_text(field, json.get_ref<const std::string&>(), why, {.registry = &registry});
    if (!value) {
        throw Error(ErrorCode::corrupt, "the history holds a value of " + std::string(field.name) +
                                            " that cannot be read: " + why);
    }
    return std::move(*value);
}

}  // namespace

void ChangedValues::add(const Field& field, const ValueView& before, const ValueView& after) {
    append_key(field);
    append_value(json_, before);
    json_ += ',';
    append_value(json_, after);
    json_ += ']';
}

void ChangedValues::add_new(const Field& field, const ValueView& value) {
    append_key(field);
    json_ += "null,";
    append_value(json_, value);
    json_ += ']';
}

void ChangedValues::append_key(const Field& field) {
    std::array<char, 16> key{',', '"'};
    char* end = std::to_chars(key.data() + 2, key.data() + key.size(), field.id).ptr;
    for (const char c : {'"', ':', '['}) {
        *end++ = c;
    }
    const char* const start = key.data() + (json_.size() == 1 ? 1 : 0);
    json_.append(start, static_cast<std::size_t>(end - start));
}

std::string ChangedValues::take() {
    json_ += '}';
    return std::exchange(json_, "{");
}

HistoryEntry to_history_entry(const Change& change, const Registry& registry) {
    HistoryEntry entry{change.position, change.at, change.actor,  change.origin,
                       change.cause,    {},        change.record, change.kind,
                       change.version,  {}};
    const Entity* entity = registry.find(change.entity);
    if (entity == nullptr) {
        return entry;
    }
    entry.entity = entity->name;
    const auto values = nlohmann::json::parse(change.values, nullptr, false);
    if (!values.is_object()) {
        throw Error(ErrorCode::corrupt,
                    "the history's change " + std::to_string(change.position) + " is damaged");
    }
    for (const Field& field : entity->fields) {
        const auto pair = values.find(std::to_string(field.id));
        if (pair != values.end() && pair->is_array() && pair->size() == 2) {
            entry.fields.push_back({std::string(field.name),
                                    read_value(field, (*pair)[0], registry),
                                    read_value(field, (*pair)[1], registry)});
        }
    }
    return entry;
}

}  // namespace crmkit::engine
