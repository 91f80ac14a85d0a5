/// The checker of the expression language: gives every node its type, or says what is wrong.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/expr/adaptation.hpp"
#include "crmkit/expr/functions.hpp"

namespace crmkit::expr::detail {

/// The type of an aggregate over values of a type; nothing when it is not defined on them.
inline std::optional<Type> aggregate_type(AggregateKind kind, const Type& argument) {
    const bool can_add = argument.is_number() || argument.kind == TypeKind::money;
    switch (kind) {
        case AggregateKind::exists:
            return TypeKind::boolean;
        case AggregateKind::count:
            return TypeKind::integer;
        case AggregateKind::sum:
            return can_add ? std::optional(argument) : std::nullopt;
        case AggregateKind::min:
        case AggregateKind::max:
            return argument.is_ordered() ? std::optional(argument) : std::nullopt;
        case AggregateKind::avg:
            return !can_add                           ? std::nullopt
                   : argument.kind == TypeKind::money ? std::optional(argument)
                                                      : std::optional(Type(TypeKind::decimal));
    }
    return std::nullopt;
}

/// Checks the trees of one text, bottom up.
class Checker {
  public:
    Checker(const Registry& registry, const Entity& entity, std::string_view text,
            Parameters& parameters)
        : resolver_(registry, text), adapter_(resolver_, parameters), parameters_(parameters) {
        root_.entity = &entity;
    }

    /// Checks a whole expression of any type.
    void check_any(NodePointer& node) {
        root_.leaves.clear();
        check(node, root_);
        require_known(*node, root_);
    }

    /// Checks a whole condition.
    void check_filter(NodePointer& node) {
        root_.leaves.clear();
        check_condition(node, root_);
    }

    /// Checks what records are sorted by.
    void check_order(NodePointer& node) {
        check_any(node);
        if (node->is_constant) {
            fail(*node, "does not depend on the record; name a field to sort by");
        }
        if (node->type.kind == TypeKind::text_list || node->type.kind == TypeKind::json) {
            fail(*node, "is " + described(node->type) + ", which has no order");
        }
    }

    /// Checks what records are grouped by.
    void check_group(NodePointer& node) {
        check_any(node);
        if (!node->type.has_equality()) {
            fail(*node, "is " + described(node->type) + " and cannot be grouped by");
        }
    }

    /// Checks a measure; `argument` may be null for count(). Returns its type.
    Type check_measure(AggregateKind kind, NodePointer& argument, std::uint32_t position) {
        if (argument == nullptr) {
            return TypeKind::integer;
        }
        check_any(argument);
        const auto type = aggregate_type(kind, argument->type);
        if (!type) {
            resolver_.fail(position, *root_.entity, {}, to_string(kind),
                           "is not defined on " + described(argument->type));
        }
        return *type;
    }

    /// To be called after all trees: every parameter must have a type by now.
    void finish() {
        for (Node* node : parameter_nodes_) {
            node->type = parameters_[node->index].type;
            if (node->type.kind == TypeKind::unknown) {
                fail(*node,
                     "nothing here says of which type this parameter is; compare it with a "
                     "field");
            }
        }
    }

    [[noreturn]] void fail(const Node& node, std::string message) const {
        resolver_.fail(node.position, *root_.entity, {}, adapter_.shown(node), std::move(message));
    }

  private:
    void require_known(const Node& node, const Scope& scope) {
        if (node.type.kind == TypeKind::unknown && node.kind != NodeKind::parameter) {
            resolver_.fail(node.position, *scope.entity, {}, adapter_.shown(node),
                           "has no type of its own here");
        }
    }

    // ---- the tree

    void check(NodePointer& pointer, Scope& scope) {
        Node& node = *pointer;
        switch (node.kind) {
            case NodeKind::literal:
                node.is_constant = true;
                return;
            case NodeKind::parameter:
                node.is_constant = true;
                node.type = parameters_[node.index].type;
                parameter_nodes_.push_back(&node);
                return;
            case NodeKind::path:
                resolver_.resolve_path(node, scope);
                break;
            case NodeKind::children:
                check_children(node, scope);
                break;
            case NodeKind::logical_not:
            case NodeKind::logical_and:
            case NodeKind::logical_or:
                check_logical(node, scope);
                break;
            case NodeKind::equal:
            case NodeKind::not_equal:
            case NodeKind::less:
            case NodeKind::less_equal:
            case NodeKind::greater:
            case NodeKind::greater_equal:
            case NodeKind::between:
            case NodeKind::in:
                check_comparison(node, scope);
                break;
            case NodeKind::is_null:
                check(node.operands[0], scope);
                refuse_null(*node.operands[0], scope);
                node.type = TypeKind::boolean;
                break;
            case NodeKind::is_entity:
                check_is_entity(node, scope);
                break;
            case NodeKind::negate:
                check(node.operands[0], scope);
                require_amount(node, *node.operands[0], scope);
                node.type = node.operands[0]->type;
                break;
            case NodeKind::add:
            case NodeKind::subtract:
            case NodeKind::multiply:
            case NodeKind::divide:
                check_arithmetic(node, scope);
                break;
            case NodeKind::concat:
                for (NodePointer& operand : node.operands) {
                    check(operand, scope);
                    adapter_.adapt(operand, TypeKind::text, Meeting::mixture, scope);
                }
                node.type = TypeKind::text;
                break;
            case NodeKind::call:
                check_call(node, scope);
                break;
            case NodeKind::convert:
                break;  // made here, never checked again
        }
        summarise(node, scope);
    }

    /// What the backends want to know of a checked node.
    void summarise(Node& node, const Scope& scope) const {
        node.is_constant = node.kind != NodeKind::path && node.kind != NodeKind::children;
        for (const NodePointer& operand : node.operands) {
            node.is_constant = node.is_constant && operand->is_constant;
            node.subqueries = std::max(node.subqueries, operand->subqueries);
        }
        if (node.subqueries > limits::subqueries) {
            resolver_.fail(node.position, *scope.entity, {}, {},
                           "child lists and wide polymorphic references may be nested " +
                               std::to_string(limits::subqueries) + " deep at most");
        }
    }

    void check_condition(NodePointer& node, Scope& scope) {
        check(node, scope);
        refuse_null(*node, scope);
        if (adapter_.is_adaptable(*node) || node->type.kind != TypeKind::boolean) {
            adapter_.adapt(node, TypeKind::boolean, Meeting::mixture, scope);
        }
    }

    /// The parts of an "and" are independent: all their problems are reported at once.
    void check_logical(Node& node, Scope& scope) {
        node.type = TypeKind::boolean;
        constexpr std::size_t most_problems = 20;
        std::vector<Problem> problems;
        for (NodePointer& operand : node.operands) {
            try {
                check_condition(operand, scope);
            } catch (const Error& error) {
                problems.insert(problems.end(), error.problems().begin(), error.problems().end());
            }
            if (problems.size() >= most_problems) {
                break;
            }
        }
        if (!problems.empty()) {
            throw Error::about(ErrorCode::expression, std::move(problems));
        }
    }

    void refuse_null(const Node& node, const Scope& scope) const {
        if (node.kind == NodeKind::literal && node.literal.is_null()) {
            resolver_.fail(node.position, *scope.entity, {}, {},
                           node.type.kind == TypeKind::text
                               ? "an empty text is null and equal to nothing; write 'is null'"
                               : "null has no use here; a test for it is 'is null'");
        }
    }

    // ---- comparisons

    void check_comparison(Node& node, Scope& scope) {
        Type target;
        for (NodePointer& operand : node.operands) {
            check(operand, scope);
            refuse_null(*operand, scope);
            if (!adapter_.is_adaptable(*operand)) {
                target = meet(target, *operand, scope);
            }
        }
        if (target.kind == TypeKind::unknown) {
            for (NodePointer& operand : node.operands) {
                target = meet(target, *operand, scope);
            }
        }
        if (target.kind == TypeKind::unknown) {
            fail_unknown(node, scope);
        }
        require_comparable(node, target, scope);
        for (NodePointer& operand : node.operands) {
            adapter_.adapt(operand, target, Meeting::comparison, scope);
        }
        for (std::size_t i = 1; i < node.operands.size(); ++i) {
            require_possible_link(*node.operands[0], *node.operands[i], scope);
            require_possible_link(*node.operands[i], *node.operands[0], scope);
        }
        node.type = TypeKind::boolean;
    }

    /// Whether a polymorphic reference may point at records of the entity.
    [[nodiscard]] bool may_point_at(const Node& path, const Entity& entity) const {
        const PathStep& last = path.path.steps.back();
        const auto may = [&](const PathField& field) {
            return resolver_.registry().may_target(*field.field, entity);
        };
        return may(last.first) || std::any_of(last.others.begin(), last.others.end(), may);
    }

    /// A literal link beside a reference that never points at its entity is a mistake.
    void require_possible_link(const Node& path, const Node& link, const Scope& scope) const {
        if (path.kind != NodeKind::path || link.kind != NodeKind::literal ||
            link.type.kind != TypeKind::link || path.type.kind != TypeKind::link ||
            may_point_at(path, *link.entity)) {
            return;
        }
        const Field& field = *path.path.steps.back().first.field;
        resolver_.fail(link.position, *scope.entity, {}, adapter_.shown(link),
                       "refers to " + std::string(link.entity->name) + ", but " +
                           std::string(field.name) + " refers to " + std::string(field.target));
    }

    [[nodiscard]] Type meet(const Type& target, const Node& operand, const Scope& scope) const {
        const auto common = compared_type(target, operand.type);
        if (!common) {
            resolver_.fail(operand.position, *scope.entity, {}, adapter_.shown(operand),
                           "is " + described(operand.type) + " and cannot be compared with " +
                               described(target));
        }
        return *common;
    }

    [[noreturn]] void fail_unknown(const Node& node, const Scope& scope) const {
        resolver_.fail(node.position, *scope.entity, {}, {},
                       "nothing here says of which type the values are; compare with a field");
    }

    void require_comparable(const Node& node, const Type& type, const Scope& scope) const {
        const bool needs_order = node.kind != NodeKind::equal && node.kind != NodeKind::not_equal &&
                                 node.kind != NodeKind::in;
        if (needs_order ? type.is_ordered() : type.has_equality()) {
            return;
        }
        std::string message = described(type) + " can only be compared by ";
        message += type.has_equality() ? "=, !=, in and is null" : "is null";
        message += type.kind == TypeKind::text_list ? " and contains" : "";
        resolver_.fail(node.position, *scope.entity, {}, {}, std::move(message));
    }

    void check_is_entity(Node& node, Scope& scope) {
        check(node.operands[0], scope);
        const Node& operand = *node.operands[0];
        if (operand.type.kind != TypeKind::link) {
            resolver_.fail(node.position, *scope.entity, {}, adapter_.shown(operand),
                           "only a polymorphic reference can be tested for an entity");
        }
        const Entity& entity = resolver_.entity(node.names.front(), *scope.entity);
        if (operand.kind == NodeKind::path && !may_point_at(operand, entity)) {
            resolver_.fail(node.names.front().position, *scope.entity, {}, node.names.front().text,
                           "is never what this reference points at");
        }
        node.index = entity.number;
        node.entity = &entity;
        node.names.clear();
        node.type = TypeKind::boolean;
    }

    // ---- arithmetic

    void require_amount(const Node& node, const Node& operand, const Scope& scope) {
        adapter_.require_strict(operand);
        if (!operand.type.is_number() && operand.type.kind != TypeKind::money) {
            resolver_.fail(operand.kind == NodeKind::literal ? operand.position : node.position,
                           *scope.entity, {}, adapter_.shown(operand),
                           "is " + described(operand.type) + "; this sign takes numbers and money");
        }
    }

    /// What a parameter beside `other` in this operation is.
    static Type parameter_type(NodeKind operation, const Type& other) {
        const bool is_sum = operation == NodeKind::add || operation == NodeKind::subtract;
        if (other.kind == TypeKind::date || other.kind == TypeKind::instant) {
            return TypeKind::integer;
        }
        return is_sum || other.kind == TypeKind::unknown ? other : Type(TypeKind::decimal);
    }

    static std::optional<Type> sum_type(NodeKind operation, const Type& a, const Type& b) {
        const auto is_day = [](const Type& type) {
            return type.kind == TypeKind::date || type.kind == TypeKind::instant;
        };
        if (a.is_number() && b.is_number()) {
            return common_type(a, b);
        }
        if (a.kind == TypeKind::money && b.kind == TypeKind::money) {
            return a;
        }
        if (is_day(a) && b.kind == TypeKind::integer) {
            return a;
        }
        if (operation == NodeKind::add && a.kind == TypeKind::integer && is_day(b)) {
            return b;
        }
        if (operation == NodeKind::subtract && a.kind == TypeKind::date &&
            b.kind == TypeKind::date) {
            return TypeKind::integer;
        }
        return std::nullopt;
    }

    static std::optional<Type> product_type(NodeKind operation, const Type& a, const Type& b) {
        const bool divides = operation == NodeKind::divide;
        if (a.is_number() && b.is_number()) {
            return divides ? Type(TypeKind::decimal) : common_type(a, b);
        }
        if (a.kind == TypeKind::money && b.is_number()) {
            return a;
        }
        if (!divides && a.is_number() && b.kind == TypeKind::money) {
            return b;
        }
        if (divides && a.kind == TypeKind::money && b.kind == TypeKind::money) {
            return TypeKind::decimal;
        }
        return std::nullopt;
    }

    void check_arithmetic(Node& node, Scope& scope) {
        check(node.operands[0], scope);
        check(node.operands[1], scope);
        for (std::size_t i = 0; i < 2; ++i) {
            NodePointer& operand = node.operands[i];
            const Type& other = node.operands[1 - i]->type;
            if (operand->type.kind == TypeKind::unknown && other.kind != TypeKind::unknown) {
                adapter_.adapt(operand, parameter_type(node.kind, other), Meeting::mixture, scope);
            }
            adapter_.require_strict(*operand);
        }
        const Type& a = node.operands[0]->type;
        const Type& b = node.operands[1]->type;
        const bool is_sum = node.kind == NodeKind::add || node.kind == NodeKind::subtract;
        const auto type = is_sum ? sum_type(node.kind, a, b) : product_type(node.kind, a, b);
        if (!type) {
            resolver_.fail(node.position, *scope.entity, {}, {},
                           arithmetic_message(node.kind, a, b));
        }
        node.type = *type;
    }

    static std::string arithmetic_message(NodeKind operation, const Type& a, const Type& b) {
        const std::string_view sign = operation == NodeKind::add        ? "+"
                                      : operation == NodeKind::subtract ? "-"
                                      : operation == NodeKind::multiply ? "*"
                                                                        : "/";
        std::string message =
            std::string(sign) + " is not defined between " + described(a) + " and " + described(b);
        if (a.kind == TypeKind::instant && b.kind == TypeKind::instant) {
            message += "; see seconds_between()";
        } else if (a.kind == TypeKind::text && b.kind == TypeKind::text &&
                   operation == NodeKind::add) {
            message += "; texts are joined by ||";
        } else if ((a.kind == TypeKind::money && b.is_number()) ||
                   (b.kind == TypeKind::money && a.is_number())) {
            message += "; write the number with its currency, such as 50 EUR";
        }
        return message;
    }

    // ---- calls

    void check_call(Node& node, Scope& scope) {
        for (NodePointer& operand : node.operands) {
            check(operand, scope);
        }
        const Function& function = *node.function;
        if (function.form == FunctionForm::conditional) {
            adapter_.adapt(node.operands[0], TypeKind::boolean, Meeting::mixture, scope);
            node.type = mix(node, 1, scope);
            return;
        }
        if (function.form == FunctionForm::coalesce) {
            node.type = mix(node, 0, scope);
            return;
        }
        for (std::size_t i = 0; i < node.operands.size(); ++i) {
            check_argument(node, i, scope);
        }
        node.type =
            function.result == TypeKind::unknown ? node.operands[0]->type : Type(function.result);
        if (function.form == FunctionForm::match && node.operands[1]->kind == NodeKind::literal) {
            node.fold = fold(node.operands[1]->literal.view().text());
        }
    }

    void check_argument(Node& node, std::size_t index, Scope& scope) {
        NodePointer& operand = node.operands[index];
        const FunctionParameter& parameter = node.function->parameter(index);
        refuse_null(*operand, scope);
        adapter_.require_strict(*operand);
        if (parameter.types.contains(operand->type.kind)) {
            return;
        }
        const TypeKind only = parameter.types.only();
        const bool can_widen =
            only != TypeKind::unknown &&
            (adapter_.is_adaptable(*operand) || common_type(operand->type, only) == Type(only));
        if (can_widen) {
            adapter_.adapt(operand, only, Meeting::mixture, scope);
            return;
        }
        resolver_.fail(
            operand->position, *scope.entity, {}, adapter_.shown(*operand),
            "is " + described(operand->type) + "; right is " + signature(*node.function));
    }

    /// The one type of the operands from `first` on, to which all are adapted.
    Type mix(Node& node, std::size_t first, Scope& scope) {
        Type target;
        for (const bool adaptable : {false, true}) {
            if (adaptable && target.kind != TypeKind::unknown) {
                break;
            }
            for (std::size_t i = first; i < node.operands.size(); ++i) {
                const Node& operand = *node.operands[i];
                if (adapter_.is_adaptable(operand) == adaptable) {
                    target = mixed_type(target, operand, scope);
                }
            }
        }
        if (target.kind == TypeKind::unknown) {
            fail_unknown(node, scope);
        }
        if (!target.has_equality()) {
            resolver_.fail(node.position, *scope.entity, {}, node.function->name,
                           "is not defined on " + described(target));
        }
        for (std::size_t i = first; i < node.operands.size(); ++i) {
            adapter_.adapt(node.operands[i], target, Meeting::mixture, scope);
        }
        return target;
    }

    [[nodiscard]] Type mixed_type(const Type& target, const Node& operand,
                                  const Scope& scope) const {
        const auto common = common_type(target, operand.type);
        if (!common) {
            resolver_.fail(operand.position, *scope.entity, {}, adapter_.shown(operand),
                           "is " + described(operand.type) + ", but " + described(target) +
                               " stands beside it");
        }
        return *common;
    }

    // ---- child lists

    void check_children(Node& node, Scope& scope) {
        ChildList& list = *node.children;
        const std::uint32_t position = node.position;
        std::vector<Name> rest = resolver_.resolve_children(node, scope);
        node.names.clear();
        Scope inner{.entity = list.from, .outer = &scope};
        if (!rest.empty()) {
            list.argument = std::make_unique<Node>();
            list.argument->kind = NodeKind::path;
            list.argument->position = rest.front().position;
            list.argument->names = std::move(rest);
            check(list.argument, inner);
            node.subqueries = list.argument->subqueries;
        }
        if (list.condition != nullptr) {
            check_condition(list.condition, inner);
            node.subqueries = std::max(node.subqueries, list.condition->subqueries);
        }
        ++node.subqueries;
        node.type = child_list_type(list, position, scope);
    }

    [[nodiscard]] Type child_list_type(const ChildList& list, std::uint32_t position,
                                       const Scope& scope) const {
        const bool takes_field = list.kind != AggregateKind::exists;
        const bool needs_field = takes_field && list.kind != AggregateKind::count;
        const std::string children(list.reference->children_name);
        if (list.argument == nullptr) {
            if (needs_field) {
                resolver_.fail(position, *scope.entity, {}, to_string(list.kind),
                               "needs a field of the list, such as " +
                                   std::string(to_string(list.kind)) + "(" + children + ".amount)");
            }
            return list.kind == AggregateKind::exists ? TypeKind::boolean : TypeKind::integer;
        }
        if (!takes_field) {
            resolver_.fail(position, *scope.entity, {}, "exists",
                           "takes a list, not a field of it; put the condition behind 'where'");
        }
        const auto type = aggregate_type(list.kind, list.argument->type);
        if (!type) {
            resolver_.fail(position, *scope.entity, {}, to_string(list.kind),
                           "is not defined on " + described(list.argument->type));
        }
        return *type;
    }

    Resolver resolver_;
    Adapter adapter_;
    Parameters& parameters_;
    Scope root_{};
    std::vector<Node*> parameter_nodes_{};
};

}  // namespace crmkit::expr::detail
