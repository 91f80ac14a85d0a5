/// `TallyLine`: a count and a sum that a store keeps up to date, so that nobody need add up again.
#pragma once

#include <compare>
#include <cstdint>

#include "crmkit/base/currency.hpp"
#include "crmkit/base/error.hpp"
#include "crmkit/base/id.hpp"
#include "crmkit/schema/value.hpp"

namespace crmkit {

/// Which tally: what is counted, and by what. Permanent, stored in files.
using TallyNumber = std::uint8_t;

/// The records of a tally that are alike.
struct TallyKey {
    TallyNumber tally = 0;
    /// What they are counted by, such as their stage.
    Id group{};
    Link owner{};
    Currency currency{};
    /// What each amount is to be multiplied by, such as a probability in percent.
    std::int64_t weight = 0;

    friend constexpr auto operator<=>(const TallyKey&, const TallyKey&) = default;
};

/// A count and a sum in minor units, or by how much they change.
struct TallyLine {
    TallyKey key{};
    std::int64_t count = 0;
    std::int64_t sum = 0;

    friend constexpr auto operator<=>(const TallyLine&, const TallyLine&) = default;
};

/// A tally's sum after a change. Throws limit when it leaves 64 bits.
inline std::int64_t add_to_sum(std::int64_t sum, std::int64_t change) {
    const bool is_too_much = change > 0 ? sum > INT64_MAX - change : sum < INT64_MIN - change;
    if (is_too_much) {
        throw Error(ErrorCode::limit, "the sum of the amounts leaves 64 bits");
    }
    return sum + change;
}

}  // namespace crmkit
