/// JSON that the C interface takes and gives beside records.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/engine/history.hpp"
#include "crmkit/engine/parameter.hpp"
#include "crmkit/engine/results.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit::c_api {

/// The values of a query's parameters from a JSON object. Lives as long as they are used.
class JsonParameters {
  public:
    /// Throws syntax, with line and column, for what is no JSON object of texts, numbers, booleans,
    /// nulls and links; limit when it is longer than 1 MiB or has more than 1000 of them.
    JsonParameters(std::string_view json, const Registry& registry);
    [[nodiscard]] const Parameters& parameters() const { return parameters_; }

  private:
    std::deque<std::string> names_;
    Parameters parameters_;
};

/// {"records": […], "next": "…"}
std::string page_json(const std::vector<std::unique_ptr<Record>>& records, const PageEnd& end,
                      const Registry& registry);
/// [[value, …], …]
std::string rows_json(const std::vector<std::vector<Value>>& rows, const Registry& registry);
/// One change as an object.
std::string history_entry_json(const HistoryEntry& entry, const Registry& registry);
std::string history_json(const std::vector<HistoryEntry>& entries, const Registry& registry);

}  // namespace crmkit::c_api
