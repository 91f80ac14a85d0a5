#include "history_text.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "crmkit/schema/conversion.hpp"
#include "crmkit/schema/json_text.hpp"
#include "crmkit/schema/value_text.hpp"

namespace crmkit::engine {

namespace {

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

void ChangedValues::append_value(const ValueView& value) {
    if (value.kind() == ValueKind::text) {
        append_text(value.text());
    } else if (value.is_null()) {
        append("null");
    } else if (value.kind() == ValueKind::boolean) {
        append(value.boolean() ? std::string_view(R"("true")") : std::string_view(R"("false")"));
    } else {
        append_text(to_text(value));
    }
}

void ChangedValues::append_text(std::string_view text) {
    if (detail::plain_run_in_json(text, 0) == text.size()) {
        append("\"");
        append(text);
        append("\"");
    } else {
        std::string escaped;
        append_json_string(escaped, text);
        append(escaped);
    }
}

void ChangedValues::add(const Field& field, const ValueView& before, const ValueView& after) {
    append_key(field);
    append_value(before);
    append(",");
    append_value(after);
    append("]");
}

void ChangedValues::add_new(const Field& field, const ValueView& value) {
    append_key(field);
    append("null,");
    append_value(value);
    append("]");
}

void ChangedValues::append_key(const Field& field) {
    constexpr std::size_t longest_key = 16;
    make_room(longest_key);
    append(size_ == 0 ? std::string_view("{\"") : std::string_view(",\""));
    char* const start = json_.data() + size_;
    size_ = static_cast<std::size_t>(std::to_chars(start, start + longest_key, field.id).ptr -
                                     json_.data());
    append("\":[");
}

std::string ChangedValues::take() {
    append(size_ == 0 ? "{}" : "}");
    json_.resize(size_);
    size_ = 0;
    return std::move(json_);
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
