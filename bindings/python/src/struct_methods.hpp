/// What every struct can do in Python beside its fields: text, comparison, dict, JSON, pickling.
#pragma once

#include "struct_object.hpp"

namespace crmkit::python {

PyObject* repr_of_struct(PyObject* self) noexcept;
/// == and !=: the same class of ours and the same values.
PyObject* compare_structs(PyObject* self, PyObject* other, int operation) noexcept;
/// Of entity and id; a record that is not stored has none, because it will get another id.
Py_hash_t hash_of_struct(PyObject* self) noexcept;

/// The methods of every struct, and those that only records have.
PyMethodDef* struct_methods();
PyMethodDef* record_methods();

/// The module's functions about structs: what pickling calls, and the descriptions of classes.
void bind_struct_functions(py::module_& module);

}  // namespace crmkit::python
