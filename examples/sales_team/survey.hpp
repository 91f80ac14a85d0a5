/// What stands in the columns of a CSV file.
#pragma once

#include <crmkit/base/text.hpp>
#include <crmkit/exchange/csv_reader.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sales_team {

/// The different cells of a column, and in how many rows each stands.
using Cells = std::map<std::string, std::int64_t>;

/// Reads a file once, whatever its delimiter and encoding are: the library finds out.
class Survey {
  public:
    /// Throws as CsvReader does.
    explicit Survey(const std::string& path) : file_(path), reader_(file_) {
        empty_.resize(header().size());
        cells_.resize(header().size());
        for (const auto& row : reader_) {
            if (!is_blank(row)) {  // as the import skips it, too
                add(row);
            }
        }
    }
    [[nodiscard]] const std::vector<std::string>& header() const { return reader_.header(); }
    /// In how many rows nothing stands in a column.
    [[nodiscard]] std::int64_t empty_cells(std::string_view column) const {
        return empty_[*reader_.column(column)];
    }
    /// The first 10,000 different cells of a column that are not empty.
    [[nodiscard]] const Cells& cells(std::string_view column) const {
        return cells_[*reader_.column(column)];
    }
    /// The same as rows: one for the library to look at that has everything in it, however late in
    /// the file it stands.
    [[nodiscard]] std::vector<std::vector<std::string>> sample() const {
        std::vector<std::vector<std::string>> rows;
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            rows.resize(std::max(rows.size(), cells_[i].size()));
            std::size_t row = 0;
            for (const auto& [cell, count] : cells_[i]) {
                rows[row].resize(cells_.size());
                rows[row++][i] = cell;
            }
        }
        return rows;
    }
    /// Cells with these texts are empty.
    void take_for_nothing(const std::vector<std::string>& texts) {
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            for (const std::string& text : texts) {
                if (const auto nothing = cells_[i].extract(text)) {
                    empty_[i] += nothing.mapped();
                }
            }
        }
    }

  private:
    [[nodiscard]] bool is_blank(const crmkit::exchange::CsvRow& row) const {
        for (std::size_t i = 0; i < header().size(); ++i) {
            if (!crmkit::trim(row[i]).empty()) {
                return false;
            }
        }
        return true;
    }
    void add(const crmkit::exchange::CsvRow& row) {
        for (std::size_t i = 0; i < header().size(); ++i) {
            const std::string cell(crmkit::trim(row[i]));
            if (cell.empty()) {
                ++empty_[i];
            } else if (cells_[i].size() < most_cells || cells_[i].contains(cell)) {
                ++cells_[i][cell];
            }
        }
    }

    static constexpr std::size_t most_cells = 10'000;

    crmkit::exchange::FileSource file_;
    crmkit::exchange::CsvReader reader_;
    std::vector<std::int64_t> empty_;
    std::vector<Cells> cells_;
};

}  // namespace sales_team
