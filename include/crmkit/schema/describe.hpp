/// `describe_json`: entities and fields as data, for bindings, generators and documentation.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/text.hpp"
#include "crmkit/schema/check.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_writer.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit {

namespace detail {

constexpr bool has_longest(FieldType type) {
    return type == FieldType::text || type == FieldType::text_list;
}

/// Writes the names of a list such as "user, team" as an array.
inline void write_names(JsonWriter& writer, std::string_view name, std::string_view list) {
    writer.name(name);
    writer.begin_array();
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        writer.value(trim(list.substr(0, comma)));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    writer.end_array();
}

inline void write_labels(JsonWriter& writer, std::string_view name, const Field& field) {
    writer.name(name);
    writer.begin_array();
    for (const std::string_view label : field.native->labels) {
        writer.value(label);
    }
    writer.end_array();
}

/// Writes the value that a new struct has in a field before anybody set it, where it has one that a
/// host could give.
inline void write_default(JsonWriter& writer, const Field& field, const Record& fresh) {
    const ValueView value = fresh.get(field);
    if (value.is_null() || field.is_read_only || field.is_computed) {
        return;
    }
    std::string json;
    append_json_value(json, value);
    writer.raw_member("default", json);
}

class StructureDescriber {
  public:
    explicit StructureDescriber(JsonWriter& writer) : writer_(&writer) {}

    /// Writes name, help and fields as members of the object that is open.
    void write(const Structure& structure) {
        const Record fresh(structure);
        above_.push_back(&structure);
        writer_->member("name", structure.name);
        writer_->member("help", structure.help);
        writer_->name("fields");
        writer_->begin_array();
        for (const Field& field : structure.fields) {
            write_field(field, fresh);
        }
        writer_->end_array();
        above_.pop_back();
    }

  private:
    void write_field(const Field& field, const Record& fresh) {
        writer_->begin_object();
        writer_->member("id", field.id);
        writer_->member("name", field.name);
        writer_->member("type", to_string(field.type()));
        writer_->member("help", field.help);
        write_flags(field);
        writer_->member("privacy", to_string(field.privacy));
        if (has_longest(field.type())) {
            writer_->member("max_length", field.longest);
            writer_->member("format", label_of(field.format));
        }
        if (field.type() == FieldType::enumeration) {
            write_labels(*writer_, "labels", field);
        }
        write_reference(field);
        if (!field.normal_form_of.empty()) {
            writer_->member("normal_form_of", field.normal_form_of);
        }
        if (field.type() == FieldType::structure_list) {
            write_row(field.native->row_structure());
        }
        write_default(*writer_, field, fresh);
        writer_->end_object();
    }

    void write_flags(const Field& field) {
        writer_->member("required", field.is_required);
        writer_->member("supplied", field.is_supplied);
        writer_->member("unique", field.is_unique);
        writer_->member("searchable", field.is_searchable);
        writer_->member("read_only", field.is_read_only);
        writer_->member("computed", field.is_computed);
        writer_->member("nullable", field.is_nullable());
    }

    void write_reference(const Field& field) {
        if (field.target.empty()) {
            return;
        }
        write_names(*writer_, "targets", field.target);
        writer_->member("on_delete", to_string(field.on_delete));
        writer_->member("hierarchy", field.is_hierarchy);
        if (!field.children_name.empty()) {
            writer_->member("children", field.children_name);
        }
    }

    /// A row that holds rows of its own kind is named only where it comes again.
    void write_row(const Structure& row) {
        writer_->name("row");
        writer_->begin_object();
        if (std::find(above_.begin(), above_.end(), &row) == above_.end()) {
            write(row);
        } else {
            writer_->member("name", row.name);
        }
        writer_->end_object();
    }

    JsonWriter* writer_;
    std::vector<const Structure*> above_{};
};

inline void write_indexes(JsonWriter& writer, const Entity& entity) {
    writer.name("indexes");
    writer.begin_array();
    for (const Index& index : entity.indexes) {
        writer.begin_object();
        write_names(writer, "fields", index.fields);
        writer.member("unique", index.is_unique);
        writer.end_object();
    }
    writer.end_array();
}

inline void write_state_machine(JsonWriter& writer, const StateMachine& machine) {
    writer.name("state_machine");
    writer.begin_object();
    writer.member("state_field", machine.state_field);
    writer.member("status_field", machine.status_field);
    writer.member("reason_field", machine.reason_field);
    writer.name("transitions");
    writer.begin_array();
    for (const Transition& transition : machine.transitions) {
        writer.begin_object();
        writer.member("from", transition.from);
        writer.member("to", transition.to);
        writer.member("needs_reason", transition.needs_reason);
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
}

}  // namespace detail

/// Writes the description of a struct, such as an operation's input, as one JSON object: name, help
/// and fields. Each field has id, name, type, help, required, unique, searchable, read_only,
/// computed, nullable, privacy; texts and lists of text max_length and format; enumerations labels;
/// references targets (["any"] for all), on_delete, hierarchy, children; normal forms
/// normal_form_of; lists of structs the description of a row; and default where there is one.
inline void describe(JsonWriter& writer, const Structure& structure) {
    writer.begin_object();
    detail::StructureDescriber(writer).write(structure);
    writer.end_object();
}

/// Writes the description of an entity: that of its struct with plural, number, title (the field
/// that names a record, or null), internal, indexes and, where it has one, state_machine.
inline void describe(JsonWriter& writer, const Entity& entity) {
    writer.begin_object();
    detail::StructureDescriber(writer).write(entity);
    writer.member("plural", entity.plural);
    writer.member("number", entity.number);
    writer.name("title");
    if (entity.title != nullptr) {
        writer.value(entity.title->name);
    } else {
        writer.null();
    }
    writer.member("internal", entity.is_internal);
    detail::write_indexes(writer, entity);
    if (entity.state_machine != nullptr) {
        detail::write_state_machine(writer, *entity.state_machine);
    }
    writer.end_object();
}

/// All entities of a registry as one JSON text: {"entities": [ … ]}, in the registry's order.
inline std::string describe_json(const Registry& registry) {
    std::string out;
    JsonWriter writer(out);
    writer.begin_object();
    writer.name("entities");
    writer.begin_array();
    for (const Entity* entity : registry.entities()) {
        describe(writer, *entity);
    }
    writer.end_array();
    writer.end_object();
    return out;
}

}  // namespace crmkit
