/// `MemoryStore`: records in memory: for tests, for trying out, for what need not be kept.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "crmkit/store/memory_query.hpp"
#include "crmkit/store/memory_state.hpp"
#include "crmkit/store/storage.hpp"

namespace crmkit {

namespace detail {

/// What the connections of one memory store share: the last committed state.
class SharedMemory {
  public:
    [[nodiscard]] std::shared_ptr<const MemoryState> committed() {
        const std::lock_guard lock(mutex_);
        return committed_;
    }
    void commit(std::shared_ptr<const MemoryState> state) noexcept {
        const std::lock_guard lock(mutex_);
        committed_.swap(state);
    }
    /// False when there is a writer already.
    bool take_writer() {
        const std::lock_guard lock(mutex_);
        return !std::exchange(has_writer_, true);
    }
    void release_writer() noexcept {
        const std::lock_guard lock(mutex_);
        has_writer_ = false;
    }

  private:
    std::mutex mutex_;
    std::shared_ptr<const MemoryState> committed_ = std::make_shared<const MemoryState>();
    bool has_writer_ = false;
};

/// One connection to a memory store. The writer works on a copy of the committed state, which
/// costs nothing to make; committing puts it in the place of the committed one, rolling back drops
/// it. So there is no undo log, no lock is held between two calls, and whoever reads keeps what it
/// reads.
class MemoryConnection final : public Storage {
  public:
    MemoryConnection(std::shared_ptr<SharedMemory> shared, Access access)
        : shared_(std::move(shared)), access_(access), seen_(shared_->committed()->commit) {}
    ~MemoryConnection() override {
        if (access_ == Access::write) {
            shared_->release_writer();
        }
    }

    void migrate(const Registry& registry) override {
        if (!visible()->records.matches(registry)) {
            write([&registry](MemoryState& state) { state.migrate(registry); });
        }
    }

    void begin(Access access) override {
        if (depth() != 0 || access == Access::read) {
            begin_inside(access);
            return;
        }
        require_writer();
        auto work = std::make_shared<MemoryState>(*shared_->committed());
        ++work->commit;
        work_ = std::move(work);
        depth_ = 1;
    }

    void commit() override {
        if (depth_ == 0) {
            throw Error(ErrorCode::invalid_argument, "there is no open transaction to commit");
        }
        --depth_;
        if (!saved_.empty()) {
            saved_.pop_back();
        } else if (depth_ == 0 && work_) {
            if (std::exchange(is_changed_, false)) {
                seen_ = work_->commit;
                shared_->commit(std::move(work_));
            }
            work_.reset();
        }
        drop_reading_if_done();
    }

    void rollback() noexcept override {
        if (depth_ == 0) {
            return;
        }
        --depth_;
        if (!saved_.empty()) {
            *work_ = std::move(saved_.back());
            saved_.pop_back();
        } else if (depth_ == 0) {
            work_.reset();
            is_changed_ = false;
        }
        drop_reading_if_done();
    }

    [[nodiscard]] int depth() const override { return depth_; }
    [[nodiscard]] bool is_lost() const override { return false; }

    void insert(const Entity& entity, const void* object) override {
        write([&](MemoryState& state) { state.records.insert(entity, object); });
    }
    bool update(const Entity& entity, const void* object, const FieldSet& changed,
                std::int64_t expected_version) override {
        return write([&](MemoryState& state) {
            return state.records.update(entity, object, changed, expected_version);
        });
    }
    bool erase(const Entity& entity, Id id) override {
        return write([&](MemoryState& state) { return state.records.erase(entity, id); });
    }

    bool get(const Entity& entity, Id id, void* object) override {
        const auto state = visible();
        const Record* record = state->records.find(entity, id);
        if (record == nullptr) {
            return false;
        }
        transfer(record->structure(), record->object(), entity, object);
        return true;
    }
    bool is_live(const Entity& entity, Id id) override {
        const auto state = visible();
        const Record* record = state->records.find(entity, id);
        return record != nullptr && !header_of(*record).deleted_at();
    }
    std::unique_ptr<Cursor> scan(const expr::Query& query,
                                 const QueryArguments& arguments) override {
        return scan_memory(snapshot(), query, arguments, meter_);
    }
    std::unique_ptr<Cursor> get_many(const Entity& entity, std::span<const Id> ids,
                                     const FieldSet* /*fields*/) override {
        return get_many_from_memory(*visible(), entity, ids, meter_);
    }
    std::vector<std::vector<Value>> aggregate(const expr::Aggregation& aggregation,
                                              const QueryArguments& arguments) override {
        return aggregate_memory(snapshot(), aggregation, arguments, meter_);
    }
    Id highest_id() override { return visible()->records.highest_id(); }

    void index_text(const Entity& entity, Id id, std::string_view words) override {
        if (is_searchable(entity)) {
            write([&](MemoryState& state) { state.words.add(entity.number, id, words); });
        }
    }
    void unindex_text(const Entity& entity, Id id, std::string_view words) override {
        if (is_searchable(entity)) {
            write([&](MemoryState& state) { state.words.remove(entity.number, id, words); });
        }
    }
    std::vector<Id> search(const Entity& entity, const WordSearch& wanted) override {
        return visible()->words.search(entity.number, wanted, meter_);
    }
    void visit_words(const Entity& entity,
                     const std::function<void(std::string_view, Id)>& visit) override {
        snapshot()->words.visit(entity.number, visit);
    }

    std::int64_t append(const Change& line) override {
        std::int64_t position = 0;
        write([&](MemoryState& state) { position = state.history.append(line); });
        return position;
    }
    std::int64_t last_position() override { return visible()->history.last_position(); }
    std::optional<Change> change(std::int64_t position) override {
        return visible()->history.find(position);
    }
    void changes(Id record, std::int64_t from,
                 const std::function<bool(const Change&)>& visit) override {
        snapshot()->history.visit(record, from, [&](const Change& change) {
            meter_.step();
            return visit(change);
        });
    }

    void add_timeline(std::span<const TimelineEntry> entries) override {
        write([&](MemoryState& state) {
            for (const TimelineEntry& entry : entries) {
                state.timeline.add(entry);
            }
        });
    }
    void remove_timeline(std::span<const TimelineEntry> entries) override {
        write([&](MemoryState& state) {
            for (const TimelineEntry& entry : entries) {
                state.timeline.remove(entry);
            }
        });
    }
    std::vector<TimelineEntry> timeline(const TimelineRange& range) override {
        return visible()->timeline.read(range, meter_);
    }
    std::vector<TimelineEntry> timeline_via(Id party, Id via) override {
        return visible()->timeline.read_via(party, via);
    }
    void visit_timelines(const std::function<void(const TimelineEntry&)>& visit) override {
        snapshot()->timeline.visit(visit);
    }

    void add_to_tallies(std::span<const TallyLine> changes) override {
        write([&](MemoryState& state) {
            for (const TallyLine& change : changes) {
                state.tallies.add(change);
            }
        });
    }
    std::vector<TallyLine> tally(TallyNumber number) override {
        return visible()->tallies.lines(number);
    }
    void clear_tally(TallyNumber number) override {
        write([&](MemoryState& state) { state.tallies.clear(number); });
    }

    void limit_reads(const ReadLimits& limits) override { meter_.start(limits); }

    std::string setting(std::string_view key) override {
        const auto state = visible();
        const std::string* value = state->settings.find(std::string(key));
        return value == nullptr ? std::string() : *value;
    }
    void put_setting(std::string_view key, std::string_view value) override {
        write([&](MemoryState& state) {
            state.settings.assign(std::string(key), std::string(value));
        });
    }

    void backup(const std::string& path) override {
        throw Error(ErrorCode::unsupported, "a store in memory has no file to copy to '" +
                                                shortened(path) + "'; export its records instead");
    }
    std::vector<std::string> check_integrity() override { return visible()->check_integrity(); }
    bool changed_elsewhere() override {
        const std::uint64_t commit = work_ ? seen_ : visible()->commit;
        return std::exchange(seen_, commit) != commit;
    }

  private:
    void begin_inside(Access access) {
        if (access == Access::write && !work_) {
            require_writer();
            throw Error(ErrorCode::invalid_argument,
                        "a transaction that only reads cannot hold one that writes");
        }
        if (work_) {
            saved_.push_back(*work_);
        } else if (depth_ == 0) {
            reading_ = shared_->committed();
        }
        ++depth_;
    }
    void drop_reading_if_done() noexcept {
        if (depth_ == 0) {
            reading_.reset();
        }
    }

    void require_writer() const {
        if (access_ != Access::write) {
            throw Error(ErrorCode::read_only, "this connection to the store only reads");
        }
    }

    /// What this connection sees now; what it has changed itself included.
    [[nodiscard]] std::shared_ptr<const MemoryState> visible() const {
        if (work_) {
            return work_;
        }
        return reading_ ? reading_ : shared_->committed();
    }
    /// The same, but not changed by what this connection does next.
    [[nodiscard]] std::shared_ptr<const MemoryState> snapshot() const {
        return work_ ? std::make_shared<const MemoryState>(*work_) : visible();
    }

    /// Runs a change, which may say that it changed nothing, in the open transaction or in one of
    /// its own.
    template <typename Function>
    bool write(Function function) {
        if (depth_ == 0) {
            begin(Access::write);
            try {
                const bool done = run(function);
                commit();
                return done;
            } catch (...) {
                rollback();
                throw;
            }
        }
        if (!work_) {
            require_writer();
            throw Error(ErrorCode::read_only, "this transaction to the store only reads");
        }
        return run(function);
    }
    template <typename Function>
    bool run(Function& function) {
        if constexpr (std::is_void_v<decltype(function(*work_))>) {
            function(*work_);
            is_changed_ = true;
            return true;
        } else {
            const bool done = function(*work_);
            is_changed_ = is_changed_ || done;
            return done;
        }
    }

    std::shared_ptr<SharedMemory> shared_;
    Access access_;
    int depth_ = 0;
    /// The state of an open transaction that only reads.
    std::shared_ptr<const MemoryState> reading_;
    /// The state that an open transaction changes, and what it was when each nested one began.
    std::shared_ptr<MemoryState> work_;
    std::vector<MemoryState> saved_;
    bool is_changed_ = false;
    std::uint64_t seen_;
    ReadMeter meter_;
};

}  // namespace detail

/// A store in memory. Its connections may be used from different threads at the same time and
/// never wait for each other: readers see the last committed state, or, inside a transaction, the
/// one that was the last when it began. It is gone when the store and its last connection are.
/// The registry that a connection migrated to must outlive every connection, cursors included.
class MemoryStore final : public Store {
  public:
    /// Throws busy while there is another writer.
    std::unique_ptr<Storage> connect_writer() override {
        if (!shared_->take_writer()) {
            throw Error(ErrorCode::busy, "the store in memory has a writing connection already");
        }
        try {
            return std::make_unique<detail::MemoryConnection>(shared_, Access::write);
        } catch (...) {
            shared_->release_writer();
            throw;
        }
    }
    /// Never null: a memory store has as many readers as are asked for.
    std::unique_ptr<Storage> connect_reader() override {
        return std::make_unique<detail::MemoryConnection>(shared_, Access::read);
    }

  private:
    std::shared_ptr<detail::SharedMemory> shared_ = std::make_shared<detail::SharedMemory>();
};

}  // namespace crmkit
