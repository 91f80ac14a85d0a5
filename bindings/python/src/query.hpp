/// Queries as Python sees them: lazy, walked over in batches, or read page by page.
#pragma once

#include <memory>
#include <string>

#include "session_handle.hpp"
#include "struct_object.hpp"
#include "values.hpp"

namespace crmkit::python {

/// A Query over the records of an entity.
py::object make_query(const StructType& type, std::shared_ptr<SessionHandle> session,
                      std::string text, std::shared_ptr<const NamedValues> parameters);

/// The rows of an aggregation, a list of tuples.
py::object aggregate_rows(const StructType& type, SessionHandle& session, const std::string& text,
                          const NamedValues& parameters);

/// Lets a class be written as Query[Account] in annotations.
void make_generic(py::handle type);

/// Adds Query and the iterators behind it to the module.
void bind_queries(py::module_& module);

}  // namespace crmkit::python
