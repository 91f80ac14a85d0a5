/// The tally of opportunities by stage, owner, currency and probability: kept with each write, so
/// that what is in a pipeline is known without looking at its opportunities.
#pragma once

#include <string>
#include <vector>

#include "crmkit/store/storage.hpp"

namespace crmkit {
class Session;
}

namespace crmkit::sales {

/// Permanent: the tally's number in stores.
inline constexpr TallyNumber pipeline_tally = 1;

/// Takes an opportunity out of the tally as it was and puts it in as it is; null for not live.
void follow_opportunity(Storage& storage, const void* before, const void* after);

/// Counts all opportunities anew, for stores of a version that kept no tally. Inside a write
/// transaction.
void rebuild_pipeline_tally(Session& session);

/// Where the tally differs from what the opportunities come to; empty when it does not.
std::vector<std::string> check_pipeline_tally(Session& session);

}  // namespace crmkit::sales
