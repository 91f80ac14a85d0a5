/// crmkit's door: `Crm` (an open store) and `Session` (someone acting in it). Start here.
///
///     auto crm = crmkit::Crm::open("acme.db");
///     auto me = crm.as(crm.ensure_user("Ada Lovelace", "ada@example.com"));
///     auto acme = me.create(crmkit::Account{.name = "Acme Steel", .industry = "manufacturing"});
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/engine/hooks.hpp"
#include "crmkit/engine/options.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/model/entities.hpp"
#include "crmkit/store/sqlite.hpp"

namespace crmkit {

/// An open store. May be shared by threads, each with sessions of its own; readers run in parallel,
/// writers queue in the order they come. Copies are handles to the same store, which closes when
/// the last of them and of its sessions is gone.
class Crm {
  public:
    /// Opens a store file, making or upgrading it as needed. Throws corrupt for a file that is not
    /// a store, newer_schema, read_only, io, busy, two_sqlites; invalid_argument for an empty path
    /// or one with a NUL.
    static Crm open(const std::string& path, const OpenOptions& options = {});
    /// A store in memory, gone when closed; for tests and scratch work. Uses no SQLite.
    static Crm open_memory(const OpenOptions& options = {});
    /// crmkit's tables in the host's database, on the host's connection: savepoints only, inside
    /// the host's transaction if it has one. The connection must outlive the store, and only the
    /// thread that may use it may use the store. Throws two_sqlites, invalid_argument.
    static Crm open(sqlite3* connection, const OpenOptions& options = {});
    /// On any storage that a host supplies, such as an OrderedMapStore.
    static Crm open(std::unique_ptr<Store> store, const OpenOptions& options = {});

    /// A session in which `user` acts; none for the library itself (imports, scripts). Its first
    /// change throws not_found when there is no such user.
    [[nodiscard]] Session as(Id user) const;
    template <typename Record>
    requires requires(const Record& user) { user.id; }
    [[nodiscard]] Session as(const Record& user) const { return as(user.id); }
    /// A session in which nobody in particular acts.
    [[nodiscard]] Session as_system() const { return as(Id{}); }
    /// The user with this e-mail address, created when there is none.
    [[nodiscard]] User ensure_user(std::string_view name, std::string_view email) const;

    /// Runs `hook` before each write of `entity` ("account"), or of every entity when empty.
    HookId before_write(std::string_view entity, BeforeHook hook) const;
    /// Runs `hook` after each write of `entity`, still inside its transaction.
    HookId after_write(std::string_view entity, AfterHook hook) const;
    /// Runs `hook` with each change once it is committed, in the order of the history, in the
    /// thread that committed it. What it throws is logged and goes no further. On a host's
    /// connection that is when crmkit's own transaction ends: inside one of the host's, which may
    /// yet be rolled back, the host acts on such changes after its own commit only.
    HookId after_commit(std::function<void(const HistoryEntry&)> hook) const;
    void remove_hook(HookId hook) const;

    /// Copies the store as it is now to a file, while others go on writing. A store that is there
    /// is written over. Throws invalid_argument for an empty path, one with a NUL, and the file of
    /// another program's SQLite database; corrupt for a file that is no database; io, disk_full,
    /// busy; unsupported for a store that has no file of its own.
    void backup(const std::string& path) const;
    /// Copies what is committed from the log into the file, as far as readers allow, so that no
    /// commit has to. For a thread or a timer of the host's, every 20 ms or so while others write.
    /// When the log is longer than half of OpenOptions::log_kib, it copies the last of it between
    /// two commits, so that the log begins anew. Waits for no transaction of a host's, import or
    /// bulk load. Throws io, disk_full.
    void checkpoint() const;
    /// What is wrong with the stored data, in words; empty when it is sound. Looks at the file
    /// itself, the chain of the history, and everything that is kept up to date beside the records
    /// (search index, timelines, the pipeline's tally), which is worked out anew. Reads the whole
    /// store, in constant memory.
    [[nodiscard]] std::vector<std::string> check_integrity() const;
    [[nodiscard]] const Registry& registry() const;
    /// Ends the store for every handle and session: their next call throws invalid_argument. Open
    /// transactions are undone; waits until those of other threads have been.
    void close();

  private:
    explicit Crm(std::shared_ptr<engine::Engine> engine) : engine_(std::move(engine)) {}
    std::shared_ptr<engine::Engine> engine_;
};

}  // namespace crmkit
