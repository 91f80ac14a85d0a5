/// What an error may not say to a caller, who may show it to anybody.
#pragma once

#include <string>
#include <string_view>

#include "crmkit/base/error.hpp"

namespace crmkit::test {

/// Whether a text tells of the database behind the records, in words that were not `given` by the
/// caller.
inline bool tells_of_sql(std::string_view text, std::string_view given = {}) {
    for (const std::string_view part :
         {"SELECT", "INSERT", "UPDATE ", "DELETE", "CREATE", "FROM ", "WHERE", "SAVEPOINT",
          "PRAGMA", "crm_", "sqlite_", "near \"", "no such table", "no such column",
          "constraint failed:", "MATCH", "fts5"}) {
        if (text.find(part) != std::string_view::npos &&
            given.find(part) == std::string_view::npos) {
            return true;
        }
    }
    return false;
}

/// The first text of an error that tells of SQL; empty when none does.
inline std::string telling_text(const Error& error, std::string_view given = {}) {
    if (tells_of_sql(error.message(), given)) {
        return error.message();
    }
    for (const Problem& problem : error.problems()) {
        if (tells_of_sql(to_string(problem), given)) {
            return to_string(problem);
        }
    }
    return {};
}

}  // namespace crmkit::test
