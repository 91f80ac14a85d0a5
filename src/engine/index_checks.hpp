/// The search index and the timelines, compared with the records.
#pragma once

#include <string>
#include <vector>

namespace crmkit {
class Session;
}

namespace crmkit::engine {

/// Adds to `found` where the search index or the timelines hold other than the records ask for.
void check_indexes(Session& session, std::vector<std::string>& found);

}  // namespace crmkit::engine
