#include "json_arguments.hpp"

#include <nlohmann/json.hpp>

#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_writer.hpp"

namespace crmkit::c_api {

namespace {

constexpr std::size_t longest = std::size_t{1} << 20U;

/// Whether nothing in the JSON is nested deeper than the object itself, so that a hostile depth is
/// refused before the parser builds anything. Brackets inside texts do not count.
bool is_flat(std::string_view json) {
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < json.size() && depth <= 1; ++i) {
        if (in_text && json[i] == '\\') {
            ++i;
        } else if (json[i] == '"') {
            in_text = !in_text;
        } else if (!in_text) {
            depth += json[i] == '{' || json[i] == '[' ? 1 : 0;
        }
    }
    return depth <= 1;
}

Value value_of(const std::string& name, const nlohmann::json& json) {
    if (json.is_null()) {
        return {};
    }
    if (json.is_string()) {
        return Value(json.get_ref<const std::string&>());
    }
    if (json.is_boolean()) {
        return Value(json.get<bool>());
    }
    if (json.is_number_integer()) {
        return Value(json.get<std::int64_t>());
    }
    throw Error(ErrorCode::syntax,
                "the parameter '" + shortened(name) +
                    "' is neither text, whole number, boolean nor null; write decimals as text");
}

void write_value(JsonWriter& writer, const Value& value, const Registry& registry) {
    std::string json;
    append_json_value(json, value, &registry);
    writer.raw(json);
}

}  // namespace

JsonParameters::JsonParameters(std::string_view json) {
    if (json.empty()) {
        return;
    }
    if (json.size() > longest) {
        throw Error(ErrorCode::limit, "the parameters are longer than 1 MiB");
    }
    const auto parsed = is_flat(json) ? nlohmann::json::parse(json, nullptr, false)
                                      : nlohmann::json(nlohmann::json::value_t::discarded);
    if (!parsed.is_object()) {
        throw Error(ErrorCode::syntax, "the parameters are not a JSON object");
    }
    for (const auto& [name, value] : parsed.items()) {
        names_.push_back(std::make_unique<std::string>(name));
        parameters_.emplace_back(*names_.back(), value_of(name, value));
    }
}

std::string page_json(const std::vector<std::unique_ptr<Record>>& records, const PageEnd& end,
                      const Registry& registry) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_object();
    writer.name("records");
    writer.begin_array();
    for (const auto& record : records) {
        writer.raw(to_json(RecordView(record->structure(), record->object()),
                           {.registry = &registry}));
    }
    writer.end_array();
    writer.member("next", std::string_view(end.next));
    writer.end_object();
    return json;
}

std::string rows_json(const std::vector<std::vector<Value>>& rows, const Registry& registry) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_array();
    for (const auto& row : rows) {
        writer.begin_array();
        for (const Value& value : row) {
            write_value(writer, value, registry);
        }
        writer.end_array();
    }
    writer.end_array();
    return json;
}

std::string history_entry_json(const HistoryEntry& entry, const Registry& registry) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_object();
    writer.member("position", entry.position);
    writer.member("at", std::string_view(to_string(entry.at)));
    writer.member("actor", std::string_view(to_string(entry.actor)));
    writer.member("origin", std::string_view(entry.origin));
    writer.member("cause", entry.cause);
    writer.member("entity", std::string_view(entry.entity));
    writer.member("record", std::string_view(to_string(entry.record)));
    writer.member("kind", label_of(entry.kind));
    writer.member("version", entry.version);
    writer.name("fields");
    writer.begin_array();
    for (const FieldChange& change : entry.fields) {
        writer.begin_object();
        writer.member("field", std::string_view(change.field));
        writer.name("before");
        write_value(writer, change.before, registry);
        writer.name("after");
        write_value(writer, change.after, registry);
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return json;
}

std::string history_json(const std::vector<HistoryEntry>& entries, const Registry& registry) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_array();
    for (const HistoryEntry& entry : entries) {
        writer.raw(history_entry_json(entry, registry));
    }
    writer.end_array();
    return json;
}

}  // namespace crmkit::c_api
