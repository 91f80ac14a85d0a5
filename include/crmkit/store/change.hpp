/// `Change`: one line of the history: who did what to which record, field by field.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "crmkit/base/digest.hpp"
#include "crmkit/base/id.hpp"
#include "crmkit/base/instant.hpp"
#include "crmkit/schema/native.hpp"

namespace crmkit {

/// What a change did to its record. Stored by label.
CRMKIT_ENUM(ChangeKind, created, updated, deleted, restored);

/// One committed change, as a store keeps it. Positions count up from 1 without a gap.
struct Change {
    std::int64_t position = 0;
    Instant at{};
    Id actor{};
    /// What brought it about: "session", "import", "undo", or a name that the host gave.
    std::string origin{};
    /// The position of the change that this one follows from, below zero by way of a hook; or 0.
    std::int64_t cause = 0;
    EntityNumber entity = 0;
    Id record{};
    ChangeKind kind = ChangeKind::created;
    /// The record's version after the change.
    std::int64_t version = 0;
    /// The changed fields as JSON: {"<field id>":[before, after], …}; a value that was or became
    /// empty is null.
    std::string values{};
    /// Hashed with the values, so that nobody can find out by trying what destroyed values were.
    std::array<std::uint8_t, 16> salt{};
    /// Ties the change to the one before it: none may be altered, left out or put in between. None
    /// for changes of a time when crmkit did not tie them. See
    /// docs/decisions/0016-history-chain.md.
    Digest link{};
};

}  // namespace crmkit
