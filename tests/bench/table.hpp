/// `Table`: the figures with their targets, printed as they come, in Markdown.
#pragma once

#include <cstdint>
#include <string_view>

#include "rounds.hpp"

namespace crmkit::bench {

/// What a figure is to be. A figure half as much again past it counts as missed.
struct Target {
    enum class Kind : std::uint8_t { none, at_most, at_least };
    Kind kind = Kind::none;
    double value = 0;
    /// Whether it is judged by; one that is not is only printed.
    bool is_binding = true;

    [[nodiscard]] bool holds(double figure) const {
        return kind == Kind::none || (kind == Kind::at_most ? figure <= value : figure >= value);
    }
    [[nodiscard]] bool is_missed(double figure) const {
        return is_binding &&
               !Target{kind, kind == Kind::at_most ? value * 1.5 : value / 1.5}.holds(figure);
    }
};

inline Target at_most(double value) { return {Target::Kind::at_most, value}; }
inline Target at_least(double value) { return {Target::Kind::at_least, value}; }
/// A figure that is only told.
inline Target told() { return {}; }

/// What a line is about.
struct Subject {
    std::string_view id;
    std::string_view name;
    std::string_view against = "–";
    std::string_view unit = "µs";
};

class Table {
  public:
    /// Prints the head.
    Table();
    /// A line whose figure is how long crmkit takes for each second of the other side. With
    /// at_least(): how many times as fast it is.
    void compare(const Subject& subject, const Measured& measured, Target target);
    /// A line whose figure is a value of its own.
    void tell(const Subject& subject, double value, Target target);
    /// Whether any figure missed its target by half.
    [[nodiscard]] bool any_missed() const { return any_missed_; }

  private:
    void finish_line(double figure, Target target);
    bool any_missed_ = false;
};

}  // namespace crmkit::bench
