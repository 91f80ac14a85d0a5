#include "struct_methods.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/engine/describe.hpp"
#include "crmkit/model/registry.hpp"
#include "crmkit/schema/describe.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "errors.hpp"
#include "field_access.hpp"
#include "values.hpp"

namespace crmkit::python {

namespace {

/// Whether a field says something: not empty, not false, no row.
bool is_telling(const RecordView& record, const Field& field) {
    if (field.type() == FieldType::structure_list) {
        return field.native->row_count(field.member(record.object())) != 0;
    }
    const ValueView value = record.get(field);
    return !value.is_null() && !(value.kind() == ValueKind::boolean && !value.boolean());
}

/// The fields worth showing: title and id first, then the entity's own that are not empty.
std::vector<const Field*> telling_fields(const StructObject& record) {
    const Entity* const entity = record.type->entity;
    const Field* const title = entity == nullptr ? nullptr : entity->title;
    const Field* const id = entity == nullptr ? nullptr : entity->find(header::id);
    std::vector<const Field*> found;
    for (const Field* first : {title, id}) {
        if (first != nullptr && is_telling(record.view(), *first)) {
            found.push_back(first);
        }
    }
    for (const Field& field : record.type->structure->fields) {
        const bool is_bookkeeping =
            entity != nullptr &&
            (field.is_computed || (field.id < header::count + 1 && field.id != header::owner));
        if (&field != title && &field != id && !is_bookkeeping &&
            is_telling(record.view(), field)) {
            found.push_back(&field);
        }
    }
    return found;
}

/// The text of a value that only people read: short.
std::string shown_field(const StructObject& record, const Field& field) {
    constexpr std::size_t longest = 80;
    const py::object value = get_field(record, field);
    auto text =
        PyUnicode_Check(value.ptr()) != 0 && py::len(value) > longest
            ? py::repr(py::str(value.attr("__getitem__")(py::slice(0, longest, 1))) + py::str("…"))
            : py::repr(value);
    if (py::len(text) > 4 * longest) {
        text = py::str(text.attr("__getitem__")(py::slice(0, 4 * longest, 1))) + py::str("…");
    }
    return readable_text(text);
}

std::string repr_text(const StructObject& record) {
    std::string out = Py_TYPE(&record)->tp_name;
    out.erase(0, out.rfind('.') + 1);
    out += '(';
    bool first = true;
    for (const Field* field : telling_fields(record)) {
        out += first ? "" : ", ";
        first = false;
        out += record.type->fields[record.type->structure->index_of(*field)].attribute + "=" +
               shown_field(record, *field);
    }
    return out + ')';
}

bool equal(const RecordView& a, const RecordView& b);

bool equal_rows(const RecordView& a, const RecordView& b, const Field& field) {
    const void* const left = field.member(a.object());
    const void* const right = field.member(b.object());
    const std::size_t count = field.native->row_count(left);
    if (count != field.native->row_count(right)) {
        return false;
    }
    const Structure& structure = field.native->row_structure();
    for (std::size_t i = 0; i < count; ++i) {
        if (!equal({structure, field.native->row(left, i)},
                   {structure, field.native->row(right, i)})) {
            return false;
        }
    }
    return true;
}

bool equal(const RecordView& a, const RecordView& b) {
    for (const Field& field : a.structure().fields) {
        const bool same = field.type() == FieldType::structure_list ? equal_rows(a, b, field)
                                                                    : a.get(field) == b.get(field);
        if (!same) {
            return false;
        }
    }
    return true;
}

/// A flag among keyword arguments that are all flags. Throws TypeError for other names.
void read_flags(const Arguments& arguments,
                std::initializer_list<std::pair<const char*, bool*>> flags) {
    if (arguments.positional != 0) {
        throw py::type_error("this method takes keyword arguments only");
    }
    for (Py_ssize_t i = 0; i < arguments.named(); ++i) {
        bool is_known = false;
        for (const auto& [name, flag] : flags) {
            if (PyUnicode_CompareWithASCIIString(arguments.name(i), name) == 0) {
                *flag = PyObject_IsTrue(arguments.named_value(i)) == 1;
                is_known = true;
            }
        }
        if (!is_known) {
            throw py::type_error("unexpected keyword argument " + shown_object(arguments.name(i)));
        }
    }
}

py::dict dict_of(const StructObject& record, bool with_header, bool with_empty) {
    py::dict out;
    for (const BoundField& field : record.type->fields) {
        const bool is_header = record.type->entity != nullptr && field.index < header::count;
        py::object value = get_field(record, *field.field);
        if ((is_header && !with_header) || (value.is_none() && !with_empty)) {
            continue;
        }
        if (field.field->type() == FieldType::structure_list) {
            py::list rows;
            for (const py::handle row : value) {
                rows.append(dict_of(struct_of(row), with_header, with_empty));
            }
            value = std::move(rows);
        }
        if (PyDict_SetItem(out.ptr(), field.name, value.ptr()) != 0) {
            throw py::error_already_set();
        }
    }
    return out;
}

py::object to_dict(PyObject* self, const Arguments& arguments) {
    bool with_header = true;
    bool with_empty = true;
    read_flags(arguments, {{"header", &with_header}, {"empty", &with_empty}});
    return dict_of(struct_of(self), with_header, with_empty);
}

py::object json_of(PyObject* self, const Arguments& arguments) {
    JsonWriteOptions options;
    options.registry = &standard_registry();
    read_flags(arguments, {{"header", &options.header}, {"empty", &options.nulls}});
    return to_str(to_json(struct_of(self).view(), options));
}

py::object struct_from_json(const StructType& type, PyTypeObject* subclass, std::string_view text) {
    const Record read = record_from_json(*type.structure, text, {&standard_registry()});
    py::object made = make_struct(type, subclass);
    StructObject& record = struct_of(made);
    type.structure->copy(record.object(), read.object());
    record.touched = read.touched();
    return made;
}

py::object from_json(PyObject* subclass, const Arguments& arguments) {
    auto* const asked = reinterpret_cast<PyTypeObject*>(subclass);
    const StructType* const type = type_of(asked);
    if (type == nullptr || arguments.positional != 1 || arguments.named() != 0) {
        throw py::type_error("from_json() of a class takes one text");
    }
    const py::handle given(arguments.values[0]);
    const auto text = PyUnicode_Check(given.ptr()) != 0 ? utf8_of(given) : std::nullopt;
    if (!text) {
        throw py::type_error("from_json() takes a str of valid Unicode");
    }
    return struct_from_json(*type, asked, *text);
}

PyObject* copy_of(PyObject* self, PyObject* /*memo*/) noexcept {
    return guarded([&] {
        py::object copy = copy_struct(struct_of(self));
        if (py::hasattr(self, "__dict__")) {  // of a subclass that the host has written
            copy.attr("__dict__").attr("update")(py::handle(self).attr("__dict__"));
        }
        return copy;
    });
}

PyObject* reduce(PyObject* self, PyObject* /*unused*/) noexcept {
    return guarded([&]() -> py::object {
        const StructObject& record = struct_of(self);
        JsonWriteOptions options;
        options.registry = &standard_registry();
        py::list touched;
        for (const BoundField& field : record.type->fields) {
            if (record.touched.contains(field.index)) {
                touched.append(py::handle(field.name));
            }
        }
        const py::tuple arguments =
            py::make_tuple(py::type::handle_of(py::handle(self)),
                           to_str(to_json(record.view(), options)), py::tuple(touched));
        const py::object restore = py::module_::import("crmkit.pickling").attr("restore");
        if (py::hasattr(self, "__dict__")) {
            return py::make_tuple(restore, arguments, py::handle(self).attr("__dict__"));
        }
        return py::make_tuple(restore, arguments);
    });
}

py::object restore(const py::type& subclass, const std::string& json, const py::tuple& touched) {
    auto* const asked = reinterpret_cast<PyTypeObject*>(subclass.ptr());
    const StructType* const type = type_of(asked);
    if (type == nullptr) {
        throw py::type_error("only a class of crmkit's can be restored");
    }
    py::object made = struct_from_json(*type, asked, json);
    struct_of(made).touched.clear();
    for (const py::handle name : touched) {
        if (const BoundField* field = type->find(name)) {
            struct_of(made).touched.add(field->index);
        }
    }
    return made;
}

/// A copy that is not stored: without what the library keeps in the header.
PyObject* as_new(PyObject* self, PyObject* /*unused*/) noexcept {
    return guarded([&] {
        const StructObject& record = struct_of(self);
        py::object made = make_struct(*record.type);
        StructObject& fresh = struct_of(made);
        for (const BoundField& bound : record.type->fields) {
            const Field& field = *bound.field;
            if (!field.is_read_only && !field.is_computed && is_telling(record.view(), field)) {
                fresh.view().set(field, record.view().get(field));
                fresh.touched.add(bound.index);
            }
        }
        return made;
    });
}

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#x27;";
                break;
            default:
                out += c;
        }
    }
}

PyObject* repr_html(PyObject* self, PyObject* /*unused*/) noexcept {
    return guarded([&] {
        const StructObject& record = struct_of(self);
        std::string out = "<table><caption>" + record.type->class_name + "</caption>";
        for (const Field* field : telling_fields(record)) {
            const py::str value(get_field(record, *field));
            out += "<tr><th>";
            out += field->name;
            out += "</th><td>";
            append_escaped(out, utf8_of(value).value_or(""));
            out += "</td></tr>";
        }
        return to_str(out + "</table>");
    });
}

/// The description of a class as JSON: of its entity, or of its struct.
std::string describe_class(const py::type& asked) {
    const StructType* const type = type_of(reinterpret_cast<PyTypeObject*>(asked.ptr()));
    if (type == nullptr) {
        throw py::type_error("only a class of crmkit's has a description");
    }
    std::string out;
    JsonWriter writer(out);
    if (type->entity != nullptr) {
        describe(writer, *type->entity);
    } else {
        describe(writer, *type->structure);
    }
    return out;
}

}  // namespace

PyObject* repr_of_struct(PyObject* self) noexcept {
    return guarded([&] { return to_str(repr_text(struct_of(self))); });
}

PyObject* compare_structs(PyObject* self, PyObject* other, int operation) noexcept {
    const StructObject* const right = as_struct(other);
    if ((operation != Py_EQ && operation != Py_NE) || right == nullptr ||
        right->type != struct_of(self).type) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return guarded([&] {
        return py::bool_(equal(struct_of(self).view(), right->view()) == (operation == Py_EQ));
    });
}

Py_hash_t hash_of_struct(PyObject* self) noexcept {
    const StructObject& record = struct_of(self);
    if (record.type->entity == nullptr || !record.id()) {
        PyErr_Format(PyExc_TypeError, "unhashable: this %s is not a stored record",
                     record.type->class_name.c_str());
        return -1;
    }
    const auto hash =
        static_cast<Py_hash_t>(std::hash<Id>{}(record.id()) * 31U + record.type->entity->number);
    return hash == -1 ? -2 : hash;
}

PyMethodDef* struct_methods() {
    static PyMethodDef methods[] = {
        fast_method_def<&to_dict>(
            "to_dict",
            "The fields as a dict of Python values; with header=False without those that every "
            "record has, with empty=False without those that are None."),
        fast_method_def<&json_of>(
            "to_json",
            "The fields as a JSON text on one line; with header=False without those that every "
            "record has, with empty=True empty fields as null."),
        [] {
            auto method = fast_method_def<&from_json>(
                "from_json",
                "A new object from a JSON text such as to_json() makes. Raises ValidationError "
                "or MalformedText with line and column.");
            method.ml_flags |= METH_CLASS;
            return method;
        }(),
        {"__copy__", reinterpret_cast<PyCFunction>(&copy_of), METH_NOARGS, "An equal object."},
        {"__deepcopy__", &copy_of, METH_O, "An equal object."},
        {"__reduce__", &reduce, METH_NOARGS, "For pickle."},
        {"_repr_html_", &repr_html, METH_NOARGS, "A table, for notebooks."},
        {},
    };
    return methods;
}

PyMethodDef* record_methods() {
    static PyMethodDef methods[] = {
        {"as_new", &as_new, METH_NOARGS,
         "A copy that is not stored yet: without id and what else the library sets."},
        {},
    };
    return methods;
}

void bind_struct_functions(py::module_& module) {
    module.def("restore", &restore, py::arg("cls"), py::arg("json"), py::arg("touched"),
               "Makes the object that was pickled.");
    module.def("describe", &describe_class, py::arg("cls"),
               "The description of a class of crmkit's, as JSON.");
    module.def(
        "describe_all", [] { return describe_all(standard_registry()); },
        "The description of all entities, operations and error codes, as JSON.");
}

}  // namespace crmkit::python
