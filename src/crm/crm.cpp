#include "crmkit/crm.hpp"

#include <utility>

#include "crmkit/store/memory.hpp"
#include "engine/derived_values.hpp"
#include "engine/engine.hpp"
#include "engine/region.hpp"
#include "engine/session_state.hpp"
#include "first_data.hpp"
#include "store/store_file.hpp"

namespace crmkit {

using engine::Engine;
using engine::SessionState;

namespace {

std::shared_ptr<Engine> open_engine(std::unique_ptr<Store> store, OpenOptions options,
                                    bool waits_for_disk) {
    options.region = engine::checked_region(options.region);
    auto engine = std::make_shared<Engine>(std::move(store), options, waits_for_disk);
    Session session(std::make_unique<SessionState>(engine, Id{}));
    if (options.read_only) {
        engine::require_derived_values(session);
    } else {
        engine::make_first_data(session);
        engine::complete_derived_values(session);
        engine::remember_region(session, options.region);
    }
    return engine;
}

/// The hooks of a store that must be open.
engine::HookList& hooks_of(Engine& engine) {
    engine.check_open();
    return engine.hooks();
}

}  // namespace

Crm Crm::open(std::unique_ptr<Store> store, const OpenOptions& options) {
    return Crm(open_engine(std::move(store), options, false));
}

Crm Crm::open(const std::string& path, const OpenOptions& options) {
    const SqliteOptions sqlite{options.durability,   options.read_only, options.create,
                               options.busy_timeout, options.cache_kib, options.log_kib};
    try {
        return Crm(open_engine(std::make_unique<SqliteStore>(path, sqlite), options,
                               options.durability == Durability::durable));
    } catch (const Error& error) {
        throw sqlite::naming_file(error, path);
    }
}

Crm Crm::open_memory(const OpenOptions& options) {
    return open(std::make_unique<MemoryStore>(), options);
}

Crm Crm::open(sqlite3* connection, const OpenOptions& options) {
    const HostSqliteOptions host{options.table_prefix, options.read_only,
                                 options.may_use_progress_handler};
    return open(std::make_unique<HostSqliteStore>(connection, host), options);
}

Session Crm::as(Id user) const {
    engine_->check_open();
    return Session(std::make_unique<SessionState>(engine_, user));
}

User Crm::ensure_user(std::string_view name, std::string_view email) const {
    Session session = as_system();
    User user{.name = std::string(name), .email = std::string(email)};
    session.upsert(UpsertKey::fields({"email_normal"}), user, UpsertPolicy::skip);
    return user;
}

HookId Crm::before_write(std::string_view entity, BeforeHook hook) const {
    return hooks_of(*engine_).add({0, std::string(entity), std::move(hook), {}, {}});
}

HookId Crm::after_write(std::string_view entity, AfterHook hook) const {
    return hooks_of(*engine_).add({0, std::string(entity), {}, std::move(hook), {}});
}

HookId Crm::after_commit(std::function<void(const HistoryEntry&)> hook) const {
    return hooks_of(*engine_).add({0, {}, {}, {}, std::move(hook)});
}

void Crm::remove_hook(HookId hook) const { hooks_of(*engine_).remove(hook); }

void Crm::backup(const std::string& path) const {
    SessionState state(engine_, Id{});
    engine::ReadScope storage(state);
    storage->backup(path);
}

void Crm::checkpoint() const { engine_->checkpoint(); }

std::vector<std::string> Crm::check_integrity() const {
    Session session = as_system();
    std::vector<std::string> found;
    // What one of them cannot read for damage, the others may: all that is found is told.
    const auto add = [&found](auto check) {
        try {
            const std::vector<std::string> more = check();
            found.insert(found.end(), more.begin(), more.end());
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt) {
                throw;
            }
            found.push_back(error.message());
        }
    };
    {
        const engine::ReadScope storage(session.state());
        add([&storage] { return storage->check_integrity(); });
        add([&storage] { return engine::check_history(*storage); });
    }
    add([&session] { return engine::check_derived_values(session); });
    return found;
}

const Registry& Crm::registry() const { return engine_->registry(); }

void Crm::close() { engine_->close(); }

}  // namespace crmkit
