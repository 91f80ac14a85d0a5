/// The text of a query: with another order or limit, and as a count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crmkit/engine/session.hpp"

namespace crmkit::python {

// A text that is wrong is not found out here but where it is read, with its place.

/// The query in another order, such as "order by name", instead of any that it has.
std::string with_order(std::string_view text, std::string_view order);
/// The first records of the query only: of its own limit and this one the smaller counts.
std::string with_limit(std::string_view text, std::size_t most);

/// How many records a query has. Throws as Session::stream().
std::int64_t count_records(Session& session, const Entity& entity, std::string_view text,
                           Parameters parameters);

}  // namespace crmkit::python
