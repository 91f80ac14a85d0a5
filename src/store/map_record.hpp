/// Records as the values of an ordered map: each field that is not empty, with its id. So a field
/// may be added, renamed or moved without a record being written anew.
#pragma once

#include <string>
#include <string_view>

#include "crmkit/schema/record.hpp"

namespace crmkit::map_store {

/// All of a record.
std::string record_bytes(const Entity& entity, const void* object);

/// A stored record with some fields as `object` has them. What the entity does not declare stays.
std::string changed_bytes(std::string_view stored, const Entity& entity, const void* object,
                          const FieldSet& changed);

/// Reads a stored record into `object`; the fields that it does not have become empty. Throws
/// corrupt.
void read_record(std::string_view stored, const Entity& entity, void* object);

}  // namespace crmkit::map_store
