#include "json_arguments.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "crmkit/schema/conversion.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "crmkit/schema/json_writer.hpp"

namespace crmkit::c_api {

namespace {

constexpr std::size_t longest = std::size_t{1} << 20U;
constexpr std::size_t most_parameters = 1000;

/// Reads one JSON object of parameters.
class ParameterReader {
  public:
    ParameterReader(std::string_view json, const Registry& registry, std::deque<std::string>& names,
                    Parameters& parameters)
        : json_(json),
          registry_(registry),
          scanner_(json),
          names_(names),
          parameters_(parameters) {}

    void read() {
        const bool read = scanner_.read_object([this](std::string_view name, std::size_t where) {
            take_name(name, where);
            return read_value();
        });
        if (!read || !scanner_.read_end()) {
            const JsonFault& fault = scanner_.fault();
            refuse(fault.code, {}, fault.offset,
                   (fault.code == ErrorCode::syntax ? "the parameters are not a JSON object: "
                                                    : "the JSON of the parameters ") +
                       std::string(fault.message));
        }
    }

  private:
    void take_name(std::string_view name, std::size_t where) {
        if (names_.size() == most_parameters) {
            refuse(ErrorCode::limit, {}, where, "there are more than 1000 parameters");
        }
        if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
            refuse(ErrorCode::syntax, name, where, "stands twice in the object");
        }
        names_.emplace_back(name);
    }

    bool read_value() {
        const std::size_t where = scanner_.offset();
        const auto type = scanner_.peek();
        if (!type) {
            return false;
        }
        switch (*type) {
            case JsonType::null:
                return scanner_.read_null() && add({});
            case JsonType::boolean: {
                bool flag = false;
                return scanner_.read_boolean(flag) && add(Value(flag));
            }
            case JsonType::string: {
                std::string text;
                return scanner_.read_string(text) && add(Value(std::move(text)));
            }
            case JsonType::number: {
                std::string_view digits;
                return scanner_.read_number(digits) && add(number(digits, where));
            }
            case JsonType::object:
                return read_link(where);
            case JsonType::array:
                refuse(ErrorCode::syntax, names_.back(), where, "is a JSON array");
        }
        return false;
    }

    /// {"link": "user/123"}, a reference to a record of an entity that is named with it.
    bool read_link(std::size_t where) {
        std::string text;
        bool is_link = true;
        const bool read = scanner_.read_object([&](std::string_view name, std::size_t) {
            std::string_view skipped;
            is_link =
                is_link && text.empty() && name == "link" && scanner_.peek() == JsonType::string;
            return is_link ? scanner_.read_string(text) : scanner_.skip_value(skipped);
        });
        return read && add(link(is_link ? text : std::string(), where));
    }

    Value link(std::string_view text, std::size_t where) const {
        const auto link = link_from_text(registry_, text);
        if (!link) {
            refuse(ErrorCode::syntax, names_.back(), where,
                   R"(is not a link such as {"link": "user/123"})");
        }
        return Value(*link);
    }

    Value number(std::string_view digits, std::size_t where) const {
        std::int64_t whole = 0;
        const char* const end = digits.data() + digits.size();
        const auto parsed = std::from_chars(digits.data(), end, whole);
        if (parsed.ec == std::errc{} && parsed.ptr == end) {
            return Value(whole);
        }
        if (const auto decimal = Decimal::parse(digits)) {
            return Value(*decimal);
        }
        refuse(ErrorCode::syntax, names_.back(), where,
               "is neither a whole number of 64 bits nor one with at most nine decimals");
    }

    bool add(Value value) {
        parameters_.emplace_back(names_.back(), std::move(value));
        return true;
    }

    [[noreturn]] void refuse(ErrorCode code, std::string_view name, std::size_t where,
                             std::string message) const {
        Problem problem{{}, name.empty() ? "" : ":" + shortened(name), {}, std::move(message)};
        detail::LineFinder(json_, 1).place(problem, where);
        throw Error::about(code, std::move(problem));
    }

    std::string_view json_;
    const Registry& registry_;
    JsonScanner scanner_;
    std::deque<std::string>& names_;
    Parameters& parameters_;
};

void write_value(JsonWriter& writer, const Value& value, const Registry& registry) {
    std::string json;
    append_json_value(json, value, &registry);
    writer.raw(json);
}

}  // namespace

JsonParameters::JsonParameters(std::string_view json, const Registry& registry) {
    if (json.empty()) {
        return;
    }
    if (json.size() > longest) {
        throw Error(ErrorCode::limit, "the parameters are longer than 1 MiB");
    }
    ParameterReader(json, registry, names_, parameters_).read();
}

std::string page_json(const std::vector<std::unique_ptr<Record>>& records, const PageEnd& end,
                      const Registry& registry) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_object();
    writer.name("records");
    writer.begin_array();
    for (const auto& record : records) {
        writer.raw(
            to_json(RecordView(record->structure(), record->object()), {.registry = &registry}));
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
