/// The history, the timelines and the tallies of a store on an ordered map.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/store/change.hpp"
#include "crmkit/store/read_meter.hpp"
#include "crmkit/store/tally.hpp"
#include "crmkit/store/timeline_entry.hpp"
#include "working_map.hpp"

namespace crmkit::map_store {

// The changes are for inside of WorkingMap::write(); what the functions do, says Storage.

/// The changes by position, and the positions by record.
class MapHistory {
  public:
    explicit MapHistory(WorkingMap& map) : map_(map) {}

    [[nodiscard]] std::int64_t last_position() const;
    std::int64_t append(const Change& change);
    [[nodiscard]] std::optional<Change> find(std::int64_t position) const;
    void visit(Id record, std::int64_t from,
               const std::function<bool(const Change&)>& visit_one) const;
    void check_integrity(std::vector<std::string>& found) const;

  private:
    WorkingMap& map_;
};

/// The entries of all timelines, in the order of TimelineEntry.
class MapTimeline {
  public:
    explicit MapTimeline(WorkingMap& map) : map_(map) {}

    void add(const TimelineEntry& entry);
    void remove(const TimelineEntry& entry);
    [[nodiscard]] std::vector<TimelineEntry> read(const TimelineRange& range,
                                                  ReadMeter& meter) const;
    [[nodiscard]] std::vector<TimelineEntry> read_via(Id party, Id via) const;
    /// See Storage::visit_timelines().
    void visit(const std::function<void(const TimelineEntry&)>& visit_one) const;

  private:
    WorkingMap& map_;
};

/// The lines of all tallies.
class MapTallies {
  public:
    explicit MapTallies(WorkingMap& map) : map_(map) {}

    void add(const TallyLine& change);
    [[nodiscard]] std::vector<TallyLine> lines(TallyNumber number) const;
    void clear(TallyNumber number);

  private:
    WorkingMap& map_;
};

}  // namespace crmkit::map_store
