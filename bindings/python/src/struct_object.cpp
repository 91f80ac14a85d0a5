#include "struct_object.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <unordered_map>
#include <utility>

#include "crmkit/model/registry.hpp"
#include "crmkit/store/packed_record.hpp"
#include "errors.hpp"
#include "field_access.hpp"
#include "operations.hpp"
#include "struct_methods.hpp"
#include "values.hpp"

namespace crmkit::python {

namespace {

/// All classes. Filled at import, then only read.
struct Classes {
    std::vector<std::unique_ptr<StructType>> all;
    std::unordered_map<const Structure*, const StructType*> by_structure;
    std::unordered_map<const PyTypeObject*, const StructType*> by_class;
    PyTypeObject* base = nullptr;
};

Classes& classes() {
    static Classes made;
    return made;
}

PyObject* new_struct(PyTypeObject* subclass, PyObject* /*args*/, PyObject* /*keywords*/) noexcept {
    return guarded([&] {
        const StructType* const type = type_of(subclass);
        if (type == nullptr) {
            throw py::type_error(std::string(subclass->tp_name) + " has no objects of its own");
        }
        return make_struct(*type, subclass);
    });
}

int initialize_struct(PyObject* self, PyObject* args, PyObject* keywords) noexcept {
    return guarded_status([&] {
        StructObject& record = struct_of(self);
        if (PyTuple_GET_SIZE(args) != 0) {
            throw py::type_error(record.type->class_name + "() takes its fields by keyword only");
        }
        FieldWriter writer(record);
        PyObject* name = nullptr;
        PyObject* value = nullptr;
        for (Py_ssize_t at = 0;
             keywords != nullptr && PyDict_Next(keywords, &at, &name, &value) != 0;) {
            writer.set(name, value);
        }
        writer.finish();
    });
}

/// A struct with its defaults.
void* make_built(const Structure& structure) {
    void* const built = ::operator new(structure.size, std::align_val_t(structure.alignment));
    structure.construct(built);
    return built;
}

void free_built(const Structure& structure, void* built) noexcept {
    structure.destroy(built);
    ::operator delete(built, std::align_val_t(structure.alignment));
}

void free_struct(PyObject* self) noexcept {
    StructObject& record = struct_of(self);
    PyTypeObject* const type = Py_TYPE(self);
    if (record.built != nullptr) {
        free_built(*record.type->structure, record.built);
    }
    record.touched.~FieldSet();
    type->tp_free(self);
    Py_DECREF(type);
}

/// An attribute that is no field: says which one is near.
int set_any_attribute(PyObject* self, PyObject* name, PyObject* value) noexcept {
    const int status = PyObject_GenericSetAttr(self, name, value);
    if (status == 0 || PyErr_ExceptionMatches(PyExc_AttributeError) == 0 ||
        PyObject_HasAttr(reinterpret_cast<PyObject*>(Py_TYPE(self)), name) != 0) {
        return status;
    }
    PyErr_Clear();
    return guarded_status([&] {
        const Error error = unknown_field(*struct_of(self).type->structure, shown_object(name));
        throw py::attribute_error(error.message());
    });
}

/// How big the objects of a class are. The base classes have none, and what each other class adds
/// to them keeps Python from making a class of two of ours, whose structs would take each other's
/// place.
constexpr int size_of(bool has_objects) {
    return static_cast<int>(has_objects ? sizeof(StructObject) : sizeof(PyObject));
}

/// Makes a class of the C API; `name`, `doc` and the tables must live as long as it.
PyTypeObject* make_class(const char* name, bool has_objects, const char* doc,
                         PyGetSetDef* attributes, PyMethodDef* methods, PyTypeObject* base) {
    std::vector<PyType_Slot> slots{
        {Py_tp_doc, const_cast<char*>(doc)},
        {Py_tp_new, reinterpret_cast<void*>(&new_struct)},
        {Py_tp_init, reinterpret_cast<void*>(&initialize_struct)},
        {Py_tp_dealloc, reinterpret_cast<void*>(&free_struct)},
        {Py_tp_setattro, reinterpret_cast<void*>(&set_any_attribute)},
        {Py_tp_repr, reinterpret_cast<void*>(&repr_of_struct)},
        {Py_tp_richcompare, reinterpret_cast<void*>(&compare_structs)},
        {Py_tp_hash, reinterpret_cast<void*>(&hash_of_struct)},
    };
    if (attributes != nullptr) {
        slots.push_back({Py_tp_getset, attributes});
    }
    if (methods != nullptr) {
        slots.push_back({Py_tp_methods, methods});
    }
    slots.push_back({0, nullptr});
    PyType_Spec spec{name, size_of(has_objects), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                     slots.data()};
    const py::tuple bases = base == nullptr
                                ? py::tuple()
                                : py::make_tuple(py::handle(reinterpret_cast<PyObject*>(base)));
    PyObject* const made = PyType_FromSpecWithBases(&spec, base == nullptr ? nullptr : bases.ptr());
    if (made == nullptr) {
        throw py::error_already_set();
    }
    return reinterpret_cast<PyTypeObject*>(made);
}

/// What help() shows: what it is, then its fields.
std::string doc_of(const Structure& structure) {
    std::string doc(structure.help);
    doc += "\n";
    for (const Field& field : structure.fields) {
        doc += "\n" + std::string(field.name) + " (" + std::string(to_string(field.type())) +
               "): " + std::string(field.help);
    }
    return doc;
}

/// `from` cannot be an attribute or a keyword argument: `from_` can.
std::string attribute_name(const std::string& name) {
    const auto keyword = py::module_::import("keyword");
    return keyword.attr("iskeyword")(name).cast<bool>() ? name + "_" : name;
}

void add_fields(StructType& type) {
    const auto& fields = type.structure->fields;
    py::dict positions;
    type.fields.reserve(fields.size());
    type.attributes.reserve(fields.size() + 1);
    const std::size_t inherited = type.entity == nullptr ? 0 : header::count;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::string name(fields[i].name);
        PyObject* const interned = PyUnicode_InternFromString(name.c_str());
        if (interned == nullptr) {
            throw py::error_already_set();
        }
        type.fields.push_back(BoundField{&type, &fields[i], i, interned, attribute_name(name)});
        BoundField& field = type.fields.back();
        positions[interned] = i;
        positions[field.attribute.c_str()] = i;
        if (i >= inherited) {
            type.attributes.push_back(PyGetSetDef{field.attribute.c_str(), &get_attribute,
                                                  &set_attribute, fields[i].help.data(), &field});
        }
    }
    type.attributes.push_back(PyGetSetDef{});
    type.positions = positions.release().ptr();
}

/// The attributes of the class Record: the fields that every record has. Kept for good.
PyGetSetDef* header_attributes() {
    static PyGetSetDef attributes[header::count + 1] = {};
    const Structure& any = *standard_registry().entities().front();
    for (std::size_t i = 0; i < header::count; ++i) {
        // NOLINTNEXTLINE: Python keeps whatever we give as a pointer, here the field's place
        void* const place = reinterpret_cast<void*>(std::uintptr_t{i});
        attributes[i] = PyGetSetDef{any.fields[i].name.data(), &get_header_attribute,
                                    &set_header_attribute, any.fields[i].help.data(), place};
    }
    return attributes;
}

void add_class(const Structure& structure, const Entity* entity, const std::string& module_name,
               PyTypeObject* base, py::dict& into) {
    auto type = std::make_unique<StructType>();
    type->structure = &structure;
    type->entity = entity;
    type->class_name = class_name_of(structure.name);
    type->qualified_name = module_name + "." + type->class_name;
    type->doc = doc_of(structure);
    add_fields(*type);
    if (entity != nullptr) {
        type->columns = first_columns(structure);
    }
    type->type = make_class(type->qualified_name.c_str(), true, type->doc.c_str(),
                            type->attributes.data(), nullptr, base);
    const py::handle made(reinterpret_cast<PyObject*>(type->type));
    if (PyMapping_HasKeyString(into.ptr(), type->class_name.c_str()) != 0) {
        throw Error(ErrorCode::internal, "two declarations make a class " + type->class_name);
    }
    into[type->class_name.c_str()] = made;
    if (entity != nullptr) {
        made.attr("__entity__") = to_str(entity->name);
    }
    classes().by_structure.emplace(&structure, type.get());
    classes().by_class.emplace(type->type, type.get());
    classes().all.push_back(std::move(type));
}

/// The classes of an operation's structs and, before each, those of the rows in it.
void add_operation_class(const Structure& structure, py::dict& into) {
    if (classes().by_structure.count(&structure) != 0) {
        return;
    }
    for (const Field& field : structure.fields) {
        if (field.type() == FieldType::structure_list) {
            add_operation_class(field.native->row_structure(), into);
        }
    }
    add_class(structure, nullptr, "crmkit.operations", classes().base, into);
}

/// What Python's allocator gave, or null with a Python error, as an object without a struct.
py::object new_object(const StructType& type, PyObject* raw) {
    if (raw == nullptr) {
        throw py::error_already_set();
    }
    auto* const made = reinterpret_cast<StructObject*>(raw);
    made->type = &type;
    made->built = nullptr;
    new (&made->touched) FieldSet();
    return py::reinterpret_steal<py::object>(raw);
}

}  // namespace

void* StructObject::build() const {
    const Structure& structure = *type->structure;
    void* const made = make_built(structure);
    try {
        read_fields(row(), structure, made);
    } catch (...) {
        free_built(structure, made);
        throw;
    }
    return built = made;
}

Id StructObject::id() const {
    constexpr int first_column = 0;  // that of the first field of the header
    return built == nullptr ? Id{row().integer(first_column)}
                            : header_of(RecordView(*type->structure, built)).id();
}

const BoundField* StructType::find(py::handle name) const {
    PyObject* const place = PyDict_GetItemWithError(positions, name.ptr());
    if (place == nullptr) {
        PyErr_Clear();  // a key that cannot be hashed is no name either
        return nullptr;
    }
    return &fields[PyLong_AsSize_t(place)];
}

py::object make_struct(const StructType& type, PyTypeObject* subclass) {
    PyTypeObject* const asked = subclass == nullptr ? type.type : subclass;
    py::object made = new_object(type, asked->tp_alloc(asked, 0));
    struct_of(made).built = make_built(*type.structure);
    return made;
}

py::object make_record(const StructType& type, const PackedRow& row) {
    const std::string_view bytes = row.bytes();
    auto* const memory =
        static_cast<PyObject*>(PyObject_Malloc(sizeof(StructObject) + bytes.size()));
    py::object made =
        new_object(type, memory == nullptr ? PyErr_NoMemory() : PyObject_Init(memory, type.type));
    std::memcpy(reinterpret_cast<char*>(made.ptr()) + sizeof(StructObject), bytes.data(),
                bytes.size());
    return made;
}

py::object copy_struct(const StructObject& from) {
    if (from.built == nullptr) {
        return make_record(*from.type, from.row());
    }
    py::object made = make_struct(*from.type, Py_TYPE(&from));
    StructObject& copy = struct_of(made);
    from.type->structure->copy(copy.object(), from.object());
    copy.touched = from.touched;
    return made;
}

StructObject* as_struct(py::handle object) {
    return PyObject_TypeCheck(object.ptr(), classes().base) != 0
               ? reinterpret_cast<StructObject*>(object.ptr())
               : nullptr;
}

const StructType& type_of(const Structure& structure) {
    const auto found = classes().by_structure.find(&structure);
    if (found == classes().by_structure.end()) {
        throw Error(ErrorCode::internal,
                    "there is no Python class for " + std::string(structure.name));
    }
    return *found->second;
}

const StructType* type_of(PyTypeObject* type) {
    for (; type != nullptr; type = type->tp_base) {
        if (const auto found = classes().by_class.find(type); found != classes().by_class.end()) {
            return found->second;
        }
    }
    return nullptr;
}

const Entity& entity_from(py::handle name_or_class) {
    if (PyType_Check(name_or_class.ptr()) != 0) {
        const auto* const type = type_of(reinterpret_cast<PyTypeObject*>(name_or_class.ptr()));
        if (type != nullptr && type->entity != nullptr) {
            return *type->entity;
        }
    }
    return standard_registry().get(shown_object(name_or_class));
}

std::string class_name_of(std::string_view snake_case) {
    std::string name;
    bool starts_word = true;
    for (const char c : snake_case) {
        if (c == '_') {
            starts_word = true;
            continue;
        }
        name += starts_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        starts_word = false;
    }
    return name;
}

void bind_structs(py::module_& module) {
    classes().base = make_class("crmkit.Structure", false,
                                "Base of all records and of the inputs and results of operations.",
                                nullptr, struct_methods(), nullptr);
    const py::handle base(reinterpret_cast<PyObject*>(classes().base));
    module.attr("Structure") = base;
    PyTypeObject* const record =
        make_class("crmkit.Record", false, "Base of the classes of all entities.",
                   header_attributes(), record_methods(), classes().base);
    module.attr("Record") = py::handle(reinterpret_cast<PyObject*>(record));
    py::dict entities = module.attr("__dict__");
    for (const Entity* entity : standard_registry().entities()) {
        add_class(*entity, entity, "crmkit", record, entities);
    }
    py::dict operations;
    for (const Operation* operation : offered_operations()) {
        add_operation_class(*operation->input, operations);
        add_operation_class(*operation->output, operations);
    }
    module.attr("operation_classes") = operations;
    bind_struct_functions(module);
}

}  // namespace crmkit::python
