#include "csv_scanner.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "crmkit/base/error.hpp"
#include "valid_text.hpp"

namespace crmkit::exchange::detail {

CsvScanner::CsvScanner(TextBuffer& text, const CsvDialect& dialect, const CsvLimits& limits)
    : text_(text),
      dialect_(dialect),
      limits_(limits),
      lone_cr_(dialect.line_end == LineEnd::cr),
      fields_(64) {
    for (const char c : {dialect.delimiter, dialect.quote, dialect.escape, '\n'}) {
        special_[static_cast<unsigned char>(c)] = 1;
    }
    special_[0] = 0;  // NUL as quote or escape says that there is none
    special_['\r'] = lone_cr_ ? 1 : 0;
    rescan_from(0);
}

bool CsvScanner::next() {
    count_ = 0;
    faults_.clear();
    more_faults_ = 0;
    escaped_ = unclosed_at_end_ = too_long_ = line_ended_ = false;
    skip_end_ = line_start_ = 0;
    line_ = 0;
    begin_field(0);
    if (text_.size() == 0 && !grow()) {
        return false;
    }
    bool added = false;    // the current field was quoted and is among the fields
    bool plain = false;    // the current field is not quoted: further quotes are characters
    bool escaped = false;  // the current field holds escapes
    for (;;) {
        const std::size_t at = next_special();
        if (at == none) {
            end_row(none, added, escaped);
            return true;
        }
        const char c = text_.data()[at];
        if (c == dialect_.delimiter) {
            check_limit(at);
            if (!added) {
                add_plain(at, escaped);
            }
            begin_field(at + 1);
            added = plain = escaped = false;
        } else if (ends_line(c)) {
            end_row(at, added, escaped);
            return true;
        } else if (c == dialect_.quote) {
            if (!added && !plain && begins_quoted(at)) {
                added = scan_quoted(at);
            }
            plain = true;
        } else {
            escape_at(at);
            escaped = plain = true;
        }
    }
}

void CsvScanner::consume() {
    text_.consume(row_size_);
    row_line_ += line_ + (line_ended_ ? 1U : 0U);
}

bool CsvScanner::skip_line() {
    const auto is_end = [this](char c) { return ends_line(c); };
    bool any = false;
    while (text_.size() > 0 || text_.more()) {
        any = true;
        const std::string_view text = text_.view();
        const auto end = std::find_if(text.begin(), text.end(), is_end);
        if (end == text.end()) {
            text_.consume(text.size());
            continue;
        }
        const bool lone = *end == '\r';
        text_.consume(static_cast<std::size_t>(end - text.begin()) + 1);
        if (lone && (text_.size() > 0 || text_.more()) && text_.view().front() == '\n') {
            text_.consume(1);
        }
        ++row_line_;
        break;
    }
    rescan_from(0);
    return any;
}

void CsvScanner::restart(std::uint64_t line) {
    row_line_ = line;
    no_close_before_ = 0;
    rescan_from(0);
}

void CsvScanner::unescape(char* row, CsvField& field) const {
    char* const begin = row + field.begin;
    const char* const end = begin + field.size;
    char* out = begin;
    for (const char* in = begin; in < end; ++in) {
        const bool has_next = in + 1 < end;
        const bool doubled = field.quoted && *in == dialect_.quote && has_next && in[1] == *in;
        if (doubled || (dialect_.escape != '\0' && *in == dialect_.escape && has_next)) {
            ++in;
        }
        *out++ = *in;
    }
    field.size = static_cast<std::uint32_t>(out - begin);
}

/// The next character that means something, or `none` at the end of the text or past a limit.
inline std::size_t CsvScanner::next_special() {
    for (;;) {
        while (mask_ == 0) {
            std::size_t size = text_.head() + text_.size() - scanned_;
            if (size == 0) {
                if (!grow()) {
                    return none;
                }
                size = text_.head() + text_.size() - scanned_;
            }
            block_ = scanned_;
            size = std::min<std::size_t>(size, 64);
            mask_ = specials_of(text_.data() + (block_ - text_.head()), size);
            scanned_ = block_ + size;
        }
        const auto bit = static_cast<std::size_t>(std::countr_zero(mask_));
        mask_ &= mask_ - 1;
        // The block may begin before the row: then the difference wraps round and comes out right.
        const std::size_t at = block_ - text_.head() + bit;
        if (at >= skip_end_) {
            return at;
        }
    }
}

inline std::uint64_t CsvScanner::specials_of(const char* block, std::size_t size) const {
    const auto bit = [&](std::size_t at) -> std::uint64_t {
        return special_[static_cast<unsigned char>(block[at])];
    };
    std::uint64_t mask = 0;
    for (std::size_t at = 0; at < 64; at += 8) {  // TextBuffer has zeros behind its text
        mask |= (bit(at) | bit(at + 1) << 1U | bit(at + 2) << 2U | bit(at + 3) << 3U |
                 bit(at + 4) << 4U | bit(at + 5) << 5U | bit(at + 6) << 6U | bit(at + 7) << 7U)
                << at;
    }
    return size == 64 ? mask : mask & ((std::uint64_t{1} << size) - 1);
}

/// Reads on, when all text was looked at; false at its end, or when the row is past a limit
/// already.
bool CsvScanner::grow() {
    if (past_limit(text_.size())) {
        too_long_ = true;
        return false;
    }
    const std::size_t head = text_.head();
    const bool more = text_.more();
    block_ -= head - text_.head();
    scanned_ -= head - text_.head();
    return more;
}

/// The character at a place of the row, or -1 behind the end of the text.
int CsvScanner::peek(std::size_t at) {
    while (at >= text_.size()) {
        const std::size_t head = text_.head();
        const bool more = text_.more();
        block_ -= head - text_.head();
        scanned_ -= head - text_.head();
        if (!more) {
            return -1;
        }
    }
    return static_cast<unsigned char>(text_.data()[at]);
}

void CsvScanner::rescan_from(std::size_t at) {
    scanned_ = text_.head() + at;
    mask_ = 0;
    skip_end_ = 0;
}

inline void CsvScanner::begin_field(std::size_t at) {
    field_ = at;
    field_line_ = line_;
    field_line_start_ = line_start_;
}

bool CsvScanner::begins_quoted(std::size_t at) {
    std::size_t begin = field_;
    while (dialect_.skip_spaces && begin < at && is_blank(text_.data()[begin])) {
        ++begin;
    }
    return begin == at;
}

/// Reads a quoted field to its closing quote and adds it. False when it is broken: then the rest of
/// the line that it began on is to be taken for a plain field.
bool CsvScanner::scan_quoted(std::size_t open) {
    Opened opened{open, faults_.size(), more_faults_};
    const std::uint64_t row = text_.offset();
    // What lies beyond a limit must not matter, however much of it happens to be in the buffer.
    const std::uint64_t longest =
        row + std::min(field_ + limits_.max_field_bytes, limits_.max_row_bytes);
    bool escaped = false;
    for (;;) {
        const std::size_t at = next_special();
        if (at == none || past_limit(at + 1)) {
            unclosed_at_end_ = at == none && !too_long_;
            give_up(opened, unclosed_at_end_ ? row + text_.size() : longest);
            return false;
        }
        const char c = text_.data()[at];
        if (ends_line(c)) {
            opened.first_break = std::min(opened.first_break, at);
            if (row + open < no_close_before_) {
                give_up(opened, no_close_before_);
                return false;
            }
            break_line(at);
        } else if (c == dialect_.quote) {
            if (peek(at + 1) == static_cast<unsigned char>(dialect_.quote)) {
                skip_end_ = at + 2;
                escaped = true;
            } else if (closes(at + 1)) {
                add(open + 1, at, true, escaped);
                return true;
            } else if (opened.first_break != none && looks_opening(at)) {
                give_up(opened, row + at);
                return false;
            } else {
                fault(QuoteFault::Kind::stray, at);
            }
        } else if (c == dialect_.escape) {
            escape_at(at);
            escaped = true;
        }
    }
}

/// Whether what comes after a quote lets it be a closing one.
bool CsvScanner::closes(std::size_t after) {
    while (dialect_.skip_spaces && is_blank(peek(after)) && !past_limit(after)) {
        ++after;
    }
    const int c = peek(after);
    if (c == '\r' && !lone_cr_) {
        const int next = peek(after + 1);
        return next == '\n' || next < 0;
    }
    return c < 0 || c == static_cast<unsigned char>(dialect_.delimiter) || ends_line(c);
}

/// Whether a quote stands where a field begins, so that the field before it was never closed.
bool CsvScanner::looks_opening(std::size_t at) {
    const char* before = text_.data() + at - 1;
    while (dialect_.skip_spaces && is_blank(*before)) {
        --before;  // a quote or a line end stops it
    }
    return *before == dialect_.delimiter || ends_line(*before);
}

/// Goes back to the end of the line that a broken quoted field began on.
void CsvScanner::give_up(const Opened& opened, std::uint64_t tried_to) {
    if (opened.first_break == none && !unclosed_at_end_) {
        refuse_length(text_.size());
    }
    no_close_before_ = std::max(no_close_before_, tried_to);
    too_long_ = false;
    line_ = field_line_;
    line_start_ = field_line_start_;
    faults_.resize(opened.faults);
    more_faults_ = opened.more_faults;
    fault(QuoteFault::Kind::unclosed, opened.at);
    rescan_from(std::min(opened.first_break, text_.size()));
}

void CsvScanner::escape_at(std::size_t at) {
    const int next = peek(at + 1);
    skip_end_ = at + 2;
    if (next == '\r' && peek(at + 2) == '\n') {
        skip_end_ = at + 3;
    }
    if (ends_line(next) || skip_end_ == at + 3) {
        break_line(skip_end_ - 1);
    }
}

/// A line ends within the row, with the character at `at`.
void CsvScanner::break_line(std::size_t at) {
    const char* const c = text_.data() + at;
    const bool second_of_pair = lone_cr_ && *c == '\n' && c[-1] == '\r' && line_start_ == at;
    line_ += second_of_pair ? 0U : 1U;
    line_start_ = at + 1;
}

void CsvScanner::fault(QuoteFault::Kind kind, std::size_t at) {
    if (faults_.size() < max_faults) {
        faults_.push_back({kind, line_, column_of(at)});
    } else {
        ++more_faults_;
    }
}

inline void CsvScanner::add_plain(std::size_t end, bool escaped) {
    std::size_t begin = field_;
    while (dialect_.skip_spaces && begin < end && is_blank(text_.data()[begin])) {
        ++begin;
    }
    add(begin, end, false, escaped);
}

inline void CsvScanner::add(std::size_t begin, std::size_t end, bool quoted, bool escaped) {
    if (count_ == limits_.max_columns) {
        refuse("the row has more than " + std::to_string(limits_.max_columns) + " fields");
    }
    if (count_ == fields_.size()) {
        fields_.resize(count_ * 2);
    }
    const auto column = static_cast<std::uint32_t>(field_ - field_line_start_ + 1);
    fields_[count_++] = {static_cast<std::uint32_t>(begin),
                         static_cast<std::uint32_t>(end - begin),
                         field_line_,
                         column,
                         quoted,
                         escaped};
    escaped_ = escaped_ || escaped;
}

/// `line_end`: where the character stands that ends the row's line; `none` at the end of the text.
void CsvScanner::end_row(std::size_t line_end, bool added, bool escaped) {
    line_ended_ = line_end != none;
    std::size_t end = line_ended_ ? line_end : text_.size();
    check_limit(end);
    row_size_ = line_ended_ ? end + 1 : end;
    if (line_ended_ && text_.data()[end] == '\r' && peek(end + 1) == '\n') {
        ++row_size_;
        rescan_from(row_size_);
    }
    const bool after_cr = end > field_ && text_.data()[end - 1] == '\r';
    if (after_cr && !lone_cr_) {
        --end;
    }
    text_size_ = end;
    if (!added) {
        add_plain(end, escaped);
    }
}

void CsvScanner::check_limit(std::size_t end) {
    if (past_limit(end)) {
        refuse_length(end);
    }
}

void CsvScanner::refuse_length(std::size_t end) {
    const bool field = end - field_ > limits_.max_field_bytes;
    refuse("the " + std::string(field ? "field" : "row") + " is longer than " +
           std::to_string(field ? limits_.max_field_bytes : limits_.max_row_bytes) + " bytes");
}

void CsvScanner::refuse(std::string what) {
    Problem problem;
    problem.line = static_cast<std::int64_t>(row_line_ + field_line_);
    problem.column = static_cast<std::int64_t>(field_ - field_line_start_ + 1);
    append_valid(problem.value, text_.view().substr(field_, 80), Encoding::utf8);
    problem.value = shortened(problem.value);
    problem.message = std::move(what);
    throw Error::about(ErrorCode::limit, std::move(problem));
}

}  // namespace crmkit::exchange::detail
