#include "compiled_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/model/external_id.hpp"
#include "number_text.hpp"

namespace crmkit::exchange::detail {

namespace {

UpsertPolicy policy_of(KnownRecord known) {
    switch (known) {
        case KnownRecord::refuse:
            return UpsertPolicy::create_or_fail;
        case KnownRecord::update:
            return UpsertPolicy::update;
        case KnownRecord::skip:
            return UpsertPolicy::skip;
        case KnownRecord::replace:
            return UpsertPolicy::replace;
    }
    return UpsertPolicy::update;
}

/// Compiles the parts of a plan and collects what is wrong with them.
class Compiler {
  public:
    Compiler(CompiledPlan& out, const FileColumns& file, std::vector<Problem> problems)
        : out_(out), file_(file), problems_(std::move(problems)) {}

    void run() {
        check_settings();
        compile_references();
        compile_fields();
        compile_source();
        compile_children();
        compile_key();
        compile_filters();
        find_unused_columns();
        if (!problems_.empty()) {
            throw Error::about(ErrorCode::validation, std::move(problems_));
        }
    }

  private:
    void refuse(std::string_view member, std::string_view value, std::string message) {
        problems_.push_back(
            {"import_plan", std::string(member), shortened(value), std::move(message)});
    }

    void check_settings() {
        constexpr std::int64_t largest_batch = 100'000;
        const ImportPlan& plan = out_.plan;
        if (plan.skip_lines < 0) {
            refuse("skip_lines", std::to_string(plan.skip_lines), "is less than 0");
        }
        if (plan.batch_size < 1 || plan.batch_size > largest_batch) {
            refuse("batch_size", std::to_string(plan.batch_size), "is not 1 to 100,000");
        }
        if (out_.entity.is_internal) {
            refuse("entity", plan.entity, "is written by the library only");
        }
        out_.conversion.registry = &out_.registry;
        if (!plan.currency.empty()) {
            const auto currency = Currency::find(plan.currency);
            if (!currency) {
                refuse("currency", plan.currency, "is no ISO 4217 code such as EUR");
            }
            out_.conversion.default_currency = currency.value_or(Currency{});
        }
        out_.policy = policy_of(plan.on_known);
        if (plan.columns.empty() && plan.references.empty()) {
            refuse("columns", {}, "is empty: no field gets a value; " + file_.described());
        }
    }

    // ---- Columns

    ColumnSource compile_text(const ImportColumn& column, const Field* field) {
        ColumnSource text(column, file_, field, out_.plan.missing_values, out_.map_rules,
                          problems_);
        const bool names_currency =
            std::any_of(column.transforms.begin(), column.transforms.end(),
                        [](const ImportTransform& transform) {
                            return transform.kind == ImportTransformKind::currency;
                        });
        const Currency usual = out_.conversion.default_currency;
        if (field != nullptr && field->type() == FieldType::money && usual && !names_currency) {
            text.add_step([usual](std::string& amount, std::string& why, MapCounts&) {
                const bool is_bare = amount.find_first_not_of("+-.0123456789") == std::string::npos;
                return is_bare || name_currency(amount, usual, why);
            });
        }
        return text;
    }

    /// A column that takes its value from a reference has no text; the constant stands for it.
    ColumnSource no_text() {
        ImportColumn constant;
        constant.transforms.push_back({.kind = ImportTransformKind::constant});
        return {constant, file_, nullptr, out_.plan.missing_values, out_.map_rules, problems_};
    }

    /// The number of a reference that stands before `end` in the plan.
    std::size_t reference_named(std::string_view name, std::size_t end) {
        std::vector<std::string_view> names;
        for (std::size_t i = 0; i < end; ++i) {
            names.push_back(out_.references[i].name);
            if (out_.references[i].name == name) {
                return i;
            }
        }
        const std::string_view near = nearest(name, names);
        refuse("reference", name,
               "is no reference of the plan above" +
                   (near.empty() ? std::string() : fmt::format("; nearest is '{}'", near)));
        return none;
    }

    /// A field that a host may write; null, with a problem, when there is none of this name.
    const Field* writable_field(const Entity& entity, std::string_view name) {
        const Field* field = entity.find(name);
        if (field == nullptr) {
            const Error unknown = unknown_field(entity, name);
            problems_.insert(problems_.end(), unknown.problems().begin(), unknown.problems().end());
            return nullptr;
        }
        const auto& keys = out_.plan.key_fields;
        const bool is_id_key = field->id == header::id && &entity == &out_.entity &&
                               std::find(keys.begin(), keys.end(), "id") != keys.end();
        if ((field->is_read_only || field->is_computed) && !is_id_key) {
            refuse("field", name,
                   fmt::format("of {} is set by the library, not by an import", entity.name));
            return nullptr;
        }
        return field;
    }

    std::optional<FieldSource> compile_field(const ImportColumn& column, const Entity& entity) {
        const Field* field = writable_field(entity, column.field);
        FieldSource source{field, 0, no_text(), none, column.empty_clears};
        if (column.reference.empty()) {
            source.text = compile_text(column, field);
        } else {
            source.reference = reference_named(column.reference, out_.references.size());
        }
        if (field == nullptr) {
            return std::nullopt;
        }
        source.field_index = entity.index_of(*field);
        if (source.reference != none) {
            check_target(*field, out_.references[source.reference]);
        }
        return source;
    }

    /// A field that gets a reference's record must be able to refer to it.
    void check_target(const Field& field, const CompiledReference& reference) {
        for (const CompiledLookup& lookup : reference.lookups) {
            if (lookup.entity != nullptr &&
                (field.target.empty() || !out_.registry.may_target(field, *lookup.entity))) {
                refuse("field", field.name,
                       fmt::format("cannot refer to {}, in which reference '{}' looks",
                                   lookup.entity->plural, reference.name));
            }
        }
    }

    void compile_fields() {
        FieldSet seen;
        for (const CompiledReference& reference : out_.references) {
            if (reference.field != nullptr) {
                seen.add(reference.field_index);
            }
        }
        for (const ImportColumn& column : out_.plan.columns) {
            auto compiled = compile_field(column, out_.entity);
            if (!compiled) {
                continue;
            }
            if (seen.contains(compiled->field_index)) {
                refuse("field", column.field, "gets its value from two columns");
            }
            seen.add(compiled->field_index);
            out_.fields.push_back(std::move(*compiled));
        }
    }

    void compile_source() {
        const ImportPlan& plan = out_.plan;
        const bool is_in_file =
            std::any_of(out_.fields.begin(), out_.fields.end(),
                        [](const FieldSource& field) { return field.field->id == header::source; });
        out_.source = plan.source.empty() ? "import" : plan.source;
        out_.source_of_rows = is_in_file ? plan.source : out_.source;
    }

    // ---- References

    void compile_references() {
        for (const ImportReference& reference : out_.plan.references) {
            CompiledReference compiled;
            compiled.name = reference.name.empty() ? reference.field : reference.name;
            compiled.on_missing = reference.on_missing;
            compiled.may_follow = reference.may_follow;
            if (compiled.name.empty()) {
                refuse("references", {}, "has an entry with neither a field nor a name");
            }
            for (const CompiledReference& other : out_.references) {
                if (other.name == compiled.name) {
                    refuse("name", compiled.name, "is the name of two references");
                }
            }
            if (!reference.field.empty()) {
                compiled.field = writable_field(out_.entity, reference.field);
                compiled.field_index =
                    compiled.field == nullptr ? 0 : out_.entity.index_of(*compiled.field);
            }
            compile_lookups(reference, compiled);
            compile_reference_columns(reference, compiled);
            compile_keys(reference, compiled);
            check_reference(compiled);
            out_.references.push_back(std::move(compiled));
        }
    }

    /// The entities to look in: those of the plan, or the one that the field refers to.
    void compile_lookups(const ImportReference& reference, CompiledReference& compiled) {
        for (const ImportLookup& lookup : reference.lookups) {
            try {
                compiled.lookups.push_back(
                    {&out_.registry.get(lookup.entity), {}, {}, lookup.key_system});
            } catch (const Error& error) {
                refuse("entity", lookup.entity, error.message());
                compiled.lookups.push_back({});
            }
        }
        if (!compiled.lookups.empty() || compiled.field == nullptr) {
            return;
        }
        if (compiled.field->type() != FieldType::reference) {
            refuse("lookups", reference.field, "is empty: say in which entities to look");
            return;
        }
        compiled.lookups.push_back({&out_.registry.get(compiled.field->target), {}, {}, {}});
    }

    void compile_reference_columns(const ImportReference& reference, CompiledReference& compiled) {
        const bool creates = reference.on_missing == MissingReference::create;
        const Entity* created = compiled.lookups.empty() ? nullptr : compiled.lookups[0].entity;
        for (const ImportColumn& column : reference.columns) {
            const Field* field = creates && created != nullptr && !is_key_only(column, *created)
                                     ? writable_field(*created, column.field)
                                     : nullptr;
            if (column.reference.empty()) {
                compiled.columns.push_back(
                    {compile_text(column,
                                  created == nullptr ? nullptr : created->find(column.field)),
                     none, field});
                continue;
            }
            const std::size_t from = reference_named(column.reference, out_.references.size());
            if (from != none && field != nullptr) {
                check_target(*field, out_.references[from]);
            }
            compiled.columns.push_back({no_text(), from, field});
        }
        if (reference.columns.empty()) {
            refuse("columns", compiled.name, "is a reference without columns to find it by");
        }
    }

    /// A path or a normal form tells records apart, but is no field that a new one is given.
    static bool is_key_only(const ImportColumn& column, const Entity& entity) {
        const Field* field = entity.find(column.field);
        return column.field.find('.') != std::string::npos ||
               (field != nullptr && !field->normal_form_of.empty());
    }

    void compile_keys(const ImportReference& reference, CompiledReference& compiled) {
        for (std::size_t i = 0; i < compiled.lookups.size(); ++i) {
            CompiledLookup& lookup = compiled.lookups[i];
            std::vector<std::string> keys;
            if (i < reference.lookups.size()) {
                keys = reference.lookups[i].keys;
            }
            if (!lookup.key_system.empty()) {
                compile_external_key(reference, keys, lookup);
                continue;
            }
            if (keys.empty() && !reference.columns.empty()) {
                keys.push_back(reference.columns.front().field);
            }
            for (const std::string& key : keys) {
                add_key(reference, lookup, key);
            }
            lookup.query += " limit 2";
        }
    }

    void compile_external_key(const ImportReference& reference,
                              const std::vector<std::string>& keys, CompiledLookup& lookup) {
        if (!keys.empty()) {
            refuse("keys", keys.front(), "is a key beside a key_system; give one or the other");
        }
        if (reference.on_missing == MissingReference::create) {
            refuse("on_missing", label_of(reference.on_missing),
                   "is not for a reference by the key of another system");
        }
        lookup.keys.push_back({entity_of<ExternalId>().find("key")});
        lookup.query = "key = :k0 and system = :k1 and record_kind = :k2 limit 2";
    }

    void add_key(const ImportReference& reference, CompiledLookup& lookup,
                 const std::string& path) {
        const auto column =
            std::find_if(reference.columns.begin(), reference.columns.end(),
                         [&path](const ImportColumn& one) { return one.field == path; });
        if (column == reference.columns.end()) {
            refuse("keys", path, "is a key without a column of the same field");
            return;
        }
        const auto resolved = resolve(lookup.entity, path);
        if (resolved.second == nullptr) {
            return;
        }
        LookupKey key{resolved.second, nullptr,
                      static_cast<std::size_t>(column - reference.columns.begin()),
                      path.find('.') != std::string::npos};
        if (!key.field->normal_form_of.empty()) {
            key.normal_source = resolved.first->find(key.field->normal_form_of);
        }
        lookup.query += fmt::format("{}{} = :k{}", lookup.keys.empty() ? "" : " and ", path,
                                    lookup.keys.size());
        lookup.keys.push_back(key);
    }

    /// The field at the end of a path over references and its entity; null with a problem.
    std::pair<const Entity*, const Field*> resolve(const Entity* entity, std::string_view path) {
        while (entity != nullptr) {
            const std::size_t dot = path.find('.');
            const Field* field = entity->find(path.substr(0, dot));
            if (field == nullptr) {
                const Error unknown = unknown_field(*entity, path.substr(0, dot));
                problems_.insert(problems_.end(), unknown.problems().begin(),
                                 unknown.problems().end());
                return {};
            }
            if (dot == std::string_view::npos) {
                return {entity, field};
            }
            path.remove_prefix(dot + 1);
            if (field->type() != FieldType::reference) {
                refuse("keys", field->name, "is no reference to follow");
                return {};
            }
            entity = out_.registry.find(field->target);
        }
        return {};
    }

    void check_reference(const CompiledReference& compiled) {
        if (compiled.field != nullptr) {
            for (const CompiledLookup& lookup : compiled.lookups) {
                if (lookup.entity != nullptr &&
                    !out_.registry.may_target(*compiled.field, *lookup.entity)) {
                    refuse("lookups", lookup.entity->name,
                           fmt::format("cannot stand in {}, which refers to {}",
                                       compiled.field->name, compiled.field->target));
                }
            }
        }
        if (!compiled.may_follow) {
            return;
        }
        if (compiled.field == nullptr || compiled.field->is_required) {
            refuse("may_follow", compiled.name, "is only for fields that may be empty at first");
        }
        for (const ReferenceColumn& column : compiled.columns) {
            if (column.reference != none) {
                refuse("may_follow", compiled.name,
                       "is not for a reference that depends on another one");
            }
        }
    }

    // ---- Children, key, filters

    void compile_children() {
        for (const ImportChild& child : out_.plan.children) {
            CompiledChild compiled;
            compiled.entity = out_.registry.find(child.entity);
            if (compiled.entity == nullptr) {
                refuse("entity", child.entity, "is no entity");
                continue;
            }
            compiled.parent_field = compiled.entity->find(child.field);
            if (compiled.parent_field == nullptr || compiled.parent_field->target.empty() ||
                !out_.registry.may_target(*compiled.parent_field, out_.entity)) {
                refuse("field", child.field,
                       fmt::format("is no field of {} that refers to {}", child.entity,
                                   out_.entity.name));
                continue;
            }
            for (const ImportColumn& column : child.columns) {
                if (auto field = compile_field(column, *compiled.entity)) {
                    compiled.fields.push_back(std::move(*field));
                }
            }
            compile_child_keys(child, compiled);
            compiled.query = fmt::format("{} = :parent", child.field);
            out_.children.push_back(std::move(compiled));
        }
    }

    void compile_child_keys(const ImportChild& child, CompiledChild& compiled) {
        for (std::size_t i = 0; i < compiled.fields.size(); ++i) {
            const auto is_key = std::find(child.keys.begin(), child.keys.end(),
                                          compiled.fields[i].field->name) != child.keys.end();
            if (child.keys.empty() || is_key) {
                compiled.keys.push_back(i);
            }
        }
        if (!child.keys.empty() && compiled.keys.size() != child.keys.size()) {
            refuse("keys", child.keys.front(), "holds a field that none of the columns has");
        }
    }

    void compile_key() {
        const ImportPlan& plan = out_.plan;
        if (plan.key_system.empty() != plan.key_columns.empty() || plan.key_columns.size() > 1) {
            refuse("key_columns", plan.key_system,
                   "a key of another system needs its name and one column");
        }
        if (!plan.key_columns.empty()) {
            out_.key = compile_text(plan.key_columns.front(), nullptr);
            if (!plan.key_fields.empty()) {
                refuse("key_fields", plan.key_fields.front(),
                       "is given beside a key of another system; give one of the two");
            }
        }
        for (const std::string& name : plan.key_fields) {
            check_key_field(name);
        }
    }

    void check_key_field(const std::string& name) {
        const Field* field = out_.entity.find(name);
        if (field == nullptr) {
            const Error unknown = unknown_field(out_.entity, name);
            problems_.insert(problems_.end(), unknown.problems().begin(), unknown.problems().end());
            return;
        }
        const std::string_view given =
            field->normal_form_of.empty() ? field->name : field->normal_form_of;
        const auto gives = [&](const FieldSource& source) {
            return source.field->name == given || field->is_computed;
        };
        const auto refers = [&](const CompiledReference& reference) {
            return reference.field == field;
        };
        if (std::none_of(out_.fields.begin(), out_.fields.end(), gives) &&
            std::none_of(out_.references.begin(), out_.references.end(), refers)) {
            refuse("key_fields", name, "is a key field that no column gives a value");
        }
    }

    void compile_filters() {
        for (const ImportFilter& filter : out_.plan.leave_out) {
            const auto column = filter.number ? file_.find(*filter.number, problems_)
                                              : file_.find(filter.column, problems_);
            CompiledFilter compiled{column.value_or(0), filter.test, {}};
            for (const std::string& value : filter.values) {
                compiled.folded_values.push_back(fold(value));
            }
            const bool needs_values =
                filter.test != ImportTest::is_empty && filter.test != ImportTest::is_not_empty;
            if (needs_values && filter.values.empty()) {
                refuse("values", filter.column, "is empty: there is nothing to compare with");
            }
            out_.filters.push_back(std::move(compiled));
        }
    }

    void find_unused_columns() {
        std::vector<bool> used(file_.size());
        const auto use = [&used](const ColumnSource& text) {
            for (const std::size_t cell : text.cells()) {
                if (cell < used.size()) {
                    used[cell] = true;
                }
            }
        };
        for (const FieldSource& field : out_.fields) {
            use(field.text);
        }
        for (const CompiledReference& reference : out_.references) {
            for (const ReferenceColumn& column : reference.columns) {
                use(column.text);
            }
        }
        for (const CompiledChild& child : out_.children) {
            for (const FieldSource& field : child.fields) {
                use(field.text);
            }
        }
        if (out_.key) {
            use(*out_.key);
        }
        for (std::size_t i = 0; i < used.size(); ++i) {
            if (!used[i]) {
                out_.unused_columns.push_back(i);
            }
        }
    }

    CompiledPlan& out_;
    const FileColumns& file_;
    std::vector<Problem> problems_;
};

}  // namespace

CompiledPlan::CompiledPlan(const ImportPlan& import_plan, const Registry& all_entities,
                           const FileColumns& file, std::vector<Problem> problems)
    : plan(import_plan), registry(all_entities), entity(all_entities.get(import_plan.entity)) {
    Compiler(*this, file, std::move(problems)).run();
}

}  // namespace crmkit::exchange::detail
