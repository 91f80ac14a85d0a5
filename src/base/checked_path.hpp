/// Paths as they are given to the operating system.
#pragma once

#include <string>

#include "crmkit/base/error.hpp"
#include "crmkit/base/shown.hpp"
#include "crmkit/base/text.hpp"

namespace crmkit {

/// A path, in whatever encoding the system has. Throws invalid_argument for an empty one, of which
/// SQLite would make a store that is gone when closed, and for one with a NUL, which the system
/// would cut short there and take for another file.
inline const std::string& checked_path(const std::string& path) {
    if (path.empty()) {
        throw Error(ErrorCode::invalid_argument, "path is empty");
    }
    if (contains_nul(path)) {
        throw Error(ErrorCode::invalid_argument,
                    "path '" + detail::shown(path) + "' contains a NUL character");
    }
    return path;
}

}  // namespace crmkit
