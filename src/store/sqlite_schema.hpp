/// The tables of a store: made from the declarations, and brought up to date from their difference
/// to what the file says it holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crmkit/schema/registry.hpp"
#include "sqlite_connection.hpp"

namespace crmkit::sqlite {

/// The names of the tables beside those of the entities, with the store's prefix.
struct TableNames {
    explicit TableNames(std::string table_prefix);

    /// The quoted table of an entity, and the unquoted and quoted one of its search index.
    [[nodiscard]] std::string of(const Entity& entity) const;
    [[nodiscard]] std::string search_of(const Entity& entity) const;
    [[nodiscard]] std::string quoted_search_of(const Entity& entity) const;

    std::string prefix;
    std::string settings;
    std::string schema_entities;
    std::string schema_fields;
    std::string migrations;
    std::string changes;
    std::string timeline;
    std::string milestones;
    std::string tallies;
};

/// Brings the store to these declarations, inside the transaction that the caller has opened if
/// `is_current` says that there is something to do. Throws newer_schema.
class SchemaUpgrade {
  public:
    SchemaUpgrade(Connection& connection, const TableNames& names, const Registry& registry)
        : connection_(connection), names_(names), registry_(registry) {}

    /// True when the file holds exactly these declarations. Throws newer_schema when it is from a
    /// newer crmkit, corrupt when it is a database but no store.
    bool is_current();
    /// Creates and alters what differs and notes each statement in the store's list of migrations.
    /// Returns the entities whose search index has to be filled again.
    std::vector<const Entity*> run();

  private:
    /// The schema version that the file says it has. Throws corrupt when it says none.
    std::int64_t stored_version();
    void create_own_tables();
    void add_column_where_missing(const std::string& table, const std::string& column,
                                  std::string_view type);
    void apply(const std::string& statement);
    void create_table(const Entity& entity);
    void alter_table(const Entity& entity);
    void rename_table(const Entity& entity, const std::string& stored_plural);
    void note(const Entity& entity, const Field& field);
    void match_indexes(const Entity& entity);
    bool match_search(const Entity& entity);
    std::string fingerprint() const;

    Connection& connection_;
    const TableNames& names_;
    const Registry& registry_;
};

}  // namespace crmkit::sqlite
