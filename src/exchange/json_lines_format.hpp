/// The first line of a JSON Lines file of records.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/schema/structure.hpp"

namespace crmkit::exchange::detail {

/// The format of the files that this version writes, and the newest that it reads.
inline constexpr std::int64_t json_lines_format = 1;

struct JsonLinesHead {
    CRMKIT_STRUCTURE(JsonLinesHead, "json_lines_head", "The first line of a file of records.");
    std::string crmkit{};
    std::int64_t format = json_lines_format;
    Instant exported_at{};
    std::vector<std::string> entities{};
    std::string currency{};
    bool deleted = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, crmkit, "Version of the library that wrote it.").required(),
            CRMKIT_FIELD(2, format, "Version of the format."),
            CRMKIT_FIELD(3, exported_at, "When it was written."),
            CRMKIT_FIELD(4, entities, "The entities that it holds all records of."),
            CRMKIT_FIELD(5, currency, "The store's own currency.").max_length(3),
            CRMKIT_FIELD(6, deleted, "It holds deleted records too."));
    }
};

}  // namespace crmkit::exchange::detail
