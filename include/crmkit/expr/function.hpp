/// `expr::Function`: one declaration of each function of the expression language. The checker, the
/// evaluator, the SQL backends and the reference in docs/expressions.md all follow from it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/expr/type.hpp"

namespace crmkit::expr {

/// The present, as the store's clock has it: an expression never reads a clock.
struct Moment {
    Instant now{};
    /// The civil date on which `now` lies for the one who asks.
    Date today{};

    Moment() = default;
    /// `today` is the date in UTC.
    explicit Moment(Instant instant) : now(instant), today(instant.date()) {}
    Moment(Instant instant, Date date) : now(instant), today(date) {}
};

/// Owns the texts and lists that an evaluation makes, until it is over.
class Scratch {
  public:
    ValueView keep(std::string text) { return ValueView(texts_.emplace_front(std::move(text))); }
    ValueView keep(std::vector<std::string> list) {
        return ValueView(std::span<const std::string>(lists_.emplace_front(std::move(list))));
    }
    /// Two buffers for folded texts, kept to save allocations.
    std::array<std::string, 2> folds{};

  private:
    std::forward_list<std::string> texts_;
    std::forward_list<std::vector<std::string>> lists_;
};

/// What an implementation is called with.
struct Call {
    std::span<const ValueView> arguments;
    Scratch& scratch;
    const Moment& moment;

    const ValueView& operator[](std::size_t index) const { return arguments[index]; }
};

/// A set of types that an argument may have.
class TypeSet {
  public:
    constexpr TypeSet() = default;
    constexpr TypeSet(std::initializer_list<TypeKind> kinds) {
        for (const TypeKind kind : kinds) {
            bits_ |= 1U << static_cast<unsigned>(kind);
        }
    }
    [[nodiscard]] constexpr bool contains(TypeKind kind) const {
        return ((bits_ >> static_cast<unsigned>(kind)) & 1U) != 0;
    }
    /// The only member, or unknown when there are several: what a parameter in its place is.
    [[nodiscard]] TypeKind only() const;

  private:
    unsigned bits_ = 0;
};

/// "date or instant".
inline std::string described(TypeSet set) {
    std::string out;
    for (unsigned i = 0; i <= static_cast<unsigned>(TypeKind::json); ++i) {
        const auto kind = static_cast<TypeKind>(i);
        if (set.contains(kind)) {
            out += out.empty() ? "" : " or ";
            out += to_string(kind);
        }
    }
    return out;
}

inline TypeKind TypeSet::only() const {
    TypeKind found = TypeKind::unknown;
    for (unsigned i = 0; i <= static_cast<unsigned>(TypeKind::json); ++i) {
        if (contains(static_cast<TypeKind>(i))) {
            if (found != TypeKind::unknown) {
                return TypeKind::unknown;
            }
            found = static_cast<TypeKind>(i);
        }
    }
    return found;
}

/// How a function is written and evaluated.
enum class FunctionForm : std::uint8_t {
    ordinary,     ///< f(a, b): null when an argument is null
    null_aware,   ///< f(a, b): is called with nulls too
    match,        ///< a like b, or like(a, b): compares folded texts
    conditional,  ///< if(condition, then, else): evaluates one of the two
    coalesce,     ///< the first argument that is not null
};

/// One parameter of a function.
struct FunctionParameter {
    std::string_view name{};
    TypeSet types{};
};

/// One function of the language.
struct Function {
    static constexpr std::size_t most_parameters = 3;
    static constexpr std::size_t any_number = 1000;

    std::string_view name{};
    FunctionForm form = FunctionForm::ordinary;
    std::array<FunctionParameter, most_parameters> parameters{};
    std::size_t fewest = 0;
    /// Beyond the declared parameters, further arguments are like the last one.
    std::size_t most = 0;
    /// Unknown: the type of the first argument.
    TypeKind result = TypeKind::unknown;
    std::string_view help{};
    ValueView (*implementation)(const Call& call) = nullptr;
    /// Matches: whether a folded text matches a folded pattern.
    bool (*match)(std::string_view text, std::string_view pattern) = nullptr;

    [[nodiscard]] const FunctionParameter& parameter(std::size_t index) const {
        std::size_t last = most_parameters - 1;
        while (last > 0 && parameters[last].name.empty()) {
            --last;
        }
        return parameters[index < last ? index : last];
    }
};

}  // namespace crmkit::expr
