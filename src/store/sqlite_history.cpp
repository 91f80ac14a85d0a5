/// The history, the timeline and the search index of an SQLite store.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sqlite_storage.hpp"

namespace crmkit::sqlite {

namespace {

constexpr std::string_view change_columns =
    "position, at, actor, origin, cause, entity, record, kind, version, changed";

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
    return TimelineEntry{party,
                         Instant{row.integer(0)},
                         Id{row.integer(1)},
                         Id{row.integer(2)},
                         static_cast<EntityNumber>(row.integer(3)),
                         static_cast<TimelineKind>(row.integer(4))};
}

}  // namespace

void SqliteStorage::append(const Change& change) {
    auto insert = connection_->prepare(
        fmt::format("INSERT INTO {0} ({1}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 "
                    "WHERE (SELECT coalesce(max(position), 0) FROM {0}) = ?1 - 1",
                    names_.changes, change_columns));
    insert->bind(1, change.position);
    insert->bind(2, change.at.microseconds);
    insert->bind(3, change.actor.value);
    insert->bind(4, change.origin);
    insert->bind(5, change.cause);
    insert->bind(6, std::int64_t{change.entity});
    insert->bind(7, change.record.value);
    insert->bind(8, static_cast<std::int64_t>(change.kind));
    insert->bind(9, change.version);
    insert->bind(10, change.values);
    insert->run();
    if (sqlite3_changes(connection_->handle()) != 1) {
        throw Error(ErrorCode::internal,
                    fmt::format("change {} is not the next of the history", change.position));
    }
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
    while (select->step()) {
        if (!visit(read_change(*select))) {
            return;
        }
    }
}

void SqliteStorage::add_timeline(std::span<const TimelineEntry> entries) {
    auto insert = connection_->prepare(
        fmt::format("INSERT OR REPLACE INTO {} (party, at, record, via, entity, kind) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    names_.timeline));
    for (const TimelineEntry& entry : entries) {
        insert->bind(1, entry.party.value);
        insert->bind(2, entry.at.microseconds);
        insert->bind(3, entry.record.value);
        insert->bind(4, entry.via.value);
        insert->bind(5, std::int64_t{entry.entity});
        insert->bind(6, std::int64_t{entry.kind});
        insert->run();
    }
}

void SqliteStorage::remove_timeline(std::span<const TimelineEntry> entries) {
    auto remove = connection_->prepare(fmt::format(
        "DELETE FROM {} WHERE party = ? AND at = ? AND record = ? AND via = ?", names_.timeline));
    for (const TimelineEntry& entry : entries) {
        remove->bind(1, entry.party.value);
        remove->bind(2, entry.at.microseconds);
        remove->bind(3, entry.record.value);
        remove->bind(4, entry.via.value);
        remove->run();
    }
}

std::vector<TimelineEntry> SqliteStorage::timeline(const TimelineRange& range) {
    auto select = connection_->prepare(fmt::format(
        "SELECT at, record, via, entity, kind FROM {} WHERE party = ? AND at >= ? AND at < ? AND "
        "(at, record) < (?, ?) ORDER BY at DESC, record DESC, via DESC",
        names_.timeline));
    select->bind(1, range.party.value);
    select->bind(2, range.since.microseconds);
    select->bind(3, range.until.microseconds);
    select->bind(4, range.after ? range.after->first.microseconds : INT64_MAX);
    select->bind(5, range.after ? range.after->second.value : INT64_MAX);
    std::vector<TimelineEntry> found;
    while (found.size() < range.limit && select->step()) {
        const TimelineEntry entry = read_entry(*select, range.party);
        const bool is_wanted = ((range.kinds >> entry.kind) & 1U) != 0;
        const bool is_repeated =
            !found.empty() && found.back().record == entry.record && found.back().at == entry.at;
        if (is_wanted && !is_repeated) {
            found.push_back(entry);
        }
    }
    return found;
}

std::vector<TimelineEntry> SqliteStorage::timeline_via(Id party, Id via) {
    auto select = connection_->prepare(
        fmt::format("SELECT at, record, via, entity, kind FROM {} WHERE party = ? AND via = ? "
                    "ORDER BY at, record",
                    names_.timeline));
    select->bind(1, party.value);
    select->bind(2, via.value);
    std::vector<TimelineEntry> found;
    while (select->step()) {
        found.push_back(read_entry(*select, party));
    }
    return found;
}

void SqliteStorage::index_text(const Entity& entity, Id id, std::string_view words) {
    auto insert = statements(entity).index_text->lend();
    insert->bind(1, id.value);
    insert->bind(2, words);
    insert->run();
}

void SqliteStorage::unindex_text(const Entity& entity, Id id, std::string_view words) {
    auto remove = statements(entity).unindex_text->lend();
    remove->bind(1, id.value);
    remove->bind(2, words);
    remove->run();
}

std::vector<Id> SqliteStorage::search(const Entity& entity, std::span<const std::string> words,
                                      std::size_t limit, Id before) {
    std::vector<Id> found;
    if (words.empty() || !is_searchable(entity) ||
        !std::all_of(words.begin(), words.end(), is_one_token)) {
        return found;
    }
    std::string match;
    for (const std::string& word : words) {
        match += '"' + word + "\" ";
    }
    match.back() = '*';
    const std::string table = names_.quoted_search_of(entity);
    auto select = connection_->prepare(fmt::format(
        "SELECT rowid FROM {0} WHERE {0} MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
        table));
    select->bind(1, match);
    select->bind(2, before ? before.value : INT64_MAX);
    select->bind(3, static_cast<std::int64_t>(limit));
    while (select->step()) {
        found.push_back(Id{select->integer(0)});
    }
    return found;
}

}  // namespace crmkit::sqlite
