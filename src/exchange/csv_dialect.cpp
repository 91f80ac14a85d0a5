#include "crmkit/exchange/csv_dialect.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/exchange/byte_source.hpp"
#include "crmkit/exchange/encoding.hpp"
#include "csv_scanner.hpp"
#include "csv_start.hpp"
#include "text_buffer.hpp"

namespace crmkit::exchange {

namespace {

constexpr std::size_t sample_limit = std::size_t{64} << 10U;
constexpr std::string_view delimiters = ",;\t|";

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorCode::invalid_argument, "the CSV dialect's " + what);
}

LineEnd line_end_of(std::string_view sample) {
    std::size_t lf = 0;
    std::size_t crlf = 0;
    std::size_t cr = 0;
    char before = '\0';
    for (const char c : sample) {
        if (c == '\n') {
            ++(before == '\r' ? crlf : lf);
        } else if (before == '\r') {
            ++cr;
        }
        before = c;
    }
    cr += before == '\r' ? 1U : 0U;
    // Lone LFs are usual within the quoted fields of a file whose rows end in CR.
    if (cr > lf + crlf) {
        return LineEnd::cr;
    }
    return lf > crlf ? LineEnd::lf : LineEnd::crlf;
}

/// A quote character is in use where it stands at the beginning of a field.
bool quotes_fields(std::string_view sample, char quote) {
    for (std::size_t at = sample.find(quote); at != std::string_view::npos;
         at = sample.find(quote, at + 1)) {
        std::size_t before = at;
        while (before > 0 && sample[before - 1] == ' ') {
            --before;
        }
        const char c = before == 0 ? '\n' : sample[before - 1];
        if (c == '\n' || c == '\r' || delimiters.find(c) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

/// How well a dialect explains a sample.
struct Trial {
    CsvDialect dialect;
    std::size_t rows = 0;
    std::size_t cells = 0;
    double clean = 0;        // cells, weighted by how much each looks like one
    std::size_t later = 0;   // cells that are not the first of their row …
    std::size_t spaced = 0;  // … and begin with a blank
    std::size_t faults = 0;
    std::map<std::size_t, std::size_t> forms;  // rows by how many fields they have

    void add(std::string_view cell, bool quoted, bool first);
    [[nodiscard]] double score() const;
};

/// A quoted cell may hold anything. Others hold no foreign delimiter, but for a comma in a number,
/// and no quote at an end.
bool looks_like_cell(std::string_view cell) {
    constexpr std::string_view quotes = "\"'";
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!cell.empty() && (quotes.find(cell.front()) != std::string_view::npos ||
                          quotes.find(cell.back()) != std::string_view::npos)) {
        return false;
    }
    for (std::size_t at = cell.find_first_of(delimiters); at != std::string_view::npos;
         at = cell.find_first_of(delimiters, at + 1)) {
        if (cell[at] != ',' || at == 0 || at + 1 == cell.size() || !is_digit(cell[at - 1]) ||
            !is_digit(cell[at + 1])) {
            return false;
        }
    }
    return true;
}

void Trial::add(std::string_view cell, bool quoted, bool first) {
    ++cells;
    later += first ? 0U : 1U;
    spaced += !first && !cell.empty() && cell.front() == ' ' ? 1U : 0U;
    clean += quoted || looks_like_cell(cell) ? 1.0 : 0.1;
}

double Trial::score() const {
    if (rows == 0) {
        return 0;
    }
    double pattern = 0;
    for (const auto& [fields, count] : forms) {
        const auto width = static_cast<double>(fields);
        pattern += static_cast<double>(count) * std::max(0.001, width - 1) / width;
    }
    pattern /= static_cast<double>(forms.size());
    return pattern * clean / static_cast<double>(cells) / static_cast<double>(1 + faults);
}

Trial try_dialect(std::string_view sample, bool complete, const CsvDialect& dialect) {
    MemorySource memory(sample);
    DecodingSource source(memory, Encoding::utf8);
    detail::TextBuffer text(source, sample_limit);
    CsvLimits limits;
    limits.max_columns = sample_limit + 1;  // the reader itself refuses too many, and says where
    detail::CsvScanner scanner(text, dialect, limits);
    Trial trial;
    trial.dialect = dialect;
    while (scanner.next()) {
        const bool cut_off = scanner.row_size() == text.size() || scanner.unclosed_at_end();
        if (!complete && cut_off && trial.rows > 0) {
            break;
        }
        if (scanner.text_size() > 0) {
            ++trial.rows;
            ++trial.forms[scanner.field_count()];
            trial.faults += scanner.faults().size();
            for (std::size_t i = 0; i < scanner.field_count(); ++i) {
                const detail::CsvField& field = scanner.fields()[i];
                trial.add({text.data() + field.begin, field.size}, field.quoted, i == 0);
            }
        }
        scanner.consume();
    }
    return trial;
}

/// The delimiters, quotes and escapes worth a try, the most usual first.
std::vector<CsvDialect> candidates(std::string_view sample, CsvDialect base,
                                   std::string_view possible) {
    std::vector<CsvDialect> found;
    for (const char delimiter : possible) {
        base.delimiter = delimiter;
        for (const char quote : {'"', '\''}) {
            if (quote == '\'' && !quotes_fields(sample, quote)) {
                continue;
            }
            base.quote = quote;
            base.escape = '\0';
            found.push_back(base);
            if (sample.find(std::string{'\\', quote}) != std::string_view::npos) {
                base.escape = '\\';
                found.push_back(base);
            }
        }
    }
    return found;
}

}  // namespace

std::string_view to_string(LineEnd line_end) {
    constexpr std::array<std::string_view, 3> bytes{"\r\n", "\n", "\r"};
    return bytes[static_cast<std::size_t>(line_end)];
}

void CsvDialect::check() const {
    if (delimiter == '\0' || !detail::usable_in_dialect(delimiter)) {
        refuse("delimiter must be an ASCII character that is no letter, digit, blank or line end");
    }
    if (!detail::usable_in_dialect(quote) || quote == delimiter) {
        refuse("quote must be an ASCII punctuation mark other than the delimiter, or NUL for none");
    }
    if (!detail::usable_in_dialect(escape) || escape == delimiter ||
        (escape != '\0' && escape == quote)) {
        refuse(
            "escape must be an ASCII punctuation mark other than the delimiter and the quote, or "
            "NUL for none (a doubled quote needs no escape)");
    }
}

CsvDialect detect_csv_dialect(std::string_view sample, bool complete) {
    CsvDialect base;
    std::string possible;
    if (const auto sep = detail::find_sep_line(sample)) {
        base.sep_line = true;
        possible = sep->delimiter;
        sample.remove_prefix(sep->size);
    }
    complete = complete && sample.size() <= sample_limit;
    sample = sample.substr(0, sample_limit);
    base.line_end = line_end_of(sample);
    for (const char delimiter : delimiters) {
        if (!base.sep_line && sample.find(delimiter) != std::string_view::npos) {
            possible.push_back(delimiter);
        }
    }
    if (possible.empty()) {
        possible = delimiters.front();
    }
    Trial best;
    best.dialect = base;
    best.dialect.delimiter = possible.front();
    for (CsvDialect& dialect : candidates(sample, base, possible)) {
        Trial trial = try_dialect(sample, complete, dialect);
        if (trial.later > 0 && trial.spaced * 10 >= trial.later * 9) {
            dialect.skip_spaces = true;
            trial = try_dialect(sample, complete, dialect);
        }
        if (trial.score() > best.score()) {
            best = std::move(trial);
        }
    }
    return best.dialect;
}

}  // namespace crmkit::exchange
