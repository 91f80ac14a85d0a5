#include "sql_expressions.hpp"

#include <algorithm>
#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/store/columns.hpp"

namespace crmkit::sqlite {

using expr::AggregateKind;
using expr::Node;
using expr::NodeKind;
using expr::Path;
using expr::PathField;
using expr::PathStep;
using expr::TypeKind;

namespace {

// SQLite 3.40 parses with a stack of 100 entries. What a nested part of a statement takes of it,
// measured generously; a statement that needs more calls the evaluator instead.
constexpr int stack_budget = 80;
constexpr int stack_of_connective = 4;
constexpr int stack_of_subquery = 16;
constexpr int stack_of_leaf = 12;

/// SQLite joins at most 64 tables.
constexpr int most_tables = 64;

/// SQLite refuses expression trees deeper than 1,000, and "a AND b AND …" is one level for each.
constexpr std::size_t longest_chain = 400;

std::string with_alias(const TableAlias& table, std::string_view column) {
    return table.alias + "." + quoted(column);
}

/// The one of them that is not null; the rows of at most one alternative are not null.
std::string one_of(const std::vector<std::string>& alternatives) {
    if (alternatives.size() == 1) {
        return alternatives.front();
    }
    std::string out = "COALESCE(";
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
        out += i == 0 ? "" : ", ";
        out += alternatives[i];
    }
    return out + ")";
}

std::string_view sign_of(NodeKind comparison) {
    return comparison == NodeKind::equal        ? " = "
           : comparison == NodeKind::not_equal  ? " <> "
           : comparison == NodeKind::less       ? " < "
           : comparison == NodeKind::less_equal ? " <= "
           : comparison == NodeKind::greater    ? " > "
                                                : " >= ";
}

/// Whether SQL can read the value as it is stored: a field, a constant, a child list.
bool is_plain(const Node& node) {
    return node.kind == NodeKind::path || node.is_constant ||
           (node.kind == NodeKind::children && !node.type.is_pair());
}

/// Whether it is certainly money; a parameter may be a plain number.
bool is_fixed_money(const Node& node) {
    return node.kind == NodeKind::path || (node.is_constant && node.kind != NodeKind::parameter);
}

/// Whether one number that is given is compared with another. What is bound for a number of the
/// other kind compares rightly with values of the column only; see bind_other_number().
bool compares_given_numbers(const Node& node) {
    const auto is_given = [](const expr::NodePointer& operand) {
        return operand->kind == NodeKind::parameter && operand->type.is_number();
    };
    return is_given(node.operands.front()) &&
           std::any_of(node.operands.begin() + 1, node.operands.end(), is_given);
}

bool are_plain_alike(const Node& node) {
    const Node& first = *node.operands.front();
    return !first.type.is_pair() && !compares_given_numbers(node) &&
           std::all_of(node.operands.begin(), node.operands.end(), [&](const auto& operand) {
               return is_plain(*operand) && operand->type.kind == first.type.kind;
           });
}

void collect_leaves(const Node& node, std::vector<const Node*>& leaves) {
    if (node.kind == NodeKind::path || node.kind == NodeKind::children) {
        const bool is_known = std::any_of(leaves.begin(), leaves.end(), [&](const Node* known) {
            return known->leaf == node.leaf;
        });
        if (!is_known) {
            leaves.push_back(&node);
        }
        return;
    }
    for (const auto& operand : node.operands) {
        collect_leaves(*operand, leaves);
    }
}

SqlScope& outwards(SqlScope& scope, std::uint32_t levels) {
    SqlScope* home = &scope;
    for (; levels > 0; --levels) {
        home = home->outer;
    }
    return *home;
}

}  // namespace

// ---- scopes

SqlScope SqlExpressions::make_scope(const Entity& entity, SqlScope* outer) {
    return SqlScope{.table = {&entity, "t" + std::to_string(aliases_++)}, .outer = outer};
}

std::string SqlExpressions::from(const SqlScope& scope) const {
    return " FROM " + table_of(*scope.table.entity, prefix_) + " AS " + scope.table.alias +
           scope.join_text;
}

std::string SqlExpressions::column(const SqlScope& scope, std::string_view name) {
    return with_alias(scope.table, name);
}

std::string SqlExpressions::slot(Slot slot) {
    slots_.push_back(std::move(slot));
    return "?";
}

// ---- paths

/// The id that a reference holds, whichever of the alternatives has it.
std::string SqlExpressions::reference_id(const Reached& at, const PathStep& step) const {
    std::vector<std::string> ids;
    for (const TableAlias& table : at) {
        ids.push_back(with_alias(table, step.field_in(*table.entity)->name));
    }
    return one_of(ids);
}

/// The number of the entity that a reference leads to.
std::string SqlExpressions::reference_entity(const Reached& at, const PathStep& step) const {
    std::vector<std::string> numbers;
    for (const TableAlias& table : at) {
        const Field& field = *step.field_in(*table.entity);
        numbers.push_back(with_alias(
            table, std::string(field.name) + std::string(second_column_suffix(field.type()))));
    }
    return one_of(numbers);
}

/// Joins the records that a step leads to, unless they are joined already.
Reached SqlExpressions::follow(const Reached& at, const PathStep& step, const PathStep& next,
                               SqlScope& scope) {
    const std::string id = reference_id(at, step);
    for (const Join& join : scope.joins) {
        if (join.reference == id) {
            return join.targets;
        }
    }
    Join join{.reference = id, .targets = {}};
    scope.tables += static_cast<int>(next.others.size()) + 1;
    if (scope.tables > most_tables) {
        throw Error(ErrorCode::limit,
                    "the query and the conditions added to it follow more "
                    "references than SQLite can join");
    }
    const auto add = [&](const PathField& target) {
        TableAlias table{target.entity, "t" + std::to_string(aliases_++)};
        scope.join_text += " LEFT JOIN " + table_of(*target.entity, prefix_) + " AS " +
                           table.alias + " ON " + with_alias(table, "id") + " = " + id;
        if (step.first.field->type() == FieldType::polymorphic_reference) {
            scope.join_text += " AND " + reference_entity(at, step) + " = " +
                               std::to_string(target.entity->number);
        }
        join.targets.push_back(std::move(table));
    };
    add(next.first);
    std::for_each(next.others.begin(), next.others.end(), add);
    scope.joins.push_back(join);
    return join.targets;
}

Operand SqlExpressions::field(const Reached& at, const PathStep& step) const {
    Operand found{.first = reference_id(at, step), .second = {}};
    if (column_count(step.first.field->type()) == 2) {
        found.second = reference_entity(at, step);
    }
    return found;
}

/// The field at the end of a path, from its step number `step` on, which the records `at` have.
Operand SqlExpressions::path(const Path& path, std::size_t step, const Reached& at,
                             SqlScope& scope) {
    if (step + 1 == path.steps.size()) {
        return field(at, path.steps[step]);
    }
    const PathStep& next = path.steps[step + 1];
    if (next.others.size() + 1 > expr::most_joined_targets) {
        return wide_step(path, step, at);
    }
    return this->path(path, step + 1, follow(at, path.steps[step], next, scope), scope);
}

/// A reference with many possible targets: looked up in the one table it leads to.
Operand SqlExpressions::wide_step(const Path& path, std::size_t step, const Reached& at) {
    const PathStep& next = path.steps[step + 1];
    const std::string id = reference_id(at, path.steps[step]);
    Operand found{.first = "CASE " + reference_entity(at, path.steps[step]), .second = {}};
    std::string second = found.first;
    bool is_pair = false;
    const auto add = [&](const PathField& target) {
        SqlScope inner = make_scope(*target.entity, nullptr);
        const Operand value = this->path(path, step + 1, {inner.table}, inner);
        const std::string tail = from(inner) + " WHERE " + column(inner, "id") + " = " + id + ")";
        const std::string head =
            " WHEN " + std::to_string(target.entity->number) + " THEN (SELECT ";
        found.first += head + value.first + tail;
        second += head + value.second + tail;
        is_pair = value.is_pair();
    };
    add(next.first);
    std::for_each(next.others.begin(), next.others.end(), add);
    found.first += " END";
    found.second = is_pair ? second + " END" : std::string();
    return found;
}

// ---- child lists

/// A whole scalar subquery, in parentheses, or EXISTS with one.
std::string SqlExpressions::children(const Node& node, SqlScope& scope) {
    const expr::ChildList& list = *node.children;
    SqlScope& home = outwards(scope, list.owner.levels);
    const std::string owner = list.owner.steps.empty()
                                  ? column(home, "id")
                                  : path(list.owner, 0, {home.table}, home).first;
    nesting_ += stack_of_subquery;
    SqlScope inner = make_scope(*list.from, &scope);
    const std::string value = child_value(list, inner);
    const Field& reference = *list.reference;
    std::string where = " WHERE " + column(inner, reference.name) + " = " + owner;
    if (reference.type() == FieldType::polymorphic_reference) {
        where += " AND " +
                 column(inner, std::string(reference.name) +
                                   std::string(second_column_suffix(reference.type()))) +
                 " = " + std::to_string(list.of->number);
    }
    where += " AND " + column(inner, "deleted_at") + " IS NULL";
    if (list.condition != nullptr) {
        where += " AND ";
        where += condition(*list.condition, inner);
    }
    nesting_ -= stack_of_subquery;
    const char* const start = list.kind == AggregateKind::exists ? "EXISTS (SELECT " : "(SELECT ";
    return start + value + from(inner) + where + ")";
}

std::string SqlExpressions::child_value(const expr::ChildList& list, SqlScope& inner) {
    if (list.kind == AggregateKind::exists) {
        return "1";
    }
    return list.argument == nullptr
               ? aggregate_call(list.kind, {}, {})
               : aggregate_call(list.kind, list.argument->type, operand(*list.argument, inner));
}

std::string aggregate_call(AggregateKind kind, const expr::Type& type, const Operand& argument) {
    if (argument.first.empty()) {
        return "count(*)";
    }
    std::string call(to_string(kind));
    const bool is_money = type.kind == TypeKind::money;
    const bool is_built_in =
        kind == AggregateKind::count ||
        (!is_money && (kind == AggregateKind::min || kind == AggregateKind::max));
    if (!is_built_in) {
        call = "crmkit_" + call + "_" + std::string(to_string(type.kind));
    }
    call += "(" + argument.first;
    if (!is_built_in && argument.is_pair()) {
        call += ", " + argument.second;
    }
    return call + ")";
}

// ---- conditions

std::string SqlExpressions::condition(const Node& node, SqlScope& scope) {
    const bool is_connective = node.kind == NodeKind::logical_and ||
                               node.kind == NodeKind::logical_or ||
                               node.kind == NodeKind::logical_not;
    const int needed = stack_of_connective + stack_of_leaf + stack_of_subquery * node.subqueries;
    if (node.is_constant) {
        return constant(node, SlotPart::whole);
    }
    if (is_connective && nesting_ + needed > stack_budget) {
        return program(node, scope);
    }
    switch (node.kind) {
        case NodeKind::logical_and:
        case NodeKind::logical_or:
            return joined(node, scope);
        case NodeKind::logical_not: {
            nesting_ += stack_of_connective;
            std::string negated = "NOT " + condition(*node.operands[0], scope);
            nesting_ -= stack_of_connective;
            return negated;
        }
        case NodeKind::equal:
        case NodeKind::not_equal:
        case NodeKind::less:
        case NodeKind::less_equal:
        case NodeKind::greater:
        case NodeKind::greater_equal:
            return comparison(node, scope);
        case NodeKind::between: {
            if (!are_plain_alike(node)) {
                return program(node, scope);
            }
            std::string text = operand(*node.operands[0], scope).first + " BETWEEN ";
            text += operand(*node.operands[1], scope).first + " AND ";
            return text + operand(*node.operands[2], scope).first;
        }
        case NodeKind::in:
            return in(node, scope);
        case NodeKind::is_null:
            return operand(*node.operands[0], scope).first + " IS NULL";
        case NodeKind::is_entity:
            return node.operands[0]->kind == NodeKind::path
                       ? operand(*node.operands[0], scope).second + " IS " +
                             std::to_string(node.index)
                       : program(node, scope);
        case NodeKind::literal:
        case NodeKind::parameter:
        case NodeKind::path:
        case NodeKind::children:
        case NodeKind::convert:
        case NodeKind::negate:
        case NodeKind::add:
        case NodeKind::subtract:
        case NodeKind::multiply:
        case NodeKind::divide:
        case NodeKind::concat:
        case NodeKind::call:
            break;
    }
    return operand(node, scope).first;
}

/// "(a AND b AND …)", in groups so that no chain is too long.
std::string SqlExpressions::joined(const Node& node, SqlScope& scope) {
    const std::string_view sign = node.kind == NodeKind::logical_and ? " AND " : " OR ";
    nesting_ += stack_of_connective;
    std::string text = node.operands.size() > longest_chain ? "((" : "(";
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
        if (i != 0 && i % longest_chain == 0) {
            text += ")";
            text += sign;
            text += "(";
        } else if (i != 0) {
            text += sign;
        }
        text += condition(*node.operands[i], scope);
    }
    nesting_ -= stack_of_connective;
    return text + (node.operands.size() > longest_chain ? "))" : ")");
}

std::string SqlExpressions::comparison(const Node& node, SqlScope& scope) {
    const Node& a = *node.operands[0];
    const Node& b = *node.operands[1];
    if (are_plain_alike(node)) {
        std::string text = operand(a, scope).first;
        text += sign_of(node.kind);
        return text + operand(b, scope).first;
    }
    const bool are_parts = a.type.kind == b.type.kind && is_plain(a) && is_plain(b);
    if (are_parts && a.type.kind == TypeKind::money && is_fixed_money(a) && is_fixed_money(b)) {
        return money_comparison(node, scope);
    }
    if (are_parts && a.type.kind == TypeKind::link) {
        return node.kind == NodeKind::equal ? link_equality(a, b, scope)
                                            : "NOT " + link_equality(a, b, scope);
    }
    return program(node, scope);
}

/// Null when the currencies differ.
std::string SqlExpressions::money_comparison(const Node& node, SqlScope& scope) {
    const Node& a = *node.operands[0];
    const Node& b = *node.operands[1];
    std::string text = "CASE WHEN " + part(a, SlotPart::second, scope) + " = ";
    text += part(b, SlotPart::second, scope) + " THEN ";
    text += part(a, SlotPart::first, scope);
    text += sign_of(node.kind);
    return text + part(b, SlotPart::first, scope) + " END";
}

std::string SqlExpressions::link_equality(const Node& a, const Node& b, SqlScope& scope) {
    std::string text = "(" + part(a, SlotPart::first, scope) + " = ";
    text += part(b, SlotPart::first, scope) + " AND ";
    text += part(a, SlotPart::second, scope) + " = ";
    return text + part(b, SlotPart::second, scope) + ")";
}

std::string SqlExpressions::in(const Node& node, SqlScope& scope) {
    const Node& subject = *node.operands[0];
    if (are_plain_alike(node)) {
        std::string text = operand(subject, scope).first + " IN (";
        for (std::size_t i = 1; i < node.operands.size(); ++i) {
            text += i == 1 ? "" : ", ";
            text += operand(*node.operands[i], scope).first;
        }
        return text + ")";
    }
    const bool are_links =
        std::all_of(node.operands.begin(), node.operands.end(), [](const auto& operand) {
            return operand->type.kind == TypeKind::link && is_plain(*operand);
        });
    if (!are_links || node.operands.size() > longest_chain) {
        return program(node, scope);
    }
    std::string text = "(";
    for (std::size_t i = 1; i < node.operands.size(); ++i) {
        text += i == 1 ? "" : " OR ";
        text += link_equality(subject, *node.operands[i], scope);
    }
    return text + ")";
}

// ---- values

Operand SqlExpressions::operand(const Node& node, SqlScope& scope) {
    if (node.is_constant) {
        return {.first = constant(node, SlotPart::whole), .second = {}};
    }
    if (node.kind == NodeKind::path) {
        SqlScope& home = outwards(scope, node.path.levels);
        return path(node.path, 0, {home.table}, home);
    }
    return {.first = node.kind == NodeKind::children ? children(node, scope) : program(node, scope),
            .second = {}};
}

std::string SqlExpressions::part(const Node& node, SlotPart which, SqlScope& scope) {
    if (node.is_constant) {
        return constant(node, which);
    }
    Operand columns = operand(node, scope);
    return which == SlotPart::first ? std::move(columns.first) : std::move(columns.second);
}

std::string SqlExpressions::constant(const Node& node, SlotPart part) {
    return slot(Slot{.kind = SlotKind::constant,
                     .part = part,
                     .index = source_,
                     .type = node.type,
                     .node = &node});
}

/// "crmkit_evaluate(?, …)": the node computed by the evaluator from its leaves.
std::string SqlExpressions::program(const Node& node, SqlScope& scope) {
    std::vector<const Node*> leaves;
    collect_leaves(node, leaves);
    auto program = std::make_shared<Program>();
    program->root = &node;
    program->source = source_;
    for (const Node* leaf : leaves) {
        program->leaves.push_back(
            {.leaf = leaf->leaf, .type = leaf->type, .is_packed = leaf->kind != NodeKind::path});
        program->leaf_count = std::max(program->leaf_count, std::size_t{leaf->leaf} + 1);
    }
    std::string text =
        "crmkit_evaluate(" + slot(Slot{.kind = SlotKind::program, .program = program});
    for (const Node* leaf : leaves) {
        const Operand argument = operand(*leaf, scope);
        text += ", " + argument.first;
        text += argument.is_pair() ? ", " + argument.second : std::string();
    }
    return text + ")";
}

}  // namespace crmkit::sqlite
