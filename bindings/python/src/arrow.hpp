/// Queries as Arrow C streams, in the capsules by which Python packages hand them to each other.
#pragma once

#include <memory>
#include <string>

#include "crmkit/exchange/arrow_stream.hpp"
#include "session_handle.hpp"
#include "struct_object.hpp"
#include "values.hpp"

namespace crmkit::python {

/// The records of a query as columns, for pyarrow, polars and others to take.
struct ArrowRecords {
    const StructType* type;
    std::shared_ptr<SessionHandle> session;
    std::string text;
    std::shared_ptr<const NamedValues> parameters;
    exchange::ArrowOptions options{};

    /// Runs the query: a capsule named "arrow_array_stream", which owns the stream until somebody
    /// has moved it out.
    [[nodiscard]] py::object stream() const;
};

/// Field names from the arguments of a call.
exchange::ArrowOptions arrow_options(const py::args& fields, std::size_t batch_rows);

/// Adds ArrowRecords to the module.
void bind_arrow(py::module_& module);

}  // namespace crmkit::python
