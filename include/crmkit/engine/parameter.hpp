/// `Parameter`: a value for a `:name` in an expression.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/schema/value.hpp"

namespace crmkit {

/// The value of one named parameter: {"owner", user.id} for `owner = :owner`.
struct Parameter {
    Parameter(std::string_view parameter_name, Value parameter_value)
        : name(parameter_name), value(std::move(parameter_value)) {}

    std::string_view name;
    Value value;
};

using Parameters = std::vector<Parameter>;

/// New values for some fields of a record: {{"industry", "steel"}, {"number_of_employees", 12}}.
/// A null empties the field.
using Patch = std::vector<Parameter>;

}  // namespace crmkit
