/// `SqliteStorage`: the Storage of one SQLite connection.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "crmkit/store/sqlite.hpp"
#include "crmkit/store/storage.hpp"
#include "query_cache.hpp"
#include "sqlite_connection.hpp"
#include "sqlite_row.hpp"
#include "sqlite_schema.hpp"

namespace crmkit::sqlite {

/// How a SqliteStorage behaves on its connection.
struct StorageRules {
    std::string table_prefix;
    bool read_only = false;
    /// On a host's connection the outermost transaction is a savepoint of the host's.
    bool is_hosted = false;
    /// A host's connection has one place for a progress handler, and it may be the host's.
    bool may_use_progress_handler = true;
};

/// Runs a step of a read, and counts it; when the meter has ended it, says so.
template <typename Step>
bool metered(ReadMeter& meter, Step step) {
    meter.step();
    try {
        return step();
    } catch (const Error& error) {
        if (error.code() == ErrorCode::cancelled) {
            meter.fail();
        }
        throw;
    }
}

class SqliteStorage final : public Storage {
  public:
    SqliteStorage(std::unique_ptr<Connection> connection, StorageRules rules);
    ~SqliteStorage() override;

    void migrate(const Registry& registry) override;

    void begin(Access access) override;
    void commit() override;
    void rollback() noexcept override;
    [[nodiscard]] int depth() const override { return depth_; }
    [[nodiscard]] bool is_lost() const override {
        return depth_ > 0 && connection_->is_autocommit();
    }

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

    std::int64_t append(const Change& change) override;
    std::int64_t last_position() override;
    std::optional<Change> change(std::int64_t position) override;
    void changes(Id record, std::int64_t from,
                 const std::function<bool(const Change&)>& visit) override;

    void add_timeline(std::span<const TimelineEntry> entries) override;
    void remove_timeline(std::span<const TimelineEntry> entries) override;
    std::vector<TimelineEntry> timeline(const TimelineRange& range) override;
    std::vector<TimelineEntry> timeline_via(Id party, Id via) override;
    void visit_timelines(const std::function<void(const TimelineEntry&)>& visit) override;

    void add_to_tallies(std::span<const TallyLine> changes) override;
    std::vector<TallyLine> tally(TallyNumber number) override;
    void clear_tally(TallyNumber number) override;

    void limit_reads(const ReadLimits& limits) override;

    std::string setting(std::string_view key) override;
    void put_setting(std::string_view key, std::string_view value) override;

    void backup(const std::string& path) override;
    std::vector<std::string> check_integrity() override;
    bool changed_elsewhere() override;

  private:
    /// The kept statements that read records by their ids: these fields, or all of them.
    struct ReadStatements {
        std::optional<FieldSet> fields;
        SelectedFields selected;
        StatementPool* one;
        StatementPool* list;
    };

    /// The kept statements that every record of an entity goes through.
    struct EntityStatements {
        /// By the fields that are read; the first are for all.
        std::deque<ReadStatements> reads;
        /// By the fields that a record has, bit 1 << its place; all bits for any record.
        std::vector<std::pair<std::uint64_t, StatementPool*>> inserts;
        /// The last ones to have been made, by the fields that an update writes.
        std::vector<std::pair<FieldSet, StatementPool>> updates;
        StatementPool* is_live;
        StatementPool* index_text = nullptr;
        StatementPool* unindex_text = nullptr;
    };

    /// The kept statements on the store's own tables.
    struct OwnStatements {
        OwnStatements(Connection& connection, const TableNames& names);
        StatementPool& append;
        StatementPool& add_timeline;
        StatementPool& remove_timeline;
        StatementPool& timeline;
        StatementPool& milestones;
        StatementPool& timeline_via;
        StatementPool& tally_line;
        StatementPool& put_tally_line;
        StatementPool& remove_tally_line;
        StatementPool& tally;
        StatementPool& begin_reading;
        StatementPool& begin_writing;
        StatementPool& commit;
        StatementPool& rollback;
    };

    /// The kept statements of the savepoints at one depth.
    struct SavepointStatements {
        StatementPool* begin;
        StatementPool* rollback;
        StatementPool* release;
    };

    void begin_own(Access access);
    SavepointStatements& savepoint(int depth);
    void forget_search_state();
    EntityStatements& statements(const Entity& entity);
    static std::string column_list(const Entity& entity, std::uint64_t given);
    StatementPool& insert_statement(const Entity& entity, std::uint64_t& given);
    void refill_search(const Entity& entity);
    ReadStatements make_read_statements(const Entity& entity, const FieldSet* fields);
    const ReadStatements& read_statements(const Entity& entity, const FieldSet* fields);
    StatementPool& update_statement(const Entity& entity, const FieldSet& changed);
    [[nodiscard]] std::string update_text(const Entity& entity, const FieldSet& changed) const;

    std::unique_ptr<Connection> connection_;
    StorageRules rules_;
    TableNames names_;
    OwnStatements own_;
    std::vector<SavepointStatements> savepoints_;
    const Registry* registry_ = nullptr;
    int depth_ = 0;
    /// SQLite gave up a transaction by itself, in the middle of a statement.
    bool was_lost_ = false;
    std::int64_t data_version_ = 0;
    std::unordered_map<EntityNumber, EntityStatements> statements_;
    StatementPool* highest_id_ = nullptr;
    CompiledQueries queries_;
    std::vector<std::string> texts_;
    RowReader row_reader_;
    ReadMeter meter_;
};

}  // namespace crmkit::sqlite
