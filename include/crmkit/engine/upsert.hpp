/// Upsert: create or update by a key of the outside world.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "crmkit/schema/native.hpp"

namespace crmkit {

/// What an upsert does when the key is known already. create_or_fail: refuse with duplicate;
/// update, the default: write the fields that were given; skip: leave the record as it is; replace:
/// write every field, so that what was not given becomes empty.
CRMKIT_ENUM(UpsertPolicy, create_or_fail, update, skip, replace);

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
CRMKIT_ENUM(UpsertAction, created, updated, unchanged, skipped);

}  // namespace crmkit
