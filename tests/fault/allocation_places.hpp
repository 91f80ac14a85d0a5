/// Which of the allocations of a program are worth to fail: there are many more of them than places
/// that allocate.
#pragma once

#include <execinfo.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fault/allocations.hpp"
#include "fault/size.hpp"

namespace crmkit::fault {

/// The places that allocate, each by the calls that lead there, and the first allocation of each.
class Places {
  public:
    Places() { on_chance = &note; }
    Places(const Places&) = delete;
    Places& operator=(const Places&) = delete;
    ~Places() {
        on_chance = nullptr;
        first_visits().clear();
    }

    /// The allocations by their numbers.
    static std::vector<std::int64_t> chances() {
        std::vector<std::int64_t> chances;
        for (const auto& [place, chance] : first_visits()) {
            chances.push_back(chance);
        }
        std::sort(chances.begin(), chances.end());
        return chances;
    }

  private:
    static std::unordered_map<std::string, std::int64_t>& first_visits() {
        static std::unordered_map<std::string, std::int64_t> visits;
        return visits;
    }
    static void note(Trap& trap) {
        const Trap::Pause ours(new_trap);
        const Trap::Pause pause(trap);
        std::array<void*, 24> calls{};  // deep enough to tell SQLite's statements apart
        const int depth = ::backtrace(calls.data(), static_cast<int>(calls.size()));
        const std::string place(reinterpret_cast<const char*>(calls.data()),
                                static_cast<std::size_t>(depth) * sizeof(void*));
        first_visits().try_emplace(place, trap.chances() + 1);
    }
};

/// Small: some; whole: the first at each place that allocates, and at every fourth place all that
/// follow, too; long: every one, alone and with all that follow.
template <typename Run>
void for_each_fault(const std::vector<std::int64_t>& chances, std::int64_t count, Run run) {
    if (size() == Size::long_form) {
        for (std::int64_t nth = 1; nth <= count; ++nth) {
            run(nth, false);
            run(nth, true);
        }
        return;
    }
    const std::size_t step = by_size<std::size_t>(chances.size() / 60, 1, 1);
    constexpr std::size_t lasting = 4;
    for (std::size_t i = 0; i < chances.size(); i += step) {
        run(chances[i], false);
        if (i / step % lasting == 0) {
            run(chances[i], true);
        }
    }
}

/// What has not been released since the last call, when it should have been; empty when all is.
inline std::string what_is_left() {
    const std::int64_t blocks = std::exchange(outstanding_blocks, 0);
    const std::int64_t bytes = sqlite3_memory_used();
    return blocks == 0 && bytes == 0 ? ""
                                     : std::to_string(blocks) + " blocks of ours and " +
                                           std::to_string(bytes) + " bytes of SQLite's are left";
}

}  // namespace crmkit::fault
