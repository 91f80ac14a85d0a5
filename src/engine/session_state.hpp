/// `SessionState`: what a session holds: its actor, its connection, its open transactions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/engine/progress.hpp"
#include "engine.hpp"

namespace crmkit::engine {

/// What the present changes of a session take back.
enum class Undoing : std::uint8_t {
    nothing,
    change,        ///< an earlier change, so that a move of a state may go the way back, too
    consequences,  ///< what that change brought about, as far as it has not moved on
};

class SessionState {
  public:
    SessionState(std::shared_ptr<Engine> engine, Id actor)
        : engine_(std::move(engine)), actor_(actor), is_actor_known_(!actor) {}
    SessionState(const SessionState&) = delete;
    SessionState& operator=(const SessionState&) = delete;
    ~SessionState();

    [[nodiscard]] Engine& engine() const { return *engine_; }
    [[nodiscard]] const std::shared_ptr<Engine>& shared_engine() const { return engine_; }
    [[nodiscard]] const Registry& registry() const { return engine_->registry(); }
    [[nodiscard]] Id actor() const { return actor_; }
    [[nodiscard]] Instant now() const { return engine_->clock().now(); }

    /// Starts a transaction, or a nested one. `turn` is how long the session is going to write.
    void begin(Access access, Turn turn = Turn::open_ended);
    void commit();
    void rollback() noexcept;

    /// The writing connection. Only inside a write transaction.
    [[nodiscard]] Storage& writer() { return engine_->writer(); }

    /// Appends to the history, as this session's actor and origin. Returns the position.
    std::int64_t append(Change change);
    /// The position of the last change that this session appended.
    [[nodiscard]] std::int64_t last_change() const { return last_change_; }

    /// Counts the records that have been written: only what fails while this grows leaves a trace.
    void count_write() { ++written_; }
    [[nodiscard]] std::uint64_t written() const { return written_; }

    /// What ends this session's reads; made when it is first asked for.
    [[nodiscard]] const std::shared_ptr<Cancellation>& cancellation();
    void set_step_budget(std::int64_t steps) { limits_.steps = steps; }
    [[nodiscard]] std::int64_t step_budget() const { return limits_.steps; }
    /// Throws cancelled when it has been asked for. For what works long without reading.
    void refuse_if_cancelled() const;

    [[nodiscard]] bool is_writing() const { return !levels_.empty(); }
    [[nodiscard]] bool is_undoing() const { return undoing != Undoing::nothing; }
    /// Whether the innermost transaction can only be rolled back.
    [[nodiscard]] bool is_lost();
    /// Throws invalid_argument when it can.
    void refuse_if_lost();
    /// A change failed half-way, and only the end of the innermost transaction can undo it.
    void lose() noexcept { levels_.back().is_lost = true; }

    std::string origin = "session";
    /// Is told how far an import or export is that was called by its name.
    ProgressCallback progress;
    /// The change that the present ones follow from; 0 for none.
    std::int64_t cause = 0;
    Undoing undoing = Undoing::nothing;
    /// How deep hooks and cascades have nested writes inside writes.
    int nesting = 0;

  private:
    friend class ReadScope;

    struct Level {
        std::size_t appended;
        bool is_lost = false;
    };

    /// Before the session's first change: who acts must be a user.
    void require_actor();
    void run_commit_hooks();
    void run_commit_hook(const CommitHook& hook, const HistoryEntry& entry);
    void log_failed_hook(const char* reason);
    Storage* own_reader();
    bool limit_own_reader();

    std::shared_ptr<Engine> engine_;
    Id actor_;
    bool is_actor_known_;
    std::unique_ptr<Storage> reader_;
    bool has_no_reader_ = false;
    int read_depth_ = 0;
    std::int64_t last_change_ = 0;
    std::uint64_t written_ = 0;
    /// One for each open write transaction: how many changes there were when it began.
    std::vector<Level> levels_;
    std::shared_ptr<Cancellation> cancellation_;
    ReadLimits limits_;
    /// The session's own reader can be cancelled; so it stays, which saves setting it for each
    /// read.
    bool is_reader_cancellable_ = false;
    /// The changes of the open transaction, for the commit hooks.
    std::vector<Change> appended_;
};

/// Which connection a session reads with.
enum class Connection : std::uint8_t {
    usual,   ///< its own, or the shared one inside a transaction and where the store has no other
    shared,  ///< the one that all sessions write with
};

/// A connection to read with, for the duration of one call.
class ReadScope {
  public:
    explicit ReadScope(SessionState& session, Connection which = Connection::usual);
    ReadScope(const ReadScope&) = delete;
    ReadScope& operator=(const ReadScope&) = delete;
    ~ReadScope();
    Storage* operator->() const { return storage_; }
    Storage& operator*() const { return *storage_; }
    /// Which one it turned out to be: usual means the session's own.
    [[nodiscard]] Connection connection() const { return connection_; }

  private:
    Storage* storage_ = nullptr;
    Connection connection_ = Connection::usual;
    WriterQueue* held_ = nullptr;
    bool is_limited_ = false;
};

/// A write transaction of the library's own, around the parts of one command.
class WriteScope {
  public:
    explicit WriteScope(SessionState& session) : session_(&session) {
        session.begin(Access::write);
    }
    WriteScope(const WriteScope&) = delete;
    WriteScope& operator=(const WriteScope&) = delete;
    ~WriteScope() {
        if (session_ != nullptr) {
            session_->rollback();
        }
    }
    void commit() { std::exchange(session_, nullptr)->commit(); }

  private:
    SessionState* session_;
};

/// The scope of a command that writes one record. In an open transaction it opens no nested one
/// unless something may refuse the record after it was written: for each savepoint SQLite's search
/// index writes itself out, which costs more than the command. When the store fails half-way, the
/// open transaction is lost. See docs/decisions/0015-no-savepoint-for-one-record.md.
class RecordScope {
  public:
    RecordScope(SessionState& session, const Entity& entity);
    RecordScope(const RecordScope&) = delete;
    RecordScope& operator=(const RecordScope&) = delete;
    ~RecordScope();
    void commit();

  private:
    SessionState* session_;
    std::uint64_t written_;
    bool has_transaction_;
};

}  // namespace crmkit::engine
