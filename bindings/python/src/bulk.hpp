/// create_many(): rows of any iterable into the store, in batches.
#pragma once

#include "session_handle.hpp"
#include "struct_object.hpp"

namespace crmkit::python {

/// Stores every row of an iterable in one transaction. A row is a record, a mapping of fields, or,
/// where `fields` names them, a sequence of their values. Returns a list with the id of each row;
/// for good_rows, with the exception of each row that was refused.
py::object create_rows(const StructType& type, SessionHandle& session, py::handle rows,
                       py::handle fields, BulkMode mode);

}  // namespace crmkit::python
