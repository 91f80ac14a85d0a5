/// The half of `RowImporter` that reads: what the cells of a row mean, and what is wrong with them.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "crmkit/schema/check.hpp"
#include "crmkit/schema/tidy_text.hpp"
#include "crmkit/schema/value_text.hpp"
#include "engine/record_problems.hpp"
#include "engine/write_path.hpp"
#include "row_importer.hpp"

namespace crmkit::exchange::detail {

// ---- Reading a row

void RowImporter::start(const InputRow& row) {
    row_ = &row;
    outcome_ = {};
    outcome_.row.row = row.number();
    outcome_.row.line = row.line();
    place_ = {&plan_.entity, none, none};
    given_.clear();
    remarks_.clear();
    computed_ = engine::Computed::not_yet;
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
                        fmt::format("there is no such {}",
                                    finder_.sought_entity(number, reference.values).name));
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
            has_value = true;
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
        tidy_texts(*plan.entity, child.record.object());  // to be compared with stored ones
    }
}

void RowImporter::read_key() {
    row_key_ = plan_.has_key() ? &key_ : nullptr;
    if (!plan_.key) {
        return;
    }
    std::string_view text;
    std::string why;
    const bool is_good = plan_.key->read(*row_, text, scratch_, why, tally_.mapped());
    key_.key.assign(text);
    if (!is_good) {
        add_problem(plan_.key->column(), plan_.entity.name, "external_id",
                    crmkit::detail::shown(text), std::move(why));
    } else if (key_.system == own_key_system) {
        choose_own_key();
    } else if (text.empty()) {
        add_problem(plan_.key->column(), plan_.entity.name, "external_id", {},
                    fmt::format("is empty, but it is the key of the row in {}", key_.system));
    }
}

/// A file that crmkit wrote may have come back to where it was written, with rows added by hand: an
/// id is that of a record which is here, or else one of another store.
void RowImporter::choose_own_key() {
    if (key_.key.empty()) {
        row_key_ = nullptr;
        return;
    }
    if (const auto id = finder_.own_record(plan_.entity, key_.key)) {
        header_of(record_).id() = *id;
        row_key_ = &own_key_;
    }
}

/// They may be parts of keys.
void RowImporter::fill_computed_fields() {
    engine::fill_computed_fields(state_, plan_.entity, record_.object());
    computed_ = engine::Computed::done;
}

/// Looks whether an earlier row has the same key.
void RowImporter::remark_same_key() {
    if (row_key_ == nullptr) {
        return;
    }
    std::string text = key_.key;
    if (!key_.field_names.empty()) {
        fill_computed_fields();
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

/// Adds what is wrong with a record by itself, and what it refers to that is not there. A required
/// field that is still empty may yet be filled: by a reference, or by a rule that knows the usual
/// status.
void RowImporter::check_object(const Place& place, void* object) {
    const Entity& entity = *place.entity;
    engine::fill_computed_fields(state_, entity, object);
    std::vector<Problem> found;
    engine::check_record_and_references(state_, entity, nullptr, object, found);
    for (Problem& problem : found) {
        const Field* field = entity.find(problem.field);
        const bool is_empty = field != nullptr && field->is_required && problem.value.empty() &&
                              field->is_null(object);
        const bool may_be_filled = is_empty && (!field->target.empty() || field->is_supplied);
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

}  // namespace crmkit::exchange::detail
