/// `Session`: someone acting in a store. The way in for every read and every write.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/engine/bulk.hpp"
#include "crmkit/engine/history.hpp"
#include "crmkit/engine/parameter.hpp"
#include "crmkit/engine/progress.hpp"
#include "crmkit/engine/results.hpp"
#include "crmkit/engine/transaction_scope.hpp"
#include "crmkit/engine/upsert.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"
#include "crmkit/store/read_meter.hpp"

namespace crmkit {

namespace engine {
class Engine;
class SessionState;
}  // namespace engine

/// How a stored record is to be read before it is written over.
enum class Deleted : std::uint8_t { hidden, shown };

/// Someone acting in a store. Belongs to one thread at a time; make one for each thread. Cheap to
/// make, and keeps its store open as long as it lives.
///
/// Every function throws Error. Beside what is said there: invalid_argument after the store was
/// closed; busy, io, disk_full, corrupt and out_of_memory from the storage. A failed call leaves
/// no trace.
class Session {
  public:
    explicit Session(std::unique_ptr<engine::SessionState> state);
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;
    ~Session();

    // --- One record -----------------------------------------------------------------------------

    /// Adds a record and gives it back as stored: with its id, version 1, and computed fields.
    /// Throws validation with all that is wrong, references to nothing among it; duplicate.
    template <RecordType T>
    T create(T record) {
        insert(MutableRecordView(record));
        return record;
    }
    /// The record with this id. Throws not_found, also for a deleted one.
    template <RecordType T>
    [[nodiscard]] T get(Id id) {
        T record;
        read(entity_of<T>(), id, &record);
        return record;
    }
    /// The record with this id, or nothing. A deleted one is found only when asked for.
    template <RecordType T>
    [[nodiscard]] std::optional<T> find(Id id, Deleted deleted = Deleted::hidden) {
        std::optional<T> record(std::in_place);
        if (!try_read(entity_of<T>(), id, &*record, deleted)) {
            record.reset();
        }
        return record;
    }
    /// The records with these ids, in their order, by one search of the store. Throws not_found
    /// with a problem for each that is not there.
    template <RecordType T>
    [[nodiscard]] std::vector<T> get_many(std::span<const Id> ids) {
        std::vector<T> records;
        records.reserve(ids.size());
        read_many(entity_of<T>(), ids, [&records]() -> void* { return &records.emplace_back(); });
        return records;
    }
    /// Writes the fields of `record` that differ from the store, and gives it back as stored.
    /// Throws conflict when it was changed since `record` was read; validation; not_found.
    template <RecordType T>
    T update(T record) {
        write(MutableRecordView(record));
        return record;
    }
    /// Writes the named fields of a record. With `version`, throws conflict unless the record is
    /// still that version.
    template <RecordType T>
    T update(Id id, const Patch& changes, std::optional<std::int64_t> version = {}) {
        Record record(entity_of<T>());
        patch(entity_of<T>(), id, changes, version, record);
        return std::move(record.as<T>());
    }
    /// Deletes a record: it disappears from queries, lists and search, and can be restored.
    /// Throws restricted when live records refer to it and their rule says so.
    template <RecordType T>
    void remove(Id id, std::optional<std::int64_t> version = {}) {
        remove(entity_of<T>(), id, version);
    }
    /// Brings a deleted record back, with what was deleted along with it and the references to it
    /// that were emptied; what has been given another value since is left alone. Throws duplicate
    /// when a unique key has been taken since, validation when something it refers to is gone,
    /// invalid_argument when it is not deleted.
    template <RecordType T>
    T restore(Id id) {
        restore(entity_of<T>(), id);
        return get<T>(id);
    }
    /// Creates the record, or updates the one that the key finds; `record` becomes as stored.
    template <RecordType T>
    UpsertAction upsert(const UpsertKey& key, T& record,
                        UpsertPolicy policy = UpsertPolicy::update) {
        return upsert(key, MutableRecordView(record), policy);
    }

    // --- Many records ---------------------------------------------------------------------------

    // Each of these takes any range, works in one transaction, and gives a result for each item, in
    // order. See BulkMode for what becomes of the others when one is refused, as the call for one
    // record refuses it.

    /// create() for every record of a range.
    template <std::ranges::input_range Range>
    requires RecordType<std::ranges::range_value_t<Range>> std::vector<RowResult> create_many(
        Range&& records, BulkMode mode = BulkMode::all_or_nothing) {
        detail::RangeReader reader(records);
        return create_stream(entity_of<std::ranges::range_value_t<Range>>(), mode,
                             [&reader]() -> void* { return reader.next(); });
    }
    /// update() for every record of a range.
    template <std::ranges::input_range Range>
    requires RecordType<std::ranges::range_value_t<Range>> std::vector<RowResult> update_many(
        Range&& records, BulkMode mode = BulkMode::all_or_nothing) {
        detail::RangeReader reader(records);
        return update_stream(entity_of<std::ranges::range_value_t<Range>>(), mode,
                             [&reader] { return BulkRow{reader.next()}; });
    }
    /// update() with the same values for every id of a range.
    template <RecordType T, std::ranges::input_range Range>
    std::vector<RowResult> update_many(Range&& ids, const Patch& changes,
                                       BulkMode mode = BulkMode::all_or_nothing) {
        detail::RangeReader reader(ids);
        return patch_stream(entity_of<T>(), changes, mode, detail::ids_from(reader));
    }
    /// remove() for every id of a range.
    template <RecordType T, std::ranges::input_range Range>
    std::vector<RowResult> remove_many(Range&& ids, BulkMode mode = BulkMode::all_or_nothing) {
        detail::RangeReader reader(ids);
        return remove_stream(entity_of<T>(), mode, detail::ids_from(reader));
    }
    /// restore() for every id of a range.
    template <RecordType T, std::ranges::input_range Range>
    std::vector<RowResult> restore_many(Range&& ids, BulkMode mode = BulkMode::all_or_nothing) {
        detail::RangeReader reader(ids);
        return restore_stream(entity_of<T>(), mode, detail::ids_from(reader));
    }
    /// upsert() for every record of a range; `key_of` gives the key of each.
    template <std::ranges::input_range Range,
              std::invocable<const std::ranges::range_value_t<Range>&> KeyOf>
    requires RecordType<std::ranges::range_value_t<Range>> std::vector<RowResult> upsert_many(
        KeyOf key_of, Range&& records, UpsertPolicy policy = UpsertPolicy::update,
        BulkMode mode = BulkMode::all_or_nothing) {
        detail::RangeReader reader(records);
        return upsert_stream(entity_of<std::ranges::range_value_t<Range>>(), policy, mode,
                             [&](UpsertKey& key) {
                                 auto* const record = reader.next();
                                 if (record != nullptr) {
                                     key = key_of(std::as_const(*record));
                                 }
                                 return BulkRow{record};
                             });
    }
    /// The same by one key for all: the values of some of their fields.
    template <std::ranges::input_range Range>
    requires RecordType<std::ranges::range_value_t<Range>> std::vector<RowResult> upsert_many(
        const UpsertKey& key, Range&& records, UpsertPolicy policy = UpsertPolicy::update,
        BulkMode mode = BulkMode::all_or_nothing) {
        return upsert_many([&key](const auto&) -> const UpsertKey& { return key; },
                           std::forward<Range>(records), policy, mode);
    }
    /// The records of a query in the expression language (docs/expressions.md):
    /// me.query<Opportunity>("state = 'open' and owner = :me order by close_date", {{"me", id}}).
    /// Throws expression, with the position and the nearest known name.
    template <RecordType T>
    [[nodiscard]] Results<T> query(std::string_view text = {}, const Parameters& parameters = {}) {
        return Results<T>(stream(entity_of<T>(), text, parameters));
    }
    /// The same records where they lie in the store, without copying them.
    template <RecordType T>
    [[nodiscard]] Rows<T> rows(std::string_view text = {}, const Parameters& parameters = {}) {
        return Rows<T>(stream(entity_of<T>(), text, parameters));
    }
    /// The live records with these ids, in their order, where they lie in the store.
    template <RecordType T>
    [[nodiscard]] Rows<T> rows(std::span<const Id> ids) {
        return Rows<T>(stream(entity_of<T>(), ids));
    }
    /// One page of a query, found by where the page before ended. Throws invalid_argument for an
    /// `order by` that no index of the entity serves, such as Contact's "last_name" and
    /// "account = :a order by last_name"; `sort by` asks for any order.
    template <RecordType T>
    [[nodiscard]] Page<T> page(std::string_view text, const PageRequest& request = {},
                               const Parameters& parameters = {}) {
        Page<T> page;
        page.records.reserve(std::min(request.size, PageRequest{}.size));
        const PageEnd end = read_page(entity_of<T>(), text, request, parameters,
                                      [&page]() -> void* { return &page.records.emplace_back(); });
        page.records.resize(end.count);
        page.next = end.next;
        if (!request.include.empty()) {
            std::vector<const void*> objects;
            for (const T& record : page.records) {
                objects.push_back(&record);
            }
            page.included = referred_to(entity_of<T>(), objects, request.include);
        }
        return page;
    }
    /// Groups and measures: "count(), sum(amount) by stage.name where state = 'open'". A row for
    /// each group: its measures, then its group values, as written. Sums of money come per
    /// currency.
    [[nodiscard]] std::vector<std::vector<Value>> aggregate(const Entity& entity,
                                                            std::string_view text,
                                                            const Parameters& parameters = {});
    template <RecordType T>
    [[nodiscard]] std::vector<std::vector<Value>> aggregate(std::string_view text,
                                                            const Parameters& parameters = {}) {
        return aggregate(entity_of<T>(), text, parameters);
    }
    /// The ids of the records that have each word of `text`, the last of which may be the start of
    /// one, in their searchable fields, accents and case folded: those that have it whole, then
    /// the others, each the newest first. At most `limit`.
    [[nodiscard]] std::vector<Id> search(const Entity& entity, std::string_view text,
                                         std::size_t limit = 20);
    template <RecordType T>
    [[nodiscard]] std::vector<T> search(std::string_view text, std::size_t limit = 20) {
        const std::vector<Id> ids = search(entity_of<T>(), text, limit);
        std::vector<T> found;
        found.reserve(ids.size());
        // Without those that another session has deleted in the meantime.
        for (const auto records = stream(entity_of<T>(), ids); records->next();) {
            records->read(&found.emplace_back());
        }
        return found;
    }

    // --- Transactions ---------------------------------------------------------------------------

    /// Starts a transaction, or a nested one inside it: what happens until commit() is kept
    /// together or not at all. Undone when it is destroyed without commit().
    [[nodiscard]] TransactionScope transaction();
    /// One state of the store for several reads, and faster than each by itself. Where there is one
    /// connection for all, on a host's and in ":memory:", what is written meanwhile is seen.
    [[nodiscard]] TransactionScope read_transaction();

    // --- Limits and progress --------------------------------------------------------------------

    // The limits hold for queries, pages, lists of ids, aggregates, search, timelines, history,
    // reports, imports and exports. Not for other writes, Crm::check_integrity(), Crm::backup() and
    // Crm::checkpoint(). On a host's connection a read is only looked at between two rows that it
    // finds, unless OpenOptions::may_use_progress_handler is set: the search for the next row, and
    // an aggregate as a whole, run to their end.

    /// Lets another thread end what this session is reading, importing or exporting.
    [[nodiscard]] std::shared_ptr<Cancellation> cancellation();
    /// How many steps each call that reads may take before it throws limit; 0, the default, for any
    /// number. A walk over the records of a query is a call for each record. A step is the work on
    /// one row or so. For texts of queries that come from outside.
    void set_step_budget(std::int64_t steps);
    [[nodiscard]] std::int64_t step_budget() const;
    /// Tells how far each import and export is that is called by its name, as C and Python do; the
    /// functions of exchange take a callback of their own. Empty, the default: tells nobody.
    void on_progress(ProgressCallback callback);

    // --- History --------------------------------------------------------------------------------

    /// What happened to a record, oldest first.
    [[nodiscard]] std::vector<HistoryEntry> history(Id record);
    /// What happened in the whole store from a position on, at most `limit` entries.
    [[nodiscard]] std::vector<HistoryEntry> changes_since(std::int64_t position,
                                                          std::size_t limit = 1000);
    /// Takes one change back by making its opposite, which is itself a change; a deletion as
    /// restore() does. Throws conflict, with a problem for each field that was changed again since,
    /// and for a record that was deleted again.
    void undo(std::int64_t position);

    // --- By description: what C, Python, imports and operations use -----------------------------

    /// As create(), for any entity; `record` becomes as stored.
    void insert(MutableRecordView record);
    /// As get(). `object` is a constructed struct of `entity`.
    void read(const Entity& entity, Id id, void* object, Deleted deleted = Deleted::hidden);
    bool try_read(const Entity& entity, Id id, void* object, Deleted deleted = Deleted::hidden);
    /// As get_many(). `slot` gives a constructed struct to read the next record into.
    void read_many(const Entity& entity, std::span<const Id> ids,
                   const std::function<void*()>& slot);
    /// The live records that these reference fields of some records lead to, each once, by
    /// ascending id; by one search of the store for each entity that they are of. Throws not_found
    /// for an unknown field, invalid_argument for one that is no reference.
    [[nodiscard]] std::vector<Record> referred_to(const Entity& entity,
                                                  std::span<const void* const> objects,
                                                  std::span<const std::string> fields);
    /// As update(), for any entity; `record` becomes as stored.
    void write(MutableRecordView record);
    /// For a host that could not read all of a record's values, which `problems` tells: adds what
    /// else insert() would refuse it for, or, for an `id`, what a write of its `given` fields to
    /// that record would be refused for. Throws not_found for an id that is not there.
    void add_problems(MutableRecordView record, Id id, const FieldSet& given,
                      std::vector<Problem>& problems);
    /// As update() of named fields; `stored` becomes the record as stored.
    void patch(const Entity& entity, Id id, const Patch& changes,
               std::optional<std::int64_t> version, MutableRecordView stored);
    void remove(const Entity& entity, Id id, std::optional<std::int64_t> version = {});
    void restore(const Entity& entity, Id id);
    UpsertAction upsert(const UpsertKey& key, MutableRecordView record, UpsertPolicy policy,
                        const FieldSet* given = nullptr);
    /// As create_many(); `next` gives a struct of `entity` to store, or null at the end.
    std::vector<RowResult> create_stream(const Entity& entity, BulkMode mode,
                                         const std::function<void*()>& next);
    /// As update_many(). Of a row whose fields are given, only those are written, to the record
    /// with its id, and the version is compared only if it is one of them.
    std::vector<RowResult> update_stream(const Entity& entity, BulkMode mode,
                                         const std::function<BulkRow()>& next);
    /// As update_many() of ids; `next` gives nothing at the end.
    std::vector<RowResult> patch_stream(const Entity& entity, const Patch& changes, BulkMode mode,
                                        const std::function<std::optional<Id>()>& next);
    std::vector<RowResult> remove_stream(const Entity& entity, BulkMode mode,
                                         const std::function<std::optional<Id>()>& next);
    std::vector<RowResult> restore_stream(const Entity& entity, BulkMode mode,
                                          const std::function<std::optional<Id>()>& next);
    /// As upsert_many(); `next` also gives the key of its row.
    std::vector<RowResult> upsert_stream(const Entity& entity, UpsertPolicy policy, BulkMode mode,
                                         const std::function<BulkRow(UpsertKey&)>& next);
    /// The records of a query. With `fields`, only these are read: any other may read as null, or
    /// in a struct be left as it is.
    [[nodiscard]] std::unique_ptr<RecordStream> stream(const Entity& entity, std::string_view text,
                                                       const Parameters& parameters,
                                                       const FieldSet* fields = nullptr);
    /// The live records with these ids, in their order; with `fields` as above.
    [[nodiscard]] std::unique_ptr<RecordStream> stream(const Entity& entity,
                                                       std::span<const Id> ids,
                                                       const FieldSet* fields = nullptr);
    /// Reads one page; `slot` gives a constructed struct to read the next record into.
    PageEnd read_page(const Entity& entity, std::string_view text, const PageRequest& request,
                      const Parameters& parameters, const std::function<void*()>& slot);
    /// The same; appends the records to `rows` as packed rows: see store/packed_record.hpp.
    PageEnd read_page(const Entity& entity, std::string_view text, const PageRequest& request,
                      const Parameters& parameters, std::string& rows);
    /// Runs an operation by name, JSON in and JSON out: call("sales.win_opportunity",
    /// R"({"opportunity": "123"})"). Throws not_found for an unknown one.
    std::string call(std::string_view operation, std::string_view json);

    // --- About the session ----------------------------------------------------------------------

    [[nodiscard]] Id actor() const;
    [[nodiscard]] const Registry& registry() const;
    /// What the store's clock says now.
    [[nodiscard]] Instant now() const;
    /// The origin that this session's changes carry in the history; default "session". Throws
    /// invalid_argument for "derived" and "setup", which are those of the library itself.
    void set_origin(std::string origin);

    /// For the library's own modules.
    [[nodiscard]] engine::SessionState& state() const { return *state_; }

  private:
    std::unique_ptr<engine::SessionState> state_;
};

}  // namespace crmkit
