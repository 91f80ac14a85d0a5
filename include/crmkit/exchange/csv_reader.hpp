/// `CsvReader`: the rows of a CSV file, one at a time and in constant memory, each with its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/exchange/byte_source.hpp"
#include "crmkit/exchange/csv_dialect.hpp"
#include "crmkit/exchange/encoding.hpp"

namespace crmkit::exchange {

/// What a reader accepts before it refuses a file with `limit`. It never holds more in memory than
/// one row, up to its limit, and about 512 KiB.
struct CsvLimits {
    /// Bytes of one field as it stands in the file (as UTF-8), quotes included. Default 16 MiB.
    std::size_t max_field_bytes = std::size_t{16} << 20U;
    /// Fields of one row. Default 16,384, as many columns as Excel has.
    std::size_t max_columns = 16384;
    /// Bytes of one row with its line end. Default 48 MiB; at most 1 GiB.
    std::size_t max_row_bytes = std::size_t{48} << 20U;
};

/// How a file is to be read. The defaults suit a file that a user hands over.
struct CsvOptions {
    /// The encoding, when it is known. Default: found out, see DecodingSource.
    std::optional<Encoding> encoding;
    /// The dialect, when it is known. Default: found out, see detect_csv_dialect().
    std::optional<CsvDialect> dialect;
    /// The first row holds the names of the columns. Default true.
    bool header = true;
    /// Physical lines before the header that are no part of the table, e.g. a title. Default 0.
    std::uint64_t skip_lines = 0;
    /// Lines without any character are no rows. Default true; turn it off for a file of one column
    /// in which an empty line is an empty value.
    bool skip_blank_lines = true;
    /// Takes away the apostrophe that a formula guard put before a cell, see unguarded(). Default
    /// false; turn it on for files that crmkit wrote with the guard.
    bool unguard = false;
    CsvLimits limits;
};

namespace detail {

/// One field within the text of its row. Lines count from the row's own, columns from 1.
struct CsvField {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    bool quoted = false;
    bool escaped = false;  // holds doubled quotes or escapes
};

}  // namespace detail

/// One row. Belongs to its reader and is valid until the reader's next row, and so is every view of
/// its fields. All fields are valid UTF-8.
class CsvRow {
  public:
    /// Walks over the fields as std::string_view.
    class Iterator {
      public:
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::forward_iterator_tag;

        Iterator() = default;
        Iterator(const CsvRow* row, std::size_t at) : row_(row), at_(at) {}
        std::string_view operator*() const { return (*row_)[at_]; }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++at_;
            return before;
        }
        bool operator==(const Iterator&) const = default;

      private:
        const CsvRow* row_ = nullptr;
        std::size_t at_ = 0;
    };

    /// How many fields it has; a line has at least one.
    [[nodiscard]] std::size_t size() const { return size_; }
    /// The field at `index` from 0, quotes and escapes resolved; empty where the row is too short.
    [[nodiscard]] std::string_view operator[](std::size_t index) const {
        return index < size_ ? std::string_view(text_ + fields_[index].begin, fields_[index].size)
                             : std::string_view();
    }
    [[nodiscard]] Iterator begin() const { return {this, 0}; }
    [[nodiscard]] Iterator end() const { return {this, size_}; }

    /// The field is there and stood in quotes: tells an empty text ("") from a missing value.
    [[nodiscard]] bool quoted(std::size_t index) const {
        return index < size_ && fields_[index].quoted;
    }
    /// Every field is empty, as in the rows that spreadsheets leave at the end.
    [[nodiscard]] bool blank() const;

    /// The row's number from 1, the header and blank lines not counted.
    [[nodiscard]] std::uint64_t number() const { return number_; }
    /// The physical line of the file, from 1, that the row begins on.
    [[nodiscard]] std::uint64_t line() const { return line_; }
    /// The physical line that a field begins on; for one that is missing, that the row ends on.
    [[nodiscard]] std::uint64_t line(std::size_t index) const;
    /// The column, from 1 and in bytes of UTF-8, that a field (with its quote) begins at on line();
    /// for one that is missing, the column after the end of the row.
    [[nodiscard]] std::uint64_t column(std::size_t index) const;

    /// Nothing is wrong with the row.
    [[nodiscard]] bool ok() const { return problems_.empty(); }
    /// All that is wrong with it, in the order of the file, each with line and column, and the
    /// column's name as Problem::field. Never an error by itself: the caller decides.
    [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }
    /// It has more or fewer fields than the header, or without one than the first row.
    [[nodiscard]] bool ragged() const { return ragged_; }
    /// A quote is not closed, or stands alone within a quoted field: the fields are a guess.
    [[nodiscard]] bool malformed() const { return malformed_; }
    /// It holds bytes that are no text in the file's encoding (U+FFFD stands for them) or NUL
    /// bytes.
    [[nodiscard]] bool bad_bytes() const { return bad_bytes_; }

  private:
    friend class CsvReader;

    const char* text_ = nullptr;
    const detail::CsvField* fields_ = nullptr;
    std::size_t size_ = 0;
    std::uint64_t number_ = 0;
    std::uint64_t line_ = 0;
    std::uint64_t end_line_ = 0;
    std::uint64_t end_column_ = 0;
    std::vector<Problem> problems_;
    bool ragged_ = false;
    bool malformed_ = false;
    bool bad_bytes_ = false;
};

/// Reads a CSV file row by row:
///
///     FileSource file("contacts.csv");
///     CsvReader reader(file);
///     const auto mail = reader.column("E-mail");
///     while (const CsvRow* row = reader.next()) { … (*row)[*mail] … }
///
/// Bad rows are given like good ones, with their problems(). A stray quote in a quoted field is
/// kept as a character. A quoted field that never ends is taken to end with the line it began on,
/// and reading goes on with the next line; the same holds for one that runs over several lines past
/// a limit, or up to a line where a quote opens a field. A line past a limit is refused with
/// `limit`.
///
/// Fails with `limit`, `syntax` (the file is a spreadsheet, not text), `unsupported` (UTF-32), and
/// as the source does; the error names the line. After a failure each further call fails alike. One
/// reader belongs to one thread at a time.
class CsvReader {
  public:
    /// Reads as far as the header. Borrows `source`, which must outlive the reader. Also fails with
    /// `invalid_argument` when the options cannot work.
    explicit CsvReader(ByteSource& source, const CsvOptions& options = {});
    /// The same, and owns `source`.
    explicit CsvReader(std::unique_ptr<ByteSource> source, const CsvOptions& options = {});
    CsvReader(CsvReader&& other) noexcept;
    CsvReader& operator=(CsvReader&& other) noexcept;
    ~CsvReader();

    /// The next row, or nullptr at the end. It is valid until the next call.
    const CsvRow* next();
    /// Leaves out `count` rows, good or bad; returns how many there were.
    std::uint64_t skip_rows(std::uint64_t count);

    /// The names of the columns; empty when there is no header.
    [[nodiscard]] const std::vector<std::string>& header() const;
    /// What is wrong with the header: bad bytes or quotes, names that are empty or there twice.
    [[nodiscard]] const std::vector<Problem>& header_problems() const;
    /// The index of the first column of exactly that name.
    [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;

    [[nodiscard]] const CsvDialect& dialect() const;
    /// UTF-8 as long as all that was read is ASCII.
    [[nodiscard]] Encoding encoding() const;

    /// Where the next row begins in the file, in its own bytes, byte order mark included: for
    /// progress against ByteSource::size().
    [[nodiscard]] std::uint64_t byte_offset() const;

    /// So that a range-for works; each step is a next().
    class Iterator {
      public:
        using value_type = CsvRow;
        using difference_type = std::ptrdiff_t;

        explicit Iterator(CsvReader& reader) : reader_(&reader), row_(reader.next()) {}
        const CsvRow& operator*() const { return *row_; }
        Iterator& operator++() {
            row_ = reader_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t /*end*/) const { return row_ == nullptr; }

      private:
        CsvReader* reader_;
        const CsvRow* row_;
    };
    [[nodiscard]] Iterator begin() { return Iterator(*this); }
    [[nodiscard]] static std::default_sentinel_t end() { return {}; }

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace crmkit::exchange
