/// export_csv() and the plan that reads its files back.
#include <algorithm>
#include <optional>
#include <utility>

#include "counting_sink.hpp"
#include "crmkit/exchange/exporter.hpp"
#include "crmkit/expr/evaluator.hpp"
#include "crmkit/expr/parse.hpp"
#include "csv_row_writer.hpp"
#include "engine/related_records.hpp"
#include "export_counter.hpp"

namespace crmkit::exchange {

namespace {

using detail::ExportColumn;

std::vector<std::string> columns_of(const Entity& entity, const ExportCsv& what) {
    if (!what.columns.empty()) {
        return what.columns;
    }
    std::vector<std::string> columns;
    for (const Field& field : entity.fields) {
        const bool is_own = field.id > header::count && field.normal_form_of.empty();
        const bool is_told =
            field.id == header::id || field.id == header::owner || field.id == header::source;
        if (is_own || is_told) {
            columns.emplace_back(field.name);
        }
    }
    return columns;
}

void check_headers(const std::vector<std::string>& columns, const ExportCsv& what) {
    if (!what.headers.empty() && what.headers.size() != columns.size()) {
        throw Error::about(ErrorCode::validation,
                           Problem{"export_csv", "headers", std::to_string(what.headers.size()),
                                   "is not as many names as there are columns, which is " +
                                       std::to_string(columns.size())});
    }
}

char delimiter_of(const ExportCsv& what) {
    if (what.delimiter.size() != 1) {
        throw Error::about(
            ErrorCode::validation,
            Problem{"export_csv", "delimiter", shortened(what.delimiter), "is not one character"});
    }
    return what.delimiter.front();
}

std::vector<ExportColumn> compile(const Registry& registry, const Entity& entity,
                                  const std::vector<std::string>& columns) {
    std::vector<ExportColumn> compiled;
    for (const std::string& column : columns) {
        const Field* field = entity.find(column);
        if (field != nullptr) {
            compiled.push_back({field, no_column, {}});
            continue;
        }
        compiled.push_back({nullptr, no_column, expr::parse_expression(registry, entity, column)});
        if (!compiled.back().expression.parameters().empty()) {
            throw Error::about(ErrorCode::expression,
                               Problem{std::string(entity.name),
                                       {},
                                       shortened(column),
                                       "has a parameter, which a column has no value for"});
        }
    }
    return compiled;
}

/// The fields that columns name; none when some column is worked out, which may take any field.
std::optional<FieldSet> fields_in(const Entity& entity, const std::vector<ExportColumn>& columns) {
    FieldSet fields;
    for (const ExportColumn& column : columns) {
        if (column.field == nullptr) {
            return std::nullopt;
        }
        fields.add(entity.index_of(*column.field));
    }
    return fields;
}

/// Finds where the columns' fields begin in a packed row of these fields, null for all.
void place(std::vector<ExportColumn>& columns, const Entity& entity, const FieldSet* fields) {
    const std::vector<int> places = first_columns(entity, fields);
    for (ExportColumn& column : columns) {
        if (column.field != nullptr) {
            column.place = places[entity.index_of(*column.field)];
        }
    }
}

/// A column that holds ids or links of records: of this store, or of those that were imported by
/// the plans of their own exports.
ImportReference reference_by_id(const Registry& registry, const Entity& entity, const Field& field,
                                ImportColumn column) {
    ImportReference reference;
    reference.field = field.name;
    reference.columns.push_back(std::move(column));
    for (const Entity* target : registry.targets(field)) {
        reference.lookups.push_back(
            {std::string(target->name), {}, std::string(detail::own_key_system)});
    }
    reference.may_follow = registry.may_target(field, entity) && !field.is_required;
    return reference;
}

/// A column that holds what a path leads to: all those over one reference tell its record together.
void add_path(ImportPlan& plan, const Field& field, ImportColumn column) {
    auto found =
        std::find_if(plan.references.begin(), plan.references.end(),
                     [&field](const ImportReference& one) { return one.field == field.name; });
    if (found == plan.references.end()) {
        plan.references.push_back({std::string(field.name), {}, {}, {}});
        found = plan.references.end() - 1;
        found->lookups.push_back({std::string(field.target), {}});
    }
    found->lookups.front().keys.push_back(column.field);
    found->columns.push_back(std::move(column));
}

/// Whether a column, such as `account.name`, only shows what a reference beside it leads to.
bool is_beside_its_reference(const std::vector<std::string>& names, const std::string& name) {
    const std::size_t dot = name.find('.');
    return dot != std::string::npos &&
           std::find(names.begin(), names.end(), name.substr(0, dot)) != names.end();
}

/// Adds what the plan does with an exported column. Expressions and what the library sets itself
/// are left out.
void add_column(const Registry& registry, const Entity& entity, const std::string& name,
                ImportColumn column, ImportPlan& plan) {
    const std::size_t dot = name.find('.');
    const bool is_path = dot != std::string::npos;
    const Field* field = entity.find(std::string_view(name).substr(0, dot));
    if (field == nullptr) {
        return;
    }
    if (field->id == header::id && !is_path) {
        plan.key_system = detail::own_key_system;
        plan.key_columns.push_back(std::move(column));
    } else if (field->is_read_only || field->is_computed) {
        return;
    } else if (is_path && field->type() == FieldType::reference) {
        column.field = name.substr(dot + 1);
        add_path(plan, *field, std::move(column));
    } else if (!is_path && !field->target.empty()) {
        plan.references.push_back(reference_by_id(registry, entity, *field, std::move(column)));
    } else if (!is_path) {
        column.field = name;
        plan.columns.push_back(std::move(column));
    }
}

}  // namespace

ExportReport export_csv(Session& session, const ExportCsv& what, ByteSink& sink,
                        const ProgressCallback& progress) {
    const Registry& registry = session.registry();
    const Entity& entity = registry.get(what.entity);
    const std::vector<std::string> names = columns_of(entity, what);
    check_headers(names, what);
    CsvWriterOptions options;
    options.dialect.delimiter = delimiter_of(what);
    options.guard_formulas = what.guard_formulas;
    options.byte_order_mark = what.byte_order_mark;
    auto columns = compile(registry, entity, names);
    const std::optional<FieldSet> fields = fields_in(entity, columns);
    const FieldSet* const only = fields ? &*fields : nullptr;
    place(columns, entity, only);

    const auto snapshot = session.read_transaction();
    const auto records = session.stream(entity, what.query, {}, only);
    engine::RelatedRecords related(session);
    const expr::Context context{expr::Moment(session.now()), {}, &related};
    detail::CountingSink counting(sink);
    CsvWriter writer(counting, options);
    writer.row(what.headers.empty() ? names : what.headers);
    detail::ExportCounter counter(session, progress);
    detail::CsvRowWriter rows(writer, registry);
    Record record(entity);
    const auto work_out = [&](const expr::Expression& column) {
        return expr::evaluate(column, record, context);
    };
    while (records->next()) {
        const PackedRow row = records->packed();
        if (!fields) {
            read_fields(row, entity, record.object());
        }
        rows.put(row, columns, work_out);
        related.forget_some();
        counter.count(entity.name, counting.bytes());
    }
    writer.close();
    return counter.finish(counting.bytes());
}

ImportPlan plan_for_export(const Registry& registry, const ExportCsv& what) {
    const Entity& entity = registry.get(what.entity);
    const std::vector<std::string> names = columns_of(entity, what);
    check_headers(names, what);
    ImportPlan plan;
    plan.entity = entity.name;
    plan.encoding = "utf-8";
    plan.delimiter = std::string(1, delimiter_of(what));
    plan.unguard = what.guard_formulas;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (is_beside_its_reference(names, names[i])) {
            continue;
        }
        ImportColumn column;
        column.number = static_cast<std::int64_t>(i) + 1;
        column.keep_spaces = true;
        add_column(registry, entity, names[i], std::move(column), plan);
    }
    return plan;
}

}  // namespace crmkit::exchange
