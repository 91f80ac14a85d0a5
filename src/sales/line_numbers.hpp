/// The places of lines in what they are lines of: the library counts them up.
#pragma once

#include <cstdint>
#include <string_view>

#include "crmkit/engine/session.hpp"
#include "engine/session_state.hpp"

namespace crmkit::sales {

/// One more than the highest number of the live lines that belong to `whole`. `highest` asks for
/// it: "max(line_number) where … = :whole".
template <RecordType T>
std::int64_t next_line_number(Session& session, std::string_view highest, Id whole) {
    const auto rows = session.aggregate<T>(highest, {{"whole", whole}});
    const bool is_first = rows.empty() || rows[0][0].is_null();
    return is_first ? 1 : rows[0][0].view().integer() + 1;
}

/// Numbers a line that is new, or that moved to another whole.
template <RecordType T>
void follow_line_number(WriteEvent& event, Id T::*whole, std::string_view highest) {
    const auto* was = static_cast<const T*>(event.before);
    auto& line = *static_cast<T*>(event.after.object());
    const bool has_moved = was != nullptr && was->*whole != line.*whole &&
                           was->line_number == line.line_number &&
                           !event.session.state().is_undoing();
    if (line.*whole && (!line.line_number || has_moved)) {
        line.line_number = next_line_number<T>(event.session, highest, line.*whole);
    }
}

}  // namespace crmkit::sales
