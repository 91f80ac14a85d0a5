/// `TableObject`: the records of one entity in one session: `me.accounts`.
#pragma once

#include <memory>
#include <string>

#include "session_handle.hpp"
#include "struct_object.hpp"

namespace crmkit::python {

/// A Python object of the classes Table, AccountTable, ContactTable, …
struct TableObject {
    PyObject_HEAD const StructType* type;
    std::shared_ptr<SessionHandle> session;
};

/// The table of an entity in a session.
py::object make_table(const StructType& type, std::shared_ptr<SessionHandle> session);

/// Makes the class of every table, and the attributes `accounts`, … of the classes Session and Crm.
void bind_tables(py::module_& module, py::handle session_class, py::handle crm_class);

}  // namespace crmkit::python
