#include "map_query.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "crmkit/store/memory_query.hpp"

namespace crmkit::map_store {

namespace {

/// Where expressions find other records. Keeps those that it has found, because what expressions
/// read is borrowed from them, until it is told that an evaluation is over.
class MapRecordSource final : public expr::RecordSource {
  public:
    MapRecordSource(const MapRecords& records, ReadMeter& meter)
        : records_(records), meter_(meter) {}

    std::optional<RecordView> find(const Entity& entity, Id id) const override {
        StoredRecord& kept = kept_[{entity.number, id}];
        if (kept == nullptr) {
            kept = records_.find(entity, id);
        }
        return kept == nullptr ? std::nullopt : std::optional<RecordView>(*kept);
    }

    void visit_children(const Entity& entity, const Field& field, Link parent,
                        Visitor& visitor) const override {
        const ValueView value = field.type() == FieldType::polymorphic_reference
                                    ? ValueView(parent)
                                    : ValueView(parent.id);
        records_.visit_with(entity, field, value, [&](const StoredRecord& record) {
            meter_.step();
            return header_of(*record).deleted_at() || visitor.visit(*record);
        });
    }

    /// Records that many others refer to are read once for all of them.
    void evaluation_is_over() {
        constexpr std::size_t most_kept = 1000;
        if (kept_.size() > most_kept) {
            kept_.clear();
        }
    }
    void forget() { kept_.clear(); }

  private:
    const MapRecords& records_;
    ReadMeter& meter_;
    mutable std::map<detail::RecordKey, StoredRecord> kept_;
};

/// What a query is run with, kept for as long as its cursor.
class MapQueryScope {
  public:
    MapQueryScope(const MapRecords& records, const QueryArguments& arguments, ReadMeter& meter)
        : records_(records),
          meter_(meter),
          source_(records, meter),
          parameters_(std::vector<Value>(arguments.parameters.begin(), arguments.parameters.end())),
          context_{expr::Moment(arguments.now), parameters_.views(), &source_} {}
    MapQueryScope(const MapQueryScope&) = delete;
    MapQueryScope& operator=(const MapQueryScope&) = delete;
    ~MapQueryScope() = default;

    [[nodiscard]] const expr::Context& context() const { return context_; }
    [[nodiscard]] ReadMeter& meter() const { return meter_; }
    [[nodiscard]] MapRecordSource& source() { return source_; }

    /// See MapRecords::candidates().
    [[nodiscard]] std::optional<std::vector<StoredRecord>> candidates(
        const Entity& entity, const expr::Expression& filter) const {
        return records_.candidates(entity, detail::equalities_of(filter, context_.parameters));
    }

    /// Calls `visit(const StoredRecord&)` for the candidates, or else for all live records.
    template <typename Visitor>
    void visit(const WorkingMap& map, const Entity& entity,
               const std::optional<std::vector<StoredRecord>>& few, Visitor visit_one) {
        for (std::size_t i = 0; few && i < few->size(); ++i) {
            meter_.step();
            visit_one((*few)[i]);
            source_.evaluation_is_over();
        }
        if (few) {
            return;
        }
        MapWalk walk(map, MapRecords::range_of(entity, Direction::ascending));
        while (walk.next()) {
            meter_.step();
            const StoredRecord record = MapRecords::decode(entity, walk.value());
            if (!header_of(*record).deleted_at()) {
                visit_one(record);
                source_.evaluation_is_over();
            }
        }
    }

  private:
    const MapRecords& records_;
    ReadMeter& meter_;
    MapRecordSource source_;
    expr::BoundParameters parameters_;
    expr::Context context_;
};

/// Walks over all live records in the order of their ids and shows those that match.
class MapIdCursor final : public detail::MemoryCursor {
  public:
    using Cursor::next;

    MapIdCursor(const MapRecords& records, const WorkingMap& map, const expr::Query& query,
                const QueryArguments& arguments, ReadMeter& meter)
        : MemoryCursor(*query.entity),
          scope_(records, arguments, meter),
          query_(query),
          left_(query.limit.value_or(INT64_MAX)),
          walk_(map, range_of(query, arguments), direction_of(query)) {}

    bool next() override {
        scope_.source().forget();  // others may have changed since
        while (left_ > 0 && walk_.next()) {
            scope_.meter().step();
            StoredRecord record = MapRecords::decode(*query_.entity, walk_.value());
            if (!header_of(*record).deleted_at() &&
                expr::matches(query_.filter, *record, scope_.context())) {
                show(std::move(record));
                --left_;
                return true;
            }
            scope_.source().evaluation_is_over();
        }
        return false;
    }

  private:
    static Direction direction_of(const expr::Query& query) {
        return query.order.front().is_descending ? Direction::descending : Direction::ascending;
    }
    static KeyRange range_of(const expr::Query& query, const QueryArguments& arguments) {
        const Id after = arguments.after.empty() ? Id{} : arguments.after.front().view().id();
        return MapRecords::range_of(*query.entity, direction_of(query), after);
    }

    MapQueryScope scope_;
    const expr::Query& query_;
    std::int64_t left_;
    MapWalk walk_;
};

/// Shows the records of a list of ids.
class MapListCursor final : public detail::MemoryCursor {
  public:
    using Cursor::next;

    MapListCursor(const MapRecords& records, const Entity& entity, std::span<const Id> ids,
                  ReadMeter& meter)
        : MemoryCursor(entity), records_(records), entity_(entity), ids_(ids), meter_(meter) {}

    bool next() override {
        while (at_ < ids_.size()) {
            meter_.step();
            if (StoredRecord record = records_.find(entity_, ids_[at_++])) {
                show(std::move(record));
                return true;
            }
        }
        return false;
    }

  private:
    const MapRecords& records_;
    const Entity& entity_;
    std::span<const Id> ids_;
    ReadMeter& meter_;
    std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<Cursor> scan_map(const MapRecords& records, WorkingMap& map,
                                 const expr::Query& query, const QueryArguments& arguments,
                                 ReadMeter& meter) {
    return map.read([&]() -> std::unique_ptr<Cursor> {
        MapQueryScope scope(records, arguments, meter);
        const auto few = scope.candidates(*query.entity, query.filter);
        if (!few && detail::is_by_id(query)) {
            return std::make_unique<MapIdCursor>(records, map, query, arguments, meter);
        }
        detail::MemorySorter sorter(query, arguments.after, scope.context());
        scope.visit(map, *query.entity, few,
                    [&sorter](const StoredRecord& record) { sorter.add(record); });
        return std::make_unique<detail::MemoryResult>(*query.entity, sorter.take(), meter);
    });
}

std::unique_ptr<Cursor> get_many_from_map(const MapRecords& records, const Entity& entity,
                                          std::span<const Id> ids, ReadMeter& meter) {
    return std::make_unique<MapListCursor>(records, entity, ids, meter);
}

std::vector<std::vector<Value>> aggregate_map(const MapRecords& records, WorkingMap& map,
                                              const expr::Aggregation& aggregation,
                                              const QueryArguments& arguments, ReadMeter& meter) {
    return map.read([&] {
        MapQueryScope scope(records, arguments, meter);
        expr::Aggregator aggregator(aggregation);
        scope.visit(map, *aggregation.entity,
                    scope.candidates(*aggregation.entity, aggregation.filter),
                    [&](const StoredRecord& record) { aggregator.add(*record, scope.context()); });
        return aggregator.rows();
    });
}

}  // namespace crmkit::map_store
