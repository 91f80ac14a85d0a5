/// `CompiledPlan`: a plan resolved against the registry and the columns of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "column_source.hpp"
#include "crmkit/engine/upsert.hpp"
#include "crmkit/exchange/import_plan.hpp"
#include "crmkit/exchange/import_report.hpp"
#include "crmkit/schema/conversion.hpp"
#include "crmkit/schema/record.hpp"

namespace crmkit::exchange::detail {

inline constexpr std::size_t none = static_cast<std::size_t>(-1);

/// A field and where its value comes from.
struct FieldSource {
    const Field* field = nullptr;
    std::size_t field_index = 0;
    ColumnSource text;
    /// The reference of the plan whose record is the value; none for a text.
    std::size_t reference = none;
    bool empty_clears = false;
};

/// One value of a lookup's key.
struct LookupKey {
    /// The field at the end of the path.
    const Field* field = nullptr;
    /// The field whose normal form the key is, and which reads the cell; null for others.
    const Field* normal_source = nullptr;
    /// Its column among those of the reference.
    std::size_t column = 0;
    /// It is the field of another record that the path leads to.
    bool is_path = false;
};

/// One way to find a record.
struct CompiledLookup {
    const Entity* entity = nullptr;
    std::vector<LookupKey> keys;
    /// "name = :k0 and pipeline.name = :k1 limit 2".
    std::string query;
    /// When not empty, the query is one for external ids of this system, which lead to the records.
    std::string key_system;
};

/// A column of a reference: a part of a key, a field of a record to be created, or both.
struct ReferenceColumn {
    ColumnSource text;
    /// The reference of the plan whose record is the value; none for a text.
    std::size_t reference = none;
    /// The field of the record that is created; null when it has none of this name.
    const Field* created_field = nullptr;
};

struct CompiledReference {
    std::string name;
    /// Of the row's record; null when only other columns use it.
    const Field* field = nullptr;
    std::size_t field_index = 0;
    std::vector<ReferenceColumn> columns;
    std::vector<CompiledLookup> lookups;
    MissingReference on_missing = MissingReference::refuse;
    bool may_follow = false;
};

struct CompiledChild {
    const Entity* entity = nullptr;
    const Field* parent_field = nullptr;
    std::vector<FieldSource> fields;
    /// Places in `fields` of those that tell children apart.
    std::vector<std::size_t> keys;
    /// "party = :parent".
    std::string query;
};

struct CompiledFilter {
    std::size_t column = 0;
    ImportTest test = ImportTest::equals;
    std::vector<std::string> folded_values;
};

/// Everything that a row needs. Borrows the plan and the registry.
struct CompiledPlan {
    /// Throws validation with all that is wrong with the plan, the `problems` known already first.
    CompiledPlan(const ImportPlan& import_plan, const Registry& all_entities,
                 const FileColumns& file, std::vector<Problem> problems);

    const ImportPlan& plan;
    const Registry& registry;
    const Entity& entity;
    std::vector<FieldSource> fields;
    std::vector<CompiledReference> references;
    std::vector<CompiledChild> children;
    std::optional<ColumnSource> key;
    UpsertPolicy policy = UpsertPolicy::update;
    std::vector<CompiledFilter> filters;
    ConversionOptions conversion;
    /// Of records that are made along with those of the rows.
    std::string source;
    /// Of the rows' own; empty where the file has their sources, or none for some.
    std::string source_of_rows;
    /// The rules of all maps, in the order of their counts.
    std::vector<ImportMapped> map_rules;
    /// Columns of the file that the plan does not use.
    std::vector<std::size_t> unused_columns;

    [[nodiscard]] bool has_key() const { return key.has_value() || !plan.key_fields.empty(); }
};

}  // namespace crmkit::exchange::detail
