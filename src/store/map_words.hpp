/// The search index of a store on an ordered map: which records have a word.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/store/read_meter.hpp"
#include "crmkit/store/word_search.hpp"
#include "map_records.hpp"
#include "working_map.hpp"

namespace crmkit::map_store {

/// The changes are for inside of WorkingMap::write(). Words are told apart by as much of them as
/// goes into a key.
class MapWords {
  public:
    explicit MapWords(WorkingMap& map) : map_(map) {}

    void add(EntityNumber entity, Id id, std::string_view words);
    void remove(EntityNumber entity, Id id, std::string_view words);
    /// Makes the index of an entity anew from its records.
    void refill(const Entity& entity);
    /// See Storage::search().
    [[nodiscard]] std::vector<Id> search(EntityNumber entity, const WordSearch& wanted,
                                         ReadMeter& meter) const;
    /// See Storage::visit_words().
    void visit(EntityNumber entity,
               const std::function<void(std::string_view, Id)>& visit_one) const;
    void check_integrity(const MapRecords& records, std::vector<std::string>& found) const;

  private:
    WorkingMap& map_;
};

}  // namespace crmkit::map_store
