/// What a storage's search index is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "crmkit/base/id.hpp"

namespace crmkit {

/// How much of a record's word the last word of a search must be.
enum class LastWord : std::uint8_t {
    whole,      ///< all of it
    beginning,  ///< what has been typed of it so far; all of it will do, too
};

/// Which records to find by their words. What it borrows is not needed after the call.
struct WordSearch {
    /// Folded words, each of which a record must have.
    std::span<const std::string> words{};
    LastWord last = LastWord::beginning;
    /// Records at most.
    std::size_t limit = 0;
    /// Only ids below this one, when it is set.
    Id before{};
};

}  // namespace crmkit
