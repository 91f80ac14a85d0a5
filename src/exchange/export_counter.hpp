/// `ExportCounter`: counts records by entity and asks the host whether to go on.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "crmkit/base/error.hpp"
#include "crmkit/exchange/exporter.hpp"

namespace crmkit::exchange::detail {

class ExportCounter {
  public:
    explicit ExportCounter(const ExportProgress& progress) : progress_(progress) {}

    /// Throws cancelled when the host wants no more.
    void count(std::string_view entity) {
        constexpr std::int64_t records_between_progress = 1'000;
        auto found =
            std::find_if(report_.counts.begin(), report_.counts.end(),
                         [entity](const ExportCount& one) { return one.entity == entity; });
        if (found == report_.counts.end()) {
            report_.counts.push_back({std::string(entity), 0});
            found = report_.counts.end() - 1;
        }
        ++found->records;
        if (++report_.records % records_between_progress == 0 && progress_ &&
            !progress_(report_.records)) {
            throw Error(ErrorCode::cancelled,
                        "cancelled after " + std::to_string(report_.records) + " records");
        }
    }
    [[nodiscard]] ExportReport finish(std::int64_t bytes) {
        report_.bytes = bytes;
        return report_;
    }

  private:
    const ExportProgress& progress_;
    ExportReport report_;
};

}  // namespace crmkit::exchange::detail
