/// `TimelineEntry`: one line of a party's timeline, as a store keeps it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "crmkit/base/id.hpp"
#include "crmkit/base/instant.hpp"
#include "crmkit/schema/value.hpp"

namespace crmkit {

/// What happened, as one number that a store can filter by: the kind of an interaction, or of a
/// milestone in another record's life. Permanent; at most 63, so that a set of them is one word.
using TimelineKind = std::uint8_t;

/// Interactions have the kinds below this one, milestones those from it on.
inline constexpr TimelineKind first_milestone = 32;

/// A set of timeline kinds: bit 1 << kind.
using TimelineKinds = std::uint64_t;

/// Every milestone. Stores find these without looking at the interactions between them.
inline constexpr TimelineKinds all_milestones = ~TimelineKinds{0} << first_milestone;

/// Whether a kind is in the set; no set has kinds past 63, such as a damaged file may hold.
constexpr bool contains(TimelineKinds kinds, TimelineKind kind) {
    return kind < 64 && ((kinds >> kind) & 1U) != 0;
}

/// One event of a timeline: the entries that a party has of it, by several paths, share these.
struct TimelineEvent {
    Instant at{};
    /// The record that tells about it, such as the interaction.
    Id record{};
    TimelineKind kind = 0;

    friend constexpr auto operator<=>(const TimelineEvent&, const TimelineEvent&) = default;
};

/// One thing that happened, seen from one party. The same event has an entry for each party that
/// it concerns and each path by which it does.
struct TimelineEntry {
    /// Whose timeline: an account, contact, lead, opportunity or case.
    Id party{};
    TimelineEvent event{};
    /// The record through which it concerns the party; the party itself when directly.
    Id via{};
    /// The entity of the event's record.
    EntityNumber entity = 0;

    /// The order of a timeline is newest first; this is the store's key order, oldest first.
    friend constexpr auto operator<=>(const TimelineEntry&, const TimelineEntry&) = default;
};

/// Which part of a timeline to read, newest first.
struct TimelineRange {
    Id party{};
    /// From this instant (included) to that one (left out).
    Instant since = Instant::min();
    Instant until = Instant::max();
    /// The kinds wanted; all by default.
    TimelineKinds kinds = ~TimelineKinds{0};
    /// Only what comes after this event in reading order: where the page before ended.
    std::optional<TimelineEvent> after{};
    std::size_t limit = 50;
};

}  // namespace crmkit
