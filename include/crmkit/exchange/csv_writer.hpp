/// `CsvWriter`: writes rows as CSV that every reader takes, and that crmkit reads back equal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "crmkit/exchange/byte_sink.hpp"
#include "crmkit/exchange/csv_dialect.hpp"

namespace crmkit::exchange {

/// How a CSV file is to be written. The defaults are RFC 4180 in UTF-8, safe to open in a
/// spreadsheet.
struct CsvWriterOptions {
    /// Its sep_line writes the "sep=;" line, for Excel where the locale has another delimiter.
    CsvDialect dialect;
    /// Puts an apostrophe before cells that a spreadsheet would compute, see needs_guard(). Default
    /// true; turn it off for files that only programs read. CsvOptions::unguard takes it away
    /// again.
    bool guard_formulas = true;
    /// Begins with a UTF-8 byte order mark, without which Excel takes the file for the locale's old
    /// encoding. Default false.
    bool byte_order_mark = false;
    /// Quotes every field. Default false: only those that need it.
    bool quote_all = false;
};

/// Writes rows of UTF-8 text:
///
///     FileSink file("contacts.csv");
///     CsvWriter writer(file);
///     writer.row({"name", "phone"});
///     writer.field("Ada").missing().end_row();
///     writer.close();
///
/// An empty text is written as "" and a missing value as nothing, so that CsvRow::quoted() tells
/// them apart. Output is buffered up to 64 KiB; a writer destroyed before close() loses what is
/// buffered, so that an export that failed looks failed. Fails as the sink does (`disk_full`,
/// `io`). One writer belongs to one thread at a time.
class CsvWriter {
  public:
    /// Borrows `sink`, which must outlive the writer. Fails with `invalid_argument` when the
    /// dialect cannot work.
    explicit CsvWriter(ByteSink& sink, const CsvWriterOptions& options = {});
    CsvWriter(const CsvWriter&) = delete;
    CsvWriter& operator=(const CsvWriter&) = delete;

    /// The next field of the row. Fails with `unsupported` when the dialect has neither quotes nor
    /// an escape for what is in it.
    CsvWriter& field(std::string_view text);
    /// The next field of the row, a whole number.
    CsvWriter& number(std::int64_t number);
    /// The next field of the row, which has no value. Where it is the row's only one, it is written
    /// as an empty text, because an empty line is no row.
    CsvWriter& missing();
    /// Ends the row. Fails with `invalid_argument` when it has not as many fields as the first row,
    /// or none.
    void end_row();

    /// A whole row.
    void row(std::span<const std::string_view> fields);
    void row(std::initializer_list<std::string_view> fields) {
        row(std::span(fields.begin(), fields.size()));
    }
    void row(std::span<const std::string> fields);

    /// How many rows were ended, the header included.
    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    /// Hands everything to the sink.
    void flush();
    /// Hands everything to the sink and closes that.
    void close();

  private:
    void begin_field();
    char* room(std::size_t size);
    void grow(std::size_t size);
    void put(char c);
    void put(std::string_view text);
    bool put_ordinary(std::string_view text);
    void put_with_care(std::string_view text);
    [[nodiscard]] bool needs_quotes(std::string_view text) const;
    void put_quoted(std::string_view text, bool guard);
    void put_escaped(std::string_view text, bool guard);

    ByteSink& sink_;
    CsvWriterOptions options_;
    std::string_view line_end_;
    std::array<bool, 256> special_{};  // characters that a field without quotes cannot hold
    std::string buffer_;
    std::size_t used_ = 0;  // bytes of the buffer
    std::uint64_t rows_ = 0;
    std::size_t width_ = 0;     // fields of the first row
    std::size_t fields_ = 0;    // of the current row
    bool row_is_empty_ = true;  // no byte of the current row was written
};

}  // namespace crmkit::exchange
