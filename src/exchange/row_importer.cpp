#include "row_importer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "crmkit/schema/check.hpp"
#include "crmkit/schema/value_text.hpp"
#include "engine/upsert.hpp"
#include "engine/write_path.hpp"

namespace crmkit::exchange::detail {

using engine::Authority;

bool is_about_row(ErrorCode code) {
    switch (code) {
        case ErrorCode::validation:
        case ErrorCode::not_found:
        case ErrorCode::conflict:
        case ErrorCode::duplicate:
        case ErrorCode::restricted:
        case ErrorCode::illegal_transition:
        case ErrorCode::permission_denied:
        case ErrorCode::vetoed:
        case ErrorCode::expression:
        case ErrorCode::limit:
            return true;
        case ErrorCode::ok:
        case ErrorCode::invalid_argument:
        case ErrorCode::syntax:
        case ErrorCode::cancelled:
        case ErrorCode::busy:
        case ErrorCode::read_only:
        case ErrorCode::disk_full:
        case ErrorCode::io:
        case ErrorCode::corrupt:
        case ErrorCode::newer_schema:
        case ErrorCode::two_sqlites:
        case ErrorCode::out_of_memory:
        case ErrorCode::unsupported:
        case ErrorCode::internal:
            return false;
    }
    return false;
}

RowImporter::RowImporter(Session& session, const CompiledPlan& plan, const FileColumns& file,
                         ImportTally& tally)
    : session_(session),
      state_(session.state()),
      plan_(plan),
      file_(file),
      tally_(tally),
      finder_(state_, plan),
      fresh_(plan.entity),
      record_(plan.entity),
      references_(plan.references.size()) {
    header_of(fresh_).source() = plan.source;
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

// ---- Reading a row

void RowImporter::start(const InputRow& row) {
    row_ = &row;
    outcome_ = {};
    outcome_.row.row = row.number();
    outcome_.row.line = row.line();
    place_ = {&plan_.entity, none, none};
    given_.clear();
    remarks_.clear();
    plan_.entity.copy(record_.object(), fresh_.object());
}

bool RowImporter::is_left_out(const InputRow& row) {
    if (row.is_blank()) {
        return true;
    }
    for (const CompiledFilter& filter : plan_.filters) {
        const std::string text = fold(row.cell(filter.column));
        const auto equals = [&text](const std::string& value) { return value == text; };
        const auto contains = [&text](const std::string& value) {
            return text.find(value) != std::string::npos;
        };
        const auto& values = filter.folded_values;
        bool holds = false;
        switch (filter.test) {
            case ImportTest::is_empty:
                holds = text.empty();
                break;
            case ImportTest::is_not_empty:
                holds = !text.empty();
                break;
            case ImportTest::equals:
                holds = std::any_of(values.begin(), values.end(), equals);
                break;
            case ImportTest::differs:
                holds = std::none_of(values.begin(), values.end(), equals);
                break;
            case ImportTest::contains:
                holds = std::any_of(values.begin(), values.end(), contains);
                break;
        }
        if (holds) {
            return true;
        }
    }
    return false;
}

/// What the reader found wrong: quotes, missing cells, bytes that are no text.
void RowImporter::take_file_problems(const InputRow& row) {
    for (const Problem& problem : row.problems()) {
        ImportProblem& added = outcome_.problems.emplace_back();
        added.line = problem.line;
        added.row = row.number();
        added.position = problem.column > 0 ? std::optional(problem.column) : std::nullopt;
        added.header = problem.field;
        added.entity = plan_.entity.name;
        added.value = problem.value;
        added.message = problem.message;
        for (std::size_t i = 0; i < file_.size() && !problem.field.empty(); ++i) {
            if (file_.name(i) == problem.field) {
                added.column = static_cast<std::int64_t>(i) + 1;
                break;
            }
        }
    }
}

void RowImporter::add_problem(std::optional<std::size_t> column, std::string_view entity,
                              std::string_view field, std::string value, std::string message) {
    ImportProblem& added = outcome_.problems.emplace_back();
    added.line = outcome_.row.line;
    added.row = outcome_.row.row;
    if (column) {
        added.line = row_ != nullptr ? row_->line(*column) : added.line;
        added.column = static_cast<std::int64_t>(*column) + 1;
        added.header = file_.name(*column);
    }
    added.entity = entity;
    added.field = field;
    added.value = std::move(value);
    added.message = std::move(message);
}

// ---- References

/// The texts and records of a reference's columns; false when it has no value in this row.
bool RowImporter::read_values(std::size_t number) {
    const CompiledReference& reference = plan_.references[number];
    ReferenceValues& values = references_[number].values;
    bool has_value = false;
    for (std::size_t i = 0; i < reference.columns.size(); ++i) {
        const ReferenceColumn& column = reference.columns[i];
        if (column.reference != none) {
            values.links[i] = references_[column.reference].link;
            continue;
        }
        std::string_view text;
        std::string why;
        if (!column.text.read(*row_, text, scratch_, why, tally_.mapped())) {
            add_problem(column.text.column(), plan_.entity.name, reference.name,
                        crmkit::detail::shown(text), std::move(why));
            references_[number].found = Found::refused;
        }
        values.texts[i].assign(text);
        has_value = has_value || (!text.empty() && !column.text.is_constant());
    }
    const bool only_constants = std::all_of(
        reference.columns.begin(), reference.columns.end(), [](const ReferenceColumn& column) {
            return column.reference == none && column.text.is_constant();
        });
    return has_value || only_constants;
}

void RowImporter::resolve(std::size_t number) {
    const CompiledReference& plan = plan_.references[number];
    Reference& reference = references_[number];
    reference.found = Found::nothing;
    reference.link = {};
    const bool has_value = read_values(number);
    if (reference.found == Found::refused) {
        return;
    }
    if (!has_value) {
        remarks_.push_back(without_value_[number]);
        return;
    }
    std::vector<Problem> problems;
    reference.link = finder_.find(number, reference.values, problems);
    if (reference.link) {
        reference.found = Found::record;
        return;
    }
    if (problems.empty()) {
        decide_missing(number);
        return;
    }
    reference.found = Found::refused;
    for (Problem& problem : problems) {
        add_problem(plan.columns.front().text.column(), plan_.entity.name, plan.name,
                    std::move(problem.value), std::move(problem.message));
    }
}

void RowImporter::decide_missing(std::size_t number) {
    const CompiledReference& plan = plan_.references[number];
    Reference& reference = references_[number];
    if (plan.may_follow) {
        reference.found = Found::later;
        return;
    }
    switch (plan.on_missing) {
        case MissingReference::create:
            reference.found = Found::to_create;
            return;
        case MissingReference::leave_empty:
            reference.found = Found::left_empty;
            remarks_.push_back(left_empty_[number]);
            return;
        case MissingReference::refuse:
            reference.found = Found::refused;
            add_problem(plan.columns.front().text.column(), plan_.entity.name, plan.name,
                        crmkit::detail::shown(reference.values.texts.front()),
                        fmt::format("there is no such {}", plan.lookups.front().entity->name));
            return;
    }
}

void RowImporter::set_reference(const Field& field, const MutableRecordView& record,
                                const Link& link) {
    record.set(field, field.type() == FieldType::reference ? ValueView(link.id) : ValueView(link));
}

// ---- Values

bool RowImporter::set_text(const Field& field, const MutableRecordView& record,
                           std::string_view text, std::string& why) {
    if (field.type() == FieldType::text && field.format != TextFormat::currency_code) {
        record.set(field, ValueView(text));
        return true;
    }
    const auto value = parse_text(field, text, why, plan_.conversion);
    if (!value) {
        return false;
    }
    record.set(field, *value);
    return true;
}

void RowImporter::convert(const FieldSource& source, const MutableRecordView& record,
                          FieldSet& given, bool& has_value) {
    const Field& field = *source.field;
    if (source.reference != none) {
        if (const Link link = references_[source.reference].link) {
            set_reference(field, record, link);
            given.add(source.field_index);
        }
        return;
    }
    std::string_view text;
    std::string why;
    if (!source.text.read(*row_, text, scratch_, why, tally_.mapped()) ||
        (!text.empty() && !set_text(field, record, text, why))) {
        add_problem(source.text.column(), record.structure().name, field.name,
                    crmkit::detail::shown(text), std::move(why));
        has_value = true;
        return;
    }
    if (!text.empty() || (source.empty_clears && field.is_nullable())) {
        given.add(source.field_index);
        has_value = has_value || (!text.empty() && !source.text.is_constant());
    }
}

void RowImporter::convert_main() {
    bool has_value = false;
    for (const FieldSource& source : plan_.fields) {
        convert(source, record_, given_, has_value);
    }
    for (std::size_t i = 0; i < references_.size(); ++i) {
        const CompiledReference& reference = plan_.references[i];
        if (reference.field != nullptr && references_[i].link) {
            set_reference(*reference.field, record_, references_[i].link);
            given_.add(reference.field_index);
        }
    }
}

void RowImporter::convert_children() {
    for (std::size_t i = 0; i < children_.size(); ++i) {
        const CompiledChild& plan = plan_.children[i];
        Child& child = children_[i];
        const Record empty(*plan.entity);
        plan.entity->copy(child.record.object(), empty.object());
        header_of(child.record).source() = plan_.source;
        child.has_value = false;
        child.given.clear();
        for (const FieldSource& source : plan.fields) {
            convert(source, child.record, child.given, child.has_value);
        }
    }
}

void RowImporter::read_key() {
    if (!plan_.key) {
        return;
    }
    std::string_view text;
    std::string why;
    if (!plan_.key->read(*row_, text, scratch_, why, tally_.mapped())) {
        add_problem(plan_.key->column(), plan_.entity.name, "external_id",
                    crmkit::detail::shown(text), std::move(why));
    } else if (text.empty()) {
        add_problem(plan_.key->column(), plan_.entity.name, "external_id", {},
                    fmt::format("is empty, but it is the key of the row in {}", key_.system));
    }
    key_.key.assign(text);
}

/// Looks whether an earlier row has the same key.
void RowImporter::remark_same_key() {
    if (!plan_.has_key()) {
        return;
    }
    std::string text = key_.key;
    if (!key_.field_names.empty()) {
        engine::fill_computed_fields(plan_.entity, record_.object());
        for (const std::string& name : key_.field_names) {
            const std::string part = to_text(record_.get(name));
            if (part.empty()) {
                return;  // matches nothing
            }
            text += part + '\0' + std::to_string(part.size()) + '\0';
        }
    }
    outcome_.row.same_key_line = keys_.see(text, outcome_.row.line);
    if (outcome_.row.same_key_line) {
        remarks_.push_back(same_key_);
    }
}

// ---- All problems at once

bool RowImporter::is_reported(std::string_view entity, std::string_view field) const {
    return std::any_of(outcome_.problems.begin(), outcome_.problems.end(),
                       [&](const ImportProblem& problem) {
                           return problem.entity == entity && problem.field == field;
                       });
}

/// Adds what is wrong with a record by itself. A required field that is still empty may yet be
/// filled: by a reference, or by a rule that knows the usual status.
void RowImporter::check_object(const Place& place, void* object) {
    const Entity& entity = *place.entity;
    engine::fill_computed_fields(entity, object);
    std::vector<Problem> found;
    check_record(RecordView(entity, object), found);
    if (entity.check != nullptr) {
        entity.check(object, found);
    }
    for (Problem& problem : found) {
        const Field* field = entity.find(problem.field);
        const bool is_empty = field != nullptr && field->is_required && problem.value.empty() &&
                              crmkit::detail::is_empty(RecordView(entity, object), *field);
        const bool may_be_filled =
            is_empty &&
            (!field->target.empty() || (entity.state_machine != nullptr &&
                                        entity.state_machine->status_field == field->name));
        if (!may_be_filled && !is_reported(entity.name, problem.field)) {
            add_problem(column_of(place, problem.field), entity.name, problem.field,
                        std::move(problem.value), std::move(problem.message));
        }
    }
}

void RowImporter::check_all() {
    check_object({&plan_.entity, none, none}, record_.object());
    for (std::size_t i = 0; i < children_.size(); ++i) {
        if (children_[i].has_value) {
            check_object({plan_.children[i].entity, none, i}, children_[i].record.object());
        }
    }
}

/// The column of the file that a field of a record comes from.
std::optional<std::size_t> RowImporter::column_of(const Place& place,
                                                  std::string_view field) const {
    const Field* found = place.entity->find(field);
    if (found != nullptr && !found->normal_form_of.empty()) {
        field = found->normal_form_of;
    }
    const auto in_sources =
        [field](const std::vector<FieldSource>& sources) -> std::optional<std::size_t> {
        for (const FieldSource& source : sources) {
            if (source.field->name == field) {
                return source.text.column();
            }
        }
        return std::nullopt;
    };
    if (place.child != none) {
        return in_sources(plan_.children[place.child].fields);
    }
    if (place.reference != none) {
        for (const ReferenceColumn& column : plan_.references[place.reference].columns) {
            if (column.created_field != nullptr && column.created_field->name == field) {
                return column.text.column();
            }
        }
        return std::nullopt;
    }
    for (const CompiledReference& reference : plan_.references) {
        if (reference.field != nullptr && reference.field->name == field) {
            return reference.columns.front().text.column();
        }
    }
    return in_sources(plan_.fields);
}

void RowImporter::add_engine_problems(const Error& error) {
    if (error.problems().empty()) {
        add_problem(std::nullopt, place_.entity->name, {}, {}, error.message());
    }
    for (const Problem& problem : error.problems()) {
        const bool is_here = problem.entity == place_.entity->name;
        add_problem(is_here ? column_of(place_, problem.field) : std::nullopt, problem.entity,
                    problem.field, problem.value, problem.message);
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
    bool has_value = false;
    const auto take_links = [&](const std::vector<FieldSource>& sources,
                                const MutableRecordView& record, FieldSet& given) {
        for (const FieldSource& source : sources) {
            if (source.reference != none) {
                convert(source, record, given, has_value);
            }
        }
    };
    take_links(plan_.fields, record_, given_);
    for (std::size_t i = 0; i < references_.size(); ++i) {
        const CompiledReference& plan = plan_.references[i];
        if (plan.field != nullptr && references_[i].link) {
            set_reference(*plan.field, record_, references_[i].link);
            given_.add(plan.field_index);
        }
    }
    for (std::size_t i = 0; i < children_.size(); ++i) {
        take_links(plan_.children[i].fields, children_[i].record, children_[i].given);
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

void RowImporter::write() {
    write_references();
    place_ = {&plan_.entity, none, none};
    UpsertAction action = UpsertAction::created;
    if (plan_.has_key()) {
        action =
            engine::upsert_record(session_, plan_.entity, key_, record_, plan_.policy, &given_);
    } else {
        engine::insert_record(session_, plan_.entity, record_.object(), Authority::host);
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
    const std::int64_t position = state_.engine().tail().position;
    try {
        write();
        return true;
    } catch (const Error& error) {
        if (!is_about_row(error.code())) {
            throw;
        }
        add_engine_problems(error);
        outcome_.must_undo = state_.engine().tail().position != position;
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
        add_problem(plan.columns.front().text.column(), plan_.entity.name, plan.name,
                    crmkit::detail::shown(values.texts.front()),
                    fmt::format("there is no such {}, neither in the store nor in the file; {} is "
                                "left empty",
                                plan.lookups.front().entity->name, plan.field->name));
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
