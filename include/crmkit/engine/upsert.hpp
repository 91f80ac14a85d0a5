/// Upsert: create or update by a key of the outside world, and rows in bulk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/schema/native.hpp"

namespace crmkit {

/// What an upsert does when the key is known already.
enum class UpsertPolicy : std::uint8_t {
    create_or_fail,  ///< refuse with duplicate
    update,          ///< write the fields that were given (the default)
    skip,            ///< leave the record as it is
    replace,         ///< write every field: what was not given becomes empty
};

/// What finds the record: a key in another system, or fields of its own.
struct UpsertKey {
    /// Another system's key: "erp", "C-1001". It is remembered for a record that is created.
    static UpsertKey external(std::string system, std::string key) {
        return {std::move(system), std::move(key), {}};
    }
    /// The record's own values of these fields, such as {"email_normal"}. A key that matches
    /// several live records is a duplicate error; an empty one matches none.
    static UpsertKey fields(std::vector<std::string> names) { return {{}, {}, std::move(names)}; }

    std::string system;
    std::string key;
    std::vector<std::string> field_names;
};

/// What an upsert did.
enum class UpsertAction : std::uint8_t { created, updated, unchanged, skipped };

/// What bulk writing does with a row that is refused.
enum class BulkMode : std::uint8_t {
    all_or_nothing,  ///< the first refused row undoes all (the default)
    good_rows,       ///< the others are kept, the refused ones are reported
};

/// What became of one row of a bulk call.
struct RowResult {
    /// The record; none when the row was refused.
    Id id{};
    std::optional<Error> error{};
};

}  // namespace crmkit
