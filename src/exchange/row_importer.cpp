/// The half of `RowImporter` that writes; the values that it writes come from
/// row_importer_values.cpp.
#include "row_importer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "crmkit/schema/value_text.hpp"
#include "engine/row_errors.hpp"
#include "engine/upsert.hpp"
#include "engine/write_path.hpp"

namespace crmkit::exchange::detail {

using engine::Authority;

RowImporter::RowImporter(Session& session, const CompiledPlan& plan, const FileColumns& file,
                         ImportTally& tally)
    : session_(session),
      state_(session.state()),
      plan_(plan),
      file_(file),
      tally_(tally),
      finder_(state_, plan),
      twins_(state_, plan.entity),
      fresh_(plan.entity),
      record_(plan.entity),
      references_(plan.references.size()) {
    header_of(fresh_).source() = plan.source_of_rows;
    for (std::size_t i = 0; i < plan.references.size(); ++i) {
        const CompiledReference& reference = plan.references[i];
        references_[i].values.texts.resize(reference.columns.size());
        references_[i].values.links.resize(reference.columns.size());
        without_value_.push_back(
            tally.add_warning(fmt::format("{} without {}", plan.entity.name, reference.name)));
        left_empty_.push_back(tally.add_warning(
            fmt::format("{} left empty, because there is no such record", reference.name)));
    }
    same_key_ = tally.add_warning("the key is that of an earlier line of the file");
    for (const CompiledChild& child : plan.children) {
        children_.push_back({Record(*child.entity), false, {}});
    }
    if (!plan.plan.key_fields.empty()) {
        key_ = UpsertKey::fields(plan.plan.key_fields);
    } else {
        key_.system = plan.plan.key_system;
    }
}

// ---- Writing

/// Makes the record that a reference did not find, unless it has come since.
Link RowImporter::create_related(std::size_t number, const ReferenceValues& values) {
    const CompiledReference& plan = plan_.references[number];
    std::vector<Problem> problems;
    if (const Link found = finder_.find(number, values, problems)) {
        return found;
    }
    const Entity& entity = *plan.lookups.front().entity;
    place_ = {&entity, number, none};
    Record record(entity);
    header_of(record).source() = plan_.source;
    for (std::size_t i = 0; i < plan.columns.size(); ++i) {
        const Field* field = plan.columns[i].created_field;
        std::string why;
        if (field == nullptr) {
            continue;
        }
        if (values.links[i]) {
            set_reference(*field, record, values.links[i]);
        } else if (!values.texts[i].empty() && !set_text(*field, record, values.texts[i], why)) {
            problems.push_back(crmkit::detail::problem_of(
                entity, *field, crmkit::detail::shown(values.texts[i]), std::move(why)));
        }
    }
    if (!problems.empty()) {
        throw Error::about(ErrorCode::validation, std::move(problems));
    }
    engine::insert_record(session_, entity, record.object(), Authority::host);
    finder_.forget(entity, record);
    tally_.count_record(entity, UpsertAction::created);
    return Link{entity.number, header_of(record).id()};
}

/// Makes the related records that are missing and completes the values that refer to them.
void RowImporter::write_references() {
    bool any = false;
    for (std::size_t i = 0; i < references_.size(); ++i) {
        Reference& reference = references_[i];
        const CompiledReference& plan = plan_.references[i];
        for (std::size_t column = 0; any && column < plan.columns.size(); ++column) {
            if (plan.columns[column].reference != none) {
                reference.values.links[column] = references_[plan.columns[column].reference].link;
            }
        }
        if (reference.found == Found::to_create) {
            reference.link = create_related(i, reference.values);
            any = true;
        }
    }
    if (!any) {
        return;
    }
    const auto take_links = [this](const std::vector<FieldSource>& sources,
                                   const MutableRecordView& record, FieldSet& given,
                                   bool& has_value) {
        for (const FieldSource& source : sources) {
            if (source.reference != none) {
                convert(source, record, given, has_value);
            }
        }
    };
    bool has_value = false;
    take_links(plan_.fields, record_, given_, has_value);
    for (std::size_t i = 0; i < references_.size(); ++i) {
        const CompiledReference& plan = plan_.references[i];
        if (plan.field != nullptr && references_[i].link) {
            set_reference(*plan.field, record_, references_[i].link);
            given_.add(plan.field_index);
        }
    }
    for (std::size_t i = 0; i < children_.size(); ++i) {
        Child& child = children_[i];
        take_links(plan_.children[i].fields, child.record, child.given, child.has_value);
    }
}

/// The child of the row's known record that agrees with this one in the key fields.
bool RowImporter::find_child(const CompiledChild& plan, const Child& child, Record& found) {
    const auto query = state_.engine().queries().query(*plan.entity, plan.query);
    const Link parent{plan_.entity.number, outcome_.row.record};
    const ValueView value = plan.parent_field->type() == FieldType::reference ? ValueView(parent.id)
                                                                              : ValueView(parent);
    const auto cursor = state_.writer().scan(*query, {{&value, 1}, state_.now(), {}});
    while (cursor->next(found.object())) {
        const bool agrees = std::all_of(plan.keys.begin(), plan.keys.end(), [&](std::size_t key) {
            const Field& field = *plan.fields[key].field;
            return found.get(field) == child.record.get(field);
        });
        if (agrees) {
            return true;
        }
    }
    return false;
}

UpsertAction RowImporter::write_child(const CompiledChild& plan, Child& child, bool is_known) {
    set_reference(*plan.parent_field, child.record, {plan_.entity.number, outcome_.row.record});
    Record found(*plan.entity);
    if (!is_known || !find_child(plan, child, found)) {
        engine::insert_record(session_, *plan.entity, child.record.object(), Authority::host);
        finder_.forget(*plan.entity, child.record);
        return UpsertAction::created;
    }
    for (const FieldSource& source : plan.fields) {
        if (child.given.contains(source.field_index)) {
            found.set(*source.field, child.record.get(*source.field));
        }
    }
    return engine::update_record(session_, *plan.entity, found.object(), {}, Authority::host)
               ? UpsertAction::updated
               : UpsertAction::unchanged;
}

/// Whether any of them was written.
bool RowImporter::write_children(bool is_known) {
    bool any = false;
    for (std::size_t i = 0; i < children_.size(); ++i) {
        if (children_[i].has_value) {
            place_ = {plan_.children[i].entity, none, i};
            const UpsertAction action = write_child(plan_.children[i], children_[i], is_known);
            tally_.count_record(*plan_.children[i].entity, action);
            any = any || action != UpsertAction::unchanged;
        }
    }
    return any;
}

/// From now on the id that a record has in another store stands for its twin here, as if an import
/// had made that. One that would be refused as known is refused for its unique key in any case.
void RowImporter::adopt_twin() {
    const bool is_of_other_store = row_key_ == &key_ && key_.system == own_key_system;
    if (!is_of_other_store || plan_.policy == UpsertPolicy::create_or_fail) {
        return;
    }
    fill_computed_fields();
    if (const Id twin = twins_.find(record_, key_)) {
        engine::remember_key(session_, plan_.entity, key_, twin);
    }
}

void RowImporter::write() {
    write_references();
    place_ = {&plan_.entity, none, none};
    adopt_twin();
    UpsertAction action = UpsertAction::created;
    if (row_key_ != nullptr) {
        action = engine::upsert_record(session_, plan_.entity, *row_key_, record_, plan_.policy,
                                       &given_, computed_);
    } else {
        engine::insert_record(session_, plan_.entity, record_.object(), Authority::host, computed_);
    }
    outcome_.row.record = header_of(record_).id();
    if (action == UpsertAction::skipped) {
        outcome_.row.action = ImportAction::skip;
        return;
    }
    finder_.forget(plan_.entity, record_);
    tally_.count_record(plan_.entity, action);
    for (std::size_t i = 0; i < references_.size(); ++i) {
        if (references_[i].found == Found::later) {
            later_.add(outcome_.row.record, i, references_[i].values.texts, outcome_.row.line,
                       outcome_.row.row);
        }
    }
    const bool is_known = action != UpsertAction::created;
    const bool any_child = write_children(is_known);
    outcome_.row.action = !is_known ? ImportAction::create
                          : action == UpsertAction::updated || any_child
                              ? ImportAction::update
                              : ImportAction::leave_unchanged;
}

/// Runs a write; false when it was refused for the row's values, which are added as problems.
template <typename Write>
bool RowImporter::attempt(Write write) {
    const std::uint64_t written = state_.written();
    try {
        write();
        return true;
    } catch (const Error& error) {
        if (!engine::is_about_row(error.code())) {
            throw;
        }
        add_engine_problems(error);
        outcome_.must_undo = state_.written() != written;
        return false;
    }
}

RowOutcome RowImporter::import(const InputRow& row) {
    start(row);
    if (is_left_out(row)) {
        return std::move(outcome_);
    }
    take_file_problems(row);
    if (outcome_.problems.empty()) {
        for (std::size_t i = 0; i < references_.size(); ++i) {
            resolve(i);
        }
        convert_main();
        convert_children();
        read_key();
        if (outcome_.problems.empty()) {
            remark_same_key();
            if (!attempt([this] { write(); })) {
                check_all();
            }
        } else {
            check_all();
        }
    }
    outcome_.row.problem_count = static_cast<std::int64_t>(outcome_.problems.size());
    if (!outcome_.problems.empty()) {
        outcome_.row.action = ImportAction::refuse;
        outcome_.row.record = {};
        return std::move(outcome_);
    }
    for (const std::size_t remark : remarks_) {
        tally_.warn(remark, outcome_.row.line);
    }
    return std::move(outcome_);
}

RowOutcome RowImporter::complete(const LaterReferences::Entry& entry) {
    const CompiledReference& plan = plan_.references[entry.reference];
    row_ = nullptr;
    outcome_ = {};
    outcome_.row.line = entry.line;
    outcome_.row.row = entry.row;
    outcome_.row.record = entry.record;
    place_ = {&plan_.entity, none, none};
    ReferenceValues values{later_.values(entry), std::vector<Link>(plan.columns.size())};
    values.texts.resize(plan.columns.size());
    std::vector<Problem> problems;
    Link link = finder_.find(entry.reference, values, problems);
    for (Problem& problem : problems) {
        add_problem(plan.columns.front().text.column(), plan_.entity.name, plan.name,
                    std::move(problem.value), std::move(problem.message));
    }
    if (!problems.empty()) {
        return std::move(outcome_);
    }
    if (!link && plan.on_missing == MissingReference::leave_empty) {
        tally_.warn(left_empty_[entry.reference], entry.line);
        return std::move(outcome_);
    }
    if (!link && plan.on_missing == MissingReference::refuse) {
        add_problem(
            plan.columns.front().text.column(), plan_.entity.name, plan.name,
            crmkit::detail::shown(values.texts.front()),
            fmt::format("there is no such {}, neither in the store nor in the file; {} is "
                        "left empty",
                        finder_.sought_entity(entry.reference, values).name, plan.field->name));
        return std::move(outcome_);
    }
    attempt([&] {
        link = link ? link : create_related(entry.reference, values);
        place_ = {&plan_.entity, none, none};
        Record record(plan_.entity);
        session_.read(plan_.entity, entry.record, record.object());
        set_reference(*plan.field, record, link);
        engine::update_record(session_, plan_.entity, record.object(), {}, Authority::host);
    });
    return std::move(outcome_);
}

}  // namespace crmkit::exchange::detail
