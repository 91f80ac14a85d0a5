#include "field_access.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "crmkit/model/registry.hpp"
#include "crmkit/schema/check.hpp"
#include "crmkit/schema/conversion.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/store/packed_record.hpp"
#include "errors.hpp"
#include "values.hpp"

namespace crmkit::python {

namespace {

bool refuse(const BoundField& field, py::handle value, std::string why,
            std::vector<Problem>& problems) {
    problems.push_back(detail::problem_of(*field.owner->structure, *field.field,
                                          value ? shown_object(value) : std::string(),
                                          std::move(why)));
    return false;
}

/// The kinds whose Python object is copied into the member without a Value in between.
bool set_directly(void* member, const Field& field, PyObject* value) {
    switch (field.native_kind()) {
        case NativeKind::text:
            if (field.format == TextFormat::plain && PyUnicode_Check(value) != 0) {
                if (const auto utf8 = utf8_of(value)) {
                    static_cast<std::string*>(member)->assign(*utf8);
                    return true;
                }
            }
            return false;
        case NativeKind::boolean:
            if (PyBool_Check(value)) {
                *static_cast<bool*>(member) = value == Py_True;
                return true;
            }
            return false;
        case NativeKind::integer:
        case NativeKind::whole_integer:
        case NativeKind::decimal:
        case NativeKind::money:
        case NativeKind::date:
        case NativeKind::instant:
        case NativeKind::whole_instant:
        case NativeKind::enumeration:
        case NativeKind::whole_enumeration:
        case NativeKind::id:
        case NativeKind::link:
        case NativeKind::json:
        case NativeKind::text_list:
        case NativeKind::structure_list:
            return false;
    }
    return false;
}

bool set_json(StructObject& record, const BoundField& field, py::handle value,
              std::vector<Problem>& problems) {
    if (value.is_none()) {
        record.view().set(*field.field, {});
        return true;
    }
    std::string why;
    std::optional<std::string> text;
    if (const StructObject* described = as_struct(value)) {  // such as the plan of an import
        text = to_json(described->view(), JsonWriteOptions{.registry = &standard_registry()});
    } else {
        text = format_json(value, why);
    }
    if (!text) {
        return refuse(field, value, std::move(why), problems);
    }
    record.view().set(*field.field, ValueView(*text));
    return true;
}

/// One row of a list of structs: an object of the row's class, or a mapping of its fields.
void add_row(const Field& field, void* member, py::handle given) {
    const StructType& type = type_of(field.native->row_structure());
    const StructObject* row = as_struct(given);
    py::object made;
    if (row == nullptr || row->type != &type) {
        made = make_struct(type);
        FieldWriter writer(struct_of(made));
        for (const auto item : py::reinterpret_borrow<py::dict>(given)) {
            writer.set(item.first, item.second);
        }
        writer.finish();
        row = &struct_of(made);
    }
    type.structure->copy(field.native->add_row(member), row->object());
}

bool set_rows(StructObject& record, const BoundField& field, py::handle value,
              std::vector<Problem>& problems) {
    const Field& list = *field.field;
    if (!value.is_none() && PyList_Check(value.ptr()) == 0 && PyTuple_Check(value.ptr()) == 0) {
        return refuse(field, value, "is not a list of rows", problems);
    }
    void* const member = list.member(record.object());
    const Record fresh(*record.type->structure);
    list.native->copy(member, list.member(fresh.object()));
    if (value.is_none()) {
        return true;
    }
    for (const py::handle row : py::reinterpret_borrow<py::sequence>(value)) {
        if (as_struct(row) == nullptr && PyDict_Check(row.ptr()) == 0) {
            return refuse(field, row, "is neither a row nor a dict of its fields", problems);
        }
        try {
            add_row(list, member, row);
        } catch (const Error& error) {
            problems.insert(problems.end(), error.problems().begin(), error.problems().end());
            return false;
        }
    }
    return true;
}

bool set_converted(StructObject& record, const BoundField& field, py::handle value,
                   std::vector<Problem>& problems) {
    std::string why;
    const py::object plain = field.field->format == TextFormat::path
                                 ? path_text(value)
                                 : py::reinterpret_borrow<py::object>(value);
    const auto given = to_value(plain, why);
    if (!given) {
        return refuse(field, value, std::move(why), problems);
    }
    if (given->kind() == ValueKind::integer &&
        field.field->type() == FieldType::polymorphic_reference) {
        return refuse(field, value, "does not say of which entity: give a record or a Link",
                      problems);
    }
    // A float would have been refused; a bool is no number here either.
    if (given->kind() == ValueKind::boolean && field.field->type() != FieldType::boolean) {
        return refuse(field, value, "is a bool", problems);
    }
    try {
        record.view().set(*field.field, convert(*record.type->structure, *field.field, *given,
                                                {&standard_registry(), {}}));
        return true;
    } catch (const Error& error) {
        problems.insert(problems.end(), error.problems().begin(), error.problems().end());
        return false;
    }
}

py::object rows_of(const StructObject& record, const Field& field) {
    const StructType& type = type_of(field.native->row_structure());
    const void* const member = field.member(record.object());
    const std::size_t count = field.native->row_count(member);
    py::list rows(count);
    for (std::size_t i = 0; i < count; ++i) {
        py::object row = make_struct(type);
        type.structure->copy(struct_of(row).object(), field.native->row(member, i));
        rows[i] = std::move(row);
    }
    return rows;
}

/// What a field has, borrowed from the record, or, where the record keeps the list in another form,
/// from `list`.
ValueView value_of(const StructObject& record, const Field& field, std::vector<std::string>& list) {
    if (record.built != nullptr) {
        return field.get(record.built);
    }
    const StructType& type = *record.type;
    return value_at(record.row(), type.columns[type.structure->index_of(field)], field, list);
}

}  // namespace

py::object get_field(const StructObject& record, const Field& field) {
    if (field.type() == FieldType::structure_list) {
        return rows_of(record, field);
    }
    if (field.id == header::id && record.type->entity != nullptr) {
        return py::int_(record.id().value);  // 0 until it is stored
    }
    std::vector<std::string> list;
    const ValueView value = value_of(record, field, list);
    if (field.type() == FieldType::json && !value.is_null()) {
        return parse_json(value.text());
    }
    if (field.type() == FieldType::text_list && value.is_null()) {
        return py::list();
    }
    return to_python(value);
}

bool set_field(StructObject& record, const BoundField& field, py::handle value,
               std::vector<Problem>& problems) {
    if (field.owner->entity != nullptr && (field.field->is_read_only || field.field->is_computed)) {
        return refuse(field, value,
                      field.field->is_computed
                          ? "is worked out from other fields"
                          : "is set by the library only, through its operations",
                      problems);
    }
    bool done = set_directly(field.field->member(record.object()), *field.field, value.ptr());
    if (!done) {
        switch (field.field->type()) {
            case FieldType::json:
                done = set_json(record, field, value, problems);
                break;
            case FieldType::structure_list:
                done = set_rows(record, field, value, problems);
                break;
            case FieldType::text:
            case FieldType::integer:
            case FieldType::decimal:
            case FieldType::boolean:
            case FieldType::money:
            case FieldType::date:
            case FieldType::instant:
            case FieldType::enumeration:
            case FieldType::reference:
            case FieldType::polymorphic_reference:
            case FieldType::text_list:
                done = set_converted(record, field, value, problems);
                break;
        }
    }
    if (done) {
        record.touched.add(field.index);
    }
    return done;
}

void FieldWriter::set(py::handle name, py::handle value) {
    if (const BoundField* field = record_.type->find(name)) {
        set_field(record_, *field, value, problems_);
        return;
    }
    has_unknown_ = true;
    const Error error =
        unknown_field(*record_.type->structure, shown_object(name), shown_object(value));
    problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
}

void FieldWriter::finish(const Others& add_others) {
    if (problems_.empty()) {
        return;
    }
    // Without these problems the record would be looked at when it is written. So it is now, so
    // that all is told at once.
    if (add_others) {
        add_others(problems_);
    } else {
        check_given();
    }
    throw_problems(std::move(problems_), has_unknown_);
}

void FieldWriter::check_given() {
    const Structure& structure = *record_.type->structure;
    for (std::size_t i = 0; i < structure.fields.size(); ++i) {
        const Field& field = structure.fields[i];
        if (record_.touched.contains(i) && field.type() != FieldType::structure_list) {
            check_value(structure, field, field.get(record_.object()), problems_);
        }
    }
}

PyObject* get_attribute(PyObject* self, void* closure) noexcept {
    const auto& field = *static_cast<const BoundField*>(closure);
    return guarded([&] { return get_field(struct_of(self), *field.field); });
}

int set_attribute(PyObject* self, PyObject* value, void* closure) noexcept {
    const auto& field = *static_cast<const BoundField*>(closure);
    return guarded_status([&] {
        if (value == nullptr) {
            throw py::type_error("a field cannot be deleted; set it to None");
        }
        std::vector<Problem> problems;
        set_field(struct_of(self), field, value, problems);
        throw_problems(std::move(problems));
    });
}

PyObject* get_header_attribute(PyObject* self, void* place) noexcept {
    const auto index = reinterpret_cast<std::uintptr_t>(place);
    return guarded([&] {
        const StructObject& record = struct_of(self);
        return get_field(record, *record.type->fields[index].field);
    });
}

int set_header_attribute(PyObject* self, PyObject* value, void* place) noexcept {
    const auto& fields = struct_of(self).type->fields;
    // set_attribute() only reads what it is given.
    return set_attribute(self, value,
                         const_cast<BoundField*>(&fields[reinterpret_cast<std::uintptr_t>(place)]));
}

}  // namespace crmkit::python
