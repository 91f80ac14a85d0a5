/// `FaultyStore`: a backend that forwards every call to another one, and lets a chosen call fail.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/store/storage.hpp"

namespace crmkit::conformance {

/// Which call to a FaultyStore's connections fails, and how. Shared by all of them, also across
/// threads.
class FaultPlan {
  public:
    /// The n-th call from now on fails with this code; 1 is the next. Only that one, or, when
    /// `from_then_on`, every call after it too. Starts to count anew.
    void fail(std::int64_t nth, ErrorCode code, bool from_then_on = false) {
        const std::lock_guard lock(mutex_);
        calls_ = 0;
        nth_ = nth;
        code_ = code;
        from_then_on_ = from_then_on;
    }
    /// No call fails any more. Starts to count anew.
    void fail_nothing() { fail(0, ErrorCode::internal); }

    /// How many calls there were since fail() or fail_nothing().
    [[nodiscard]] std::int64_t calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }
    /// Whether a call has failed by this plan.
    [[nodiscard]] bool has_fired() const {
        const std::lock_guard lock(mutex_);
        return nth_ != 0 && calls_ >= nth_;
    }
    /// The name of the last call, so that a test can show what it swept over.
    [[nodiscard]] std::string last_call() const {
        const std::lock_guard lock(mutex_);
        return last_call_;
    }

    /// A connection asks before each call that may fail.
    void pass(std::string_view call) {
        const std::lock_guard lock(mutex_);
        ++calls_;
        last_call_ = call;
        if (nth_ != 0 && (calls_ == nth_ || (from_then_on_ && calls_ > nth_))) {
            throw Error(code_, "injected: call " + std::to_string(calls_) + " of the storage, " +
                                   last_call_ + ", fails");
        }
    }

  private:
    mutable std::mutex mutex_;
    std::int64_t calls_ = 0;
    std::int64_t nth_ = 0;
    ErrorCode code_ = ErrorCode::internal;
    bool from_then_on_ = false;
    std::string last_call_;
};

/// Forwards to another cursor, each step a call of the plan.
class FaultyCursor final : public Cursor {
  public:
    FaultyCursor(std::unique_ptr<Cursor> inner, FaultPlan& plan)
        : inner_(std::move(inner)), plan_(&plan) {}
    using Cursor::next;
    bool next() override {
        plan_->pass("Cursor::next");
        return inner_->next();
    }
    void read(void* object) override {
        plan_->pass("Cursor::read");
        inner_->read(object);
    }
    ValueView value(std::size_t index) override {
        plan_->pass("Cursor::value");
        return inner_->value(index);
    }

  private:
    std::unique_ptr<Cursor> inner_;
    FaultPlan* plan_;
};

/// Forwards to another connection. A call that fails by plan does nothing at all: a failed commit
/// leaves its transaction open, to be rolled back. rollback() never fails.
class FaultyStorage final : public Storage {
  public:
    FaultyStorage(std::unique_ptr<Storage> inner, FaultPlan& plan)
        : inner_(std::move(inner)), plan_(&plan) {}

    void migrate(const Registry& registry) override {
        plan_->pass("migrate");
        inner_->migrate(registry);
    }
    void begin(Access access) override {
        plan_->pass("begin");
        inner_->begin(access);
    }
    void commit() override {
        plan_->pass("commit");
        inner_->commit();
    }
    void rollback() noexcept override { inner_->rollback(); }
    [[nodiscard]] int depth() const override { return inner_->depth(); }
    [[nodiscard]] bool is_lost() const override { return inner_->is_lost(); }

    void insert(const Entity& entity, const void* object) override {
        plan_->pass("insert");
        inner_->insert(entity, object);
    }
    bool update(const Entity& entity, const void* object, const FieldSet& changed,
                std::int64_t expected_version) override {
        plan_->pass("update");
        return inner_->update(entity, object, changed, expected_version);
    }
    bool erase(const Entity& entity, Id id) override {
        plan_->pass("erase");
        return inner_->erase(entity, id);
    }
    bool get(const Entity& entity, Id id, void* object) override {
        plan_->pass("get");
        return inner_->get(entity, id, object);
    }
    std::unique_ptr<Cursor> get_many(const Entity& entity, std::span<const Id> ids,
                                     const FieldSet* fields) override {
        plan_->pass("get_many");
        return std::make_unique<FaultyCursor>(inner_->get_many(entity, ids, fields), *plan_);
    }
    bool is_live(const Entity& entity, Id id) override {
        plan_->pass("is_live");
        return inner_->is_live(entity, id);
    }
    std::unique_ptr<Cursor> scan(const expr::Query& query,
                                 const QueryArguments& arguments) override {
        plan_->pass("scan");
        return std::make_unique<FaultyCursor>(inner_->scan(query, arguments), *plan_);
    }
    std::vector<std::vector<Value>> aggregate(const expr::Aggregation& aggregation,
                                              const QueryArguments& arguments) override {
        plan_->pass("aggregate");
        return inner_->aggregate(aggregation, arguments);
    }
    Id highest_id() override {
        plan_->pass("highest_id");
        return inner_->highest_id();
    }

    void index_text(const Entity& entity, Id id, std::string_view words) override {
        plan_->pass("index_text");
        inner_->index_text(entity, id, words);
    }
    void unindex_text(const Entity& entity, Id id, std::string_view words) override {
        plan_->pass("unindex_text");
        inner_->unindex_text(entity, id, words);
    }
    std::vector<Id> search(const Entity& entity, const WordSearch& wanted) override {
        plan_->pass("search");
        return inner_->search(entity, wanted);
    }
    void visit_words(const Entity& entity,
                     const std::function<void(std::string_view, Id)>& visit) override {
        plan_->pass("visit_words");
        inner_->visit_words(entity, visit);
    }

    std::int64_t append(const Change& line) override {
        plan_->pass("append");
        return inner_->append(line);
    }
    std::int64_t last_position() override {
        plan_->pass("last_position");
        return inner_->last_position();
    }
    std::optional<Change> change(std::int64_t position) override {
        plan_->pass("change");
        return inner_->change(position);
    }
    void changes(Id record, std::int64_t from,
                 const std::function<bool(const Change&)>& visit) override {
        plan_->pass("changes");
        inner_->changes(record, from, visit);
    }

    void add_timeline(std::span<const TimelineEntry> entries) override {
        plan_->pass("add_timeline");
        inner_->add_timeline(entries);
    }
    void remove_timeline(std::span<const TimelineEntry> entries) override {
        plan_->pass("remove_timeline");
        inner_->remove_timeline(entries);
    }
    std::vector<TimelineEntry> timeline(const TimelineRange& range) override {
        plan_->pass("timeline");
        return inner_->timeline(range);
    }
    std::vector<TimelineEntry> timeline_via(Id party, Id via) override {
        plan_->pass("timeline_via");
        return inner_->timeline_via(party, via);
    }
    void visit_timelines(const std::function<void(const TimelineEntry&)>& visit) override {
        plan_->pass("visit_timelines");
        inner_->visit_timelines(visit);
    }

    void add_to_tallies(std::span<const TallyLine> changes) override {
        plan_->pass("add_to_tallies");
        inner_->add_to_tallies(changes);
    }
    std::vector<TallyLine> tally(TallyNumber number) override {
        plan_->pass("tally");
        return inner_->tally(number);
    }
    void clear_tally(TallyNumber number) override {
        plan_->pass("clear_tally");
        inner_->clear_tally(number);
    }
    void limit_reads(const ReadLimits& limits) override { inner_->limit_reads(limits); }

    std::string setting(std::string_view key) override {
        plan_->pass("setting");
        return inner_->setting(key);
    }
    void put_setting(std::string_view key, std::string_view value) override {
        plan_->pass("put_setting");
        inner_->put_setting(key, value);
    }

    void backup(const std::string& path) override {
        plan_->pass("backup");
        inner_->backup(path);
    }
    std::vector<std::string> check_integrity() override {
        plan_->pass("check_integrity");
        return inner_->check_integrity();
    }
    bool changed_elsewhere() override {
        plan_->pass("changed_elsewhere");
        return inner_->changed_elsewhere();
    }

  private:
    std::unique_ptr<Storage> inner_;
    FaultPlan* plan_;
};

/// A store whose connections forward to another store's. The plan must outlive it.
class FaultyStore final : public Store {
  public:
    FaultyStore(std::unique_ptr<Store> inner, FaultPlan& plan)
        : inner_(std::move(inner)), plan_(&plan) {}

    std::unique_ptr<Storage> connect_writer() override {
        return std::make_unique<FaultyStorage>(inner_->connect_writer(), *plan_);
    }
    std::unique_ptr<Storage> connect_reader() override {
        auto reader = inner_->connect_reader();
        return reader ? std::make_unique<FaultyStorage>(std::move(reader), *plan_) : nullptr;
    }

  private:
    std::unique_ptr<Store> inner_;
    FaultPlan* plan_;
};

}  // namespace crmkit::conformance
