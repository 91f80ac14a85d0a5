/// `count_in_form()`: what makes a form of dates or numbers that of a whole column.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace crmkit::exchange::detail {

/// How many of a column's texts a test of their form holds for. Nobody keeps a table without slips,
/// so that a tenth of them may be odd; 0 when more are, for then the form is not the column's.
template <typename Test>
std::size_t count_in_form(std::span<const std::string_view> texts, Test test) {
    const std::size_t most_odd = texts.size() / 10;
    std::size_t odd = 0;
    for (const std::string_view text : texts) {
        if (!test(text) && ++odd > most_odd) {
            return 0;
        }
    }
    return texts.size() - odd;
}

}  // namespace crmkit::exchange::detail
