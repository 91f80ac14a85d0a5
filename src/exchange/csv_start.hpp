/// What a file may begin with that is no field: Excel's "sep=;" first line, a ZIP archive's mark.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace crmkit::exchange::detail {

/// A spreadsheet that was not saved as CSV begins with it.
inline constexpr std::string_view archive_mark = "PK\x03\x04";

/// Of ASCII: such a character means itself in every dialect and in no spreadsheet anything else.
inline bool is_letter_or_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Whether a character may have a meaning in a dialect; NUL, which stands for none, may.
inline bool usable_in_dialect(char c) {
    return static_cast<unsigned char>(c) < 0x80U && !is_letter_or_digit(c) && c != ' ' &&
           c != '\r' && c != '\n';
}

/// Whether a text begins with "sep=", in any case, and more.
inline bool names_delimiter(std::string_view text) {
    constexpr std::string_view name = "sep=";
    std::size_t at = 0;
    while (at < name.size() && at < text.size() &&
           (text[at] == name[at] || text[at] == name[at] - 'a' + 'A')) {
        ++at;
    }
    return at == name.size() && text.size() > at;
}

struct SepLine {
    char delimiter = ',';
    std::size_t size = 0;  // bytes with the line end
};

/// The line at the start of a text that names the delimiter, if there is one.
inline std::optional<SepLine> find_sep_line(std::string_view text) {
    constexpr std::size_t size = 5;
    if (!names_delimiter(text) || text[size - 1] == '\0' || !usable_in_dialect(text[size - 1])) {
        return std::nullopt;
    }
    const std::string_view rest = text.substr(size);
    for (const std::string_view line_end : {"\r\n", "\n", "\r"}) {
        if (rest.starts_with(line_end)) {
            return SepLine{text[size - 1], size + line_end.size()};
        }
    }
    return rest.empty() ? std::optional(SepLine{text[size - 1], size}) : std::nullopt;
}

}  // namespace crmkit::exchange::detail
