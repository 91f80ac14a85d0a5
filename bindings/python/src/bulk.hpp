/// create_many() and the like: rows of any iterable into the store, in batches.
#pragma once

#include "session_handle.hpp"
#include "struct_object.hpp"

namespace crmkit::python {

/// The rows of a bulk call. A row is a record, a mapping of fields, or, where `fields` names them,
/// a sequence of their values.
struct BulkRows {
    py::handle rows;
    /// An iterable of names, or null.
    py::handle fields{};
    BulkMode mode = BulkMode::all_or_nothing;
    /// An iterable of the rows' keys in another system, or null.
    py::handle keys{};
};

// Each runs in one transaction and returns a list with what became of each row: its id, for upserts
// with what was done; for good_rows the exception where a row was refused.

py::object create_rows(const StructType& type, SessionHandle& session, const BulkRows& rows);
/// A record is written as it is, and its version compared; of other rows the fields that are given,
/// to the record with their id.
py::object update_rows(const StructType& type, SessionHandle& session, const BulkRows& rows);
py::object upsert_rows(const StructType& type, SessionHandle& session, const BulkRows& rows,
                       const UpsertKey& key, UpsertPolicy policy);
/// `ids`: an iterable of ids, records or links.
py::object delete_rows(const StructType& type, SessionHandle& session, py::handle ids,
                       BulkMode mode);
py::object restore_rows(const StructType& type, SessionHandle& session, py::handle ids,
                        BulkMode mode);

}  // namespace crmkit::python
