#include "changed_values.hpp"

#include <charconv>
#include <utility>

#include "crmkit/schema/json_text.hpp"
#include "crmkit/schema/value_text.hpp"

namespace crmkit::engine {

void ChangedValues::append_value(const ValueView& value) {
    if (value.kind() == ValueKind::text) {
        append_text(value.text());
    } else if (value.is_null()) {
        append("null");
    } else if (value.kind() == ValueKind::boolean) {
        value.boolean() ? append("\"true\"") : append("\"false\"");
    } else {
        append_text(to_text(value));
    }
}

void ChangedValues::append_text(std::string_view text) {
    if (detail::plain_run_in_json(text, 0) == text.size()) {
        make_room(text.size() + longest_frame);
        append("\"");
        size_ += text.copy(json_.data() + size_, text.size());
        append("\"");
    } else {
        std::string escaped;
        append_json_string(escaped, text);
        make_room(escaped.size() + longest_frame);
        size_ += escaped.copy(json_.data() + size_, escaped.size());
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
    make_room(longest_frame);
    size_ == 0 ? append("{\"") : append(",\"");
    char* const start = json_.data() + size_;
    const auto written = std::to_chars(start, json_.data() + json_.size(), field.id);
    size_ += static_cast<std::size_t>(written.ptr - start);
    append("\":[");
}

std::string ChangedValues::take() {
    make_room(longest_frame);
    size_ == 0 ? append("{}") : append("}");
    json_.resize(size_);
    size_ = 0;
    return std::move(json_);
}

}  // namespace crmkit::engine
