/// `TimelineEntry`: one line of a party's timeline, as a store keeps it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <utility>

#include "crmkit/base/id.hpp"
#include "crmkit/base/instant.hpp"
#include "crmkit/schema/value.hpp"

namespace crmkit {

/// What happened, as one number that a store can filter by: the kind of an interaction, or of a
/// milestone in another record's life. Permanent; at most 63, so that a set of them is one word.
using TimelineKind = std::uint8_t;

/// One thing that happened, seen from one party. The same event has an entry for each party that
/// it concerns and each path by which it does.
struct TimelineEntry {
    /// Whose timeline: an account, contact, lead, opportunity or case.
    Id party{};
    Instant at{};
    /// The record that tells about it, such as the interaction.
    Id record{};
    /// The record through which it concerns the party; the party itself when directly.
    Id via{};
    EntityNumber entity = 0;
    TimelineKind kind = 0;

    /// The order of a timeline is newest first; this is the store's key order, oldest first.
    friend constexpr auto operator<=>(const TimelineEntry&, const TimelineEntry&) = default;
};

/// Which part of a timeline to read, newest first.
struct TimelineRange {
    Id party{};
    /// From this instant (included) to that one (left out).
    Instant since = Instant::min();
    Instant until = Instant::max();
    /// The kinds wanted, bit 1 << kind; all by default.
    std::uint64_t kinds = ~std::uint64_t{0};
    /// Only what comes after this (at, record) in reading order: where the page before ended.
    std::optional<std::pair<Instant, Id>> after{};
    std::size_t limit = 50;
};

}  // namespace crmkit
