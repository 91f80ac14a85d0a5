#include "crmkit/exchange/csv_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/exchange/formula_guard.hpp"
#include "csv_start.hpp"

namespace crmkit::exchange {

namespace {

constexpr std::size_t buffer_size = std::size_t{64} << 10U;
/// What a row may have beyond that before the buffer grows.
constexpr std::size_t longest_usual_row = std::size_t{4} << 10U;
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
    if (options_.byte_order_mark) {
        put(byte_order_mark);
    }
    if (dialect.sep_line) {
        put("sep=");
        put(dialect.delimiter);
        put(line_end_);
    }
}

CsvWriter& CsvWriter::field(std::string_view text) {
    begin_field();
    if (!put_ordinary(text)) {
        put_with_care(text);
    }
    row_is_empty_ = row_is_empty_ && text.empty() && options_.dialect.quote == '\0';
    return *this;
}

CsvWriter& CsvWriter::number(std::int64_t number) {
    const fmt::format_int digits(number);
    const std::string_view text(digits.data(), digits.size());
    if (number < 0 || options_.quote_all) {  // a dialect may make something of the sign
        return field(text);
    }
    begin_field();
    put(text);
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
    put(line_end_);
    width_ = fields_;
    fields_ = 0;
    row_is_empty_ = true;
    ++rows_;
    if (used_ >= buffer_size) {
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
    if (used_ > 0) {
        sink_.write(std::string_view(buffer_).substr(0, used_));
        used_ = 0;
    }
}

void CsvWriter::close() {
    flush();
    sink_.close();
}

void CsvWriter::begin_field() {
    if (fields_++ > 0) {
        put(options_.dialect.delimiter);
        row_is_empty_ = false;
    }
}

/// Where so many bytes more can be written.
char* CsvWriter::room(std::size_t size) {
    if (buffer_.size() - used_ < size) {
        grow(size);
    }
    return buffer_.data() + used_;
}

void CsvWriter::grow(std::size_t size) {
    constexpr std::size_t usual = buffer_size + longest_usual_row;
    buffer_.resize(std::max(usual, std::max(2 * buffer_.size(), used_ + size)));
}

void CsvWriter::put(char c) {
    *room(1) = c;
    ++used_;
}

void CsvWriter::put(std::string_view text) {
    std::copy(text.begin(), text.end(), room(text.size()));
    used_ += text.size();
}

/// Writes a text that goes into the file as it is, as one look at each of its characters tells;
/// false, and nothing is written, for those that need a closer look.
bool CsvWriter::put_ordinary(std::string_view text) {
    const bool may_be_ordinary = options_.dialect.quote != '\0' && !options_.quote_all && rows_ > 0;
    if (!may_be_ordinary || text.empty() || !detail::is_letter_or_digit(text.front()) ||
        is_blank(text.back())) {
        return false;
    }
    char* const out = room(text.size());
    bool is_special = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        out[i] = text[i];
        is_special = is_special || special_[static_cast<unsigned char>(text[i])];
    }
    used_ += is_special ? 0 : text.size();
    return !is_special;
}

void CsvWriter::put_with_care(std::string_view text) {
    const bool guard = options_.guard_formulas && needs_guard(text);
    if (options_.dialect.quote == '\0') {
        put_escaped(text, guard);
    } else if (options_.quote_all || needs_quotes(text) ||
               (guard && options_.dialect.quote == '\'')) {
        put_quoted(text, guard);
    } else {
        put(guard ? "'" : "");
        put(text);
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
    put(dialect.quote);
    if (guard) {
        if (dialect.quote == '\'') {
            put(before_quote);
        }
        put('\'');
    }
    for (const char c : text) {
        if (c == dialect.quote) {
            put(before_quote);
        } else if (c == dialect.escape && c != '\0') {
            put(dialect.escape);
        }
        put(c);
    }
    put(dialect.quote);
}

void CsvWriter::put_escaped(std::string_view text, bool guard) {
    put(guard ? "'" : "");
    for (const char c : text) {
        if (special_[static_cast<unsigned char>(c)]) {
            if (options_.dialect.escape == '\0') {
                Problem problem;
                problem.value = shortened(text);
                problem.message = "cannot be written: the dialect has neither quotes nor an escape";
                throw Error::about(ErrorCode::unsupported, std::move(problem));
            }
            put(options_.dialect.escape);
        }
        put(c);
    }
}

}  // namespace crmkit::exchange
