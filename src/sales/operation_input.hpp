/// What every operation does with its input first.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/schema/check.hpp"

namespace crmkit::sales {

/// Throws validation with all that is wrong with an input by itself, its `limit` of rows included
/// if it has one: 1 to 1,000.
inline void check_input(const RecordView& input, std::optional<std::int64_t> limit = {}) {
    std::vector<Problem> problems;
    check_record(input, problems);
    detail::Checks(input.structure().name, problems).within("limit", limit, 1, 1000);
    if (!problems.empty()) {
        throw Error::about(ErrorCode::validation, std::move(problems));
    }
}

}  // namespace crmkit::sales
