#include "crmkit/exchange/csv_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/exchange/formula_guard.hpp"
#include "csv_start.hpp"

namespace crmkit::exchange {

namespace {

constexpr std::size_t buffer_size = std::size_t{64} << 10U;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

CsvWriter::CsvWriter(ByteSink& sink, const CsvWriterOptions& options)
    : sink_(sink), options_(options), line_end_(to_string(options.dialect.line_end)) {
    const CsvDialect& dialect = options_.dialect;
    dialect.check();
    for (const char c : {dialect.delimiter, dialect.quote, dialect.escape, '\r', '\n'}) {
        special_[static_cast<unsigned char>(c)] = true;
    }
    special_[0] = false;  // NUL as quote or escape says that there is none
    buffer_.reserve(buffer_size);
    if (options_.byte_order_mark) {
        buffer_ += byte_order_mark;
    }
    if (dialect.sep_line) {
        buffer_ += "sep=";
        buffer_ += dialect.delimiter;
        buffer_ += line_end_;
    }
}

CsvWriter& CsvWriter::field(std::string_view text) {
    begin_field();
    const bool guard = options_.guard_formulas && needs_guard(text);
    const bool has_quotes = options_.dialect.quote != '\0';
    if (has_quotes &&
        (options_.quote_all || needs_quotes(text) || (guard && options_.dialect.quote == '\''))) {
        put_quoted(text, guard);
    } else if (!has_quotes) {
        put_escaped(text, guard);
    } else {
        buffer_ += guard ? "'" : "";
        buffer_ += text;
    }
    row_is_empty_ = row_is_empty_ && text.empty() && !has_quotes;
    return *this;
}

CsvWriter& CsvWriter::number(std::int64_t number) {
    std::array<char, std::numeric_limits<std::int64_t>::digits10 + 2> digits{};
    const char* const end = std::to_chars(digits.begin(), digits.end(), number).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    if (number < 0 || options_.quote_all) {  // a dialect may make something of the sign
        return field(text);
    }
    begin_field();
    buffer_ += text;
    row_is_empty_ = false;
    return *this;
}

CsvWriter& CsvWriter::missing() {
    begin_field();
    return *this;
}

void CsvWriter::end_row() {
    if (fields_ == 0 || (rows_ > 0 && fields_ != width_)) {
        throw Error(ErrorCode::invalid_argument,
                    "row " + std::to_string(rows_ + 1) + " has " + std::to_string(fields_) +
                        " fields" +
                        (rows_ > 0 ? " instead of " + std::to_string(width_) : std::string()));
    }
    if (row_is_empty_ && options_.dialect.quote != '\0') {
        put_quoted({}, false);
    }
    buffer_ += line_end_;
    width_ = fields_;
    fields_ = 0;
    row_is_empty_ = true;
    ++rows_;
    if (buffer_.size() >= buffer_size) {
        flush();
    }
}

void CsvWriter::row(std::span<const std::string_view> fields) {
    for (const std::string_view text : fields) {
        field(text);
    }
    end_row();
}

void CsvWriter::row(std::span<const std::string> fields) {
    for (const std::string& text : fields) {
        field(text);
    }
    end_row();
}

void CsvWriter::flush() {
    if (!buffer_.empty()) {
        sink_.write(buffer_);
        buffer_.clear();
    }
}

void CsvWriter::close() {
    flush();
    sink_.close();
}

void CsvWriter::begin_field() {
    if (fields_++ > 0) {
        buffer_ += options_.dialect.delimiter;
        row_is_empty_ = false;
    }
}

/// Also quoted are what readers like to trim, and what the start of a file could be mistaken for.
bool CsvWriter::needs_quotes(std::string_view text) const {
    if (text.empty() || is_blank(text.front()) || is_blank(text.back())) {
        return true;
    }
    const bool at_start = rows_ == 0 && fields_ == 1;
    if (at_start && (text.starts_with(byte_order_mark) || text.starts_with(detail::archive_mark) ||
                     detail::names_delimiter(text))) {
        return true;
    }
    return std::any_of(text.begin(), text.end(),
                       [this](char c) { return special_[static_cast<unsigned char>(c)]; });
}

void CsvWriter::put_quoted(std::string_view text, bool guard) {
    const CsvDialect& dialect = options_.dialect;
    const char before_quote = dialect.escape != '\0' ? dialect.escape : dialect.quote;
    buffer_ += dialect.quote;
    if (guard) {
        buffer_.append(dialect.quote == '\'' ? 1 : 0, before_quote);
        buffer_ += '\'';
    }
    for (const char c : text) {
        if (c == dialect.quote) {
            buffer_ += before_quote;
        } else if (c == dialect.escape && c != '\0') {
            buffer_ += dialect.escape;
        }
        buffer_ += c;
    }
    buffer_ += dialect.quote;
}

void CsvWriter::put_escaped(std::string_view text, bool guard) {
    buffer_ += guard ? "'" : "";
    for (const char c : text) {
        if (special_[static_cast<unsigned char>(c)]) {
            if (options_.dialect.escape == '\0') {
                Problem problem;
                problem.value = shortened(text);
                problem.message = "cannot be written: the dialect has neither quotes nor an escape";
                throw Error::about(ErrorCode::unsupported, std::move(problem));
            }
            buffer_ += options_.dialect.escape;
        }
        buffer_ += c;
    }
}

}  // namespace crmkit::exchange
