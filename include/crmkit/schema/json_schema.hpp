/// `json_schema`: the JSON Schema (draft 2020-12) of entities and other described structs.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/schema/check.hpp"
#include "crmkit/schema/describe.hpp"
#include "crmkit/schema/json_writer.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit {

namespace detail {

inline constexpr std::string_view json_schema_dialect =
    "https://json-schema.org/draft/2020-12/schema";

/// The format keyword for a text format, where JSON Schema has one that asks for no more than
/// crmkit does.
constexpr std::string_view json_schema_format(TextFormat format) {
    switch (format) {
        case TextFormat::email_address:
            return "idn-email";
        case TextFormat::uri:
            return "iri-reference";
        case TextFormat::plain:
        case TextFormat::phone_number:
        case TextFormat::contact_point:
        case TextFormat::currency_code:
        case TextFormat::time_zone:
        case TextFormat::language_tag:
        case TextFormat::path:
            return {};
    }
    return {};
}

class JsonSchemaWriter {
  public:
    explicit JsonSchemaWriter(JsonWriter& writer) : writer_(&writer) {}

    /// Writes the keywords of a struct's schema as members of the object that is open.
    void write(const Structure& structure) {
        const Record fresh(structure);
        writer_->member("title", structure.name);
        writer_->member("description", structure.help);
        writer_->member("type", "object");
        writer_->name("properties");
        writer_->begin_object();
        for (const Field& field : structure.fields) {
            writer_->name(field.name);
            writer_->begin_object();
            write_type(field);
            writer_->member("description", field.help);
            write_default(*writer_, field, fresh);
            if (field.is_read_only || field.is_computed) {
                writer_->member("readOnly", true);
            }
            write_extension(field);
            writer_->end_object();
        }
        writer_->end_object();
        write_required(structure, fresh);
        writer_->member("additionalProperties", false);
    }

    /// Writes also what an entity has beyond its struct.
    void write(const Entity& entity) {
        write(static_cast<const Structure&>(entity));
        writer_->name("x-crmkit");
        writer_->begin_object();
        writer_->member("number", entity.number);
        writer_->member("plural", entity.plural);
        writer_->end_object();
    }

    /// Writes the schema of a Structure or Entity under its name.
    template <typename Described>
    void define(const Described& described) {
        writer_->name(described.name);
        writer_->begin_object();
        write(described);
        writer_->end_object();
    }

    /// An amount of money, and the rows of lists, as definitions.
    void define_parts(const std::vector<const Structure*>& structures) {
        std::vector<const Structure*> rows;
        for (const Structure* structure : structures) {
            collect_rows(*structure, rows);
        }
        writer_->name("money");
        writer_->begin_object();
        write_money();
        writer_->end_object();
        for (const Structure* row : rows) {
            define(*row);
        }
    }

  private:
    static void collect_rows(const Structure& structure, std::vector<const Structure*>& rows) {
        for (const Field& field : structure.fields) {
            if (field.type() != FieldType::structure_list) {
                continue;
            }
            const Structure& row = field.native->row_structure();
            if (std::find(rows.begin(), rows.end(), &row) == rows.end()) {
                rows.push_back(&row);
                collect_rows(row, rows);
            }
        }
    }

    void write_money() {
        writer_->member("type", "object");
        writer_->name("properties");
        writer_->begin_object();
        writer_->raw_member("amount", R"({"type":"string","pattern":"^-?[0-9]+(\\.[0-9]+)?$"})");
        writer_->raw_member("currency", R"({"type":"string","pattern":"^[A-Z]{3}$"})");
        writer_->end_object();
        writer_->raw_member("required", R"(["amount","currency"])");
        writer_->member("additionalProperties", false);
    }

    static bool may_be_null(const Field& field) {
        return field.is_nullable() && !field.is_required;
    }

    /// "type": one or several, and null where the field may be empty.
    void write_types(const Field& field, std::initializer_list<std::string_view> types) {
        writer_->name("type");
        if (types.size() == 1 && !may_be_null(field)) {
            writer_->value(*types.begin());
            return;
        }
        writer_->begin_array();
        for (const std::string_view type : types) {
            writer_->value(type);
        }
        if (may_be_null(field)) {
            writer_->value("null");
        }
        writer_->end_array();
    }

    void write_type(const Field& field) {
        switch (field.type()) {
            case FieldType::text:
                write_text(field);
                return;
            case FieldType::integer:
                write_types(field, {"integer"});
                writer_->member("minimum", INT64_MIN);
                writer_->member("maximum", INT64_MAX);
                return;
            case FieldType::decimal:
                write_types(field, {"string", "number"});
                writer_->member("pattern", R"(^[+-]?[0-9]+(\.[0-9]{1,9})?$)");
                return;
            case FieldType::boolean:
                write_types(field, {"boolean"});
                return;
            case FieldType::money:
                writer_->raw_member("anyOf", may_be_null(field)
                                                 ? R"([{"$ref":"#/$defs/money"},{"type":"null"}])"
                                                 : R"([{"$ref":"#/$defs/money"}])");
                return;
            case FieldType::date:
                write_types(field, {"string"});
                writer_->member("format", "date");
                return;
            case FieldType::instant:
                write_types(field, {"string"});
                writer_->member("format", "date-time");
                return;
            case FieldType::enumeration:
                write_enumeration(field);
                return;
            case FieldType::reference:
                write_types(field, {"string"});
                writer_->member("pattern", "^[1-9][0-9]{0,18}$");
                return;
            case FieldType::polymorphic_reference:
                write_types(field, {"string"});
                writer_->member("pattern", link_pattern(field.target));
                return;
            case FieldType::json:
                return;  // any value
            case FieldType::text_list:
                write_text_list(field);
                return;
            case FieldType::structure_list:
                write_structure_list(field);
                return;
        }
    }

    void write_text(const Field& field) {
        write_types(field, {"string"});
        if (field.is_required) {
            writer_->member("minLength", 1);  // empty text is no text
        }
        writer_->member("maxLength", field.longest);
        if (const auto format = json_schema_format(field.format); !format.empty()) {
            writer_->member("format", format);
        }
    }

    void write_enumeration(const Field& field) {
        writer_->name("enum");
        writer_->begin_array();
        for (const std::string_view label : field.native->labels) {
            writer_->value(label);
        }
        if (may_be_null(field)) {
            writer_->null();
        }
        writer_->end_array();
    }

    void write_text_list(const Field& field) {
        write_types(field, {"array"});
        writer_->name("items");
        writer_->begin_object();
        writer_->member("type", "string");
        writer_->member("maxLength", field.longest);
        writer_->end_object();
        write_list_sizes(field, longest_text_list);
    }

    void write_structure_list(const Field& field) {
        write_types(field, {"array"});
        writer_->name("items");
        writer_->begin_object();
        writer_->member("$ref", "#/$defs/" + std::string(field.native->row_structure().name));
        writer_->end_object();
        write_list_sizes(field, most_rows);
    }

    void write_list_sizes(const Field& field, std::size_t most) {
        if (field.is_required) {
            writer_->member("minItems", 1);
        }
        writer_->member("maxItems", most);
    }

    /// "user, team" as ^(user|team)/… and "any" as any name.
    static std::string link_pattern(std::string_view targets) {
        std::string names;
        for (const char c : targets) {
            if (c == ',') {
                names += '|';
            } else if (c != ' ') {
                names += c;
            }
        }
        return "^(" + (targets == "any" ? "[a-z][a-z0-9_]*" : names) + ")/[1-9][0-9]{0,18}$";
    }

    /// What a new record must be given: not what it has from the start or the library fills in.
    void write_required(const Structure& structure, const RecordView& fresh) {
        writer_->name("required");
        writer_->begin_array();
        for (const Field& field : structure.fields) {
            if (field.is_required && !field.is_supplied && fresh.get(field).is_null()) {
                writer_->value(field.name);
            }
        }
        writer_->end_array();
    }

    /// What JSON Schema has no keyword for; a member is left out where it says nothing.
    void write_extension(const Field& field) {
        writer_->name("x-crmkit");
        writer_->begin_object();
        writer_->member("id", field.id);
        writer_->member("type", to_string(field.type()));
        writer_->member("privacy", to_string(field.privacy));
        if (!field.target.empty()) {
            write_names(*writer_, "references", field.target);
        }
        if (field.is_unique) {
            writer_->member("unique", true);
        }
        if (field.is_searchable) {
            writer_->member("searchable", true);
        }
        writer_->end_object();
    }

    JsonWriter* writer_;
};

/// A whole document for one Structure or Entity.
template <typename Described>
std::string json_schema_document(const Described& described) {
    std::string out;
    JsonWriter writer(out);
    JsonSchemaWriter schema(writer);
    writer.begin_object();
    writer.member("$schema", json_schema_dialect);
    schema.write(described);
    writer.name("$defs");
    writer.begin_object();
    schema.define_parts({&described});
    writer.end_object();
    writer.end_object();
    return out;
}

}  // namespace detail

/// The JSON Schema of a described struct, such as an operation's input: what append_json() writes
/// of a valid one is valid by it, and what is valid by it has the types that read_json() takes.
/// Fields have x-crmkit: {id, type, privacy, references, unique, searchable}.
inline std::string json_schema(const Structure& structure) {
    return detail::json_schema_document(structure);
}

/// The same of an entity, with x-crmkit: {number, plural} beside.
inline std::string json_schema(const Entity& entity) {
    return detail::json_schema_document(entity);
}

/// One schema document with a definition for each entity: refer to "#/$defs/account".
inline std::string json_schema(const Registry& registry) {
    std::string out;
    JsonWriter writer(out);
    detail::JsonSchemaWriter schema(writer);
    writer.begin_object();
    writer.member("$schema", detail::json_schema_dialect);
    writer.name("$defs");
    writer.begin_object();
    schema.define_parts({registry.entities().begin(), registry.entities().end()});
    for (const Entity* entity : registry.entities()) {
        schema.define(*entity);
    }
    writer.end_object();
    writer.end_object();
    return out;
}

}  // namespace crmkit
