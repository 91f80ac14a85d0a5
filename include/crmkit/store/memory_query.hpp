/// Queries and aggregations over the records of a memory store. Part of store/memory.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "crmkit/expr/aggregator.hpp"
#include "crmkit/expr/evaluator.hpp"
#include "crmkit/expr/order.hpp"
#include "crmkit/expr/parameters.hpp"
#include "crmkit/schema/check.hpp"
#include "crmkit/store/memory_state.hpp"
#include "crmkit/store/read_meter.hpp"
#include "crmkit/store/storage.hpp"

namespace crmkit::detail {

/// The value of a literal or parameter; null for anything else.
inline ValueView constant(const expr::Node& node, std::span<const ValueView> parameters) {
    if (node.kind == expr::NodeKind::literal) {
        return node.literal.view();
    }
    return node.kind == expr::NodeKind::parameter && node.index < parameters.size()
               ? parameters[node.index]
               : ValueView();
}

/// What `field = constant` demands, either way round; nothing of anything else.
inline std::optional<Equality> equality_of(const expr::Node& node,
                                           std::span<const ValueView> parameters) {
    for (std::size_t side = 0; node.kind == expr::NodeKind::equal && side < 2; ++side) {
        const expr::Node& path = *node.operands[side];
        if (path.kind != expr::NodeKind::path || path.path.levels != 0 ||
            path.path.steps.size() != 1) {
            continue;
        }
        const Field* field = path.path.steps.front().first.field;
        const ValueView value = constant(*node.operands[1 - side], parameters);
        if (value.kind() == value_kind(field->type())) {
            return Equality{field, value};
        }
    }
    return std::nullopt;
}

/// What every record that meets a filter has. Borrows the filter's literals and the parameters.
inline std::vector<Equality> equalities_of(const expr::Expression& filter,
                                           std::span<const ValueView> parameters) {
    std::vector<Equality> found;
    const auto add = [&](const expr::Node& node) {
        if (const auto equality = equality_of(node, parameters)) {
            found.push_back(*equality);
        }
    };
    if (filter && filter.root().kind == expr::NodeKind::logical_and) {
        for (const auto& operand : filter.root().operands) {
            add(*operand);
        }
    } else if (filter) {
        add(filter.root());
    }
    return found;
}

/// Where expressions find other records of the same state.
class MemoryRecordSource final : public expr::RecordSource {
  public:
    MemoryRecordSource(const MemoryRecords& records, ReadMeter& meter)
        : records_(&records), meter_(&meter) {}

    std::optional<RecordView> find(const Entity& entity, Id id) const override {
        const Record* record = records_->find(entity, id);
        return record == nullptr ? std::nullopt : std::optional<RecordView>(*record);
    }

    void visit_children(const Entity& entity, const Field& field, Link parent,
                        Visitor& visitor) const override {
        const ValueView value = field.type() == FieldType::polymorphic_reference
                                    ? ValueView(parent)
                                    : ValueView(parent.id);
        records_->visit_with(records_->schema().of(entity), field, value,
                             [this, &visitor](const StoredRecord& record) {
                                 meter_->step();
                                 return header_of(*record).deleted_at() || visitor.visit(*record);
                             });
    }

  private:
    const MemoryRecords* records_;
    ReadMeter* meter_;
};

/// A state with what a query over it is run with, kept for as long as its cursor.
class MemoryQueryScope {
  public:
    MemoryQueryScope(std::shared_ptr<const MemoryState> state, const QueryArguments& arguments,
                     ReadMeter& meter)
        : state_(std::move(state)),
          meter_(&meter),
          source_(state_->records, meter),
          parameters_(std::vector<Value>(arguments.parameters.begin(), arguments.parameters.end())),
          context_{expr::Moment(arguments.now), parameters_.views(), &source_} {}
    MemoryQueryScope(const MemoryQueryScope&) = delete;
    MemoryQueryScope& operator=(const MemoryQueryScope&) = delete;
    ~MemoryQueryScope() = default;

    [[nodiscard]] const MemoryRecords& records() const { return state_->records; }
    [[nodiscard]] const expr::Context& context() const { return context_; }
    [[nodiscard]] ReadMeter& meter() const { return *meter_; }

    /// Few live records of an entity among which all are that meet a filter; nothing when no index
    /// helps to find them.
    [[nodiscard]] std::optional<std::vector<StoredRecord>> candidates(
        const Entity& entity, const expr::Expression& filter) const {
        return records().candidates(records().schema().of(entity),
                                    equalities_of(filter, context_.parameters));
    }

    /// Calls `visit(const StoredRecord&)` for the candidates, or else for all live records.
    template <typename Visitor>
    void visit(const Entity& entity, const std::optional<std::vector<StoredRecord>>& few,
               Visitor visit_one) const {
        if (few) {
            for (const StoredRecord& record : *few) {
                meter_->step();
                visit_one(record);
            }
            return;
        }
        for (auto at = records().first_of(entity.number); at && at.key().entity == entity.number;
             at.forward()) {
            meter_->step();
            if (!header_of(*at.value()).deleted_at()) {
                visit_one(at.value());
            }
        }
    }

  private:
    std::shared_ptr<const MemoryState> state_;
    ReadMeter* meter_;
    MemoryRecordSource source_;
    expr::BoundParameters parameters_;
    expr::Context context_;
};

/// A cursor over stored records. They may be of an earlier declaration of their entity than the
/// one who reads.
class MemoryCursor : public Cursor {
  public:
    explicit MemoryCursor(const Entity& entity) : entity_(&entity) {}

    void read(void* object) override {
        transfer(present_->structure(), present_->object(), *entity_, object);
    }
    ValueView value(std::size_t index) override {
        const Field& wanted = entity_->fields[index];
        const Structure& stored = present_->structure();
        const Field* field =
            stored.fields.data() == entity_->fields.data() ? &wanted : stored.find(wanted.id);
        return field == nullptr ? ValueView() : present_->get(*field);
    }

  protected:
    void show(StoredRecord record) { present_ = std::move(record); }

  private:
    const Entity* entity_;
    StoredRecord present_;
};

/// Walks over all live records in the order of their ids and shows those that match.
class MemoryWalk final : public MemoryCursor {
  public:
    using Cursor::next;

    MemoryWalk(std::shared_ptr<const MemoryState> state, const expr::Query& query,
               const QueryArguments& arguments, ReadMeter& meter)
        : MemoryCursor(*query.entity),
          scope_(std::move(state), arguments, meter),
          query_(&query),
          is_descending_(query.order.front().is_descending),
          left_(query.limit.value_or(INT64_MAX)) {
        const EntityNumber entity = query.entity->number;
        const MemoryRecords& records = scope_.records();
        const Id after = arguments.after.empty() ? Id{} : arguments.after.front().view().id();
        at_ = !is_descending_ ? records.first_of(entity, after)
              : after         ? records.last_of(entity, after)
                              : records.last_of(entity);
    }

    bool next() override {
        for (; at_ && at_.key().entity == query_->entity->number && left_ > 0; step()) {
            scope_.meter().step();
            const Record& record = *at_.value();
            if (!header_of(record).deleted_at() &&
                expr::matches(query_->filter, record, scope_.context())) {
                show(at_.value());
                --left_;
                step();
                return true;
            }
        }
        return false;
    }

  private:
    void step() { is_descending_ ? at_.backward() : at_.forward(); }

    MemoryQueryScope scope_;
    const expr::Query* query_;
    bool is_descending_;
    std::int64_t left_;
    MemoryRecords::Map::Position at_;
};

/// Walks over records that have been found and sorted.
class MemoryResult final : public MemoryCursor {
  public:
    using Cursor::next;

    MemoryResult(const Entity& entity, std::vector<StoredRecord> records, ReadMeter& meter)
        : MemoryCursor(entity), records_(std::move(records)), meter_(meter) {}

    bool next() override {
        meter_.step();
        if (at_ == records_.size()) {
            return false;
        }
        show(std::move(records_[at_++]));
        return true;
    }

  private:
    std::vector<StoredRecord> records_;
    ReadMeter& meter_;
    std::size_t at_ = 0;
};

/// Keeps the first records of a query's order, as many as its limit allows.
class MemorySorter {
  public:
    MemorySorter(const expr::Query& query, std::span<const Value> after,
                 const expr::Context& context)
        : query_(query), after_(after), context_(context) {}

    /// Adds a record if it matches.
    void add(const StoredRecord& record) {
        if (!expr::matches(query_, *record, context_)) {
            return;
        }
        Entry entry{expr::keys_of(query_, *record, context_), record};
        if (!after_.empty() && expr::compare_keys(query_, entry.keys, after_) <= 0) {
            return;
        }
        entries_.push_back(std::move(entry));
        if (!query_.limit) {
            return;
        }
        const auto before = [this](const Entry& a, const Entry& b) { return is_before(a, b); };
        std::push_heap(entries_.begin(), entries_.end(), before);
        if (static_cast<std::int64_t>(entries_.size()) > *query_.limit) {
            std::pop_heap(entries_.begin(), entries_.end(), before);
            entries_.pop_back();
        }
    }

    std::vector<StoredRecord> take() {
        std::sort(entries_.begin(), entries_.end(),
                  [this](const Entry& a, const Entry& b) { return is_before(a, b); });
        std::vector<StoredRecord> records;
        records.reserve(entries_.size());
        for (Entry& entry : entries_) {
            records.push_back(std::move(entry.record));
        }
        return records;
    }

  private:
    struct Entry {
        std::vector<Value> keys;
        StoredRecord record;
    };
    [[nodiscard]] bool is_before(const Entry& a, const Entry& b) const {
        return expr::compare_keys(query_, a.keys, b.keys) < 0;
    }

    const expr::Query& query_;
    std::span<const Value> after_;
    const expr::Context& context_;
    std::vector<Entry> entries_;
};

/// Whether a query wants its records in the order of their ids alone.
inline bool is_by_id(const expr::Query& query) {
    const expr::Node& first = query.order.front().value.root();
    return first.kind == expr::NodeKind::path && first.path.levels == 0 &&
           first.path.steps.size() == 1 && first.path.steps.front().first.field->id == header::id;
}

/// See Storage::scan(). The cursor keeps the state, and so does not see later changes.
inline std::unique_ptr<Cursor> scan_memory(std::shared_ptr<const MemoryState> state,
                                           const expr::Query& query,
                                           const QueryArguments& arguments, ReadMeter& meter) {
    const MemoryQueryScope scope(state, arguments, meter);
    const auto few = scope.candidates(*query.entity, query.filter);
    if (!few && is_by_id(query)) {
        return std::make_unique<MemoryWalk>(std::move(state), query, arguments, meter);
    }
    MemorySorter sorter(query, arguments.after, scope.context());
    scope.visit(*query.entity, few, [&sorter](const StoredRecord& record) { sorter.add(record); });
    return std::make_unique<MemoryResult>(*query.entity, sorter.take(), meter);
}

/// See Storage::get_many().
inline std::unique_ptr<Cursor> get_many_from_memory(const MemoryState& state, const Entity& entity,
                                                    std::span<const Id> ids, ReadMeter& meter) {
    std::vector<StoredRecord> found;
    for (const Id id : ids) {
        meter.step();
        if (StoredRecord record = state.records.share(entity, id)) {
            found.push_back(std::move(record));
        }
    }
    return std::make_unique<MemoryResult>(entity, std::move(found), meter);
}

/// See Storage::aggregate().
inline std::vector<std::vector<Value>> aggregate_memory(std::shared_ptr<const MemoryState> state,
                                                        const expr::Aggregation& aggregation,
                                                        const QueryArguments& arguments,
                                                        ReadMeter& meter) {
    const MemoryQueryScope scope(std::move(state), arguments, meter);
    expr::Aggregator aggregator(aggregation);
    scope.visit(*aggregation.entity, scope.candidates(*aggregation.entity, aggregation.filter),
                [&](const StoredRecord& record) { aggregator.add(*record, scope.context()); });
    return aggregator.rows();
}

}  // namespace crmkit::detail
