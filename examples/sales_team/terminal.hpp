/// What the report is written with: headings, tables, bars and a progress line. Colour and Unicode
/// where the terminal has them, plain text otherwise. Nothing here knows about crmkit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sales_team {

/// A column of a table: its heading, and on which side its cells stand.
struct Column {
    std::string_view heading{};
    bool is_number = false;
};

/// Standard output as this program uses it.
class Terminal {
  public:
    /// Colour and progress only on a terminal, and without NO_COLOR (https://no-color.org); bars
    /// and lines in Unicode only where the locale is UTF-8.
    Terminal();

    void heading(std::string_view text) const;
    void line(std::string_view text) const;
    /// Columns as wide as their widest cell.
    void table(const std::vector<Column>& columns,
               const std::vector<std::vector<std::string>>& rows) const;

    /// A bar of `value` out of `largest`, at most `width` characters long.
    [[nodiscard]] std::string bar(std::int64_t value, std::int64_t largest,
                                  std::size_t width = 24) const;
    [[nodiscard]] std::string bold(std::string_view text) const { return coloured("1", text); }
    [[nodiscard]] std::string faint(std::string_view text) const { return coloured("2", text); }
    [[nodiscard]] std::string good(std::string_view text) const { return coloured("32", text); }
    [[nodiscard]] std::string bad(std::string_view text) const { return coloured("31", text); }

    /// Shows how far a piece of work is, in one line that is written over; silent where the output
    /// is no terminal.
    void progress(std::string_view what, std::uint64_t done, std::uint64_t all);
    /// Takes the progress line away.
    void end_progress();

  private:
    [[nodiscard]] std::string coloured(std::string_view code, std::string_view text) const;

    bool is_terminal_ = false;
    bool has_colour_ = false;
    bool has_unicode_ = false;
    std::string shown_{};  // the progress line as it stands, to write only what is new
};

/// "1234567" to "1,234,567".
std::string grouped(std::string_view digits);
inline std::string grouped(std::int64_t number) { return grouped(std::to_string(number)); }

}  // namespace sales_team
