#include "engine.hpp"

#include <cstring>
#include <new>
#include <random>
#include <utility>

#include "crmkit/expr/parse.hpp"
#include "crmkit/model/registry.hpp"
#include "region.hpp"

namespace crmkit::engine {

namespace {

/// Only where the host gave no seed.
std::uint64_t seed_from_system() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

/// The secret of the history's salts. By a host's seed it is as little secret as that; by the
/// system, each of its words is drawn for itself.
Digest draw_key(const std::optional<std::uint64_t>& seed) {
    Random random(seed.value_or(0));
    Digest key;
    for (std::size_t i = 0; i < key.bytes.size(); i += sizeof(std::uint64_t)) {
        const std::uint64_t word = seed ? random.next() : seed_from_system();
        std::memcpy(key.bytes.data() + i, &word, sizeof word);
    }
    return key;
}

}  // namespace

Engine::Engine(std::unique_ptr<Store> store, const OpenOptions& options, bool waits_for_disk)
    : options_(options),
      waits_for_disk_(waits_for_disk),
      registry_(make_standard_registry()),
      clock_(options.clock ? options.clock : std::make_shared<SystemClock>()),
      queries_(registry_),
      store_(std::move(store)),
      writer_(store_->connect_writer()) {
    for (const Entity* entity : registry_.entities()) {
        blanks_.try_emplace(entity->number, *entity);
    }
    registry_.check_relations();
    writer_->migrate(registry_);
    Random random(options.seed ? *options.seed : seed_from_system());
    const int replica = options.replica ? *options.replica
                                        : static_cast<int>(random.below(Id::largest_replica + 1));
    chain_ = std::make_unique<HistoryChain>(draw_key(options.seed));
    ids_ = std::make_unique<IdGenerator>(*clock_, replica, writer_->highest_id());
    log(LogLevel::info, (options.read_only ? "opened for reading, replica "
                                           : "opened for reading and writing, replica ") +
                            std::to_string(replica));
}

Engine::~Engine() {
    if (!is_at_home()) {
        (void)writer_.release();
        for (auto& reader : idle_readers_) {
            (void)reader.release();
        }
    }
}

Storage& Engine::writer() {
    check_open();
    return *writer_;
}

const std::string& Engine::region() {
    if (!region_) {
        region_ = options_.region.empty() ? writer().setting(region_setting) : options_.region;
    }
    return *region_;
}

void Engine::catch_up() {
    statuses_.forget();
    region_.reset();
    chain_->forget();
    ids_->continue_after(writer_->highest_id());
}

void Engine::begin_turn(Turn turn) {
    queue_.lock(turn);
    try {
        Storage& storage = writer();
        storage.begin(Access::write);
        try {
            if (group_ == nullptr && storage.changed_elsewhere()) {
                catch_up();
            }
            statuses_.trust();
        } catch (...) {
            roll_writer_back();
            throw;
        }
    } catch (...) {
        drop_turn();
        throw;
    }
}

bool Engine::leaves_commit_to_next() {
    return waits_for_disk_ && group_size_ < largest_group && !is_closed_ && queue_.is_brief_next();
}

std::exception_ptr Engine::commit_writer() noexcept {
    std::exception_ptr error;
    try {
        if (writer_->is_lost()) {
            throw Error(ErrorCode::io,
                        "the store gave the transaction up together with that of another session, "
                        "which was to be committed with it");
        }
        writer_->commit();
        return error;
    } catch (const std::exception&) {
        error = std::current_exception();  // a copy might want memory that is not there
    }
    roll_writer_back();
    return error;
}

void Engine::leave_after_commit() {
    std::exception_ptr error = commit_writer();
    const auto group = std::exchange(group_, nullptr);
    group_size_ = 0;
    queue_.unlock();
    if (group) {
        group->settle(std::move(error));
        group->wait();
    } else if (error) {
        std::rethrow_exception(error);
    }
}

void Engine::keep_turn() {
    if (!leaves_commit_to_next()) {
        leave_after_commit();
        return;
    }
    if (!group_) {
        group_ = std::make_shared<CommitGroup>();
    }
    const auto group = group_;
    ++group_size_;
    queue_.unlock();
    group->wait();
}

void Engine::drop_turn() noexcept {
    if (group_ == nullptr || !is_at_home() || leaves_commit_to_next()) {
        queue_.unlock();
        return;
    }
    try {
        leave_after_commit();
    } catch (const std::exception&) {
        // Those whose commit it was have been told; this session has nothing in it.
        return;
    }
}

void Engine::roll_writer_back() noexcept {
    if (writer_ && is_at_home()) {
        writer_->rollback();
    }
    chain_->forget();
}

std::unique_ptr<Storage> Engine::lend_reader() {
    const std::lock_guard lock(readers_mutex_);
    if (!has_readers_) {
        return nullptr;
    }
    if (!idle_readers_.empty()) {
        auto reader = std::move(idle_readers_.back());
        idle_readers_.pop_back();
        return reader;
    }
    auto reader = store_->connect_reader();
    has_readers_ = reader != nullptr;
    if (reader) {
        reader->migrate(registry_);
    }
    return reader;
}

void Engine::give_back(std::unique_ptr<Storage> reader) noexcept {
    if (!is_at_home()) {
        (void)reader.release();
        return;
    }
    const std::lock_guard lock(readers_mutex_);
    if (is_closed_) {
        return;
    }
    try {
        idle_readers_.push_back(std::move(reader));
    } catch (const std::bad_alloc&) {
        return;  // it is closed then
    }
}

void Engine::checkpoint() {
    check_open();
    if (!store_->checkpoint()) {
        return;
    }
    // Where somebody writes all the time, there is always more, and the log never begins anew: in
    // the end a commit copies what there is. So the rest is copied in a turn of its own. Each round
    // before leaves about half of what the one before it left.
    constexpr int rounds = 4;
    for (int round = 0; round < rounds; ++round) {
        store_->checkpoint();
    }
    if (queue_.lock_behind_brief()) {
        const std::lock_guard turn(queue_, std::adopt_lock);
        store_->checkpoint();
    }
}

void Engine::log(LogLevel level, std::string_view line) const {
    if (options_.log) {
        options_.log(level, line);
    }
}

void Engine::check_open() const {
    if (is_closed_) {
        throw Error(ErrorCode::invalid_argument, "the store is closed");
    }
    if (!is_at_home()) {
        throw Error(ErrorCode::invalid_argument,
                    "the store was opened in another process, which this one was forked from: open "
                    "stores after fork() only");
    }
}

void Engine::close() {
    if (!is_at_home() || is_closed_.exchange(true)) {
        return;
    }
    // A transaction of this thread's own can't be waited for: it is undone when its scope ends.
    const bool is_in_turn = queue_.lock_unless_held_here();
    {
        const std::lock_guard lock(readers_mutex_);
        idle_readers_.clear();
    }
    if (is_in_turn) {
        queue_.unlock();
    }
    log(LogLevel::info, "closed");
}

template <typename Parsed, typename Parse>
std::shared_ptr<const Parsed> QueryCache::find_or_parse(Cache<Parsed>& cache, const Entity& entity,
                                                        std::string_view text, Parse parse) {
    {
        const std::shared_lock lock(mutex_);
        const auto found = cache.find(Question<std::string_view>{entity.number, text});
        if (found != cache.end()) {
            return found->second;
        }
    }
    auto parsed = std::make_shared<const Parsed>(parse(registry_, entity, text));
    const std::unique_lock lock(mutex_);
    if (cache.size() >= most) {
        cache.clear();
    }
    cache.insert_or_assign(Question<std::string>{entity.number, std::string(text)}, parsed);
    return parsed;
}

std::shared_ptr<const expr::Query> QueryCache::query(const Entity& entity, std::string_view text) {
    return find_or_parse(queries_, entity, text, &expr::parse_query);
}

std::shared_ptr<const expr::Aggregation> QueryCache::aggregation(const Entity& entity,
                                                                 std::string_view text) {
    return find_or_parse(aggregations_, entity, text, &expr::parse_aggregation);
}

}  // namespace crmkit::engine
