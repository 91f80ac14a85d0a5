/// `RowBuffer`: the rows of a batch, kept so that they can be gone through again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/exchange/csv_reader.hpp"

namespace crmkit::exchange::detail {

class RowBuffer;

/// One row of a buffer. Borrows it.
class InputRow {
  public:
    InputRow(const RowBuffer& buffer, std::size_t index) : buffer_(&buffer), index_(index) {}

    /// The cell at `column` from 0; empty where the row is too short.
    [[nodiscard]] std::string_view cell(std::size_t column) const;
    /// The line of the file that a cell begins on.
    [[nodiscard]] std::int64_t line(std::size_t column) const;
    /// The line that the row begins on.
    [[nodiscard]] std::int64_t line() const;
    [[nodiscard]] std::int64_t number() const;
    [[nodiscard]] bool is_blank() const;
    /// What the reader found wrong with it; empty for nearly every row.
    [[nodiscard]] const std::vector<Problem>& problems() const;

  private:
    const RowBuffer* buffer_;
    std::size_t index_;
};

/// Rows one behind the other in one piece of memory.
class RowBuffer {
  public:
    void clear() {
        text_.clear();
        cells_.clear();
        rows_.clear();
        problems_.clear();
    }
    void add(const CsvRow& row) {
        Row added{cells_.size(),
                  row.size(),
                  static_cast<std::int64_t>(row.line()),
                  static_cast<std::int64_t>(row.number()),
                  row.blank(),
                  no_problems};
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string_view cell = row[i];
            cells_.push_back({text_.size(), cell.size(), static_cast<std::int64_t>(row.line(i))});
            text_ += cell;
        }
        if (!row.ok()) {
            added.problems = problems_.size();
            problems_.push_back(row.problems());
        }
        rows_.push_back(added);
    }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] std::size_t bytes() const { return text_.size(); }
    [[nodiscard]] InputRow operator[](std::size_t index) const { return {*this, index}; }

  private:
    friend class InputRow;

    static constexpr std::size_t no_problems = static_cast<std::size_t>(-1);

    struct Cell {
        std::size_t begin;
        std::size_t size;
        std::int64_t line;
    };
    struct Row {
        std::size_t first_cell;
        std::size_t size;
        std::int64_t line;
        std::int64_t number;
        bool is_blank;
        std::size_t problems;
    };

    std::string text_;
    std::vector<Cell> cells_;
    std::vector<Row> rows_;
    std::vector<std::vector<Problem>> problems_;
};

inline std::string_view InputRow::cell(std::size_t column) const {
    const RowBuffer::Row& row = buffer_->rows_[index_];
    if (column >= row.size) {
        return {};
    }
    const RowBuffer::Cell& cell = buffer_->cells_[row.first_cell + column];
    return std::string_view(buffer_->text_).substr(cell.begin, cell.size);
}

inline std::int64_t InputRow::line(std::size_t column) const {
    const RowBuffer::Row& row = buffer_->rows_[index_];
    return column < row.size ? buffer_->cells_[row.first_cell + column].line : row.line;
}

inline std::int64_t InputRow::line() const { return buffer_->rows_[index_].line; }
inline std::int64_t InputRow::number() const { return buffer_->rows_[index_].number; }
inline bool InputRow::is_blank() const { return buffer_->rows_[index_].is_blank; }

inline const std::vector<Problem>& InputRow::problems() const {
    static const std::vector<Problem> none;
    const std::size_t at = buffer_->rows_[index_].problems;
    return at == RowBuffer::no_problems ? none : buffer_->problems_[at];
}

}  // namespace crmkit::exchange::detail
