/// What the tests of exports share.
#pragma once

#include <string>

#include "crmkit/exchange/exporter.hpp"
#include "import_support.hpp"

namespace crmkit::test {

using exchange::ExportCsv;
using exchange::StringSink;

inline std::string csv_of(Session& session, const ExportCsv& what) {
    std::string out;
    StringSink sink(out);
    exchange::export_csv(session, what, sink);
    return out;
}

/// Imports a file by the plan of the export that it is of.
inline ImportReport import_export(Session& session, const ExportCsv& what,
                                  const std::string& file) {
    MemorySource source(file);
    return exchange::run_import(session, exchange::plan_for_export(session.registry(), what),
                                source);
}

}  // namespace crmkit::test
