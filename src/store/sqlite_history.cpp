/// The history, the timeline, the tallies and the search index of an SQLite store.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "crmkit/schema/search_text.hpp"
#include "sqlite_storage.hpp"

namespace crmkit::sqlite {

namespace {

constexpr std::string_view change_columns =
    "position, at, actor, origin, cause, entity, record, kind, version, changed, salt, link";

/// Reads bytes of which the file may have fewer or none.
template <std::size_t Size>
void read_bytes(const Statement& row, int column, std::array<std::uint8_t, Size>& into) {
    const auto bytes = row.bytes(column);
    std::copy_n(bytes.begin(), std::min(bytes.size(), Size), into.begin());
}

Change read_change(const Statement& row) {
    Change change;
    change.position = row.integer(0);
    change.at = Instant{row.integer(1)};
    change.actor = Id{row.integer(2)};
    change.origin = row.text(3);
    change.cause = row.integer(4);
    change.entity = static_cast<EntityNumber>(row.integer(5));
    change.record = Id{row.integer(6)};
    change.kind = static_cast<ChangeKind>(row.integer(7));
    change.version = row.integer(8);
    change.values = row.text(9);
    read_bytes(row, 10, change.salt);
    read_bytes(row, 11, change.link.bytes);
    return change;
}

/// Whether FTS5's ascii tokenizer takes a word as one token. Nothing else is in the index, and the
/// index, which keeps no positions, could not look for several tokens in a row.
bool is_one_token(const std::string& word) {
    const auto is_token_byte = [](char c) {
        return (static_cast<unsigned char>(c) & 0x80U) != 0 || (c >= 'a' && c <= 'z') ||
               (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !word.empty() && std::all_of(word.begin(), word.end(), is_token_byte);
}

TimelineEntry read_entry(const Statement& row, Id party) {
    return TimelineEntry{
        party,
        {Instant{row.integer(0)}, Id{row.integer(1)}, static_cast<TimelineKind>(row.integer(2))},
        Id{row.integer(3)},
        static_cast<EntityNumber>(row.integer(4))};
}

/// The text that reads a part of a timeline, newest first; `source` is the table, and by which
/// index.
std::string timeline_text(const std::string& source, std::string_view condition) {
    return fmt::format(
        "SELECT at, record, kind, via, entity FROM {} WHERE party = ? AND at >= ? AND at < ? AND "
        "(at, record, kind) < (?, ?, ?){} ORDER BY at DESC, record DESC, kind DESC, via DESC",
        source, condition);
}

}  // namespace

SqliteStorage::OwnStatements::OwnStatements(Connection& connection, const TableNames& names)
    : append(connection.pool(
          fmt::format("INSERT INTO {} (at, actor, origin, cause, entity, record, kind, version, "
                      "changed, salt, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      names.changes),
          Binding::of_all)),
      add_timeline(connection.pool(
          fmt::format("INSERT OR REPLACE INTO {} (party, at, record, kind, via, entity) "
                      "VALUES (?, ?, ?, ?, ?, ?)",
                      names.timeline))),
      remove_timeline(connection.pool(
          fmt::format("DELETE FROM {} WHERE party = ? AND at = ? AND record = ? AND kind = ? AND "
                      "via = ?",
                      names.timeline))),
      timeline(connection.pool(timeline_text(names.timeline, ""))),
      milestones(connection.pool(timeline_text(names.timeline + " INDEXED BY " + names.milestones,
                                               fmt::format(" AND kind >= {}", first_milestone)))),
      timeline_via(connection.pool(
          fmt::format("SELECT at, record, kind, via, entity FROM {} WHERE party = ? AND via = ? "
                      "ORDER BY at, record, kind",
                      names.timeline))),
      tally_line(connection.pool(fmt::format(
          "SELECT count, sum FROM {} WHERE tally = ? AND \"group\" = ? AND owner = ? AND "
          "owner_entity = ? AND currency = ? AND weight = ?",
          names.tallies))),
      put_tally_line(connection.pool(
          fmt::format("INSERT OR REPLACE INTO {} (tally, \"group\", owner, owner_entity, currency, "
                      "weight, count, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      names.tallies))),
      remove_tally_line(connection.pool(
          fmt::format("DELETE FROM {} WHERE tally = ? AND \"group\" = ? AND owner = ? AND "
                      "owner_entity = ? AND currency = ? AND weight = ?",
                      names.tallies))),
      tally(connection.pool(
          fmt::format("SELECT \"group\", owner, owner_entity, currency, weight, count, sum FROM {} "
                      "WHERE tally = ?",
                      names.tallies))),
      begin_reading(connection.pool("BEGIN")),
      begin_writing(connection.pool("BEGIN IMMEDIATE")),
      commit(connection.pool("COMMIT")),
      rollback(connection.pool("ROLLBACK")) {}

std::int64_t SqliteStorage::append(const Change& change) {
    // Without a position the row gets the one past the highest.
    auto insert = own_.append.lend();
    insert->bind(1, change.at.microseconds);
    insert->bind(2, change.actor.value);
    insert->bind(3, change.origin);
    insert->bind(4, change.cause);
    insert->bind(5, std::int64_t{change.entity});
    insert->bind(6, change.record.value);
    insert->bind(7, static_cast<std::int64_t>(change.kind));
    insert->bind(8, change.version);
    insert->bind(9, change.values);
    if (change.link) {
        insert->bind(10, change.salt);
        insert->bind(11, change.link.bytes);
    } else {
        insert->bind_null(10);
        insert->bind_null(11);
    }
    insert->run();
    return sqlite3_last_insert_rowid(connection_->handle());
}

std::int64_t SqliteStorage::last_position() {
    auto select = connection_->prepare("SELECT max(position) FROM " + names_.changes);
    return select->step() ? select->integer(0) : 0;
}

std::optional<Change> SqliteStorage::change(std::int64_t position) {
    auto select = connection_->prepare(
        fmt::format("SELECT {} FROM {} WHERE position = ?", change_columns, names_.changes));
    select->bind(1, position);
    return select->step() ? std::optional(read_change(*select)) : std::nullopt;
}

void SqliteStorage::changes(Id record, std::int64_t from,
                            const std::function<bool(const Change&)>& visit) {
    auto select = connection_->prepare(
        fmt::format("SELECT {} FROM {} WHERE position >= ?{} ORDER BY position", change_columns,
                    names_.changes, record ? " AND record = ?" : ""));
    select->bind(1, from);
    if (record) {
        select->bind(2, record.value);
    }
    while (metered(meter_, [&select] { return select->step(); })) {
        if (!visit(read_change(*select))) {
            return;
        }
    }
}

void SqliteStorage::add_timeline(std::span<const TimelineEntry> entries) {
    auto insert = own_.add_timeline.lend();
    for (const TimelineEntry& entry : entries) {
        insert->bind(1, entry.party.value);
        insert->bind(2, entry.event.at.microseconds);
        insert->bind(3, entry.event.record.value);
        insert->bind(4, std::int64_t{entry.event.kind});
        insert->bind(5, entry.via.value);
        insert->bind(6, std::int64_t{entry.entity});
        insert->run();
    }
}

void SqliteStorage::remove_timeline(std::span<const TimelineEntry> entries) {
    auto remove = own_.remove_timeline.lend();
    for (const TimelineEntry& entry : entries) {
        remove->bind(1, entry.party.value);
        remove->bind(2, entry.event.at.microseconds);
        remove->bind(3, entry.event.record.value);
        remove->bind(4, std::int64_t{entry.event.kind});
        remove->bind(5, entry.via.value);
        remove->run();
    }
}

std::vector<TimelineEntry> SqliteStorage::timeline(const TimelineRange& range) {
    const bool only_milestones = (range.kinds & ~all_milestones) == 0;
    auto select = (only_milestones ? own_.milestones : own_.timeline).lend();
    select->bind(1, range.party.value);
    select->bind(2, range.since.microseconds);
    select->bind(3, range.until.microseconds);
    const TimelineEvent last{Instant::max(), Id{INT64_MAX}, UINT8_MAX};
    const TimelineEvent& end = range.after ? *range.after : last;
    select->bind(4, end.at.microseconds);
    select->bind(5, end.record.value);
    select->bind(6, std::int64_t{end.kind});
    std::vector<TimelineEntry> found;
    while (found.size() < range.limit && metered(meter_, [&select] { return select->step(); })) {
        const TimelineEntry entry = read_entry(*select, range.party);
        const bool is_repeated = !found.empty() && found.back().event == entry.event;
        if (contains(range.kinds, entry.event.kind) && !is_repeated) {
            found.push_back(entry);
        }
    }
    return found;
}

std::vector<TimelineEntry> SqliteStorage::timeline_via(Id party, Id via) {
    auto select = own_.timeline_via.lend();
    select->bind(1, party.value);
    select->bind(2, via.value);
    std::vector<TimelineEntry> found;
    while (select->step()) {
        found.push_back(read_entry(*select, party));
    }
    return found;
}

void SqliteStorage::visit_timelines(const std::function<void(const TimelineEntry&)>& visit) {
    auto select =
        connection_->prepare("SELECT at, record, kind, via, entity, party FROM " + names_.timeline);
    while (select->step()) {
        visit(read_entry(*select, Id{select->integer(5)}));
    }
}

namespace {

/// Binds a key of the tallies to the first parameters of a statement.
void bind_key(Statement& statement, const TallyKey& key, const std::string& currency) {
    statement.bind(1, std::int64_t{key.tally});
    statement.bind(2, key.group.value);
    statement.bind(3, key.owner.id.value);
    statement.bind(4, std::int64_t{key.owner.entity});
    statement.bind(5, currency);
    statement.bind(6, key.weight);
}

}  // namespace

void SqliteStorage::add_to_tallies(std::span<const TallyLine> changes) {
    for (const TallyLine& change : changes) {
        const std::string currency(change.key.currency.code());
        std::int64_t count = change.count;
        std::int64_t sum = change.sum;
        {
            auto line = own_.tally_line.lend();
            bind_key(*line, change.key, currency);
            if (line->step()) {
                count += line->integer(0);
                sum = add_to_sum(line->integer(1), sum);
            }
        }
        const bool is_nothing = count == 0 && sum == 0;
        auto write = (is_nothing ? own_.remove_tally_line : own_.put_tally_line).lend();
        bind_key(*write, change.key, currency);
        if (!is_nothing) {
            write->bind(7, count);
            write->bind(8, sum);
        }
        write->run();
    }
}

std::vector<TallyLine> SqliteStorage::tally(TallyNumber number) {
    auto select = own_.tally.lend();
    select->bind(1, std::int64_t{number});
    std::vector<TallyLine> lines;
    while (metered(meter_, [&select] { return select->step(); })) {
        const Link owner{static_cast<EntityNumber>(select->integer(2)), Id{select->integer(1)}};
        const Currency currency = Currency::find(select->text(3)).value_or(Currency{});
        lines.push_back({{number, Id{select->integer(0)}, owner, currency, select->integer(4)},
                         select->integer(5),
                         select->integer(6)});
    }
    return lines;
}

void SqliteStorage::clear_tally(TallyNumber number) {
    auto remove = connection_->prepare("DELETE FROM " + names_.tallies + " WHERE tally = ?");
    remove->bind(1, std::int64_t{number});
    remove->run();
}

void SqliteStorage::index_text(const Entity& entity, Id id, std::string_view words) {
    StatementPool* const index = statements(entity).index_text;
    if (index == nullptr) {
        return;
    }
    auto insert = index->lend();
    insert->bind(1, id.value);
    insert->bind(2, words);
    insert->run();
}

void SqliteStorage::unindex_text(const Entity& entity, Id id, std::string_view words) {
    StatementPool* const index = statements(entity).unindex_text;
    if (index == nullptr) {
        return;
    }
    auto remove = index->lend();
    remove->bind(1, id.value);
    remove->bind(2, words);
    remove->run();
}

/// FTS5 keeps its count of rows in memory. When one of its own reads fails, SQLite rolls back at
/// once, and FTS5 then takes zero for that count (sqlite3Fts5StorageDelete() and the like in
/// SQLite 3.40). Rolling a write to the index back makes it read the count again.
void SqliteStorage::forget_search_state() {
    connection_->execute("SAVEPOINT crmkit_search");
    for (const Entity* entity : registry_->entities()) {
        if (is_searchable(*entity)) {
            connection_->execute(
                fmt::format("INSERT INTO {} (rowid, words) SELECT 0, '' WHERE FALSE",
                            names_.quoted_search_of(*entity)));
        }
    }
    connection_->execute("ROLLBACK TO crmkit_search");
    connection_->execute("RELEASE crmkit_search");
}

std::vector<Id> SqliteStorage::search(const Entity& entity, const WordSearch& wanted) {
    std::vector<Id> found;
    if (wanted.words.empty() || !is_searchable(entity) ||
        !std::all_of(wanted.words.begin(), wanted.words.end(), is_one_token)) {
        return found;
    }
    std::string match;
    for (const std::string& word : wanted.words) {
        match += '"' + word + "\" ";
    }
    match.back() = wanted.last == LastWord::beginning ? '*' : ' ';
    const std::string table = names_.quoted_search_of(entity);
    auto select = connection_->prepare(fmt::format(
        "SELECT rowid FROM {0} WHERE {0} MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
        table));
    select->bind(1, match);
    select->bind(2, wanted.before ? wanted.before.value : INT64_MAX);
    select->bind(3, static_cast<std::int64_t>(wanted.limit));
    while (metered(meter_, [&select] { return select->step(); })) {
        found.emplace_back(select->integer(0));
    }
    return found;
}

void SqliteStorage::visit_words(const Entity& entity,
                                const std::function<void(std::string_view, Id)>& visit) {
    if (!is_searchable(entity)) {
        return;
    }
    // A view of the index, which FTS5 wants to have a name. It is of this connection alone.
    const std::string forget = "DROP TABLE IF EXISTS temp.crmkit_words";
    connection_->execute(forget);
    connection_->execute(
        fmt::format("CREATE VIRTUAL TABLE temp.crmkit_words USING fts5vocab(main, '{}', instance)",
                    names_.search_of(entity)));
    {
        Statement select(connection_->handle(), "SELECT term, doc FROM temp.crmkit_words");
        while (select.step()) {
            visit(select.text(0), Id{select.integer(1)});
        }
    }
    connection_->execute(forget);
}

}  // namespace crmkit::sqlite
