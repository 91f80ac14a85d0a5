/// `CsvScanner`: finds where the rows and fields of a CSV text begin and end, fast and in place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "crmkit/exchange/csv_dialect.hpp"
#include "crmkit/exchange/csv_reader.hpp"
#include "text_buffer.hpp"

namespace crmkit::exchange::detail {

/// A quote that is not as it should be. Its line counts from the row's own (0), its column from 1.
struct QuoteFault {
    enum class Kind : std::uint8_t {
        stray,     // stands alone within a quoted field
        unclosed,  // opens a field that does not end
    };
    Kind kind = Kind::stray;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

/// One row at a time from a TextBuffer: 64 bytes at a time become a bit mask of the characters that
/// mean something in the dialect, and the scanner goes from bit to bit; the idea is from Langdale,
/// Lemire: "Parsing gigabytes of JSON per second", VLDB Journal 28 (2019), section 3.1.
class CsvScanner {
  public:
    /// Borrows `text`. The dialect has been checked.
    CsvScanner(TextBuffer& text, const CsvDialect& dialect, const CsvLimits& limits);

    /// Finds the row at the head of the text; false when there is no text left. The members below
    /// are about this row, until consume(). Fails with `limit`.
    bool next();
    /// Takes the row out of the text, which does not move.
    void consume();
    /// Instead of next(): leaves out one physical line, whatever is in it; false if there is none.
    bool skip_line();
    /// The text was restarted at a row on this line.
    void restart(std::uint64_t line);

    /// The physical line, from 1, that the row begins on.
    [[nodiscard]] std::uint64_t line() const { return row_line_; }
    [[nodiscard]] CsvField* fields() { return fields_.data(); }
    [[nodiscard]] std::size_t field_count() const { return count_; }
    [[nodiscard]] const std::vector<QuoteFault>& faults() const { return faults_; }
    /// Stray quotes beyond those in faults().
    [[nodiscard]] std::uint64_t more_faults() const { return more_faults_; }
    /// A field was not closed when the text ended, so that more text might tell otherwise.
    [[nodiscard]] bool unclosed_at_end() const { return unclosed_at_end_; }
    /// Some field needs unescape().
    [[nodiscard]] bool escaped() const { return escaped_; }
    /// Bytes of the row without its line end, and with it.
    [[nodiscard]] std::size_t text_size() const { return text_size_; }
    [[nodiscard]] std::size_t row_size() const { return row_size_; }
    /// Where the text of the row ends: its line from the row's own, and the column after it.
    [[nodiscard]] std::uint32_t end_line() const { return line_; }
    [[nodiscard]] std::uint32_t end_column() const { return column_of(text_size_); }

    /// Resolves the doubled quotes and escapes of a field, in place in the text of its row.
    void unescape(char* row, CsvField& field) const;

  private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_faults = 16;

    /// A quoted field that is being read, and what was so where it began.
    struct Opened {
        std::size_t at = 0;
        std::size_t faults = 0;
        std::uint64_t more_faults = 0;
        std::size_t first_break = none;  // the first line end within it
    };

    std::size_t next_special();
    [[nodiscard]] std::uint64_t specials_of(const char* block, std::size_t size) const;
    bool grow();
    int peek(std::size_t at);
    void rescan_from(std::size_t at);

    void begin_field(std::size_t at);
    bool begins_quoted(std::size_t at);
    bool scan_quoted(std::size_t open);
    bool closes(std::size_t after);
    bool looks_opening(std::size_t at);
    void give_up(const Opened& opened, std::uint64_t tried_to);
    void escape_at(std::size_t at);
    void break_line(std::size_t at);
    void fault(QuoteFault::Kind kind, std::size_t at);
    void add_plain(std::size_t end, bool escaped);
    void add(std::size_t begin, std::size_t end, bool quoted, bool escaped);
    void end_row(std::size_t line_end, bool added, bool escaped);

    [[nodiscard]] bool past_limit(std::size_t end) const {
        return end - field_ > limits_.max_field_bytes || end > limits_.max_row_bytes;
    }
    void check_limit(std::size_t end);
    [[noreturn]] void refuse_length(std::size_t end);
    [[noreturn]] void refuse(std::string what);
    [[nodiscard]] bool ends_line(int c) const { return c == '\n' || (lone_cr_ && c == '\r'); }
    [[nodiscard]] bool is_blank(int c) const {
        return c == ' ' || (c == '\t' && dialect_.delimiter != '\t');
    }
    [[nodiscard]] std::uint32_t column_of(std::size_t at) const {
        return static_cast<std::uint32_t>(at - line_start_ + 1);
    }

    TextBuffer& text_;
    CsvDialect dialect_;
    CsvLimits limits_;
    bool lone_cr_;
    std::array<std::uint8_t, 256> special_{};  // 1 for each character that means something

    // Places in the buffer: the block whose bits are in mask_, and the end of what was looked at.
    std::size_t block_ = 0;
    std::size_t scanned_ = 0;
    std::uint64_t mask_ = 0;

    // The row; places count from its first byte.
    std::uint64_t row_line_ = 1;
    std::vector<CsvField> fields_;
    std::size_t count_ = 0;
    std::vector<QuoteFault> faults_;
    std::uint64_t more_faults_ = 0;
    bool escaped_ = false;
    bool unclosed_at_end_ = false;
    bool too_long_ = false;
    std::size_t field_ = 0;  // where the current field begins, and the line it begins on
    std::uint32_t field_line_ = 0;
    std::size_t field_line_start_ = 0;
    std::size_t skip_end_ = 0;  // special characters before it mean nothing
    std::uint32_t line_ = 0;    // the current physical line, and where it begins
    std::size_t line_start_ = 0;
    std::size_t text_size_ = 0;
    std::size_t row_size_ = 0;
    bool line_ended_ = false;

    // Quoted fields that begin before this byte of the text do not end on a later line: one was
    // followed up to here in vain. Without it a file of broken quotes would be read over and over.
    std::uint64_t no_close_before_ = 0;
};

}  // namespace crmkit::exchange::detail
