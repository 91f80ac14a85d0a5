#include "stage_list.hpp"

namespace crmkit::sales {

std::vector<Pipeline> pipelines_in_order(Session& session, Id pipeline) {
    return pipeline ? std::vector{session.get<Pipeline>(pipeline)}
                    : session.query<Pipeline>("order by sort_order, name").all();
}

StageList::StageList(Session& session, Id pipeline) {
    for (const Pipeline& each : pipelines_in_order(session, pipeline)) {
        for (const Stage& stage : session.query<Stage>("pipeline = :pipeline order by sort_order",
                                                       {{"pipeline", each.id}})) {
            places_.emplace(stage.id, stages_.size());
            stages_.push_back({stage, each});
        }
    }
}

}  // namespace crmkit::sales
