#include "session_state.hpp"

#include <algorithm>
#include <utility>

#include "crmkit/model/user.hpp"
#include "history_text.hpp"
#include "rules.hpp"
#include "write_path.hpp"

namespace crmkit::engine {

namespace {

/// Whether the record may be refused when it has been written already.
bool may_refuse_after_write(Engine& engine, const Entity& entity) {
    const auto refuses = [&entity](const Rule& rule) {
        return rule.after_may_refuse && (rule.entity == 0 || rule.entity == entity.number);
    };
    const auto rules = standard_rules();
    return engine.hooks().has_write_hooks() || std::any_of(rules.begin(), rules.end(), refuses);
}

}  // namespace

SessionState::~SessionState() {
    while (!levels_.empty() || read_depth_ > 0) {
        rollback();
    }
    if (reader_) {
        if (is_reader_cancellable_ && engine_->is_at_home()) {
            reader_->limit_reads({});
        }
        engine_->give_back(std::move(reader_));
    }
}

Storage* SessionState::own_reader() {
    if (!reader_ && !has_no_reader_) {
        reader_ = engine_->lend_reader();
        has_no_reader_ = reader_ == nullptr;
    }
    return reader_.get();
}

/// Lets the own reader be cancelled from now on. False where its steps are counted, too, anew for
/// each read.
bool SessionState::limit_own_reader() {
    if (limits_.steps > 0) {
        is_reader_cancellable_ = false;
        return false;
    }
    if (!is_reader_cancellable_) {
        reader_->limit_reads(limits_);
        is_reader_cancellable_ = true;
    }
    return true;
}

void SessionState::begin(Access access, Turn turn) {
    engine_->check_open();
    if (access == Access::read && levels_.empty()) {
        if (Storage* reader = own_reader()) {
            reader->begin(Access::read);
        }
        ++read_depth_;
        return;
    }
    if (read_depth_ > 0) {
        throw Error(ErrorCode::invalid_argument,
                    "a read transaction is open: end it before writing");
    }
    levels_.reserve(levels_.size() + 1);  // nothing may fail once the transaction is open
    if (levels_.empty()) {
        engine_->begin_turn(turn);
        appended_.clear();
    } else {
        refuse_if_lost();
        engine_->writer().begin(Access::write);
    }
    levels_.push_back({appended_.size()});
    require_actor();
}

void SessionState::require_actor() {
    if (is_actor_known_) {
        return;
    }
    const Entity& user = entity_of<User>();
    try {
        if (!engine_->writer().is_live(user, actor_)) {
            fail_not_found(user, actor_);
        }
    } catch (...) {
        rollback();
        throw;
    }
    is_actor_known_ = true;
}

bool SessionState::is_lost() { return levels_.back().is_lost || engine_->writer().is_lost(); }

void SessionState::refuse_if_lost() {
    if (is_lost()) {
        throw Error(ErrorCode::invalid_argument,
                    "the transaction is lost, because a change in it failed half-way: roll it back "
                    "and begin again");
    }
}

void SessionState::commit() {
    if (read_depth_ > 0) {
        rollback();
        return;
    }
    if (levels_.empty()) {
        throw Error(ErrorCode::invalid_argument, "there is no open transaction to commit");
    }
    try {
        refuse_if_lost();
        // The last level is committed by keep_turn(), but for the savepoint that it is inside a
        // transaction begun by other sessions.
        Storage& storage = engine_->writer();
        if (storage.depth() > 1) {
            storage.commit();
        }
    } catch (...) {
        rollback();
        throw;
    }
    levels_.pop_back();
    if (levels_.empty()) {
        engine_->keep_turn();
        run_commit_hooks();
    }
}

void SessionState::rollback() noexcept {
    if (read_depth_ > 0) {
        --read_depth_;
        if (reader_ && engine_->is_at_home()) {
            reader_->rollback();
        }
        return;
    }
    if (levels_.empty()) {
        return;
    }
    const Level level = levels_.back();
    levels_.pop_back();
    engine_->roll_writer_back();
    appended_.resize(level.appended);
    if (levels_.empty()) {
        engine_->drop_turn();
    }
}

std::int64_t SessionState::append(Change change) {
    change.actor = actor_;
    change.origin = origin;
    change.cause = cause;
    Storage& storage = engine_->writer();
    engine_->chain().seal(change, storage);
    last_change_ = change.position = storage.append(change);
    engine_->chain().keep(change.link);
    if (engine_->hooks().has_commit_hooks()) {
        appended_.push_back(std::move(change));
    }
    return last_change_;
}

void SessionState::run_commit_hooks() {
    const auto changes = std::exchange(appended_, {});
    const auto hooks = engine_->hooks().all();
    for (const Change& change : changes) {
        try {
            const HistoryEntry entry = to_history_entry(change, registry());
            for (const HookList::Hook& hook : *hooks) {
                if (hook.commit) {
                    run_commit_hook(hook.commit, entry);
                }
            }
        } catch (const std::exception& error) {
            log_failed_hook(error.what());
        }
    }
}

const std::shared_ptr<Cancellation>& SessionState::cancellation() {
    if (!cancellation_) {
        cancellation_ = std::make_shared<Cancellation>();
        limits_.cancellation = cancellation_.get();
    }
    return cancellation_;
}

void SessionState::refuse_if_cancelled() const {
    if (cancellation_ && cancellation_->is_cancelled()) {
        Cancellation::fail();
    }
}

void SessionState::run_commit_hook(const CommitHook& hook, const HistoryEntry& entry) {
    try {
        hook(entry);
    } catch (const std::exception& error) {
        log_failed_hook(error.what());
    }
}

/// What was committed stays so, even if there is no memory to tell of it.
void SessionState::log_failed_hook(const char* reason) {
    try {
        engine_->log(LogLevel::error, std::string("an after-commit hook failed: ") + reason);
    } catch (const std::exception&) {
        return;
    }
}

ReadScope::ReadScope(SessionState& session, Connection which) {
    session.engine().check_open();
    session.refuse_if_cancelled();
    if (!session.levels_.empty()) {
        storage_ = &session.engine().writer();
    } else if (which == Connection::usual) {
        storage_ = session.own_reader();
    }
    if (storage_ == nullptr) {
        held_ = &session.engine().queue();
        held_->lock();
        try {
            storage_ = &session.engine().writer();
        } catch (...) {  // the store was closed while this waited
            held_->unlock();
            throw;
        }
    }
    connection_ = storage_ == session.reader_.get() ? Connection::usual : Connection::shared;
    is_limited_ =
        session.limits_.any() && (storage_ != session.reader_.get() || !session.limit_own_reader());
    if (is_limited_) {
        storage_->limit_reads(session.limits_);
    }
}

ReadScope::~ReadScope() {
    if (is_limited_) {
        storage_->limit_reads({});
    }
    if (held_ != nullptr) {
        held_->unlock();
    }
}

RecordScope::RecordScope(SessionState& session, const Entity& entity)
    : session_(&session),
      written_(session.written()),
      has_transaction_(!session.is_writing() || may_refuse_after_write(session.engine(), entity)) {
    if (has_transaction_) {
        session.begin(Access::write, Turn::brief);
    } else {
        session.refuse_if_lost();
    }
}

RecordScope::~RecordScope() {
    if (session_ == nullptr) {
        return;
    }
    if (has_transaction_) {
        session_->rollback();
    } else if (session_->written() != written_) {
        session_->lose();
    }
}

void RecordScope::commit() {
    SessionState* const session = std::exchange(session_, nullptr);
    if (has_transaction_) {
        session->commit();
    }
}

}  // namespace crmkit::engine
