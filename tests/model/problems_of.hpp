/// What the checks of an entity find wrong with a record, for the tests of this room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crmkit/schema/entity.hpp"

namespace crmkit::testing {

/// Every problem of a record as the one line that a user reads, "stage.probability: '101' is …".
template <RecordType T>
std::vector<std::string> problems_of(const T& record) {
    std::vector<Problem> problems;
    entity_of<T>().check(&record, problems);
    std::vector<std::string> lines;
    for (const Problem& problem : problems) {
        lines.push_back(to_string(problem));
    }
    return lines;
}

/// Only the one problem expected.
template <RecordType T>
bool has_only_problem(const T& record, std::string_view line) {
    return problems_of(record) == std::vector<std::string>{std::string(line)};
}

/// The record with its computed fields filled, as a write would store it.
template <RecordType T>
T derived(T record) {
    entity_of<T>().derive(&record);
    return record;
}

}  // namespace crmkit::testing
