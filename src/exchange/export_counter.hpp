/// `ExportCounter`: counts records by entity and asks the host, now and then, whether to go on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/base/error.hpp"
#include "crmkit/exchange/exporter.hpp"
#include "engine/session_state.hpp"

namespace crmkit::exchange::detail {

class ExportCounter {
  public:
    /// `total_bytes` is the size of a file that is read, where it is known.
    ExportCounter(Session& session, const ProgressCallback& progress,
                  std::optional<std::uint64_t> total_bytes = {})
        : state_(session.state()), progress_(progress), total_bytes_(total_bytes) {}

    /// Counts a record, up to which the file has so many bytes. Throws cancelled when the host
    /// wants no more.
    void count(std::string_view entity, std::int64_t bytes) {
        constexpr std::int64_t records_between_progress = 1'000;
        auto found =
            std::find_if(report_.counts.begin(), report_.counts.end(),
                         [entity](const ExportCount& one) { return one.entity == entity; });
        if (found == report_.counts.end()) {
            report_.counts.push_back({std::string(entity), 0});
            found = report_.counts.end() - 1;
        }
        ++found->records;
        if (++report_.records % records_between_progress == 0) {
            report_progress(static_cast<std::uint64_t>(bytes));
        }
    }
    [[nodiscard]] ExportReport finish(std::int64_t bytes) {
        report_.bytes = bytes;
        return report_;
    }

  private:
    void report_progress(std::uint64_t bytes) const {
        state_.refuse_if_cancelled();
        if (progress_ && !progress_({report_.records, bytes, total_bytes_})) {
            throw Error(ErrorCode::cancelled,
                        "cancelled after " + std::to_string(report_.records) + " records");
        }
    }

    const engine::SessionState& state_;
    const ProgressCallback& progress_;
    std::optional<std::uint64_t> total_bytes_;
    ExportReport report_;
};

}  // namespace crmkit::exchange::detail
