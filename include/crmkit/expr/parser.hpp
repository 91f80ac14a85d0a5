/// The grammar of expressions: from text to a tree of unchecked nodes.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/nfc.hpp"
#include "crmkit/expr/functions.hpp"
#include "crmkit/expr/tree_builder.hpp"

namespace crmkit::expr::detail {

/// The aggregate with this name in lower case.
inline std::optional<AggregateKind> aggregate_of(std::string_view name) {
    for (std::uint8_t i = 0; i < aggregate_kinds; ++i) {
        if (to_string(static_cast<AggregateKind>(i)) == name) {
            return static_cast<AggregateKind>(i);
        }
    }
    return std::nullopt;
}

/// Recursive descent with precedence climbing. Every step down is counted, so that no text can
/// exhaust the stack.
class ExpressionParser : protected TreeBuilder {
  public:
    using TreeBuilder::TreeBuilder;

    /// The whole text as one expression.
    NodePointer expression_only() {
        NodePointer node = expression();
        expect_end("an operator or the end of the expression");
        return node;
    }

    /// The parameters met, in the order of their first use, types still unknown.
    Parameters take_parameters() { return std::move(parameters_); }

  protected:
    // ---- operators, from the loosest to the tightest

    NodePointer expression() {
        const Nesting nesting(*this);
        NodePointer left = conjunction();
        while (at_keyword("or")) {
            const std::uint32_t position = current().position;
            advance();
            left = joined(NodeKind::logical_or, position, std::move(left), conjunction());
        }
        return left;
    }

    NodePointer conjunction() {
        NodePointer left = negation();
        while (at_keyword("and")) {
            const std::uint32_t position = current().position;
            advance();
            left = joined(NodeKind::logical_and, position, std::move(left), negation());
        }
        return left;
    }

    NodePointer negation() {
        if (!at_keyword("not")) {
            return comparison();
        }
        const Nesting nesting(*this);
        const std::uint32_t position = current().position;
        advance();
        return make(NodeKind::logical_not, position, negation());
    }

    static std::optional<NodeKind> comparison_sign(const Token& token) {
        constexpr std::array<std::pair<std::string_view, NodeKind>, 7> signs{{
            {"=", NodeKind::equal},
            {"!=", NodeKind::not_equal},
            {"<>", NodeKind::not_equal},
            {"<", NodeKind::less},
            {"<=", NodeKind::less_equal},
            {">", NodeKind::greater},
            {">=", NodeKind::greater_equal},
        }};
        for (const auto& [sign, kind] : signs) {
            if (token.is(TokenKind::sign, sign)) {
                return kind;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] bool at_predicate() const {
        return at_keyword("in") || at_keyword("between") || at_match() != nullptr;
    }

    /// The function of an infix "like", "contains", …
    [[nodiscard]] const Function* at_match() const {
        if (current().kind != TokenKind::keyword) {
            return nullptr;
        }
        const Function* function = find_function(current().text);
        return function != nullptr && function->form == FunctionForm::match ? function : nullptr;
    }

    NodePointer comparison() {
        NodePointer left = sum();
        const std::uint32_t position = current().position;
        if (const auto kind = comparison_sign(current())) {
            advance();
            left = make(*kind, position, std::move(left), sum());
        } else if (at_keyword("is")) {
            left = is_test(std::move(left));
        } else {
            const bool negated = at_keyword("not");
            if (negated) {
                advance();
                if (!at_predicate()) {
                    unexpected("'in', 'between', 'like', 'starts_with', 'contains' or 'ends_with'");
                }
            }
            if (at_predicate()) {
                left = predicate(std::move(left));
                left = negated ? make(NodeKind::logical_not, position, std::move(left))
                               : std::move(left);
            }
        }
        if (comparison_sign(current()) || at_predicate() || at_keyword("is")) {
            fail_here("comparisons cannot be chained; join them with 'and'");
        }
        return left;
    }

    NodePointer is_test(NodePointer left) {
        const std::uint32_t position = current().position;
        advance();
        const bool negated = take_keyword("not");
        NodePointer test;
        if (take_keyword("null")) {
            test = make(NodeKind::is_null, position, std::move(left));
        } else if (current().kind == TokenKind::name || current().kind == TokenKind::quoted_name) {
            test = make(NodeKind::is_entity, position, std::move(left));
            test->names.push_back(take_name());
        } else {
            unexpected("'null', 'not null' or the name of an entity");
        }
        return negated ? make(NodeKind::logical_not, position, std::move(test)) : std::move(test);
    }

    NodePointer predicate(NodePointer left) {
        const std::uint32_t position = current().position;
        if (take_keyword("between")) {
            NodePointer low = sum();
            expect_keyword("and");
            return make(NodeKind::between, position, std::move(left), std::move(low), sum());
        }
        if (take_keyword("in")) {
            NodePointer node = make(NodeKind::in, position, std::move(left));
            expect_sign("(");
            do {
                if (node->operands.size() > limits::list_items) {
                    fail_here("a list may not have more than " +
                              std::to_string(limits::list_items) + " items");
                }
                add_operand(*node, sum());
            } while (take_sign(","));
            expect_sign(")");
            return node;
        }
        const Function* function = at_match();
        advance();
        NodePointer node = make(NodeKind::call, position, std::move(left), sum());
        node->function = function;
        return node;
    }

    NodePointer sum() {
        NodePointer left = product();
        while (at_sign("+") || at_sign("-") || at_sign("||")) {
            const std::string_view sign = current().text;
            const std::uint32_t position = current().position;
            advance();
            left = sign == "||" ? joined(NodeKind::concat, position, std::move(left), product())
                                : make(sign == "+" ? NodeKind::add : NodeKind::subtract, position,
                                       std::move(left), product());
        }
        return left;
    }

    NodePointer product() {
        NodePointer left = factor();
        while (at_sign("*") || at_sign("/")) {
            const NodeKind kind = at_sign("*") ? NodeKind::multiply : NodeKind::divide;
            const std::uint32_t position = current().position;
            advance();
            left = make(kind, position, std::move(left), factor());
        }
        return left;
    }

    NodePointer factor() {
        if (!at_sign("-")) {
            return primary();
        }
        const Nesting nesting(*this);
        const std::uint32_t position = current().position;
        advance();
        const bool is_literal = current().kind == TokenKind::number;
        NodePointer operand = factor();
        if (is_literal) {
            operand->literal = Value(negate(operand->literal));
            operand->length += operand->position - position;
            operand->position = position;
            return operand;
        }
        return make(NodeKind::negate, position, std::move(operand));
    }

    NodePointer primary() {
        switch (current().kind) {
            case TokenKind::number:
                return number();
            case TokenKind::text:
                return text_literal(TypeKind::text);
            case TokenKind::parameter:
                return parameter();
            case TokenKind::name:
                return name_or_call();
            case TokenKind::quoted_name:
                return path();
            case TokenKind::keyword:
                return keyword_value();
            case TokenKind::sign:
                if (take_sign("(")) {
                    NodePointer inside = expression();
                    expect_sign(")");
                    return inside;
                }
                break;
            case TokenKind::end:
                break;
        }
        unexpected("a value, a field or '('");
    }

    NodePointer keyword_value() {
        const Token token = current();
        if (take_keyword("true") || take_keyword("false")) {
            return make_literal(token, TypeKind::boolean, Value(token.text == "true"));
        }
        if (take_keyword("null")) {
            return make_literal(token, TypeKind::unknown, Value());
        }
        if (at_match() != nullptr && following().is(TokenKind::sign, "(")) {
            advance();
            return call(token);
        }
        unexpected("a value or a field (a field of this name stands in double quotes)");
    }

    NodePointer number() {
        const Token token = current();
        advance();
        if (current().kind == TokenKind::name && is_currency_like(current().text)) {
            return money(token);
        }
        if (token.text.find('.') == std::string_view::npos) {
            std::int64_t whole = 0;
            const auto* end = token.text.data() + token.text.size();
            if (std::from_chars(token.text.data(), end, whole).ec != std::errc{}) {
                fail_at(token.position, token.text, "is too large for an integer");
            }
            return make_literal(token, TypeKind::integer, Value(whole));
        }
        const auto decimal = Decimal::parse(token.text);
        if (!decimal) {
            fail_at(token.position, token.text,
                    "is not a decimal of at most 9 places below 9223372036.854775808");
        }
        return make_literal(token, TypeKind::decimal, Value(*decimal));
    }

    static bool is_currency_like(std::string_view name) {
        bool upper = name.size() == 3;
        for (const char c : name) {
            upper = upper && c >= 'A' && c <= 'Z';
        }
        return upper;
    }

    NodePointer money(const Token& number) {
        const Token code = current();
        advance();
        const auto currency = Currency::find(code.text);
        if (!currency) {
            std::vector<std::string_view> codes;
            codes.reserve(currencies.size());
            for (const CurrencyInfo& info : currencies) {
                codes.push_back(info.code);
            }
            const std::string_view near = nearest(code.text, codes);
            fail_at(code.position, code.text,
                    near.empty() ? "is not a currency"
                                 : "is not a currency; nearest is '" + std::string(near) + "'");
        }
        const std::string_view text = source().substr(number.position, code.end - number.position);
        try {
            return make_literal(number, code.end, TypeKind::money,
                                Value(Money::of(number.text, *currency)));
        } catch (const Error& error) {
            fail_at(number.position, text,
                    error.problems().empty() ? error.message() : error.problems().front().message);
        }
    }

    /// A text in quotes, or a date or instant whose word before it has been read.
    NodePointer text_literal(TypeKind type) {
        const Token token = current();
        advance();
        if (type == TypeKind::text) {
            return make_literal(token, type, Value(nfc(unescaped(token.text))));
        }
        if (type == TypeKind::date) {
            const auto date = Date::parse(token.text);
            if (!date) {
                fail_at(token.position, token.text, "is not a date such as 2026-12-31");
            }
            return make_literal(token, type, Value(*date));
        }
        const auto instant = Instant::parse(token.text);
        if (!instant) {
            fail_at(token.position, token.text, "is not an instant such as 2026-12-31T09:30:00Z");
        }
        return make_literal(token, type, Value(*instant));
    }

    static std::string unescaped(std::string_view inside) {
        std::string out;
        out.reserve(inside.size());
        for (std::size_t i = 0; i < inside.size(); ++i) {
            out += inside[i];
            i += inside[i] == '\'' ? 1U : 0U;
        }
        return out;
    }

    NodePointer parameter() {
        const Token token = current();
        advance();
        std::size_t index = 0;
        while (index < parameters_.size() && parameters_[index].name != token.text) {
            ++index;
        }
        if (index == limits::parameters) {
            fail_at(token.position, token.text,
                    "an expression may not have more than " + std::to_string(limits::parameters) +
                        " parameters");
        }
        if (index == parameters_.size()) {
            parameters_.push_back(Parameter{.name = std::string(token.text)});
        }
        NodePointer node = make(NodeKind::parameter, token.position);
        node->index = static_cast<std::uint16_t>(index);
        node->length = token.end - token.position;
        return node;
    }

    NodePointer name_or_call() {
        const Token token = current();
        if (following().kind == TokenKind::text) {
            const std::string word = lower(token.text);
            if (word == "date" || word == "instant") {
                advance();
                return text_literal(word == "date" ? TypeKind::date : TypeKind::instant);
            }
        }
        if (following().is(TokenKind::sign, "(")) {
            advance();
            return call(token);
        }
        return path();
    }

    Name take_name() {
        if (current().kind != TokenKind::name && current().kind != TokenKind::quoted_name) {
            unexpected("a name (one that is also a keyword stands in double quotes)");
        }
        const Name name{current().text, current().position,
                        current().kind == TokenKind::quoted_name};
        advance();
        return name;
    }

    void take_names(std::vector<Name>& names) {
        do {
            names.push_back(take_name());
            if (names.size() > limits::joins) {
                fail_at(
                    names.back().position, names.back().text,
                    "a path may not have more than " + std::to_string(limits::joins) + " steps");
            }
        } while (take_sign("."));
    }

    NodePointer path() {
        NodePointer node = make(NodeKind::path, current().position);
        take_names(node->names);
        return node;
    }

    static std::string lower(std::string_view name) {
        std::string out(name);
        for (char& c : out) {
            c = crmkit::detail::ascii_lower(c);
        }
        return out;
    }

    /// A function or child list whose name has been read; the parenthesis is next.
    NodePointer call(const Token& name) {
        if (const auto kind = aggregate_of(lower(name.text))) {
            return child_list(*kind, name.position);
        }
        const Function* function = find_function(name.text);
        if (function == nullptr) {
            refuse_function(name);
        }
        NodePointer node = make(NodeKind::call, name.position);
        node->function = function;
        expect_sign("(");
        if (!at_sign(")")) {
            do {
                add_operand(*node, expression());
            } while (take_sign(","));
        }
        expect_sign(")");
        if (node->operands.size() < function->fewest || node->operands.size() > function->most) {
            fail_at(name.position, name.text,
                    "is called with " + std::to_string(node->operands.size()) +
                        " arguments; right is " + signature(*function));
        }
        return node;
    }

    [[noreturn]] void refuse_function(const Token& name) {
        std::vector<std::string_view> known;
        known.reserve(functions.size() + aggregate_kinds);
        for (const Function& function : functions) {
            known.push_back(function.name);
        }
        for (std::uint8_t i = 0; i < aggregate_kinds; ++i) {
            known.push_back(to_string(static_cast<AggregateKind>(i)));
        }
        const std::string_view near = nearest(name.text, known);
        fail_at(name.position, name.text,
                near.empty() ? "is not a function"
                             : "is not a function; nearest is '" + std::string(near) + "'");
    }

    NodePointer child_list(AggregateKind kind, std::uint32_t position) {
        NodePointer node = make(NodeKind::children, position);
        node->children = std::make_unique<ChildList>();
        node->children->kind = kind;
        expect_sign("(");
        take_names(node->names);
        if (take_keyword("where")) {
            node->children->condition = expression();
            const std::size_t depth = std::size_t{node->children->condition->depth} + 1;
            node->depth = static_cast<std::uint16_t>(depth);
        }
        expect_sign(")");
        return node;
    }

  private:
    Parameters parameters_{};
};

}  // namespace crmkit::expr::detail
