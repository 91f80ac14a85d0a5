/// History as Python sees it.
#pragma once

#include "crmkit/engine/history.hpp"
#include "python.hpp"

namespace crmkit::python {

/// A HistoryEntry of crmkit.values.
py::object to_python(const HistoryEntry& entry);

}  // namespace crmkit::python
