/// Queries and aggregations over the records of a store on an ordered map.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "crmkit/store/read_meter.hpp"
#include "crmkit/store/storage.hpp"
#include "map_records.hpp"

namespace crmkit::map_store {

/// See Storage::scan(). In the order of ids the cursor reads the records as it goes on; in any
/// other, all of them have been read and sorted before.
std::unique_ptr<Cursor> scan_map(const MapRecords& records, WorkingMap& map,
                                 const expr::Query& query, const QueryArguments& arguments,
                                 ReadMeter& meter);

/// See Storage::get_many().
std::unique_ptr<Cursor> get_many_from_map(const MapRecords& records, const Entity& entity,
                                          std::span<const Id> ids, ReadMeter& meter);

/// See Storage::aggregate().
std::vector<std::vector<Value>> aggregate_map(const MapRecords& records, WorkingMap& map,
                                              const expr::Aggregation& aggregation,
                                              const QueryArguments& arguments, ReadMeter& meter);

}  // namespace crmkit::map_store
