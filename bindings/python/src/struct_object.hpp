/// `StructObject`: a described struct as a Python object, and the classes made from declarations.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/schema/record.hpp"
#include "python.hpp"

namespace crmkit::python {

struct StructType;

/// A field with the class it belongs to: what an attribute's getter and setter need.
struct BoundField {
    const StructType* owner;
    const Field* field;
    std::size_t index;
    PyObject* name;         ///< interned
    std::string attribute;  ///< the name, with an underscore where Python has it for a keyword
};

/// The Python class of an entity, or of the input or result of an operation. Made at import and
/// kept for as long as the process lives.
struct StructType {
    const Structure* structure = nullptr;
    const Entity* entity = nullptr;  ///< null when it is no entity
    PyTypeObject* type = nullptr;
    std::string class_name{};
    std::string qualified_name{};
    std::string doc{};
    std::vector<BoundField> fields{};
    std::vector<PyGetSetDef> attributes{};
    PyObject* positions = nullptr;  ///< dict: name or attribute of a field → its place in `fields`

    /// The field of a keyword or key; null when there is none.
    [[nodiscard]] const BoundField* find(py::handle name) const;
};

/// One struct as a Python object, in the memory of the object itself.
struct StructObject {
    PyObject_HEAD const StructType* type;
    FieldSet touched;  ///< the fields that Python code gave a value since it was made or read

    /// The struct lies behind this head.
    [[nodiscard]] void* object() { return reinterpret_cast<std::byte*>(this) + struct_offset; }
    [[nodiscard]] const void* object() const {
        return reinterpret_cast<const std::byte*>(this) + struct_offset;
    }
    [[nodiscard]] MutableRecordView view() { return {*type->structure, object()}; }
    [[nodiscard]] RecordView view() const { return {*type->structure, object()}; }
    /// The id of a record; entities only.
    [[nodiscard]] Id id() const { return header_of(view()).id(); }

    static const std::size_t struct_offset;
};

/// A new struct with its defaults, of the class itself or of a subclass of it.
py::object make_struct(const StructType& type, PyTypeObject* subclass = nullptr);
/// A copy, of the same class, with what was touched.
py::object copy_struct(const StructObject& from);
/// The struct of a Python object, or null when it is none.
StructObject* as_struct(py::handle object);
/// The struct of an object that is known to be one.
inline StructObject& struct_of(py::handle object) {
    return *reinterpret_cast<StructObject*>(object.ptr());
}

/// The class of a described struct. Throws internal when none was made for it.
const StructType& type_of(const Structure& structure);
/// The class that is or is derived from one of ours, or null.
const StructType* type_of(PyTypeObject* type);
/// The entity that a str ("account", "accounts") or a class means. Throws not_found.
const Entity& entity_from(py::handle name_or_class);

/// "win_opportunity" to "WinOpportunity".
std::string class_name_of(std::string_view snake_case);

/// Makes the class of every entity, and of every input and result of an operation.
void bind_structs(py::module_& module);

}  // namespace crmkit::python
