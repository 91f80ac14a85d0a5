/// `Engine`: one open store, shared by its `Crm` handles and sessions.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../store/forks.hpp"
#include "commit_group.hpp"
#include "crmkit/base/id_generator.hpp"
#include "crmkit/base/random.hpp"
#include "crmkit/engine/hooks.hpp"
#include "crmkit/engine/options.hpp"
#include "crmkit/expr/expression.hpp"
#include "crmkit/store/storage.hpp"
#include "history_chain.hpp"
#include "hook_list.hpp"
#include "status_catalogue.hpp"
#include "writer_queue.hpp"

namespace crmkit::engine {

/// The texts of queries parsed and checked so far. Safe to share between threads.
class QueryCache {
  public:
    explicit QueryCache(const Registry& registry) : registry_(registry) {}
    /// The query of a text, from the cache when it was asked for before. Throws expression.
    std::shared_ptr<const expr::Query> query(const Entity& entity, std::string_view text);
    std::shared_ptr<const expr::Aggregation> aggregation(const Entity& entity,
                                                         std::string_view text);

  private:
    /// A host that pastes values into its texts would fill memory: past this many, start again.
    static constexpr std::size_t most = 2000;

    /// A text and the entity whose records it asks for; looked up without a copy of the text.
    template <typename Text>
    struct Question {
        EntityNumber entity;
        Text text;
    };
    struct Hash {
        using is_transparent = void;
        template <typename Text>
        std::size_t operator()(const Question<Text>& question) const {
            return std::hash<std::string_view>()(question.text) + question.entity;
        }
    };
    struct Equal {
        using is_transparent = void;
        template <typename A, typename B>
        bool operator()(const Question<A>& a, const Question<B>& b) const {
            return a.entity == b.entity && a.text == b.text;
        }
    };
    template <typename Parsed>
    using Cache =
        std::unordered_map<Question<std::string>, std::shared_ptr<const Parsed>, Hash, Equal>;

    template <typename Parsed, typename Parse>
    std::shared_ptr<const Parsed> find_or_parse(Cache<Parsed>& cache, const Entity& entity,
                                                std::string_view text, Parse parse);

    const Registry& registry_;
    std::shared_mutex mutex_;
    Cache<expr::Query> queries_;
    Cache<expr::Aggregation> aggregations_;
};

class Engine {
  public:
    /// `waits_for_disk`: each commit of the store does, so that it is worth sharing one.
    Engine(std::unique_ptr<Store> store, const OpenOptions& options, bool waits_for_disk);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    /// In another process than the one that opened the store, everything that belongs to that one
    /// is left alone: the connections are neither used nor closed.
    ~Engine();

    [[nodiscard]] const Registry& registry() const { return registry_; }
    [[nodiscard]] Clock& clock() const { return *clock_; }
    /// The next id, at an instant just taken from the clock.
    [[nodiscard]] Id next_id(Instant now) { return ids_->next(now); }
    /// Forgets what others may have changed, and passes their ids. Only for the queue's holder.
    void catch_up();
    [[nodiscard]] QueryCache& queries() { return queries_; }
    [[nodiscard]] HookList& hooks() { return hooks_; }
    [[nodiscard]] WriterQueue& queue() { return queue_; }
    /// Only for whoever holds the queue.
    [[nodiscard]] StatusCatalogue& statuses() { return statuses_; }
    /// The country of phone numbers that are written without one, see OpenOptions::region; empty
    /// for none. Only for whoever holds the queue.
    [[nodiscard]] const std::string& region();
    /// Only for whoever holds the queue.
    [[nodiscard]] HistoryChain& chain() { return *chain_; }
    /// The writing connection. Only for whoever holds the queue. Throws invalid_argument when
    /// the store is closed.
    [[nodiscard]] Storage& writer();
    /// Takes the queue and opens a transaction; inside that of the sessions before, when they have
    /// left their commit to this one. Throws what the store throws, and the queue is left then.
    void begin_turn(Turn turn);
    /// Commits the transaction of begin_turn() and leaves the queue. Where whoever comes next is
    /// brief, leaves the commit to them and waits for it: on a disk that takes a millisecond for
    /// each, eight threads need one commit, not eight. Throws when the commit failed, and nothing
    /// was kept then.
    void keep_turn();
    /// Leaves the queue after roll_writer_back(). Commits what sessions before have left to this
    /// one, unless the next one can.
    void drop_turn() noexcept;
    /// Undoes the writer's innermost transaction, also after close().
    void roll_writer_back() noexcept;
    /// Whether this is the process that opened the store. In one that was forked from it nothing
    /// may be touched, not even to end a transaction or to free a lock.
    [[nodiscard]] bool is_at_home() const noexcept { return home_.is_here(); }
    /// A reading connection, taken from those that sessions gave back or made new; null where the
    /// store has one connection only.
    [[nodiscard]] std::unique_ptr<Storage> lend_reader();
    void give_back(std::unique_ptr<Storage> reader) noexcept;

    /// A record of the entity as its fields' defaults have it.
    [[nodiscard]] const Record& blank(const Entity& entity) const {
        return blanks_.at(entity.number);
    }

    /// See Crm::checkpoint(). From any thread.
    void checkpoint();
    void log(LogLevel level, std::string_view line) const;
    void close();
    /// Throws invalid_argument when the store is closed, and in a process that was forked from the
    /// one that opened it.
    void check_open() const;

  private:
    /// Sessions that share a commit at most: the first of them waits for all.
    static constexpr int largest_group = 64;

    [[nodiscard]] bool leaves_commit_to_next();
    void leave_after_commit();
    [[nodiscard]] std::exception_ptr commit_writer() noexcept;

    const forks::HomeProcess home_;
    OpenOptions options_;
    bool waits_for_disk_;
    Registry registry_;
    std::shared_ptr<Clock> clock_;
    std::unordered_map<EntityNumber, Record> blanks_;
    QueryCache queries_;
    HookList hooks_;
    WriterQueue queue_;
    /// The sessions that have left their commit to whoever holds the queue; null for none.
    std::shared_ptr<CommitGroup> group_;
    int group_size_ = 0;
    StatusCatalogue statuses_;
    /// Nothing until it is asked for, and after others may have changed it.
    std::optional<std::string> region_;
    std::unique_ptr<IdGenerator> ids_;
    std::unique_ptr<HistoryChain> chain_;
    std::atomic<bool> is_closed_ = false;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Storage> writer_;
    std::mutex readers_mutex_;
    bool has_readers_ = true;
    std::vector<std::unique_ptr<Storage>> idle_readers_;
};

}  // namespace crmkit::engine
