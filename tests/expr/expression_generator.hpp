/// Random well-typed texts of the expression language, from a grammar and the registry.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/expr/parameters.hpp"
#include "expr/value_generator.hpp"

namespace crmkit::expression_test {

/// A generated text and the values of its parameters.
struct GeneratedText {
    std::string text;
    std::vector<std::pair<std::string, Value>> parameters;

    [[nodiscard]] expr::BoundParameters bind(const expr::Parameters& declared) const {
        std::vector<expr::Binding> bindings;
        for (const auto& [name, value] : parameters) {
            bindings.push_back({name, value});
        }
        return expr::bind(declared, bindings);
    }
};

/// Generates texts that parse and check. Deterministic for a seed.
class ExpressionGenerator final : ValueGenerator {
  public:
    explicit ExpressionGenerator(std::uint64_t seed) : ValueGenerator(seed) {}

    /// `depth` bounds the nesting of the condition.
    GeneratedText query(const Entity& entity, int depth = 3) {
        start(entity);
        std::string text = random_.chance(950) ? boolean(depth) : "";
        const std::uint64_t terms = random_.below(4);
        for (std::uint64_t i = 0; i < terms; ++i) {
            text += i == 0 ? " order by " : ", ";
            text += order_term() + (random_.chance(500) ? " desc" : "");
        }
        if (random_.chance(200)) {
            text += " limit " + std::to_string(random_.below(12));
        }
        return {std::move(text), std::move(parameters_)};
    }

    GeneratedText aggregation(const Entity& entity) {
        start(entity);
        std::string text;
        const std::uint64_t measures = 1 + random_.below(3);
        for (std::uint64_t i = 0; i < measures; ++i) {
            text += (i == 0 ? "" : ", ") + measure();
        }
        const std::uint64_t groups = random_.below(3);
        for (std::uint64_t i = 0; i < groups; ++i) {
            text += (i == 0 ? " by " : ", ") + order_term();
        }
        if (random_.chance(500)) {
            text += " where " + boolean(2);
        }
        if (random_.chance(500)) {
            text += " order by " + std::to_string(1 + random_.below(measures + groups));
            text += random_.chance(500) ? " desc" : "";
        }
        if (random_.chance(200)) {
            text += " limit " + std::to_string(random_.below(8));
        }
        return {std::move(text), std::move(parameters_)};
    }

    /// An expression of any type that values can have.
    GeneratedText expression(const Entity& entity) {
        start(entity);
        std::string text = value(value_type(), 3);
        return {std::move(text), std::move(parameters_)};
    }

  private:
    void start(const Entity& entity) {
        scopes_.assign(1, &entity);
        parameters_.clear();
    }

    std::string order_term() {
        if (random_.chance(700)) {
            return any_field();
        }
        return "coalesce(" + any_field() + ")";
    }

    std::string measure() {
        if (random_.chance(250)) {
            return "count()";
        }
        constexpr std::array<TypeKind, 3> amounts{TypeKind::integer, TypeKind::decimal,
                                                  TypeKind::money};
        constexpr std::array<std::string_view, 4> sums{"sum", "avg", "min", "max"};
        constexpr std::array<TypeKind, 3> others{TypeKind::text, TypeKind::date, TypeKind::instant};
        if (random_.chance(700)) {
            return one(sums) + "(" + value(amounts[below(amounts.size())], 1) + ")";
        }
        constexpr std::array<std::string_view, 3> extremes{"min", "max", "count"};
        return one(extremes) + "(" + value(others[below(others.size())], 1) + ")";
    }

    // ---- conditions

    std::string boolean(int depth) override {
        if (depth <= 0) {
            return comparison(0);
        }
        switch (below(16)) {
            case 0:
            case 1:
                return "(" + boolean(depth - 1) + " and " + boolean(depth - 1) + ")";
            case 2:
            case 3:
                return "(" + boolean(depth - 1) + " or " + boolean(depth - 1) + ")";
            case 4:
                return "(not " + boolean(depth - 1) + ")";
            case 5: {
                const List list = child_list();
                return list.from == nullptr ? comparison(depth)
                                            : "exists(" + list.text + where(list, depth) + ")";
            }
            case 6:
                return "(" + any_field() + " is " + (random_.chance(500) ? "not " : "") + "null)";
            case 7:
                return match(depth);
            case 8:
                return enumeration();
            case 9:
                return link();
            case 10:
                return reference();
            case 11:
                return range(depth);
            case 12:
                return list_test(depth);
            case 13: {
                const std::string flag = path_of(TypeKind::boolean);
                return flag.empty()          ? "true"
                       : random_.chance(500) ? flag
                                             : "(" + flag + " = false)";
            }
            default:
                return comparison(depth);
        }
    }

    std::string comparison(int depth) {
        constexpr std::array<std::string_view, 6> signs{"=", "!=", "<", "<=", ">", ">="};
        constexpr std::array<TypeKind, 6> kinds{TypeKind::text,    TypeKind::integer,
                                                TypeKind::decimal, TypeKind::money,
                                                TypeKind::date,    TypeKind::instant};
        const TypeKind kind = kinds[below(kinds.size())];
        TypeKind other = kind;
        if (random_.chance(250)) {
            other = kind == TypeKind::integer   ? TypeKind::decimal
                    : kind == TypeKind::money   ? TypeKind::integer
                    : kind == TypeKind::date    ? TypeKind::instant
                    : kind == TypeKind::decimal ? TypeKind::money
                                                : kind;
        }
        if (kind == TypeKind::money && other == kind && random_.chance(250)) {
            const std::string left = path_or_literal(kind);
            const TypeKind number = random_.chance(500) ? TypeKind::integer : TypeKind::decimal;
            return "(" + left + " " + one(signs) + " " + parameter(random_value(number)) + ")";
        }
        const std::string left = value(kind, depth - 1);
        if (other != kind) {
            return "(" + left + " " + one(signs) + " " + value(other, depth - 1) + ")";
        }
        return "(" + left + " " + one(signs) + " " + comparand(kind, depth - 1) + ")";
    }

    std::string path_or_literal(TypeKind kind) {
        const std::string found = path_of(kind);
        return found.empty() ? literal(kind) : found;
    }

    std::string match(int depth) {
        constexpr std::array<std::string_view, 4> names{"like", "starts_with", "contains",
                                                        "ends_with"};
        constexpr std::array<std::string_view, 12> parts{"a%", "%STEEL%", "acme", "str_sse",
                                                         "Z",  "%\\%",    "é",    "ss",
                                                         "_",  "%e",      "%",    "acme  steel"};
        if (random_.chance(100)) {
            const std::string list = path_of(TypeKind::text_list);
            if (!list.empty()) {
                return "(" + list + " contains " + quoted_text(records_.text()) + ")";
            }
        }
        const std::string part = random_.chance(600)   ? quoted_text(one(parts))
                                 : random_.chance(500) ? parameter(Value(records_.text()))
                                                       : value(TypeKind::text, depth - 1);
        const std::string subject = value(TypeKind::text, depth - 1);
        if (random_.chance(200)) {
            return one(names) + "(" + subject + ", " + part + ")";
        }
        return "(" + subject + (random_.chance(300) ? " not " : " ") + one(names) + " " + part +
               ")";
    }

    std::string enumeration() {
        const std::string found = path_of(TypeKind::enumeration);
        if (found.empty()) {
            return "false";
        }
        const auto labels = last_type_.labels;
        const auto label = [&] {
            const std::string_view chosen = labels[below(labels.size())];
            return random_.chance(300) ? parameter(Value(chosen)) : quoted_text(chosen);
        };
        if (random_.chance(300)) {
            return "(" + found + " in (" + label() + ", " + label() + "))";
        }
        return "(" + found + (random_.chance(500) ? " = " : " != ") + label() + ")";
    }

    std::string link() {
        const std::string found = path_of(TypeKind::link);
        if (found.empty()) {
            return "false";
        }
        const Entity& team = entity_of<Team>();
        const Entity& user = entity_of<User>();
        const bool may_be_written = !found.ends_with("partner");
        const auto some_link = [&] {
            const Entity& target = random_.chance(500) ? user : team;
            const Id id = records_.id(target);
            return may_be_written && random_.chance(500)
                       ? quoted_text(std::string(target.name) + "/" + to_string(id))
                       : parameter(Value(Link{target.number, id}));
        };
        switch (below(4)) {
            case 0:
                return found.ends_with("owner")
                           ? "(" + found + " is " + (random_.chance(500) ? "not " : "") + "team)"
                           : "(" + found + " is null)";
            case 1:
                return "(" + found + " in (" + some_link() + ", " + some_link() + "))";
            case 2: {
                const std::string other = path_of(TypeKind::link);
                return other.empty() ? "true" : "(" + found + " = " + other + ")";
            }
            default:
                return "(" + found + (random_.chance(500) ? " = " : " != ") + some_link() + ")";
        }
    }

    std::string reference() {
        const std::string found = path_of(TypeKind::reference);
        if (found.empty()) {
            return "true";
        }
        const Entity& target =
            last_type_.entity == nullptr ? entity_of<User>() : *last_type_.entity;
        const std::string id = to_string(records_.id(target));
        const std::string constant = random_.chance(300)   ? id
                                     : random_.chance(500) ? quoted_text(id)
                                                           : parameter(Value(*Id::parse(id)));
        return "(" + found + (random_.chance(700) ? " = " : " != ") + constant + ")";
    }

    std::string range(int depth) {
        const Type type = value_type();
        if (type.kind == TypeKind::boolean) {
            return "true";
        }
        const bool is_given = random_.chance(150);
        const std::string subject =
            is_given ? parameter(random_value(given_kind(type.kind))) : value(type, depth - 1);
        const std::string low = is_given ? value(type, depth - 1) : comparand(type.kind, depth - 1);
        return "(" + subject + (random_.chance(200) ? " not" : "") + " between " + low + " and " +
               comparand(type.kind, depth - 1) + ")";
    }

    std::string list_test(int depth) {
        const Type type = value_type();
        std::string text = "(" + value(type, depth - 1) + (random_.chance(200) ? " not" : "") +
                           " in (" + comparand(type.kind, depth - 1);
        while (random_.chance(600)) {
            text += ", " + comparand(type.kind, depth - 2);
        }
        return text + "))";
    }
};

}  // namespace crmkit::expression_test
