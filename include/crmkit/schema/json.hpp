/// `append_json`: records and values as JSON. See schema/json_reader.hpp for the way back.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crmkit/schema/check.hpp"
#include "crmkit/schema/json_text.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"
#include "crmkit/schema/value_text.hpp"

namespace crmkit {

/// How a record is written.
struct JsonWriteOptions {
    /// Names the entities of links; without it, the default, they are written by number ("3/123").
    const Registry* registry = nullptr;
    /// Only these fields, by their place in the table; default: all.
    const FieldSet* fields = nullptr;
    /// Writes empty fields as null; default: leaves them out.
    bool nulls = false;
    /// Writes the header of a record (id, created_at, … source); default: yes.
    bool header = true;
};

namespace detail {

inline void append_number(std::string& out, std::int64_t number) {
    char digits[20];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, end);
}

inline void append_quoted(std::string& out, std::string_view plain) {
    out += '"';
    out += plain;
    out += '"';
}

inline void append_json_money(std::string& out, const Money& money) {
    out += R"({"amount":")";
    out += decimal_text(money);
    out += R"(","currency":")";
    out += money.currency.code();
    out += R"("})";
}

inline void append_json_list(std::string& out, std::span<const std::string> items) {
    char before = '[';
    for (const std::string& item : items) {
        out += before;
        append_json_string(out, item);
        before = ',';
    }
    out += items.empty() ? "[]" : "]";
}

/// The text of a JSON field. In valid JSON a line break can only be white space; without it, a
/// record stays on one line. What is no JSON (a host may put anything in a struct) becomes a
/// string.
inline void append_embedded_json(std::string& out, std::string_view json) {
    if (find_json_fault(json)) {
        append_json_string(out, json);
        return;
    }
    const std::size_t start = out.size();
    out += json;
    for (std::size_t i = start; i < out.size(); ++i) {
        out[i] = out[i] == '\n' || out[i] == '\r' ? ' ' : out[i];
    }
}

/// Whether a structure is an entity's, with the header at the front of its table.
inline bool has_header(const Structure& structure) {
    return structure.fields.size() >= header::count &&
           structure.fields[header::version - 1U].name == "version" &&
           structure.fields[header::deleted_at - 1U].name == "deleted_at";
}

}  // namespace detail

/// Appends a value as JSON: whole numbers and booleans as such, decimals as strings ("0.5", which
/// no reader rounds), dates, instants, ids and links ("account/123") as strings, money as
/// {"amount":"1200000.00","currency":"EUR"}, lists as arrays, null as null.
inline void append_json_value(std::string& out, const ValueView& value,
                              const Registry* registry = nullptr) {
    switch (value.kind()) {
        case ValueKind::null:
            out += "null";
            return;
        case ValueKind::text:
            append_json_string(out, value.text());
            return;
        case ValueKind::integer:
            detail::append_number(out, value.integer());
            return;
        case ValueKind::boolean:
            out += value.boolean() ? "true" : "false";
            return;
        case ValueKind::decimal:
            detail::append_quoted(out, to_string(value.decimal()));
            return;
        case ValueKind::date:
            detail::append_quoted(out, detail::date_text(value.date()));
            return;
        case ValueKind::instant:
            detail::append_quoted(out, detail::instant_text(value.instant()));
            return;
        case ValueKind::money:
            detail::append_json_money(out, value.money());
            return;
        case ValueKind::id:
            out += '"';
            detail::append_number(out, value.id().value);
            out += '"';
            return;
        case ValueKind::link:
            out += '"';
            append_link(out, value.link(), registry);
            out += '"';
            return;
        case ValueKind::text_list:
            detail::append_json_list(out, value.list());
            return;
    }
}

void append_json(std::string& out, const RecordView& record, const JsonWriteOptions& options);

namespace detail {

/// Appends `"name":` after what separates it from the member before.
inline void append_name(std::string& out, char before, std::string_view name) {
    out += before;
    out += '"';
    out += name;  // a field's name is snake_case
    out += "\":";
}

inline void append_rows(std::string& out, const Field& field, const void* member,
                        JsonWriteOptions options) {
    options.fields = nullptr;  // it speaks of the outer structure
    const std::size_t count = field.native->row_count(member);
    out += '[';
    for (std::size_t row = 0; row < count; ++row) {
        out += row == 0 ? "" : ",";
        append_json(out, {field.native->row_structure(), field.native->row(member, row)}, options);
    }
    out += ']';
}

}  // namespace detail

/// Appends a record, or any described struct, as one JSON object on one line, its fields in their
/// declared order; structure lists as arrays of objects, JSON fields as they are.
inline void append_json(std::string& out, const RecordView& record,
                        const JsonWriteOptions& options = {}) {
    const Structure& structure = record.structure();
    std::size_t index = !options.header && detail::has_header(structure) ? header::count : 0;
    char before = '{';
    for (; index < structure.fields.size(); ++index) {
        const Field& field = structure.fields[index];
        if (options.fields != nullptr && !options.fields->contains(index)) {
            continue;
        }
        if (field.type() == FieldType::structure_list) {
            detail::append_name(out, before, field.name);
            detail::append_rows(out, field, field.member(record.object()), options);
            before = ',';
            continue;
        }
        const ValueView value = record.get(field);
        if (value.is_null() && !options.nulls) {
            continue;
        }
        detail::append_name(out, before, field.name);
        before = ',';
        if (field.type() == FieldType::json && !value.is_null()) {
            detail::append_embedded_json(out, value.text());
        } else {
            append_json_value(out, value, options.registry);
        }
    }
    out += before == '{' ? "{}" : "}";
}

/// append_json() into a new text.
inline std::string to_json(const RecordView& record, const JsonWriteOptions& options = {}) {
    std::string out;
    append_json(out, record, options);
    return out;
}

}  // namespace crmkit
