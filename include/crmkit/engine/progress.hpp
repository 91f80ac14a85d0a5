/// `Progress`: how far an import or an export is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace crmkit {

/// How far an import or an export is.
struct Progress {
    /// Records that are written; rows of an import that were looked at.
    std::int64_t records = 0;
    /// Bytes of the file that were read or written.
    std::uint64_t bytes = 0;
    /// Of a file that is read; nothing when its size is not known.
    std::optional<std::uint64_t> total_bytes{};
};

/// Called about every 1,000 records, in the thread that imports or exports; false cancels. It must
/// not use the session.
using ProgressCallback = std::function<bool(const Progress&)>;

}  // namespace crmkit
