/// `CsvDialect`: how a CSV file is written: delimiter, quotes, line ends; and finding it out.
#pragma once

#include <cstdint>
#include <string_view>

namespace crmkit::exchange {

/// What ends a row.
enum class LineEnd : std::uint8_t {
    crlf,  ///< CR LF, as RFC 4180 says; readers take a LF alone as well
    lf,    ///< LF; readers take CR LF as well
    cr,    ///< CR (old Macintosh programs); readers take CR LF and LF as well
};

/// The bytes of `line_end`.
std::string_view to_string(LineEnd line_end);

/// How a CSV file is written. The defaults are RFC 4180.
struct CsvDialect {
    /// Between two fields: any ASCII character but letters, digits, blank, CR, LF and NUL.
    char delimiter = ',';
    /// Around a field that holds special characters; inside it, it is written twice. NUL: none, a
    /// quote is a character like any other.
    char quote = '"';
    /// Makes the next character an ordinary one, in and outside quotes: usually a backslash. NUL:
    /// none, which is what nearly all programs write.
    char escape = '\0';
    /// Blanks after a delimiter, and blanks between a closing quote and a delimiter, are no part of
    /// a field ("a, b, c"). Only readers look at it.
    bool skip_spaces = false;
    LineEnd line_end = LineEnd::crlf;
    /// The first line is "sep=;" and names the delimiter, as Excel reads and writes it. Readers
    /// skip such a line in any case.
    bool sep_line = false;

    bool operator==(const CsvDialect&) const = default;

    /// Fails with `invalid_argument`, naming the member, when the characters cannot work together.
    void check() const;
};

/// The dialect that a text (UTF-8, without byte order mark) is most likely written in. `complete`:
/// the sample is the whole file, and not cut off somewhere. Looks at no more than its first 64 KiB.
///
/// A "sep=;" line decides the delimiter. Otherwise each of , ; tab | that occurs is tried with the
/// quotes and escapes that occur, and the one wins whose rows have the most regular form and whose
/// cells look most like cells: van den Burg, Nazábal, Sutton: "Wrangling messy CSV files by
/// detecting row and type patterns", Data Mining and Knowledge Discovery 33 (2019), simplified.
CsvDialect detect_csv_dialect(std::string_view sample, bool complete);

}  // namespace crmkit::exchange
