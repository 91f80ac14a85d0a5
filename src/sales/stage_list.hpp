/// `StageList`: the stages of all pipelines in order, for reports.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/pipeline.hpp"
#include "crmkit/model/stage.hpp"

namespace crmkit::sales {

/// All pipelines in their order, or the one that is given. Throws not_found for one that does not
/// exist.
std::vector<Pipeline> pipelines_in_order(Session& session, Id pipeline);

/// A stage beside its pipeline.
struct PlacedStage {
    Stage stage{};
    Pipeline pipeline{};
};

/// The stages of one pipeline, or of all: by the order of pipelines, then their own; inactive ones
/// included.
class StageList {
  public:
    /// `pipeline` is none for all. Throws not_found for one that does not exist.
    StageList(Session& session, Id pipeline);

    [[nodiscard]] const std::vector<PlacedStage>& stages() const { return stages_; }
    /// Where a stage stands in stages(); its size for one of another pipeline or a deleted one.
    [[nodiscard]] std::size_t place_of(Id stage) const {
        const auto found = places_.find(stage);
        return found == places_.end() ? stages_.size() : found->second;
    }

  private:
    std::vector<PlacedStage> stages_;
    std::unordered_map<Id, std::size_t> places_;
};

}  // namespace crmkit::sales
