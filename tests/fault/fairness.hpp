/// Whether somebody who waits to write is let in, told by the history and not by a clock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crmkit/crm.hpp"

namespace crmkit::fault {

/// The most changes of others that came between two changes of one origin.
inline std::int64_t most_passed(const std::vector<HistoryEntry>& history) {
    std::map<std::string, std::int64_t> last;
    std::int64_t most = 0;
    std::int64_t place = 0;
    for (const HistoryEntry& entry : history) {
        const auto [own, is_first] = last.try_emplace(entry.origin, place);
        most = std::max(most, is_first ? 0 : place - own->second - 1);
        own->second = place++;
    }
    return most;
}

}  // namespace crmkit::fault
