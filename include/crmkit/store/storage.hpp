/// `Storage`: what the engine asks of a place that keeps records. Narrow on purpose: it speaks
/// descriptions and values, not SQL, and knows nothing of permissions, history rules or sales.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/expr/expression.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"
#include "crmkit/store/change.hpp"
#include "crmkit/store/packed_record.hpp"
#include "crmkit/store/read_meter.hpp"
#include "crmkit/store/tally.hpp"
#include "crmkit/store/timeline_entry.hpp"
#include "crmkit/store/word_search.hpp"

namespace crmkit {

/// Walks over the records of a query. Belongs to the storage that made it, and must be destroyed
/// before it. Changes made while it is open may or may not be seen.
class Cursor {
  public:
    Cursor() = default;
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    virtual ~Cursor() = default;
    /// Moves on to the next record; false at the end.
    virtual bool next() = 0;
    /// Reads the present record into `object`, a constructed struct of the query's entity. Only
    /// after next() has said true.
    virtual void read(void* object) = 0;
    /// A field of the present record by its place in the entity's table, borrowed until the cursor
    /// moves on or another list of text is looked at. Only after next() has said true.
    virtual ValueView value(std::size_t index) = 0;
    /// The present record, of the query's entity, as a packed row of `fields`: those that the
    /// cursor was made for, null for all. Borrowed until the cursor moves on or packs another one.
    /// Only after next() has said true.
    virtual PackedRow packed(const Entity& entity, const FieldSet* fields) {
        packed_.clear();
        pack_fields(
            entity, fields, [this](std::size_t index) { return value(index); }, packed_);
        return PackedRow(packed_.data());
    }

    /// Both at once.
    bool next(void* object) {
        const bool is_there = next();
        if (is_there) {
            read(object);
        }
        return is_there;
    }

  private:
    std::string packed_;
};

/// What a transaction is going to do.
enum class Access : std::uint8_t {
    read,   ///< sees one state of the store until it ends
    write,  ///< the same, and keeps other writers out from its start
};

/// What a query is run with.
struct QueryArguments {
    /// The values of its parameters, in their order, as expr::bind() makes them.
    std::span<const ValueView> parameters{};
    /// What now() and today() mean in it.
    Instant now{};
    /// Only the records that come after the one with these sort keys; empty for all.
    std::span<const Value> after{};
    /// The fields that will be looked at; null for all. Any other may read as null, or in a struct
    /// be left as it is.
    const FieldSet* fields = nullptr;
};

/// Bytes of a word by which every store tells it from others; some keep no more of it.
inline constexpr std::size_t longest_indexed_word = 200;

/// One connection to a store. Belongs to one thread at a time. Every function throws Error: busy,
/// io, disk_full, corrupt, read_only and out_of_memory can come from any of them. Where the library
/// itself has no memory left, std::bad_alloc comes instead.
class Storage {
  public:
    Storage() = default;
    Storage(const Storage&) = delete;
    Storage& operator=(const Storage&) = delete;
    virtual ~Storage() = default;

    /// Brings the store to the schema of these entities: creates what is missing, upgrades what
    /// differs, in one transaction. Throws newer_schema when the store is from a newer crmkit,
    /// read_only when an upgrade would be needed but the store may not be written.
    /// `registry` must outlive the storage.
    virtual void migrate(const Registry& registry) = 0;

    /// Starts a transaction, or, inside one, a nested one that can end by itself. One that reads
    /// sees the store as it was at its first read, and refuses writes with read_only, and nested
    /// ones that write with invalid_argument.
    virtual void begin(Access access) = 0;
    /// Ends the innermost transaction and keeps its changes; the outermost makes them durable.
    virtual void commit() = 0;
    /// Ends the innermost transaction and undoes its changes. Never throws.
    virtual void rollback() noexcept = 0;
    /// How many transactions are open inside each other.
    [[nodiscard]] virtual int depth() const = 0;
    /// Whether the store has undone the open transactions by itself, as SQLite does after some
    /// failures. They are still to be ended, and must not be written in.
    [[nodiscard]] virtual bool is_lost() const = 0;

    /// Adds a record, which has an id. Throws duplicate, naming the field, when a unique key is
    /// taken by a live record, or the id by any, also a deleted one. Throws restricted, naming the
    /// field where the store knows it, when it refers to a record that is not there. Leaves no
    /// trace then, also without a nested transaction around it.
    virtual void insert(const Entity& entity, const void* object) = 0;
    /// Writes the `changed` fields of the record with the object's id if its version is still
    /// `expected_version`; false when it is not, or there is no such record. Throws duplicate and
    /// restricted, as insert() does and before it looks at the version or after it: which, differs
    /// between stores.
    virtual bool update(const Entity& entity, const void* object, const FieldSet& changed,
                        std::int64_t expected_version) = 0;
    /// Removes a record for good; false when there is none.
    virtual bool erase(const Entity& entity, Id id) = 0;

    /// Reads a record, live or deleted, into `object`; false when there is none.
    virtual bool get(const Entity& entity, Id id, void* object) = 0;
    /// The records with these ids, live or deleted, in the order of `ids`, which must outlive the
    /// cursor; one that is not there is passed over. One search of the store for all of them.
    /// `fields` as in QueryArguments.
    virtual std::unique_ptr<Cursor> get_many(const Entity& entity, std::span<const Id> ids,
                                             const FieldSet* fields) = 0;
    /// The same with every field.
    std::unique_ptr<Cursor> get_many(const Entity& entity, std::span<const Id> ids) {
        return get_many(entity, ids, nullptr);
    }
    /// Whether there is a live record with this id.
    virtual bool is_live(const Entity& entity, Id id) = 0;
    /// The live records of a query, in its order. What the arguments borrow is not needed after the
    /// call; the query must outlive the cursor.
    virtual std::unique_ptr<Cursor> scan(const expr::Query& query,
                                         const QueryArguments& arguments) = 0;
    /// The rows of an aggregation: its measures, then its group keys, as written.
    virtual std::vector<std::vector<Value>> aggregate(const expr::Aggregation& aggregation,
                                                      const QueryArguments& arguments) = 0;
    /// The highest id in the store, none when it is empty.
    virtual Id highest_id() = 0;

    /// Puts a record's words into the search index: folded, a space between them, as search_text()
    /// makes them. Does nothing for an entity that is not searchable.
    virtual void index_text(const Entity& entity, Id id, std::string_view words) = 0;
    /// Takes them out again; `words` must be what was put in.
    virtual void unindex_text(const Entity& entity, Id id, std::string_view words) = 0;
    /// The newest records that have the words, newest first. None for no words.
    virtual std::vector<Id> search(const Entity& entity, const WordSearch& wanted) = 0;
    /// Visits the search index of an entity: each word with each record that it finds, once, in any
    /// order. Of a word longer than longest_indexed_word it may give only so much. It is borrowed
    /// for the call.
    virtual void visit_words(const Entity& entity,
                             const std::function<void(std::string_view word, Id id)>& visit) = 0;

    /// Appends to the history, at the position one past the last, and returns that position;
    /// `change.position` is not looked at.
    virtual std::int64_t append(const Change& change) = 0;
    /// The position of the last change, 0 when there is none.
    virtual std::int64_t last_position() = 0;
    /// The change at a position, if there is one.
    virtual std::optional<Change> change(std::int64_t position) = 0;
    /// Visits the changes of one record, oldest first; of all records when `record` is none; from
    /// `from` on. Stops when `visit` returns false.
    virtual void changes(Id record, std::int64_t from,
                         const std::function<bool(const Change&)>& visit) = 0;

    virtual void add_timeline(std::span<const TimelineEntry> entries) = 0;
    virtual void remove_timeline(std::span<const TimelineEntry> entries) = 0;
    /// The entries of a range, newest first; an event that concerns the party by several paths
    /// comes once.
    virtual std::vector<TimelineEntry> timeline(const TimelineRange& range) = 0;
    /// All entries of `party`'s timeline that came by way of `via`.
    virtual std::vector<TimelineEntry> timeline_via(Id party, Id via) = 0;
    /// Visits the entries of all timelines, in any order.
    virtual void visit_timelines(const std::function<void(const TimelineEntry&)>& visit) = 0;

    /// Adds to the counts and sums under these keys. What comes to nothing is no longer kept.
    /// Throws limit when a sum leaves 64 bits.
    virtual void add_to_tallies(std::span<const TallyLine> changes) = 0;
    /// All lines of a tally, in any order.
    virtual std::vector<TallyLine> tally(TallyNumber number) = 0;
    /// Forgets all lines of a tally.
    virtual void clear_tally(TallyNumber number) = 0;

    /// Limits what scan(), aggregate(), get_many(), search(), changes(), timeline() and their
    /// cursors may do from now on, until it is called again: past it they throw cancelled or limit.
    virtual void limit_reads(const ReadLimits& limits) = 0;

    /// A small setting of the store, such as its base currency; empty when it was never put.
    virtual std::string setting(std::string_view key) = 0;
    virtual void put_setting(std::string_view key, std::string_view value) = 0;

    /// Copies the store as it is now to a file: a new one, or over a store that is there. Throws
    /// invalid_argument for a path of anything else, unsupported where the store has no file.
    virtual void backup(const std::string& path) = 0;
    /// What is wrong with the stored data; empty when it is sound.
    virtual std::vector<std::string> check_integrity() = 0;
    /// Whether another connection may have committed since this one last looked; the first look
    /// may say so without reason. Cheap.
    virtual bool changed_elsewhere() = 0;
};

/// A store that can be connected to several times: a file, or memory shared by its connections.
class Store {
  public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;

    /// A connection that may write. There is one at a time.
    virtual std::unique_ptr<Storage> connect_writer() = 0;
    /// A further connection that only reads, in parallel with others; null where the store has
    /// but one connection, which then also reads.
    virtual std::unique_ptr<Storage> connect_reader() = 0;

    /// Copies what is committed from a log into the store proper, as far as readers allow, so that
    /// no commit has to; waits for nobody. Returns whether the log has become long, and would begin
    /// anew if this were done while nobody writes. Does nothing where there is no log. May be
    /// called from any thread. Throws io, disk_full.
    virtual bool checkpoint() { return false; }
};

}  // namespace crmkit
