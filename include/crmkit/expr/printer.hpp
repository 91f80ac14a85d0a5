/// Back to text: `to_text()` gives one spelling of an expression, which parses back equal.
#pragma once

#include <string>
#include <string_view>

#include "crmkit/expr/expression.hpp"
#include "crmkit/expr/lexer.hpp"

namespace crmkit::expr {

namespace detail {

/// How tightly an operator binds; what binds looser than its place needs parentheses.
enum class Precedence : std::uint8_t {
    disjunction,
    conjunction,
    negation,
    comparison,
    sum,
    product,
    sign,
    value,
};

/// Writes nodes with as few parentheses as their meaning allows.
class Printer {
  public:
    Printer(std::string& out, const Parameters& parameters) : out_(out), parameters_(parameters) {}

    void print(const Node& node, Precedence place = Precedence::disjunction) {
        if (node.kind == NodeKind::convert) {
            print(*node.operands[0], place);
            return;
        }
        const bool in_parentheses = precedence(node) < place;
        out_ += in_parentheses ? "(" : "";
        print_bare(node);
        out_ += in_parentheses ? ")" : "";
    }

    void print_name(std::string_view name, bool is_first) {
        bool is_plain = keyword_of(name).empty() && !(is_first && name == "parent");
        for (std::size_t i = 0; i < name.size(); ++i) {
            const char c = name[i];
            is_plain = is_plain && (c == '_' || (crmkit::detail::is_ascii_alphanumeric(c) &&
                                                 (i > 0 || c < '0' || c > '9')));
        }
        out_ += is_plain ? "" : "\"";
        out_ += name;
        out_ += is_plain ? "" : "\"";
    }

  private:
    static bool is_postfix_test(const Node& node) {
        return node.kind == NodeKind::in || node.kind == NodeKind::between ||
               node.kind == NodeKind::is_null || node.kind == NodeKind::is_entity ||
               (node.kind == NodeKind::call && node.function->form == FunctionForm::match);
    }

    static Precedence precedence(const Node& node) {
        switch (node.kind) {
            case NodeKind::logical_or:
                return Precedence::disjunction;
            case NodeKind::logical_and:
                return Precedence::conjunction;
            case NodeKind::logical_not:
                return is_postfix_test(*node.operands[0]) ? Precedence::comparison
                                                          : Precedence::negation;
            case NodeKind::equal:
            case NodeKind::not_equal:
            case NodeKind::less:
            case NodeKind::less_equal:
            case NodeKind::greater:
            case NodeKind::greater_equal:
            case NodeKind::between:
            case NodeKind::in:
            case NodeKind::is_null:
            case NodeKind::is_entity:
                return Precedence::comparison;
            case NodeKind::add:
            case NodeKind::subtract:
            case NodeKind::concat:
                return Precedence::sum;
            case NodeKind::multiply:
            case NodeKind::divide:
                return Precedence::product;
            case NodeKind::negate:
                return Precedence::sign;
            case NodeKind::call:
                return node.function->form == FunctionForm::match ? Precedence::comparison
                                                                  : Precedence::value;
            case NodeKind::literal:
            case NodeKind::parameter:
            case NodeKind::path:
            case NodeKind::children:
            case NodeKind::convert:
                return Precedence::value;
        }
        return Precedence::value;
    }

    void print_bare(const Node& node) {
        switch (node.kind) {
            case NodeKind::literal:
                print_literal(node);
                return;
            case NodeKind::parameter:
                out_ += ':';
                out_ += parameters_[node.index].name;
                return;
            case NodeKind::path:
                print_path(node.path);
                return;
            case NodeKind::children:
                print_children(*node.children);
                return;
            case NodeKind::convert:
                return;
            case NodeKind::negate:
                print_negation(*node.operands[0]);
                return;
            case NodeKind::logical_not:
                print_not(*node.operands[0]);
                return;
            case NodeKind::logical_or:
                print_joined(node, " or ", Precedence::conjunction);
                return;
            case NodeKind::logical_and:
                print_joined(node, " and ", Precedence::negation);
                return;
            case NodeKind::concat:
                print_joined(node, " || ", Precedence::product);
                return;
            case NodeKind::add:
                print_binary(node, " + ", Precedence::sum, Precedence::product);
                return;
            case NodeKind::subtract:
                print_binary(node, " - ", Precedence::sum, Precedence::product);
                return;
            case NodeKind::multiply:
                print_binary(node, " * ", Precedence::product, Precedence::sign);
                return;
            case NodeKind::divide:
                print_binary(node, " / ", Precedence::product, Precedence::sign);
                return;
            case NodeKind::equal:
                print_binary(node, " = ", Precedence::sum, Precedence::sum);
                return;
            case NodeKind::not_equal:
                print_binary(node, " != ", Precedence::sum, Precedence::sum);
                return;
            case NodeKind::less:
                print_binary(node, " < ", Precedence::sum, Precedence::sum);
                return;
            case NodeKind::less_equal:
                print_binary(node, " <= ", Precedence::sum, Precedence::sum);
                return;
            case NodeKind::greater:
                print_binary(node, " > ", Precedence::sum, Precedence::sum);
                return;
            case NodeKind::greater_equal:
                print_binary(node, " >= ", Precedence::sum, Precedence::sum);
                return;
            case NodeKind::between:
            case NodeKind::in:
            case NodeKind::is_null:
            case NodeKind::is_entity:
                print_test(node, "");
                return;
            case NodeKind::call:
                print_call(node);
                return;
        }
    }

    void print_joined(const Node& node, std::string_view sign, Precedence place) {
        for (std::size_t i = 0; i < node.operands.size(); ++i) {
            out_ += i == 0 ? std::string_view() : sign;
            print(*node.operands[i], place);
        }
    }

    void print_binary(const Node& node, std::string_view sign, Precedence left, Precedence right) {
        print(*node.operands[0], left);
        out_ += sign;
        print(*node.operands[1], right);
    }

    /// "-5" is a number by itself: the negation of 5, and of 0, needs parentheses.
    void print_negation(const Node& operand) {
        out_ += '-';
        const std::size_t start = out_.size();
        print(operand, Precedence::sign);
        if (out_[start] >= '0' && out_[start] <= '9') {
            out_.insert(start, 1, '(');
            out_ += ')';
        }
    }

    void print_not(const Node& operand) {
        if (is_postfix_test(operand)) {
            print_test(operand, "not ");
            return;
        }
        out_ += "not ";
        print(operand, Precedence::negation);
    }

    /// "a in (…)", "a is null", …, with "not " where it belongs.
    void print_test(const Node& node, std::string_view negation) {
        print(*node.operands[0], Precedence::sum);
        if (node.kind == NodeKind::is_null || node.kind == NodeKind::is_entity) {
            out_ += " is ";
            out_ += negation;
            if (node.kind == NodeKind::is_null) {
                out_ += "null";
            } else {
                print_name(node.entity->name, false);
            }
            return;
        }
        out_ += ' ';
        out_ += negation;
        if (node.kind == NodeKind::between) {
            out_ += "between ";
            print(*node.operands[1], Precedence::sum);
            out_ += " and ";
            print(*node.operands[2], Precedence::sum);
        } else if (node.kind == NodeKind::in) {
            out_ += "in (";
            print_list(node, 1, Precedence::sum);
            out_ += ')';
        } else {
            out_ += node.function->name;
            out_ += ' ';
            print(*node.operands[1], Precedence::sum);
        }
    }

    void print_list(const Node& node, std::size_t first, Precedence place) {
        for (std::size_t i = first; i < node.operands.size(); ++i) {
            out_ += i == first ? "" : ", ";
            print(*node.operands[i], place);
        }
    }

    void print_call(const Node& node) {
        if (node.function->form == FunctionForm::match) {
            print_test(node, "");
            return;
        }
        out_ += node.function->name;
        out_ += '(';
        print_list(node, 0, Precedence::disjunction);
        out_ += ')';
    }

    void print_quoted(std::string_view text) {
        out_ += '\'';
        for (const char c : text) {
            out_ += c;
            if (c == '\'') {
                out_ += c;
            }
        }
        out_ += '\'';
    }

    void print_literal(const Node& node) {
        const ValueView value = node.literal.view();
        switch (value.kind()) {
            case ValueKind::null:
                out_ += node.type.kind == TypeKind::text ? "''" : "null";
                return;
            case ValueKind::text:
                print_quoted(value.text());
                return;
            case ValueKind::integer:
                out_ += std::to_string(value.integer());
                return;
            case ValueKind::decimal: {
                const std::string text = to_string(value.decimal());
                out_ += text;
                out_ += text.find('.') == std::string::npos ? ".0" : "";
                return;
            }
            case ValueKind::boolean:
                out_ += value.boolean() ? "true" : "false";
                return;
            case ValueKind::money:
                out_ += to_string(value.money());
                return;
            case ValueKind::date:
                out_ += "date ";
                print_quoted(to_string(value.date()));
                return;
            case ValueKind::instant:
                out_ += "instant ";
                print_quoted(to_string(value.instant()));
                return;
            case ValueKind::id:
                out_ += to_string(value.id());
                return;
            case ValueKind::link:
                print_quoted(std::string(node.entity->name) + "/" + to_string(value.link().id));
                return;
            case ValueKind::text_list:
                return;  // no literal has it
        }
    }

    void print_path(const Path& path) {
        for (std::uint32_t i = 0; i < path.levels; ++i) {
            out_ += "parent.";
        }
        for (std::size_t i = 0; i < path.steps.size(); ++i) {
            out_ += i == 0 ? "" : ".";
            print_name(path.steps[i].first.field->name, i == 0);
        }
    }

    void print_children(const ChildList& list) {
        out_ += to_string(list.kind);
        out_ += '(';
        print_path(list.owner);
        out_ += list.owner.steps.empty() ? "" : ".";
        print_name(list.reference->children_name,
                   list.owner.levels == 0 && list.owner.steps.empty());
        if (list.argument != nullptr) {
            out_ += '.';
            print_path(list.argument->path);
        }
        if (list.condition != nullptr) {
            out_ += " where ";
            print(*list.condition);
        }
        out_ += ')';
    }

    std::string& out_;
    const Parameters& parameters_;
};

inline void print_limit(std::string& out, const std::optional<std::int64_t>& limit) {
    if (limit) {
        out += out.empty() ? "limit " : " limit ";
        out += std::to_string(*limit);
    }
}

/// Whether the last sort key is the one that parsing adds by itself.
inline bool ends_with_implied_id(const Query& query) {
    const std::size_t count = query.order.size();
    if (count == 0) {
        return false;
    }
    const OrderTerm& last = query.order.back();
    const Path& path = last.value.root().path;
    const bool is_id = path.steps.size() == 1 && path.steps.front().first.field->id == header::id;
    return is_id && last.is_descending == (count > 1 && query.order[count - 2].is_descending);
}

}  // namespace detail

/// The text of an expression; empty for none. Parsing it again gives an equal expression.
inline std::string to_text(const Expression& expression) {
    std::string out;
    if (expression) {
        detail::Printer(out, expression.parameters()).print(expression.root());
    }
    return out;
}

/// The text of a query, without the sort key `id` where it is implied.
inline std::string to_text(const Query& query) {
    std::string out = to_text(query.filter);
    // "sort by" needs a key to stand before.
    const bool is_implied =
        detail::ends_with_implied_id(query) && !(query.may_sort && query.order.size() == 1);
    const std::size_t count = query.order.size() - (is_implied ? 1 : 0);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view word = query.may_sort ? "sort by " : "order by ";
        out += i > 0 || out.empty() ? "" : " ";
        out += i > 0 ? ", " : word;
        out += to_text(query.order[i].value);
        out += query.order[i].is_descending ? " desc" : "";
    }
    detail::print_limit(out, query.limit);
    return out;
}

/// The text of an aggregation. Its order is by column numbers.
inline std::string to_text(const Aggregation& aggregation) {
    std::string out;
    for (const Measure& measure : aggregation.measures) {
        out += out.empty() ? "" : ", ";
        out += to_string(measure.kind);
        out += '(' + to_text(measure.argument) + ')';
    }
    for (std::size_t i = 0; i < aggregation.group_by.size(); ++i) {
        out += i == 0 ? " by " : ", ";
        out += to_text(aggregation.group_by[i]);
    }
    if (aggregation.filter) {
        out += " where " + to_text(aggregation.filter);
    }
    for (std::size_t i = 0; i < aggregation.order.size(); ++i) {
        out += i == 0 ? " order by " : ", ";
        out += std::to_string(aggregation.order[i].column + 1);
        out += aggregation.order[i].is_descending ? " desc" : "";
    }
    detail::print_limit(out, aggregation.limit);
    return out;
}

}  // namespace crmkit::expr
