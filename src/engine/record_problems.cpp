#include "record_problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "crmkit/schema/check.hpp"
#include "crmkit/schema/index_fields.hpp"
#include "references.hpp"
#include "status_rule.hpp"
#include "write_path.hpp"

namespace crmkit::engine {

namespace {

using Key = std::vector<const Field*>;

bool has_problem(const std::vector<Problem>& problems, const Entity& entity, const Field& field) {
    return std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) {
        return problem.entity == entity.name && problem.field == field.name;
    });
}

/// Whether no other record can stand in the way of a key: a part of it is null, or it is as before.
bool is_free_anyway(const Key& key, const void* before, const void* object) {
    const auto is_null = [object](const Field* field) { return field->is_null(object); };
    const auto is_as_before = [before, object](const Field* field) {
        return field->get(before) == field->get(object);
    };
    return std::any_of(key.begin(), key.end(), is_null) ||
           (before != nullptr && std::all_of(key.begin(), key.end(), is_as_before));
}

/// Whether another live record than `object` has its values of a key.
bool is_taken(SessionState& state, const Entity& entity, const Key& key, const void* object) {
    std::string text;
    std::vector<ValueView> values;
    for (const Field* field : key) {
        text +=
            fmt::format("{}{} = :key{}", text.empty() ? "" : " and ", field->name, values.size());
        values.push_back(field->get(object));
    }
    if (const Id self = header_of(RecordView(entity, object)).id()) {
        text += " and id != :self";
        values.emplace_back(self);
    }
    const auto query = state.engine().queries().query(entity, text + " limit 1");
    return state.writer().scan(*query, {values, state.now(), {}})->next();
}

}  // namespace

void refuse_read_only(const Entity& entity, const void* reference, void* object,
                      std::vector<Problem>& problems) {
    for (const Field* field : entity.read_only) {
        const ValueView value = field->get(object);
        if (!(value == field->get(reference))) {
            problems.push_back(Problem{std::string(entity.name), std::string(field->name),
                                       detail::shown_value(value),
                                       "is set by the library only, through its operations"});
            field->native->set(field->member(object), field->get(reference));
        }
    }
}

void check_record_and_references(SessionState& state, const Entity& entity, const void* before,
                                 const void* object, std::vector<Problem>& problems) {
    check_record(RecordView(entity, object), problems, before);
    if (entity.check != nullptr) {
        entity.check(object, problems);
    }
    check_references(state, entity, before, object, problems);
}

void add_taken_keys(SessionState& state, const Entity& entity, const void* before,
                    const void* object, std::vector<Problem>& problems) {
    for (const Key& key : unique_keys(entity)) {
        const bool is_wrong = std::any_of(key.begin(), key.end(), [&](const Field* field) {
            return has_problem(problems, entity, *field);
        });
        if (is_wrong || is_free_anyway(key, before, object) ||
            !is_taken(state, entity, key, object)) {
            continue;
        }
        for (const Field* field : key) {
            problems.push_back(detail::problem_of(
                entity, *field, detail::shown_value(field->get(object), &state.registry()),
                key.size() == 1
                    ? "is taken by another record"
                    : "is taken by another record, together with the other fields of a key"));
        }
    }
}

ErrorCode code_of_refusal(const SessionState& state, const Entity& entity, const void* before,
                          const void* object, const std::vector<Problem>& problems) {
    const StateMachine* const machine = entity.state_machine;
    const bool is_about_state =
        machine != nullptr && has_problem(problems, entity, *entity.find(machine->state_field));
    return is_about_state && is_illegal_move(state, entity, before, object)
               ? ErrorCode::illegal_transition
               : ErrorCode::validation;
}

void add_problems_of_others(std::vector<Problem>& problems, std::vector<Problem> more) {
    const std::size_t known = problems.size();
    for (Problem& problem : more) {
        const auto end = problems.begin() + static_cast<std::ptrdiff_t>(known);
        if (std::none_of(problems.begin(), end, [&problem](const Problem& other) {
                return other.entity == problem.entity && other.field == problem.field;
            })) {
            problems.push_back(std::move(problem));
        }
    }
}

void add_what_else_is_wrong(SessionState& state, const Entity& entity, const void* before,
                            void* object, std::vector<Problem>& problems) {
    std::vector<Problem> more;
    fill_computed_fields(state, entity, object);
    check_record_and_references(state, entity, before, object, more);
    std::erase_if(more, [&](const Problem& problem) {
        const Field* field = entity.find(problem.field);
        return field != nullptr && field->is_supplied && field->is_null(object);
    });
    add_problems_of_others(problems, std::move(more));
    add_taken_keys(state, entity, before, object, problems);
}

}  // namespace crmkit::engine
