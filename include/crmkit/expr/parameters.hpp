/// Values for the parameters of a text: checked and brought into the types they must have.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/nfc.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/expr/expression.hpp"

namespace crmkit::expr {

/// A value for the parameter `:name`.
struct Binding {
    std::string_view name{};
    Value value{};
};

namespace detail {

inline bool is_number(const ValueView& value) {
    return value.kind() == ValueKind::integer || value.kind() == ValueKind::decimal;
}

inline std::optional<Value> as_integer_parameter(const ValueView& value, bool accepts_number) {
    if (value.kind() == ValueKind::decimal && value.decimal().billionths % Decimal::one == 0) {
        return Value(value.decimal().billionths / Decimal::one);
    }
    return value.kind() == ValueKind::integer || (accepts_number && is_number(value))
               ? std::optional(Value(value))
               : std::nullopt;
}

inline std::optional<Value> as_decimal_parameter(const ValueView& value, bool accepts_number) {
    if (value.kind() == ValueKind::integer && value.integer() >= -Decimal::largest_whole &&
        value.integer() <= Decimal::largest_whole) {
        return Value(Decimal::of(value.integer()));
    }
    if (value.kind() == ValueKind::text) {
        const auto parsed = Decimal::parse(value.text());
        return parsed ? std::optional(Value(*parsed)) : std::nullopt;
    }
    return value.kind() == ValueKind::decimal || (accepts_number && is_number(value))
               ? std::optional(Value(value))
               : std::nullopt;
}

inline std::optional<Value> as_money_parameter(const ValueView& value, bool accepts_number) {
    if (value.kind() == ValueKind::text) {
        try {
            return Value(Money::parse(value.text()));
        } catch (const Error&) {
            return std::nullopt;
        }
    }
    return value.kind() == ValueKind::money || (accepts_number && is_number(value))
               ? std::optional(Value(value))
               : std::nullopt;
}

inline std::optional<Value> as_date_parameter(const ValueView& value) {
    if (value.kind() == ValueKind::text) {
        const auto parsed = Date::parse(value.text());
        return parsed ? std::optional(Value(*parsed)) : std::nullopt;
    }
    return value.kind() == ValueKind::date ? std::optional(Value(value)) : std::nullopt;
}

inline std::optional<Value> as_instant_parameter(const ValueView& value) {
    if (value.kind() == ValueKind::text) {
        const auto parsed = Instant::parse(value.text());
        return parsed ? std::optional(Value(*parsed)) : std::nullopt;
    }
    if (value.kind() == ValueKind::date) {
        return Value(Instant::start_of(value.date()));
    }
    return value.kind() == ValueKind::instant ? std::optional(Value(value)) : std::nullopt;
}

inline std::optional<Value> as_reference_parameter(const ValueView& value, const Type& type) {
    if (value.kind() == ValueKind::text) {
        const auto parsed = Id::parse(value.text());
        return parsed ? std::optional(Value(*parsed)) : std::nullopt;
    }
    if (value.kind() == ValueKind::integer && value.integer() > 0) {
        return Value(Id{value.integer()});
    }
    if (value.kind() == ValueKind::link &&
        (type.entity == nullptr || type.entity->number == value.link().entity)) {
        return Value(value.link().id);
    }
    return value.kind() == ValueKind::id ? std::optional(Value(value)) : std::nullopt;
}

/// The value as the parameter's type wants it; nothing when it is of another kind.
inline std::optional<Value> as_parameter(const ValueView& value, const Parameter& parameter) {
    const auto of_kind = [&value](ValueKind kind) {
        return value.kind() == kind ? std::optional(Value(value)) : std::nullopt;
    };
    if (value.is_null()) {
        return Value();
    }
    switch (parameter.type.kind) {
        case TypeKind::boolean:
            return of_kind(ValueKind::boolean);
        case TypeKind::text:  // as texts are stored
            return value.kind() == ValueKind::text ? std::optional(Value(nfc(value.text())))
                                                   : std::nullopt;
        case TypeKind::enumeration:
            return of_kind(ValueKind::text);
        case TypeKind::integer:
            return as_integer_parameter(value, parameter.accepts_number);
        case TypeKind::decimal:
            return as_decimal_parameter(value, parameter.accepts_number);
        case TypeKind::money:
            return as_money_parameter(value, parameter.accepts_number);
        case TypeKind::date:
            return as_date_parameter(value);
        case TypeKind::instant:
            return as_instant_parameter(value);
        case TypeKind::reference:
            return as_reference_parameter(value, parameter.type);
        case TypeKind::link:
            return of_kind(ValueKind::link);
        case TypeKind::unknown:
        case TypeKind::text_list:
        case TypeKind::json:
            return std::nullopt;
    }
    return std::nullopt;
}

/// What is wrong with a value for a parameter; empty when nothing is.
inline std::string parameter_problem(const Value& value, const Parameter& parameter) {
    const ValueView view = value.view();
    if (view.kind() == ValueKind::text &&
        (contains_nul(view.text()) || find_invalid_utf8(view.text()) != std::string::npos)) {
        return "must be UTF-8 without NUL";
    }
    if (parameter.type.kind == TypeKind::enumeration && !view.is_null()) {
        const std::vector<std::string_view> labels(parameter.type.labels.begin(),
                                                   parameter.type.labels.end());
        if (std::find(labels.begin(), labels.end(), view.text()) == labels.end()) {
            const std::string_view near = nearest(view.text(), labels);
            return near.empty() ? "is none of the labels it is compared with"
                                : "is none of the labels it is compared with; nearest is '" +
                                      std::string(near) + "'";
        }
    }
    return {};
}

}  // namespace detail

/// The values of all parameters of a text, owned.
class BoundParameters {
  public:
    BoundParameters() = default;
    explicit BoundParameters(std::vector<Value> values) : values_(std::move(values)) {
        views_.assign(values_.begin(), values_.end());
    }
    BoundParameters(const BoundParameters& other) : BoundParameters(other.values_) {}
    BoundParameters(BoundParameters&& other) noexcept = default;
    BoundParameters& operator=(BoundParameters other) noexcept {
        values_ = std::move(other.values_);
        views_ = std::move(other.views_);
        return *this;
    }
    ~BoundParameters() = default;

    /// By parameter number, for Context::parameters; valid as long as this object.
    [[nodiscard]] std::span<const ValueView> views() const { return views_; }

  private:
    std::vector<Value> values_;
    std::vector<ValueView> views_;
};

namespace detail {

/// Collects what is wrong with the values given for parameters.
class Binder {
  public:
    explicit Binder(const Parameters& parameters)
        : parameters_(parameters), values_(parameters.size()), is_given_(parameters.size()) {}

    void take(std::string_view name, const ValueView& given) {
        const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                        [&](const Parameter& known) { return known.name == name; });
        if (found == parameters_.end()) {
            refuse_name(name);
            return;
        }
        const auto index = static_cast<std::size_t>(found - parameters_.begin());
        is_given_[index] = true;
        const std::string_view shown =
            given.kind() == ValueKind::text ? given.text() : std::string_view();
        auto value = as_parameter(given, *found);
        if (!value) {
            refuse(name, shown,
                   "is " + std::string(to_string(given.kind())) + " where " +
                       described(found->type) + " is expected");
            return;
        }
        std::string problem = parameter_problem(*value, *found);
        if (!problem.empty()) {
            refuse(name, shown, std::move(problem));
            return;
        }
        values_[index] = std::move(*value);
    }

    BoundParameters finish() {
        for (std::size_t i = 0; i < parameters_.size(); ++i) {
            if (!is_given_[i]) {
                refuse(parameters_[i].name, {}, "has no value");
            }
        }
        if (!problems_.empty()) {
            throw Error::about(ErrorCode::expression, std::move(problems_));
        }
        return BoundParameters(std::move(values_));
    }

  private:
    /// A message is UTF-8 also when what it is about is not.
    static std::string shown(std::string_view text) {
        return find_invalid_utf8(text) == std::string_view::npos ? shortened(text) : "?";
    }

    void refuse(std::string_view name, std::string_view value, std::string message) {
        problems_.push_back(Problem{.entity = {},
                                    .field = ":" + shown(name),
                                    .value = shown(value),
                                    .message = std::move(message)});
    }

    void refuse_name(std::string_view name) {
        std::vector<std::string_view> known;
        for (const Parameter& parameter : parameters_) {
            known.push_back(parameter.name);
        }
        const std::string_view near = nearest(name, known);
        refuse(
            name, {},
            near.empty()
                ? "the expression has no such parameter"
                : "the expression has no such parameter; nearest is ':" + std::string(near) + "'");
    }

    const Parameters& parameters_;
    std::vector<Value> values_;
    std::vector<bool> is_given_;
    std::vector<Problem> problems_;
};

}  // namespace detail

/// Brings the values given for the parameters of a text into their types and order. give_all(give)
/// calls give(name, value) for each.
///
/// Dates, instants, ids, decimals and monies may be given as text, whole decimals as integers and
/// the other way round, a date for an instant, any number for a number or money that it is only
/// compared with; null for anything. Throws Error(expression) with a problem for each parameter
/// that has no value, that the text does not have, or whose value has another type.
template <typename GiveAll>
BoundParameters bind_all(const Parameters& parameters, GiveAll give_all) {
    detail::Binder binder(parameters);
    give_all(
        [&binder](std::string_view name, const ValueView& value) { binder.take(name, value); });
    return binder.finish();
}

/// The same for a list.
inline BoundParameters bind(const Parameters& parameters, std::span<const Binding> bindings) {
    return bind_all(parameters, [bindings](const auto& give) {
        for (const Binding& binding : bindings) {
            give(binding.name, binding.value);
        }
    });
}
inline BoundParameters bind(const Parameters& parameters, std::initializer_list<Binding> bindings) {
    return bind(parameters, std::span<const Binding>(bindings.begin(), bindings.size()));
}

}  // namespace crmkit::expr
