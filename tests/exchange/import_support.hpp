/// What the tests of imports and exports share.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "contents_of.hpp"
#include "crmkit/crm.hpp"
#include "crmkit/exchange/importer.hpp"
#include "engine/backends.hpp"

namespace crmkit::test {

using exchange::ImportAction;
using exchange::ImportOptions;
using exchange::ImportPlan;
using exchange::ImportProblem;
using exchange::ImportReport;
using exchange::MemorySource;
using testing::contents_of;

/// Imports a text by a plan in JSON.
inline ImportReport import_text(Session& session, std::string_view plan, std::string_view csv,
                                const ImportOptions& options = {}) {
    MemorySource source(csv);
    return exchange::run_import(session, exchange::plan_from_json(plan), source, options);
}

/// A problem as "line:column header field 'value' message", the column empty when there is none.
inline std::string shown(const ImportProblem& problem) {
    return std::to_string(problem.line) + ":" +
           (problem.column ? std::to_string(*problem.column) : std::string()) + " " +
           problem.header + " " + problem.field + " '" + problem.value + "' " + problem.message;
}

inline std::vector<std::string> shown(const ImportReport& report) {
    std::vector<std::string> lines;
    for (const ImportProblem& problem : report.problems) {
        lines.push_back(shown(problem));
    }
    return lines;
}

/// Whether a line holds all of the parts.
inline bool holds(std::string_view line, std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) {
        if (line.find(part) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

/// How many records of T there are.
template <RecordType T>
std::size_t count_of(Session& session) {
    std::size_t count = 0;
    for ([[maybe_unused]] const T& record : session.query<T>()) {
        ++count;
    }
    return count;
}

}  // namespace crmkit::test
