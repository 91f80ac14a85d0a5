#include "terminal.hpp"

#include <fmt/format.h>
#include <langinfo.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>

namespace sales_team {

namespace {

/// Columns of the screen that a text takes, its colours left out. (Enough for names: wide East
/// Asian characters would need a table.)
std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    bool in_colour = false;
    for (const char c : text) {
        in_colour = in_colour || c == '\x1b';
        const bool continues_character = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        width += in_colour || continues_character ? 0 : 1;
        in_colour = in_colour && c != 'm';
    }
    return width;
}

std::string padded(std::string_view text, std::size_t width, bool on_the_left) {
    const std::string blanks(width - std::min(width, width_of(text)), ' ');
    return on_the_left ? blanks + std::string(text) : std::string(text) + blanks;
}

std::string repeated(std::string_view text, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        out += text;
    }
    return out;
}

void print_row(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    fmt::print("  {}\n", line);
}

}  // namespace

Terminal::Terminal() {
    std::setlocale(LC_CTYPE, "");
    const char* const no_colour = std::getenv("NO_COLOR");
    is_terminal_ = isatty(STDOUT_FILENO) == 1;
    has_colour_ = is_terminal_ && (no_colour == nullptr || *no_colour == '\0');
    has_unicode_ = std::string_view(nl_langinfo(CODESET)) == "UTF-8";
}

std::string Terminal::coloured(std::string_view code, std::string_view text) const {
    return has_colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

void Terminal::heading(std::string_view text) const {
    fmt::print("\n{}\n", coloured("1;36", text));
}

void Terminal::line(std::string_view text) const {
    fmt::print("{}{}\n", text.empty() ? "" : "  ", text);
}

void Terminal::table(const std::vector<Column>& columns,
                     const std::vector<std::vector<std::string>>& rows) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::size_t width = width_of(columns[i].heading);
        for (const auto& row : rows) {
            width = std::max(width, width_of(row[i]));
        }
        widths.push_back(width);
    }
    std::string headings;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        headings += padded(faint(columns[i].heading), widths[i], columns[i].is_number) + "  ";
    }
    print_row(headings);
    for (const auto& row : rows) {
        std::string text;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            text += padded(row[i], widths[i], columns[i].is_number) + "  ";
        }
        print_row(text);
    }
}

std::string Terminal::bar(std::int64_t value, std::int64_t largest, std::size_t width) const {
    if (value <= 0 || largest <= 0) {
        return {};
    }
    constexpr std::string_view eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const double share = static_cast<double>(value) / static_cast<double>(largest);
    const auto steps = static_cast<std::size_t>(share * static_cast<double>(width) * 8 + 0.5);
    const std::string text = has_unicode_
                                 ? repeated("█", steps / 8) + std::string(eighths[steps % 8])
                                 : repeated("#", (steps + 4) / 8);
    return coloured("36", text);
}

void Terminal::progress(std::string_view what, std::uint64_t done, std::uint64_t all) {
    if (!is_terminal_) {
        return;
    }
    const std::uint64_t percent = all == 0 ? 100 : std::min(done, all) * 100 / all;
    const std::size_t filled = static_cast<std::size_t>(percent) * 30 / 100;
    std::string text = fmt::format("  {:<20} {}{} {:>3} %", what,
                                   coloured("36", repeated(has_unicode_ ? "█" : "#", filled)),
                                   faint(repeated(has_unicode_ ? "░" : "-", 30 - filled)), percent);
    if (text != shown_) {
        fmt::print("\r{}\x1b[K", text);
        std::fflush(stdout);
        shown_ = std::move(text);
    }
}

void Terminal::end_progress() {
    if (!shown_.empty()) {
        fmt::print("\r\x1b[K");
        shown_.clear();
    }
}

std::string grouped(std::string_view digits) {
    const std::size_t first = digits.find_first_of("0123456789");
    const std::size_t end = std::min(digits.find('.'), digits.size());
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > first && i < end && (end - i) % 3 == 0) {
            out += ',';
        }
        out += digits[i];
    }
    return out;
}

}  // namespace sales_team
