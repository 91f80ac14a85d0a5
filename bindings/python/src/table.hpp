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

/// The live record with an id. Throws not_found.
py::object get_record(const StructType& type, SessionHandle& session, Id id);

/// Makes the class of every table, and the attributes `accounts`, … of the classes Session and Crm.
void bind_tables(py::module_& module, py::handle session_class, py::handle crm_class);

}  // namespace crmkit::python
