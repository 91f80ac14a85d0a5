/// Crm and Session as Python sees them.
#pragma once

#include "python.hpp"

namespace crmkit::python {

/// Adds Crm, Session, TransactionScope, ManualClock, open() and open_memory() to the module.
void bind_crm(py::module_& module);

}  // namespace crmkit::python
