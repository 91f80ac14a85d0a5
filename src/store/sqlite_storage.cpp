#include "sqlite_storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "crmkit/schema/search_text.hpp"
#include "crmkit/schema/value_text.hpp"
#include "crmkit/store/columns.hpp"
#include "crmkit/store/packed_record.hpp"
#include "sqlite_functions.hpp"
#include "sqlite_row.hpp"
#include "store_file.hpp"

namespace crmkit::sqlite {

namespace {

/// So that it can still be run when there is no memory to prepare it.
void prepare_now(StatementPool& pool) { (void)pool.lend(); }

/// Runs a statement that was prepared before, where there is nobody to tell of a failure.
void run_quietly(StatementPool& pool) noexcept { (void)sqlite3_step(pool.lend()->handle()); }

}  // namespace

SqliteStorage::SqliteStorage(std::unique_ptr<Connection> connection, StorageRules rules)
    : connection_(std::move(connection)),
      rules_(std::move(rules)),
      names_(rules_.table_prefix),
      own_(*connection_, names_),
      queries_(*connection_, rules_.table_prefix) {
    register_functions(connection_->handle());
    prepare_now(own_.rollback);
}

SqliteStorage::~SqliteStorage() = default;

void SqliteStorage::migrate(const Registry& registry) {
    registry_ = &registry;
    statements_.clear();  // they name the tables and columns of the registry before
    highest_id_ = nullptr;
    SchemaUpgrade upgrade(*connection_, names_, registry);
    if (upgrade.is_current()) {
        return;
    }
    if (rules_.read_only) {
        throw Error(ErrorCode::read_only,
                    "the store is of an older schema or not made yet, and it is open for reading "
                    "only: open it once for writing");
    }
    begin(Access::write);
    try {
        // Another process may have upgraded it while this one waited for the lock.
        if (!upgrade.is_current()) {
            for (const Entity* entity : upgrade.run()) {
                refill_search(*entity);
            }
        }
        commit();
    } catch (...) {
        rollback();
        throw;
    }
}

void SqliteStorage::begin(Access access) {
    if (access == Access::write && rules_.read_only) {
        throw Error(ErrorCode::read_only, "the store is open for reading only");
    }
    if (depth_ > 0 || rules_.is_hosted) {
        savepoint(depth_).begin->lend()->run();
    } else {
        begin_own(access);
    }
    ++depth_;
    if (was_lost_ && access == Access::write) {
        try {
            forget_search_state();
            was_lost_ = false;
        } catch (...) {
            rollback();
            throw;
        }
    }
}

SqliteStorage::SavepointStatements& SqliteStorage::savepoint(int depth) {
    while (savepoints_.size() <= static_cast<std::size_t>(depth)) {
        const std::string name = "crmkit_" + std::to_string(savepoints_.size());
        const SavepointStatements made{&connection_->pool("SAVEPOINT " + name),
                                       &connection_->pool("ROLLBACK TO " + name),
                                       &connection_->pool("RELEASE " + name)};
        prepare_now(*made.rollback);
        prepare_now(*made.release);
        savepoints_.push_back(made);
    }
    return savepoints_[static_cast<std::size_t>(depth)];
}

void SqliteStorage::begin_own(Access access) {
    StatementPool& statement = access == Access::write ? own_.begin_writing : own_.begin_reading;
    try {
        statement.lend()->run();
    } catch (const Error& error) {
        // The statement after a lost transaction may be answered with the error of that one.
        if (!was_lost_ || error.code() == ErrorCode::busy) {
            throw;
        }
        statement.lend()->run();
    }
}

void SqliteStorage::commit() {
    if (depth_ == 0) {
        throw Error(ErrorCode::invalid_argument, "there is no open transaction to commit");
    }
    if (depth_ == 1 && !rules_.is_hosted) {
        own_.commit.lend()->run();
    } else {
        savepoint(depth_ - 1).release->lend()->run();
    }
    --depth_;
}

void SqliteStorage::rollback() noexcept {
    if (depth_ == 0) {
        return;
    }
    --depth_;
    // After a full disk or a failed read SQLite may have rolled the whole transaction back itself.
    if (connection_->is_autocommit()) {
        was_lost_ = true;
        return;
    }
    if (depth_ > 0 || rules_.is_hosted) {
        const SavepointStatements& ended = savepoints_[static_cast<std::size_t>(depth_)];
        run_quietly(*ended.rollback);
        run_quietly(*ended.release);
    } else {
        run_quietly(own_.rollback);
    }
}

namespace {

/// Statements of one entity that are kept by their fields: for reads by id, inserts, and updates.
constexpr std::size_t most_kept = 32;

/// A set of fields by their place, for entities of up to 64 of them; all bits stand for every one.
constexpr std::uint64_t all_given = ~std::uint64_t{0};

bool is_given(std::uint64_t given, std::size_t index) {
    return given == all_given || ((given >> index) & 1U) != 0;
}

/// The fields that are not null. Records of an entity mostly have the same ones.
std::uint64_t given_fields(const Entity& entity, const void* object) {
    if (entity.fields.size() >= 64) {
        return all_given;
    }
    std::uint64_t given = 0;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        given |= std::uint64_t{!entity.fields[i].is_null(object)} << i;
    }
    return given;
}

}  // namespace

std::string SqliteStorage::column_list(const Entity& entity, std::uint64_t given) {
    std::string list;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        if (!is_given(given, i)) {
            continue;
        }
        for (const Column& column : columns_of(entity.fields[i])) {
            list += list.empty() ? "" : ", ";
            list += quoted(column.name);
        }
    }
    return list;
}

StatementPool& SqliteStorage::insert_statement(const Entity& entity, std::uint64_t& given) {
    auto& kept = statements(entity).inserts;
    for (const auto& [fields, pool] : kept) {
        if (fields == given) {
            return *pool;
        }
    }
    // A host whose records all differ gets one statement for all of them in the end.
    if (kept.size() + 1 >= most_kept && given != all_given) {
        given = all_given;
        return insert_statement(entity, given);
    }
    std::string marks;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        for (std::size_t n = column_count(entity.fields[i].type()); is_given(given, i) && n > 0;
             --n) {
            marks += marks.empty() ? "?" : ", ?";
        }
    }
    StatementPool& pool =
        connection_->pool(fmt::format("INSERT INTO {} ({}) VALUES ({})", names_.of(entity),
                                      column_list(entity, given), marks),
                          given == all_given ? Binding::of_some : Binding::of_all);
    kept.emplace_back(given, &pool);
    return pool;
}

SqliteStorage::EntityStatements& SqliteStorage::statements(const Entity& entity) {
    const auto found = statements_.find(entity.number);
    if (found != statements_.end()) {
        return found->second;
    }
    const std::string table = names_.of(entity);
    EntityStatements made{
        {make_read_statements(entity, nullptr)},
        {},
        {},
        &connection_->pool(
            fmt::format("SELECT 1 FROM {} WHERE id = ? AND deleted_at IS NULL", table)),
    };
    if (is_searchable(entity)) {
        const std::string search = names_.quoted_search_of(entity);
        made.index_text = &connection_->pool(
            fmt::format("INSERT INTO {} (rowid, words) VALUES (?, ?)", search), Binding::of_all);
        made.unindex_text = &connection_->pool(
            fmt::format("INSERT INTO {0} ({0}, rowid, words) VALUES ('delete', ?, ?)", search));
    }
    return statements_.emplace(entity.number, std::move(made)).first->second;
}

SqliteStorage::ReadStatements SqliteStorage::make_read_statements(const Entity& entity,
                                                                  const FieldSet* fields) {
    const std::string table = names_.of(entity);
    const auto columns = [&](std::string_view qualifier) {
        return row_columns(entity, qualifier, connection_->most_arguments(), fields);
    };
    // CROSS keeps the order of the list.
    const std::string list = fmt::format(
        "SELECT {} FROM json_each(?) AS wanted CROSS JOIN {} AS found ON found.id = wanted.value",
        columns("found."), table);
    return {copy_of(fields), SelectedFields(entity, fields),
            &connection_->pool(fmt::format("SELECT {} FROM {} WHERE id = ?", columns(""), table)),
            &connection_->pool(list)};
}

const SqliteStorage::ReadStatements& SqliteStorage::read_statements(const Entity& entity,
                                                                    const FieldSet* fields) {
    auto& kept = statements(entity).reads;
    if (fields == nullptr) {
        return kept.front();
    }
    for (const ReadStatements& reads : kept) {
        if (reads.fields == *fields) {
            return reads;
        }
    }
    return kept.size() == most_kept ? kept.front()
                                    : kept.emplace_back(make_read_statements(entity, fields));
}

namespace {

/// An error about taken columns as one about the record's own fields and values.
Error named_duplicate(const Error& error, const Entity& entity, const void* object) {
    std::vector<Problem> problems;
    for (Problem problem : error.problems()) {
        problem.entity = entity.name;
        if (const Field* field = entity.find(std::string_view(problem.field))) {
            problem.value = to_text(field->native->get(field->member(object)));
            problems.push_back(std::move(problem));
        }
    }
    if (problems.size() > 1) {
        for (Problem& problem : problems) {
            problem.message = "is taken by another record, together with the other fields of a key";
        }
    }
    return problems.empty() ? error : Error::about(ErrorCode::duplicate, std::move(problems));
}

/// Runs a statement that writes a record.
void run_write(Statement& statement, const Entity& entity, const void* object) {
    try {
        statement.run();
    } catch (const Error& error) {
        if (error.code() == ErrorCode::duplicate) {
            throw named_duplicate(error, entity, object);
        }
        throw;
    }
}

}  // namespace

void SqliteStorage::insert(const Entity& entity, const void* object) {
    if (!header_of(RecordView(entity, object)).id()) {
        throw Error::about(ErrorCode::invalid_argument,
                           Problem{std::string(entity.name), "id", "0", "is no id"});
    }
    std::uint64_t given = given_fields(entity, object);
    auto statement = insert_statement(entity, given).lend();
    texts_.clear();
    texts_.reserve(entity.fields.size());
    int index = 1;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        if (is_given(given, i)) {
            index = bind_member(*statement, index, entity.fields[i], object, texts_);
        }
    }
    run_write(*statement, entity, object);
}

StatementPool& SqliteStorage::update_statement(const Entity& entity, const FieldSet& changed) {
    auto& kept = statements(entity).updates;
    for (auto& [fields, pool] : kept) {
        if (fields == changed) {
            return pool;
        }
    }
    if (kept.size() == most_kept) {
        kept.erase(kept.begin());
    }
    StatementPool made(connection_->handle(), update_text(entity, changed), Binding::of_some);
    return kept.emplace_back(changed, std::move(made)).second;
}

std::string SqliteStorage::update_text(const Entity& entity, const FieldSet& changed) const {
    std::string sql = "UPDATE " + names_.of(entity) + " SET ";
    if (changed.empty()) {
        sql += "version = version";  // nothing to write, but the version is still compared
    }
    bool first = true;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        if (!changed.contains(i)) {
            continue;
        }
        for (const Column& column : columns_of(entity.fields[i])) {
            sql += (first ? "\"" : ", \"") + column.name + "\" = ?";
            first = false;
        }
    }
    return sql + " WHERE id = ? AND version = ?";
}

bool SqliteStorage::update(const Entity& entity, const void* object, const FieldSet& changed,
                           std::int64_t expected_version) {
    auto statement = update_statement(entity, changed).lend();
    texts_.clear();
    texts_.reserve(entity.fields.size());
    int index = 1;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        if (changed.contains(i)) {
            index = bind_member(*statement, index, entity.fields[i], object, texts_);
        }
    }
    statement->bind(index, header_of(RecordView(entity, object)).id().value);
    statement->bind(index + 1, expected_version);
    run_write(*statement, entity, object);
    return sqlite3_changes(connection_->handle()) == 1;
}

bool SqliteStorage::erase(const Entity& entity, Id id) {
    auto statement =
        connection_->prepare(fmt::format("DELETE FROM {} WHERE id = ?", names_.of(entity)));
    statement->bind(1, id.value);
    statement->run();
    return sqlite3_changes(connection_->handle()) == 1;
}

bool SqliteStorage::get(const Entity& entity, Id id, void* object) {
    auto statement = read_statements(entity, nullptr).one->lend();
    statement->bind(1, id.value);
    if (!statement->step()) {
        return false;
    }
    read_fields(row_reader_.row(*statement), entity, object);
    return true;
}

bool SqliteStorage::is_live(const Entity& entity, Id id) {
    auto statement = statements(entity).is_live->lend();
    statement->bind(1, id.value);
    return statement->step();
}

Id SqliteStorage::highest_id() {
    if (highest_id_ == nullptr) {
        std::string sql = "SELECT 0";
        for (const Entity* entity : registry_->entities()) {
            sql += fmt::format(", (SELECT max(id) FROM {})", names_.of(*entity));
        }
        highest_id_ = &connection_->pool(sql);
    }
    auto statement = highest_id_->lend();
    statement->step();
    Id highest;
    for (int column = 0; column <= static_cast<int>(registry_->entities().size()); ++column) {
        highest = std::max(highest, Id{statement->integer(column)});
    }
    return highest;
}

void SqliteStorage::refill_search(const Entity& entity) {
    Record record(entity);
    auto statement = connection_->prepare(
        fmt::format("SELECT {} FROM {} WHERE deleted_at IS NULL",
                    row_columns(entity, "", connection_->most_arguments()), names_.of(entity)));
    while (statement->step()) {
        read_fields(row_reader_.row(*statement), entity, record.object());
        const std::string words = search_text(entity, record.object());
        if (!words.empty()) {
            index_text(entity, header_of(record).id(), words);
        }
    }
}

void SqliteStorage::limit_reads(const ReadLimits& limits) {
    meter_.start(limits);
    if (!rules_.may_use_progress_handler) {
        return;
    }
    // Some ten instructions of SQLite's machine go into looking at a row.
    constexpr int instructions = 100;
    const auto count = [](void* meter) {
        constexpr std::int64_t steps = instructions / 10;
        return static_cast<ReadMeter*>(meter)->allows(steps) ? 0 : 1;
    };
    sqlite3_progress_handler(connection_->handle(), limits.any() ? instructions : 0, count,
                             &meter_);
}

std::string SqliteStorage::setting(std::string_view key) {
    auto statement =
        connection_->prepare("SELECT value FROM " + names_.settings + " WHERE key = ?");
    statement->bind(1, key);
    return statement->step() ? std::string(statement->text(0)) : std::string();
}

void SqliteStorage::put_setting(std::string_view key, std::string_view value) {
    auto statement = connection_->prepare("INSERT OR REPLACE INTO " + names_.settings +
                                          " (key, value) VALUES (?, ?)");
    statement->bind(1, key);
    statement->bind(2, value);
    statement->run();
}

bool SqliteStorage::changed_elsewhere() {
    if (rules_.is_hosted) {
        return true;  // the host may have rolled back what this connection itself wrote
    }
    auto statement = connection_->prepare("PRAGMA data_version");
    const std::int64_t before = data_version_;
    data_version_ = statement->step() ? statement->integer(0) : 0;
    return data_version_ != before;
}

std::vector<std::string> SqliteStorage::check_integrity() {
    std::vector<std::string> found;
    const auto collect = [this, &found](const std::string& sql) {
        Statement statement(connection_->handle(), sql);
        while (statement.step()) {
            if (statement.text(0) != "ok") {
                found.emplace_back(statement.text(0));
            }
        }
    };
    collect("PRAGMA integrity_check");
    collect(
        "SELECT 'a row of ' || \"table\" || ' refers to one of ' || parent || "
        "' that does not exist' FROM pragma_foreign_key_check");
    return found;
}

void SqliteStorage::backup(const std::string& path) {
    if (rules_.is_hosted) {
        throw Error(ErrorCode::unsupported,
                    "the database is the host's: back it up with the host's own means");
    }
    if (path == in_memory) {
        throw Error(ErrorCode::invalid_argument,
                    "a copy in memory would be gone when it is made: give the path of a file");
    }
    Connection target(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX);
    if (owner_of(target) == FileOwner::another) {
        throw Error(ErrorCode::invalid_argument,
                    "'" + path +
                        "' is an SQLite database of another program, which a copy of the store "
                        "would overwrite: choose another file");
    }
    sqlite3_backup* const copy =
        sqlite3_backup_init(target.handle(), "main", connection_->handle(), "main");
    if (copy == nullptr) {
        fail(target.handle(), sqlite3_errcode(target.handle()));
    }
    const int stepped = sqlite3_backup_step(copy, -1);
    const int finished = sqlite3_backup_finish(copy);
    if (stepped != SQLITE_DONE || finished != SQLITE_OK) {
        fail(target.handle(), finished != SQLITE_OK ? finished : stepped);
    }
}

}  // namespace crmkit::sqlite
