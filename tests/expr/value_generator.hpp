/// Random well-typed values of the expression language, from a grammar and the registry.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/expr/resolver.hpp"
#include "expr/expression_model.hpp"

namespace crmkit::expression_test {

using expr::Type;
using expr::TypeKind;

/// The part of the generator that makes everything but conditions.
class ValueGenerator {
  protected:
    explicit ValueGenerator(std::uint64_t seed) : records_(seed), random_(records_.random()) {}
    ValueGenerator(const ValueGenerator&) = delete;
    ValueGenerator& operator=(const ValueGenerator&) = delete;
    virtual ~ValueGenerator() = default;

    virtual std::string boolean(int depth) = 0;

    std::uint64_t below(std::uint64_t count) { return random_.below(count); }
    template <std::size_t Count>
    std::string one(const std::array<std::string_view, Count>& choices) {
        return std::string(choices[below(Count)]);
    }

    Type value_type() {
        constexpr std::array<TypeKind, 7> kinds{
            TypeKind::text, TypeKind::integer, TypeKind::decimal, TypeKind::money,
            TypeKind::date, TypeKind::instant, TypeKind::boolean};
        return kinds[below(kinds.size())];
    }

    std::string any_field() {
        const std::string found = path([](const Type& type) { return type.has_equality(); }, 0);
        return found.empty() ? "id" : found;
    }

    // ---- paths

    template <typename Wanted>
    std::string path(Wanted wanted, int tries) {
        for (int i = 0; i < 12 + tries; ++i) {
            std::string text;
            std::size_t level = scopes_.size() - 1;
            while (level > 0 && random_.chance(250)) {
                text += "parent.";
                --level;
            }
            const auto [end, type] = walk(*scopes_[level]);
            if (!end.empty() && wanted(type)) {
                last_type_ = type;
                return text + end;
            }
        }
        return {};
    }

    /// A random path from an entity, with its type; empty when the walk came to nothing.
    std::pair<std::string, Type> walk(const Entity& entity) {
        std::string text;
        std::vector<const Entity*> at{&entity};
        for (int steps = 0; steps < 4; ++steps) {
            const Field& field = at.front()->fields[below(at.front()->fields.size())];
            text += (text.empty() ? "" : ".") + std::string(field.name);
            for (const Entity* other : at) {
                const Field* there = other->find(field.name);
                if (there == nullptr || there->type() != field.type() ||
                    (field.id != header::id && there->target != field.target)) {
                    return {};
                }
            }
            const bool can_follow = !field.target.empty();
            if (!can_follow || random_.chance(400)) {
                Type type = expr::detail::type_of(test_registry(), *at.front(), field);
                if (at.size() > 1 && field.id == header::id) {
                    type = Type::reference(nullptr);
                }
                return {text, type};
            }
            at = test_registry().targets(field);
        }
        return {};
    }

    std::string path_of(TypeKind kind) {
        return path([kind](const Type& type) { return type.kind == kind; }, 20);
    }

    // ---- literals and parameters

    static std::string quoted_text(std::string_view text) {
        std::string out = "'";
        for (const char c : text) {
            out += c;
            out += c == '\'' ? "'" : "";
        }
        return out + "'";
    }

    std::string parameter(Value value) {
        const std::string name = "p" + std::to_string(parameters_.size());
        parameters_.emplace_back(name, std::move(value));
        return ":" + name;
    }

    std::string money_text() {
        Money money = records_.money();
        money.minor_units = std::max(money.minor_units, -INT64_MAX);
        return to_string(money);
    }

    std::string literal(TypeKind kind) {
        switch (kind) {
            case TypeKind::text:
                return quoted_text(records_.text());
            case TypeKind::integer:
                return std::to_string(std::max(records_.integer(), -INT64_MAX));
            case TypeKind::decimal: {
                const Decimal decimal{std::max(records_.decimal().billionths, -INT64_MAX)};
                const std::string text = to_string(decimal);
                return text.find('.') == text.npos ? text + ".0" : text;
            }
            case TypeKind::money:
                return money_text();
            case TypeKind::date:
                return "date '" + to_string(records_.date()) + "'";
            case TypeKind::instant:
                return "instant '" + to_string(records_.instant()) + "'";
            case TypeKind::unknown:
            case TypeKind::boolean:
            case TypeKind::enumeration:
            case TypeKind::reference:
            case TypeKind::link:
            case TypeKind::text_list:
            case TypeKind::json:
                break;
        }
        return random_.chance(500) ? "true" : "false";
    }

    Value random_value(TypeKind kind) {
        if (random_.chance(50)) {
            return {};
        }
        switch (kind) {
            case TypeKind::text:
                return Value(records_.text());
            case TypeKind::integer:
                return Value(records_.integer());
            case TypeKind::decimal:
                return Value(records_.decimal());
            case TypeKind::money:
                return Value(records_.money());
            case TypeKind::date:
                return Value(records_.date());
            case TypeKind::instant:
                return Value(records_.instant());
            case TypeKind::unknown:
            case TypeKind::boolean:
            case TypeKind::enumeration:
            case TypeKind::reference:
            case TypeKind::link:
            case TypeKind::text_list:
            case TypeKind::json:
                break;
        }
        return Value(random_.chance(500));
    }

    /// What may be given for a parameter that is compared with a value of the kind.
    TypeKind given_kind(TypeKind kind) {
        const bool is_number = kind == TypeKind::integer || kind == TypeKind::decimal;
        return !is_number ? kind : random_.chance(500) ? TypeKind::integer : TypeKind::decimal;
    }

    /// What a value of the kind is compared with: often a constant.
    std::string comparand(TypeKind kind, int depth) {
        if (random_.chance(250)) {
            return parameter(random_value(given_kind(kind)));
        }
        return random_.chance(450) ? literal(kind) : value(kind, depth);
    }

    // ---- values

    std::string value(const Type& type, int depth) {
        const TypeKind kind = type.kind;
        if (kind == TypeKind::boolean) {
            return boolean(depth);
        }
        if (depth <= 0 || random_.chance(450)) {
            const std::string found = path_of(kind);
            return found.empty() || random_.chance(150) ? literal(kind) : found;
        }
        if (random_.chance(120)) {
            return "coalesce(" + value(kind, depth - 1) + ", " + value(kind, depth - 1) + ")";
        }
        if (random_.chance(120)) {
            return "if(" + boolean(depth - 1) + ", " + value(kind, depth - 1) + ", " +
                   value(kind, depth - 1) + ")";
        }
        if (random_.chance(250)) {
            const std::string list = child_aggregate(kind, depth);
            if (!list.empty()) {
                return list;
            }
        }
        return computed(kind, depth - 1);
    }

    std::string computed(TypeKind kind, int depth) {
        switch (kind) {
            case TypeKind::text:
                return computed_text(depth);
            case TypeKind::integer:
                return computed_integer(depth);
            case TypeKind::decimal:
                return computed_decimal(depth);
            case TypeKind::money:
                return computed_money(depth);
            case TypeKind::date:
                return computed_date(depth);
            case TypeKind::instant:
            case TypeKind::unknown:
            case TypeKind::boolean:
            case TypeKind::enumeration:
            case TypeKind::reference:
            case TypeKind::link:
            case TypeKind::text_list:
            case TypeKind::json:
                break;
        }
        return computed_instant(depth);
    }

    std::string computed_text(int depth) {
        if (random_.chance(150)) {
            return "currency(" + value(TypeKind::money, depth) + ")";
        }
        const std::string inner = value(TypeKind::text, depth);
        constexpr std::array<std::string_view, 4> forms{"fold", "trim", "lower", "upper"};
        constexpr std::array<std::string_view, 5> pieces{"e", "ss", " ", "Acme", "é"};
        switch (below(6)) {
            case 0:
            case 1:
                return one(forms) + "(" + inner + ")";
            case 2:
                return "replace(" + inner + ", " +
                       (random_.chance(700) ? quoted_text(one(pieces))
                                            : comparand(TypeKind::text, depth - 1)) +
                       (random_.chance(300) ? ")"
                                            : ", " + comparand(TypeKind::text, depth - 1) + ")");
            case 3:
                return "substring(" + inner + ", " + std::to_string(below(4)) + ", " +
                       value(TypeKind::integer, depth - 1) + ")";
            case 4:
                return "(" + inner + " || " + value(TypeKind::text, depth) + ")";
            default:
                return "concat(" + inner + ", '-', " + value(TypeKind::text, depth) + ")";
        }
    }

    std::string binary(const std::string& left, std::string_view sign, const std::string& right) {
        return "(" + left + " " + std::string(sign) + " " + right + ")";
    }

    std::string computed_integer(int depth) {
        constexpr std::array<std::string_view, 3> signs{"+", "-", "*"};
        constexpr std::array<std::string_view, 5> parts{"year", "month", "day", "quarter",
                                                        "weekday"};
        switch (below(8)) {
            case 0:
                return one(parts) + "(" + value(TypeKind::date, depth) + ")";
            case 1:
                return one(parts) + "(" + value(TypeKind::instant, depth) + ")";
            case 2:
                return "length(" + value(TypeKind::text, depth) + ")";
            case 3:
                return binary(value(TypeKind::date, depth), "-", value(TypeKind::date, depth));
            case 4:
                return "-" + value(TypeKind::integer, depth);
            case 5:
                return "seconds_between(" + value(TypeKind::instant, depth) + ", " +
                       value(TypeKind::instant, depth) + ")";
            case 6:
                return rounded(TypeKind::integer, depth);
            default:
                return binary(value(TypeKind::integer, depth), one(signs),
                              value(TypeKind::integer, depth));
        }
    }

    std::string rounded(TypeKind kind, int depth) {
        const std::int64_t places = static_cast<std::int64_t>(below(32)) - 22;
        return "round(" + value(kind, depth) + ", " + std::to_string(places) + ")";
    }

    std::string number(int depth) {
        return value(random_.chance(500) ? TypeKind::integer : TypeKind::decimal, depth);
    }

    std::string computed_decimal(int depth) {
        constexpr std::array<std::string_view, 4> signs{"+", "-", "*", "/"};
        switch (below(6)) {
            case 0:
                return rounded(TypeKind::decimal, depth);
            case 1:
                return "abs(" + value(TypeKind::decimal, depth) + ")";
            case 2:
                return "amount(" + value(TypeKind::money, depth) + ")";
            case 3:
                return binary(value(TypeKind::money, depth), "/", value(TypeKind::money, depth));
            case 4:
                return binary(number(depth), "/", number(depth));
            default:
                return binary(value(TypeKind::decimal, depth), one(signs), number(depth));
        }
    }

    std::string computed_money(int depth) {
        const std::string inner = value(TypeKind::money, depth);
        switch (below(5)) {
            case 0:
                return "abs(" + inner + ")";
            case 1:
                return "-" + inner;
            case 2:
                return binary(inner, random_.chance(500) ? "*" : "/", number(depth));
            case 3:
                return binary(number(depth), "*", inner);
            default:
                return binary(inner, random_.chance(500) ? "+" : "-",
                              value(TypeKind::money, depth));
        }
    }

    std::string computed_date(int depth) {
        constexpr std::array<std::string_view, 3> starts{"start_of_month", "start_of_quarter",
                                                         "start_of_year"};
        switch (below(5)) {
            case 0:
                return "today()";
            case 1:
                return "date(" + value(TypeKind::instant, depth) + ")";
            case 2:
                return "add_months(" + value(TypeKind::date, depth) + ", " +
                       value(TypeKind::integer, depth - 1) + ")";
            case 3:
                return one(starts) + "(" + value(TypeKind::date, depth) + ")";
            default:
                return binary(value(TypeKind::date, depth), random_.chance(500) ? "+" : "-",
                              "days(" + value(TypeKind::integer, depth) + ")");
        }
    }

    std::string computed_instant(int depth) {
        switch (below(3)) {
            case 0:
                return "now()";
            case 1:
                return "add_months(" + value(TypeKind::instant, depth) + ", " +
                       value(TypeKind::integer, depth - 1) + ")";
            default:
                return binary(value(TypeKind::instant, depth), random_.chance(500) ? "+" : "-",
                              value(TypeKind::integer, depth));
        }
    }

    // ---- child lists

    struct List {
        std::string text;
        const Entity* from = nullptr;
    };

    /// A random child list of the innermost scope, or of what one of its references leads to.
    List child_list() {
        if (scopes_.size() > 3) {
            return {};
        }
        List list;
        const Entity* at = scopes_.back();
        if (random_.chance(200)) {
            const Field& field = at->fields[below(at->fields.size())];
            if (field.type() != FieldType::reference || field.target.empty()) {
                return {};
            }
            list.text = std::string(field.name) + ".";
            at = test_registry().find(field.target);
        }
        std::vector<IncomingReference> incoming;
        for (const IncomingReference& reference : test_registry().references_to(*at)) {
            if (!reference.field->children_name.empty()) {
                incoming.push_back(reference);
            }
        }
        if (incoming.empty()) {
            return {};
        }
        const std::string_view name = incoming[below(incoming.size())].field->children_name;
        list.text += name;
        list.from = test_registry().children(*at, name).from;
        return list;
    }

    std::string where(const List& list, int depth) {
        if (random_.chance(300)) {
            return {};
        }
        scopes_.push_back(list.from);
        std::string text = " where " + boolean(depth - 1);
        scopes_.pop_back();
        return text;
    }

    std::string child_aggregate(TypeKind kind, int depth) {
        const List list = child_list();
        if (list.from == nullptr) {
            return {};
        }
        if (kind == TypeKind::integer && random_.chance(500)) {
            return "count(" + list.text + where(list, depth) + ")";
        }
        const bool can_add =
            kind == TypeKind::integer || kind == TypeKind::decimal || kind == TypeKind::money;
        constexpr std::array<std::string_view, 3> sums{"sum", "min", "max"};
        std::string name = can_add ? one(sums) : random_.chance(500) ? "min" : "max";
        if (kind == TypeKind::decimal && random_.chance(300)) {
            name = "avg";
        }
        for (int i = 0; i < 12; ++i) {
            const auto [field, type] = walk(*list.from);
            if (!field.empty() && type.kind == kind) {
                return name + "(" + list.text + "." + field + where(list, depth) + ")";
            }
        }
        return {};
    }

    RecordGenerator records_;
    Random& random_;
    std::vector<const Entity*> scopes_;
    std::vector<std::pair<std::string, Value>> parameters_;
    Type last_type_{};
};

}  // namespace crmkit::expression_test
