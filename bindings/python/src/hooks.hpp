/// Hooks: Python functions that the engine calls around each change of a record.
#pragma once

#include "python.hpp"

namespace crmkit::python {

class CrmHandle;

/// Adds WriteEvent to the module.
void bind_events(py::module_& module);

/// Register a Python function and return the number that removes it. `entity` is a name, a class,
/// or None for every entity.
std::uint64_t before_write(CrmHandle& crm, const py::object& entity, const py::object& function);
std::uint64_t after_write(CrmHandle& crm, const py::object& entity, const py::object& function);
std::uint64_t after_commit(CrmHandle& crm, const py::object& function);

}  // namespace crmkit::python
