/// Transforms, compiled: what is done to the text of a cell before it becomes a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/currency.hpp"
#include "crmkit/exchange/import_plan.hpp"
#include "crmkit/exchange/import_report.hpp"

namespace crmkit::exchange::detail {

/// How often each rule of each map of a plan was used, by the rule's number in the plan.
using MapCounts = std::vector<std::int64_t>;

/// One step: changes the text. False, with a reason that continues a sentence about the value, when
/// it cannot.
using TransformStep = std::function<bool(std::string& text, std::string& why, MapCounts& counts)>;

/// What steps are made with.
struct TransformTarget {
    /// The field that gets the value; null for a key.
    const Field* field = nullptr;
    /// The column's name, for the report's count of mapped values.
    std::string header{};
};

/// The steps of a column, and the last currency that one of them names (none without).
struct CompiledTransforms {
    std::vector<TransformStep> steps{};
    /// Gives a value where the cell is empty.
    bool fills_empty = false;

    /// Runs all steps; false with a reason.
    bool run(std::string& text, std::string& why, MapCounts& counts) const {
        for (const TransformStep& step : steps) {
            if (!step(text, why, counts)) {
                return false;
            }
        }
        return true;
    }
};

/// Compiles the steps of a column. The rules of its maps are added to `rules`, whose places are the
/// places in MapCounts. Throws validation for a step that lacks what it needs.
CompiledTransforms compile_transforms(std::span<const ImportTransform> transforms,
                                      const TransformTarget& target,
                                      std::vector<ImportMapped>& rules);

}  // namespace crmkit::exchange::detail
