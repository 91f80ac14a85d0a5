#include "stage_list.hpp"

namespace crmkit::sales {

StageList::StageList(Session& session, Id pipeline) {
    const auto pipelines = pipeline ? std::vector{session.get<Pipeline>(pipeline)}
                                    : session.query<Pipeline>("order by sort_order, name").all();
    for (const Pipeline& each : pipelines) {
        for (const Stage& stage : session.query<Stage>("pipeline = :pipeline order by sort_order",
                                                       {{"pipeline", each.id}})) {
            places_.emplace(stage.id, stages_.size());
            stages_.push_back({stage, each});
        }
    }
}

}  // namespace crmkit::sales
