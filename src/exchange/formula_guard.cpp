#include "crmkit/exchange/formula_guard.hpp"

#include <algorithm>
#include <array>

namespace crmkit::exchange {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What follows a number's digits: nothing, an exponent, a percent sign.
bool is_number_end(std::string_view rest) {
    if (rest.empty() || rest == "%") {
        return true;
    }
    if (rest.front() != 'e' && rest.front() != 'E') {
        return false;
    }
    rest.remove_prefix(1);
    if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) {
        rest.remove_prefix(1);
    }
    return !rest.empty() && std::all_of(rest.begin(), rest.end(), is_digit);
}

bool is_in_numbers(char c) {
    switch (c) {
        case ' ':
        case '.':
        case ',':
        case '(':
        case ')':
        case '/':
        case '-':
            return true;
        default:
            return is_digit(c);
    }
}

/// For a cell that begins with + or -.
bool is_harmless(std::string_view cell) {
    std::size_t end = 1;
    bool has_digit = false;
    for (; end < cell.size() && is_in_numbers(cell[end]); ++end) {
        has_digit = has_digit || is_digit(cell[end]);
    }
    return has_digit &&
           (end == cell.size() || (is_digit(cell[end - 1]) && is_number_end(cell.substr(end))));
}

/// All four begin with the same byte, which hardly anything else in a cell begins with.
bool begins_with_full_width_sign(std::string_view cell) {
    constexpr char first = '\xEF';
    constexpr std::array<std::string_view, 4> signs{"＝", "＋", "－", "＠"};
    return cell.front() == first &&
           std::any_of(signs.begin(), signs.end(),
                       [&](std::string_view sign) { return cell.starts_with(sign); });
}

}  // namespace

bool needs_guard(std::string_view cell) {
    const std::size_t first = cell.find_first_not_of('\'');
    if (first == std::string_view::npos) {
        return false;
    }
    cell.remove_prefix(first);
    switch (cell.front()) {
        case '=':
        case '@':
        case '\t':
        case '\r':
        case '\n':
        case '\0':
            return true;
        case '+':
        case '-':
            return !is_harmless(cell);
        default:
            return begins_with_full_width_sign(cell);
    }
}

std::string_view unguarded(std::string_view cell) {
    const bool guarded = !cell.empty() && cell.front() == '\'' && needs_guard(cell.substr(1));
    return guarded ? cell.substr(1) : cell;
}

}  // namespace crmkit::exchange
