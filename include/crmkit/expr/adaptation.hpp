/// How values of different types meet: literals and parameters take the type of what they stand
/// beside, and a few types widen into others.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crmkit/expr/printer.hpp"
#include "crmkit/expr/resolver.hpp"

namespace crmkit::expr::detail {

/// The type in which values of both can be compared or mixed; nothing when there is none.
inline std::optional<Type> common_type(const Type& a, const Type& b) {
    if (a == b || b.kind == TypeKind::unknown) {
        return a;
    }
    if (a.kind == TypeKind::unknown) {
        return b;
    }
    const auto are = [&](TypeKind one, TypeKind other) {
        return (a.kind == one && b.kind == other) || (a.kind == other && b.kind == one);
    };
    if (a.is_number() && b.is_number()) {
        return TypeKind::decimal;
    }
    if (are(TypeKind::date, TypeKind::instant)) {
        return TypeKind::instant;
    }
    if (are(TypeKind::reference, TypeKind::link)) {
        return TypeKind::link;
    }
    if (a.kind == TypeKind::reference && b.kind == TypeKind::reference &&
        (a.entity == nullptr || b.entity == nullptr)) {
        return Type::reference(nullptr);
    }
    return std::nullopt;
}

/// A common type also of a money and a number, which only comparisons know.
inline std::optional<Type> compared_type(const Type& a, const Type& b) {
    if ((a.kind == TypeKind::money && b.is_number()) ||
        (b.kind == TypeKind::money && a.is_number())) {
        return TypeKind::money;
    }
    return common_type(a, b);
}

/// Why values meet.
enum class Meeting : std::uint8_t {
    comparison,  ///< numbers and monies may stay what they are
    mixture,     ///< one of several values becomes the result: all must have its type
};

/// Gives nodes the type that their neighbours ask for.
class Adapter {
  public:
    Adapter(const Resolver& resolver, Parameters& parameters)
        : resolver_(resolver), parameters_(parameters) {}

    /// Whether the node has no type of its own yet, or one that follows its neighbours.
    [[nodiscard]] bool is_adaptable(const Node& node) const {
        if (node.kind == NodeKind::parameter) {
            return parameters_[node.index].type.kind == TypeKind::unknown;
        }
        return node.kind == NodeKind::literal &&
               (node.type.kind == TypeKind::unknown || node.type.kind == TypeKind::text ||
                node.type.kind == TypeKind::integer);
    }

    /// Makes `node` a value of `target`, or one that can be compared with it.
    void adapt(NodePointer& node, const Type& target, Meeting meeting, const Scope& scope) {
        if (node->kind == NodeKind::parameter && adapt_parameter(*node, target, meeting)) {
            return;
        }
        if (node->kind == NodeKind::literal) {
            adapt_literal(*node, target, meeting, scope);
        }
        const Type& type = node->type;
        if (type == target || type.kind == TypeKind::unknown ||
            (type.kind == TypeKind::reference && target.kind == TypeKind::reference &&
             common_type(type, target))) {
            return;
        }
        if (meeting == Meeting::comparison && (type.is_number() || type.kind == TypeKind::money) &&
            compared_type(type, target)) {
            return;
        }
        const bool names_no_entity = type.kind == TypeKind::reference && type.entity == nullptr;
        if (!names_no_entity && common_type(type, target) == target) {
            convert(node, target);
            return;
        }
        refuse(*node, target, scope);
    }

    /// What an error message calls a node: a literal or parameter as it stands in the text,
    /// anything else, which must have been checked, in its one spelling.
    [[nodiscard]] std::string shown(const Node& node) const {
        if (node.kind == NodeKind::literal || node.kind == NodeKind::parameter) {
            return std::string(resolver_.written(node));
        }
        std::string out;
        Printer(out, parameters_).print(node);
        return out;
    }

    /// Where only a value of the parameter's own type would do, not any number.
    void require_strict(const Node& node) {
        if (node.kind == NodeKind::parameter) {
            parameters_[node.index].accepts_number = false;
        }
    }

  private:
    /// Gives a parameter its type on its first meeting; false when it has another one already.
    bool adapt_parameter(Node& node, const Type& target, Meeting meeting) {
        Parameter& parameter = parameters_[node.index];
        const bool takes_number = meeting == Meeting::comparison &&
                                  (target.is_number() || target.kind == TypeKind::money);
        if (parameter.type.kind == TypeKind::unknown) {
            parameter.type = target;
            parameter.accepts_number = takes_number;
        }
        parameter.accepts_number = parameter.accepts_number && takes_number;
        node.type = parameter.type;
        return parameter.type == target;
    }

    void adapt_literal(Node& node, const Type& target, Meeting meeting, const Scope& scope) {
        if (node.type == target) {
            return;
        }
        if (node.type.kind == TypeKind::unknown) {
            node.type = target;
        } else if (node.type.is_number() && target.kind == TypeKind::money &&
                   meeting == Meeting::mixture) {
            const std::string number(resolver_.written(node));
            resolver_.fail(node.position, *scope.entity, {}, number,
                           "must be money here, such as " + number + " EUR");
        } else if (node.type.kind == TypeKind::text) {
            adapt_text(node, target, scope);
        } else if (node.type.kind == TypeKind::integer) {
            adapt_integer(node, target, scope);
        } else if (node.type.kind == TypeKind::date && target.kind == TypeKind::instant) {
            node.literal = Value(Instant::start_of(node.literal.view().date()));
            node.type = target;
        }
    }

    void adapt_text(Node& node, const Type& target, const Scope& scope) {
        const std::string text(node.literal.view().text());
        if (target.kind == TypeKind::date) {
            set_literal(node, target, Date::parse(text), "a date such as '2026-12-31'", scope);
        } else if (target.kind == TypeKind::instant) {
            set_literal(node, target, Instant::parse(text),
                        "an instant such as '2026-12-31T09:30:00Z'", scope);
        } else if (target.kind == TypeKind::reference) {
            set_literal(node, target, Id::parse(text), "an id, which is a positive whole number",
                        scope);
        } else if (target.kind == TypeKind::link) {
            set_link(node, text, scope);
        } else if (target.kind == TypeKind::enumeration) {
            check_label(node, target, text, scope);
        }
    }

    /// "user/123", as JSON has it.
    void set_link(Node& node, std::string_view text, const Scope& scope) const {
        const std::size_t slash = text.find('/');
        const auto id = slash == text.npos ? std::nullopt : Id::parse(text.substr(slash + 1));
        if (!id) {
            resolver_.fail(node.position, *scope.entity, {}, resolver_.written(node),
                           "is not a link such as 'user/123'");
        }
        const Name name{.text = text.substr(0, slash), .position = node.position};
        node.entity = &resolver_.entity(name, *scope.entity);
        node.literal = Value(Link{node.entity->number, *id});
        node.type = TypeKind::link;
    }

    template <typename Parsed>
    void set_literal(Node& node, const Type& target, const std::optional<Parsed>& parsed,
                     const char* expected, const Scope& scope) {
        if (!parsed) {
            resolver_.fail(node.position, *scope.entity, {}, resolver_.written(node),
                           "is not " + std::string(expected));
        }
        node.literal = Value(*parsed);
        node.type = target;
    }

    void check_label(Node& node, const Type& target, std::string_view text, const Scope& scope) {
        std::vector<std::string_view> labels(target.labels.begin(), target.labels.end());
        if (std::find(labels.begin(), labels.end(), text) == labels.end()) {
            resolver_.fail(node.position, *scope.entity, {}, resolver_.written(node),
                           "is not one of " + listed(labels) + Resolver::nearest_of(text, labels));
        }
        node.type = target;
    }

    static std::string listed(const std::vector<std::string_view>& labels) {
        constexpr std::size_t most_shown = 12;
        std::string out;
        for (std::size_t i = 0; i < std::min(labels.size(), most_shown); ++i) {
            out += i == 0 ? "" : ", ";
            out += labels[i];
        }
        return labels.size() > most_shown ? out + ", …" : out;
    }

    void adapt_integer(Node& node, const Type& target, const Scope& scope) {
        const std::int64_t whole = node.literal.view().integer();
        if (target.kind == TypeKind::decimal && whole >= -Decimal::largest_whole &&
            whole <= Decimal::largest_whole) {
            node.literal = Value(Decimal::of(whole));
            node.type = target;
        } else if (target.kind == TypeKind::reference) {
            set_literal(node, target, whole > 0 ? std::optional(Id{whole}) : std::nullopt,
                        "an id, which is a positive whole number", scope);
        }
    }

    static void convert(NodePointer& node, const Type& target) {
        auto converted = std::make_unique<Node>();
        converted->kind = NodeKind::convert;
        converted->type = target;
        converted->position = node->position;
        converted->is_constant = node->is_constant;
        converted->subqueries = node->subqueries;
        converted->depth = static_cast<std::uint16_t>(node->depth + 1);
        converted->index =
            node->type.entity == nullptr ? EntityNumber{0} : node->type.entity->number;
        converted->operands.push_back(std::move(node));
        node = std::move(converted);
    }

    [[noreturn]] void refuse(const Node& node, const Type& target, const Scope& scope) const {
        std::string hint;
        if (target.kind == TypeKind::link) {
            hint = "; write it with its entity, such as 'user/123'";
        } else if (target.kind == TypeKind::money && node.type.is_number()) {
            hint = "; write it with its currency, such as 50 EUR";
        }
        resolver_.fail(
            node.position, *scope.entity, {}, shown(node),
            "is " + described(node.type) + " where " + described(target) + " is expected" + hint);
    }

    const Resolver& resolver_;
    Parameters& parameters_;
};

}  // namespace crmkit::expr::detail
