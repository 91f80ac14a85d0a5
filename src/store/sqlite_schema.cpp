#include "sqlite_schema.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <map>
#include <utility>

#include "base/fingerprint.hpp"
#include "crmkit/schema/index_fields.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/value_text.hpp"
#include "crmkit/store/columns.hpp"
#include "crmkit/store/schema_version.hpp"
#include "crmkit/store/timeline_entry.hpp"

namespace crmkit::sqlite {

namespace {

/// The search index of an entity. Contentless, because the engine knows the old text when it takes
/// a record out; without positions and sizes, because nothing ranks by them; ascii, because the
/// words arrive folded and separated by spaces, and this tokenizer then takes them as they are.
/// What is looked up letter by letter are mostly beginnings of two to five: without an index of
/// these, FTS5 merges the lists of all words that begin so, a millisecond's work at a million
/// records.
constexpr std::string_view search_index =
    "words, content='', columnsize=0, detail=none, prefix='2 3 4 5', tokenize='ascii'";

/// The clause that makes SQLite refuse a reference to nothing; "" where that cannot be said, as for
/// links, or is not worth a look-up on each write, as for the header's users.
std::string foreign_key(const TableNames& names, const Registry& registry, const Field& field) {
    if (field.type() != FieldType::reference || field.id <= header::count) {
        return "";
    }
    return fmt::format(" REFERENCES {} (id)", names.of(registry.get(field.target)));
}

std::string column_definition(const Column& column) {
    std::string definition = quoted(column.name) + " " + std::string(to_string(column.type));
    if (column.name == "id") {
        return definition + " PRIMARY KEY";
    }
    // A NOT NULL column needs a default, so that it can be added to a table that has rows.
    return column.is_not_null
               ? definition + " NOT NULL DEFAULT " + (column.type == ColumnType::text ? "''" : "0")
               : definition;
}

/// An index as its name and its CREATE statement.
struct IndexStatement {
    std::string name;
    std::string sql;
};

IndexStatement index_statement(const TableNames& names, const Entity& entity, const Index& index) {
    const std::string kind = index.is_unique ? "unique" : "by";
    std::string name = names.prefix + std::string(entity.plural) + "_" + kind;
    std::string columns;
    for (const Field* field : index_fields(entity, index)) {
        name += "_" + std::string(field->name);
        for (const Column& column : columns_of(*field)) {
            // A list by a link or an amount is sorted by its first column; a unique key needs both.
            if (index.is_unique || column.name == field->name) {
                columns += columns.empty() ? "" : ", ";
                columns += quoted(column.name);
            }
        }
    }
    const std::string sql =
        fmt::format("CREATE {}INDEX {} ON {} ({}) WHERE deleted_at IS NULL{}",
                    index.is_unique ? "UNIQUE " : "", quoted(name), names.of(entity), columns,
                    is_sparse(entity, index) ? fmt::format(" AND {} IS NOT NULL", columns) : "");
    return {std::move(name), sql};
}

std::vector<IndexStatement> wanted_indexes(const TableNames& names, const Entity& entity) {
    std::vector<IndexStatement> wanted;
    for (const Field& field : entity.fields) {
        if (field.is_unique) {
            wanted.push_back(index_statement(names, entity, Index{field.name, true}));
        }
    }
    for (const Index& index : entity.indexes) {
        wanted.push_back(index_statement(names, entity, index));
    }
    return wanted;
}

/// The indexes of a table, each with its CREATE statement.
std::map<std::string, std::string> indexes_of(Connection& connection, const std::string& table) {
    std::map<std::string, std::string> found;
    auto select = connection.prepare(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT "
        "NULL");
    select->bind(1, table);
    while (select->step()) {
        found[std::string(select->text(0))] = std::string(select->text(1));
    }
    return found;
}

/// Whether an index of a table bears a name that crmkit gives.
bool is_our_index(const std::string& table, const std::string& name) {
    return name.starts_with(table + "_by_") || name.starts_with(table + "_unique_");
}

}  // namespace

TableNames::TableNames(std::string table_prefix)
    : prefix(std::move(table_prefix)),
      settings(quoted(prefix + "crmkit_settings")),
      schema_entities(quoted(prefix + "crmkit_entities")),
      schema_fields(quoted(prefix + "crmkit_fields")),
      migrations(quoted(prefix + "crmkit_migrations")),
      changes(quoted(prefix + "changes")),
      timeline(quoted(prefix + "timeline")),
      milestones(quoted(prefix + "timeline_milestones")),
      tallies(quoted(prefix + "tallies")) {}

std::string TableNames::of(const Entity& entity) const { return table_of(entity, prefix); }

std::string TableNames::search_of(const Entity& entity) const {
    return prefix + std::string(entity.plural) + "_search";
}

std::string TableNames::quoted_search_of(const Entity& entity) const {
    return quoted(search_of(entity));
}

std::string SchemaUpgrade::fingerprint() const {
    Fingerprint print;
    print.add(search_index);
    for (const Entity* entity : registry_.entities()) {
        print.add(entity->number);
        print.add(entity->plural);
        for (const Field& field : entity->fields) {
            print.add(field.id);
            print.add(std::int64_t{field.is_searchable});
            for (const Column& column : columns_of(field)) {
                print.add(column.name);
                print.add(to_string(column.type));
            }
        }
        for (const IndexStatement& index : wanted_indexes(names_, *entity)) {
            print.add(index.sql);
        }
    }
    return print.text();
}

std::int64_t SchemaUpgrade::stored_version() {
    const auto text = connection_.read_text("SELECT value FROM " + names_.settings +
                                            " WHERE key = 'schema_version'");
    if (!text) {
        throw Error(ErrorCode::corrupt, "the file has crmkit's tables but no schema version");
    }
    std::int64_t version = 0;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), version);
    if (fault != std::errc{} || end != text->data() + text->size() || version < 1) {
        throw Error(
            ErrorCode::corrupt,
            fmt::format("the file's schema version is '{}', which is none", detail::shown(*text)));
    }
    return version;
}

bool SchemaUpgrade::is_current() {
    const auto is_store = connection_.read_integer(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '" + names_.prefix +
        "crmkit_settings'");
    if (is_store.value_or(0) == 0) {
        return false;
    }
    const std::int64_t stored = stored_version();
    if (stored > schema_version) {
        throw Error(ErrorCode::newer_schema,
                    fmt::format("the store has schema version {}, this crmkit knows up to {}: use "
                                "a crmkit at least as new as the one that wrote it",
                                stored, schema_version));
    }
    const auto print = connection_.read_text("SELECT value FROM " + names_.settings +
                                             " WHERE key = 'schema_fingerprint'");
    return stored == schema_version && print == fingerprint();
}

void SchemaUpgrade::create_own_tables() {
    const auto create = [this](const std::string& name, std::string_view columns,
                               std::string_view options) {
        connection_.execute(
            fmt::format("CREATE TABLE IF NOT EXISTS {} ({}) {}", name, columns, options));
    };
    create(names_.settings, "key TEXT PRIMARY KEY, value TEXT NOT NULL", "STRICT, WITHOUT ROWID");
    create(names_.schema_entities,
           "number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
           "plural TEXT NOT NULL",
           "STRICT");
    create(names_.schema_fields,
           "entity INTEGER NOT NULL, field INTEGER NOT NULL, "
           "name TEXT NOT NULL, type TEXT NOT NULL, "
           "PRIMARY KEY (entity, field)",
           "STRICT, WITHOUT ROWID");
    create(names_.migrations,
           "sequence INTEGER PRIMARY KEY, schema_version INTEGER NOT NULL, "
           "statement TEXT NOT NULL",
           "STRICT");
    create(names_.changes,
           "position INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor INTEGER, "
           "origin TEXT, cause INTEGER, entity INTEGER NOT NULL, "
           "record INTEGER NOT NULL, kind INTEGER NOT NULL, "
           "version INTEGER NOT NULL, changed TEXT NOT NULL, salt BLOB, link BLOB",
           "STRICT");
    for (const char* column : {"salt", "link"}) {  // which stores of version 1 have not
        add_column_where_missing(names_.prefix + "changes", column, "BLOB");
    }
    connection_.execute(
        fmt::format("CREATE INDEX IF NOT EXISTS \"{}changes_by_record\" ON {} "
                    "(record)",
                    names_.prefix, names_.changes));
    create(names_.timeline,
           "party INTEGER NOT NULL, at INTEGER NOT NULL, record INTEGER NOT NULL, "
           "kind INTEGER NOT NULL, via INTEGER NOT NULL, entity INTEGER NOT NULL, "
           "PRIMARY KEY (party, at, record, kind, via)",
           "STRICT, WITHOUT ROWID");
    // A party's sales, cases and so on, without the thousands of calls and e-mails between them.
    connection_.execute(
        fmt::format("CREATE INDEX IF NOT EXISTS {} ON {} (party, at, record, kind, via, entity) "
                    "WHERE kind >= {}",
                    names_.milestones, names_.timeline, first_milestone));
    create(names_.tallies,
           "tally INTEGER NOT NULL, \"group\" INTEGER NOT NULL, owner INTEGER NOT NULL, "
           "owner_entity INTEGER NOT NULL, currency TEXT NOT NULL, weight INTEGER NOT NULL, "
           "count INTEGER NOT NULL, sum INTEGER NOT NULL, "
           "PRIMARY KEY (tally, \"group\", owner, owner_entity, currency, weight)",
           "STRICT, WITHOUT ROWID");
}

void SchemaUpgrade::add_column_where_missing(const std::string& table, const std::string& column,
                                             std::string_view type) {
    bool is_there = false;
    {
        auto select = connection_.prepare("SELECT 1 FROM pragma_table_info(?) WHERE name = ?");
        select->bind(1, table);
        select->bind(2, column);
        is_there = select->step();
    }
    if (!is_there) {
        apply(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", quoted(table), quoted(column), type));
    }
}

void SchemaUpgrade::apply(const std::string& statement) {
    connection_.execute(statement);
    auto note = connection_.prepare("INSERT INTO " + names_.migrations +
                                    " (schema_version, statement) VALUES (?, ?)");
    note->bind(1, std::int64_t{schema_version});
    note->bind(2, statement);
    note->run();
}

void SchemaUpgrade::note(const Entity& entity, const Field& field) {
    auto insert = connection_.prepare("INSERT OR REPLACE INTO " + names_.schema_fields +
                                      " (entity, field, name, type) VALUES (?, ?, ?, ?)");
    insert->bind(1, std::int64_t{entity.number});
    insert->bind(2, std::int64_t{field.id});
    insert->bind(3, field.name);
    insert->bind(4, to_string(field.type()));
    insert->run();
}

void SchemaUpgrade::create_table(const Entity& entity) {
    std::string columns;
    for (const Field& field : entity.fields) {
        for (const Column& column : columns_of(field)) {
            columns += (columns.empty() ? "" : ", ") + column_definition(column) +
                       foreign_key(names_, registry_, field);
        }
        note(entity, field);
    }
    apply(fmt::format("CREATE TABLE {} ({}) STRICT", names_.of(entity), columns));
}

void SchemaUpgrade::rename_table(const Entity& entity, const std::string& stored_plural) {
    const std::string old = names_.prefix + stored_plural;
    // The old name is part of its indexes' names too. match_indexes() makes them again.
    for (const auto& [name, sql] : indexes_of(connection_, old)) {
        if (is_our_index(old, name)) {
            apply("DROP INDEX " + quoted(name));
        }
    }
    apply(fmt::format("ALTER TABLE {} RENAME TO {}", quoted(old), names_.of(entity)));
    apply(fmt::format("DROP TABLE IF EXISTS {}", quoted(old + "_search")));
    // So that match_search() makes it again under its new name.
    connection_.execute(fmt::format("DELETE FROM {} WHERE key = 'search_fields_{}'",
                                    names_.settings, entity.number));
}

void SchemaUpgrade::alter_table(const Entity& entity) {
    struct Stored {
        std::string name;
        std::string type;
    };
    std::map<std::int64_t, Stored> stored;
    {
        auto select = connection_.prepare("SELECT field, name, type FROM " + names_.schema_fields +
                                          " WHERE entity = ?");
        select->bind(1, std::int64_t{entity.number});
        while (select->step()) {
            stored[select->integer(0)] = {std::string(select->text(1)),
                                          std::string(select->text(2))};
        }
    }
    for (const Field& field : entity.fields) {
        const auto known = stored.find(field.id);
        if (known == stored.end()) {
            for (const Column& column : columns_of(field)) {
                apply(fmt::format("ALTER TABLE {} ADD COLUMN {}{}", names_.of(entity),
                                  column_definition(column),
                                  foreign_key(names_, registry_, field)));
            }
            if (field.native_kind() == NativeKind::whole_enumeration) {
                // No label is the empty text that such a column has by itself.
                const Record fresh(entity);
                apply(fmt::format("UPDATE {} SET {} = '{}'", names_.of(entity), quoted(field.name),
                                  fresh.get(field).text()));
            }
        } else if (known->second.type != to_string(field.type())) {
            throw Error(ErrorCode::unsupported,
                        fmt::format("{}.{} (field {}) is {} in the store and {} in this program: "
                                    "a field keeps its type; declare a new field with a new id",
                                    entity.name, field.name, field.id, known->second.type,
                                    to_string(field.type())));
        } else if (known->second.name != field.name) {
            for (const Column& column : columns_of(field)) {
                const std::string old = known->second.name + column.name.substr(field.name.size());
                apply(fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", names_.of(entity),
                                  quoted(old), quoted(column.name)));
            }
        }
        note(entity, field);
    }
}

void SchemaUpgrade::match_indexes(const Entity& entity) {
    const std::string table = names_.prefix + std::string(entity.plural);
    std::map<std::string, std::string> present = indexes_of(connection_, table);
    for (const IndexStatement& index : wanted_indexes(names_, entity)) {
        const auto found = present.find(index.name);
        if (found != present.end() && found->second == index.sql) {
            present.erase(found);
            continue;
        }
        if (found != present.end()) {
            apply("DROP INDEX " + quoted(index.name));
            present.erase(found);
        }
        apply(index.sql);
    }
    // What is left was crmkit's once, or is the host's own; only what bears our names goes.
    for (const auto& [name, sql] : present) {
        if (is_our_index(table, name)) {
            apply("DROP INDEX " + quoted(name));
        }
    }
}

bool SchemaUpgrade::match_search(const Entity& entity) {
    std::string columns;
    for (const Field* field : entity.searchable) {
        columns += "," + std::to_string(field->id);
    }
    const std::string made = columns.empty() ? "" : columns + fmt::format(" {}", search_index);
    const std::string key = "search_fields_" + std::to_string(entity.number);
    const auto stored = connection_.read_text("SELECT value FROM " + names_.settings +
                                              " WHERE key = '" + key + "'");
    if (stored.value_or("") == made) {
        return false;
    }
    apply("DROP TABLE IF EXISTS " + names_.quoted_search_of(entity));
    if (!columns.empty()) {
        apply(fmt::format("CREATE VIRTUAL TABLE {} USING fts5({})", names_.quoted_search_of(entity),
                          search_index));
    }
    auto insert = connection_.prepare("INSERT OR REPLACE INTO " + names_.settings +
                                      " (key, value) VALUES (?, ?)");
    insert->bind(1, key);
    insert->bind(2, made);
    insert->run();
    return !columns.empty();
}

std::vector<const Entity*> SchemaUpgrade::run() {
    create_own_tables();
    std::map<std::int64_t, std::string> stored;
    {
        auto select = connection_.prepare("SELECT number, plural FROM " + names_.schema_entities);
        while (select->step()) {
            stored[select->integer(0)] = std::string(select->text(1));
        }
    }
    std::vector<const Entity*> to_index;
    for (const Entity* entity : registry_.entities()) {
        const auto known = stored.find(entity->number);
        if (known == stored.end()) {
            create_table(*entity);
        } else {
            if (known->second != entity->plural) {
                rename_table(*entity, known->second);
            }
            alter_table(*entity);
        }
        auto insert = connection_.prepare("INSERT OR REPLACE INTO " + names_.schema_entities +
                                          " (number, name, plural) VALUES (?, ?, ?)");
        insert->bind(1, std::int64_t{entity->number});
        insert->bind(2, entity->name);
        insert->bind(3, entity->plural);
        insert->run();
        match_indexes(*entity);
        if (match_search(*entity) && known != stored.end()) {
            to_index.push_back(entity);
        }
    }
    connection_.execute(
        fmt::format("INSERT OR REPLACE INTO {} (key, value) VALUES "
                    "('schema_version', '{}'), ('schema_fingerprint', '{}')",
                    names_.settings, schema_version, fingerprint()));
    return to_index;
}

}  // namespace crmkit::sqlite
