/// `describe_all`: entities, operations and error codes as data: what bindings, generators and the
/// reference pages are made from.
#pragma once

#include <string>

#include "crmkit/schema/registry.hpp"

namespace crmkit {

/// {"version", "entities": […], "operations": […], "errors": […]} as JSON. Entities and structs as
/// schema/describe.hpp says; an operation has name, help, input, output
/// and progress: whether it tells how far it is.
[[nodiscard]] std::string describe_all(const Registry& registry);

}  // namespace crmkit
