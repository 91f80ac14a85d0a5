/// `MapStorage`: the one connection of a store on an ordered map.
#pragma once

#include <memory>

#include "crmkit/store/read_meter.hpp"
#include "crmkit/store/storage.hpp"
#include "map_history.hpp"
#include "map_records.hpp"
#include "map_words.hpp"
#include "working_map.hpp"

namespace crmkit::map_store {

class MapStorage final : public Storage {
  public:
    MapStorage(std::shared_ptr<OrderedMap> host, Access access) : map_(std::move(host), access) {}

    void migrate(const Registry& registry) override;

    void begin(Access access) override { map_.begin(access); }
    void commit() override { map_.commit(); }
    void rollback() noexcept override { map_.rollback(); }
    [[nodiscard]] int depth() const override { return map_.depth(); }
    [[nodiscard]] bool is_lost() const override { return false; }

    void insert(const Entity& entity, const void* object) override;
    bool update(const Entity& entity, const void* object, const FieldSet& changed,
                std::int64_t expected_version) override;
    bool erase(const Entity& entity, Id id) override;

    bool get(const Entity& entity, Id id, void* object) override;
    std::unique_ptr<Cursor> get_many(const Entity& entity, std::span<const Id> ids,
                                     const FieldSet* fields) override;
    bool is_live(const Entity& entity, Id id) override;
    std::unique_ptr<Cursor> scan(const expr::Query& query,
                                 const QueryArguments& arguments) override;
    std::vector<std::vector<Value>> aggregate(const expr::Aggregation& aggregation,
                                              const QueryArguments& arguments) override;
    Id highest_id() override;

    void index_text(const Entity& entity, Id id, std::string_view words) override;
    void unindex_text(const Entity& entity, Id id, std::string_view words) override;
    std::vector<Id> search(const Entity& entity, const WordSearch& wanted) override;
    void visit_words(const Entity& entity,
                     const std::function<void(std::string_view, Id)>& visit) override;

    std::int64_t append(const Change& line) override;
    std::int64_t last_position() override { return history_.last_position(); }
    std::optional<Change> change(std::int64_t position) override { return history_.find(position); }
    void changes(Id record, std::int64_t from,
                 const std::function<bool(const Change&)>& visit) override {
        history_.visit(record, from, [&](const Change& change) {
            meter_.step();
            return visit(change);
        });
    }

    void add_timeline(std::span<const TimelineEntry> entries) override;
    void remove_timeline(std::span<const TimelineEntry> entries) override;
    std::vector<TimelineEntry> timeline(const TimelineRange& range) override;
    std::vector<TimelineEntry> timeline_via(Id party, Id via) override;
    void visit_timelines(const std::function<void(const TimelineEntry&)>& visit) override;

    void add_to_tallies(std::span<const TallyLine> changes) override;
    std::vector<TallyLine> tally(TallyNumber number) override;
    void clear_tally(TallyNumber number) override;

    void limit_reads(const ReadLimits& limits) override { meter_.start(limits); }

    std::string setting(std::string_view key) override;
    void put_setting(std::string_view key, std::string_view value) override;

    void backup(const std::string& path) override;
    std::vector<std::string> check_integrity() override;
    bool changed_elsewhere() override { return map_.changed_elsewhere(); }

  private:
    void upgrade(const Registry& registry);

    WorkingMap map_;
    MapRecords records_{map_};
    MapWords words_{map_};
    MapHistory history_{map_};
    MapTimeline timeline_{map_};
    MapTallies tallies_{map_};
    ReadMeter meter_;
};

}  // namespace crmkit::map_store
