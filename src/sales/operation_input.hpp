/// What every operation does with its input first.
#pragma once

#include <utility>
#include <vector>

#include "crmkit/schema/check.hpp"

namespace crmkit::sales {

/// Throws validation with all that is wrong with an input by itself.
inline void check_input(const RecordView& input) {
    std::vector<Problem> problems;
    if (!check_record(input, problems)) {
        throw Error::about(ErrorCode::validation, std::move(problems));
    }
}

}  // namespace crmkit::sales
