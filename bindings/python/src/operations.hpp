/// Operations as Python methods: `me.sales.win_opportunity(...)`, `me.timeline(...)`.
#pragma once

#include <vector>

#include "crmkit/engine/operation.hpp"
#include "python.hpp"

namespace crmkit::python {

/// The operations that Python has: all but those of `records`, whose rows are JSON. The tables do
/// the same with Python's values.
std::vector<const Operation*> offered_operations();

/// Adds a class of methods for each module of operations, and the attributes of Session and Crm
/// that lead to them; the engine's own operations become methods of Session and Crm themselves.
void bind_operations(py::module_& module, py::handle session_class, py::handle crm_class);

}  // namespace crmkit::python
