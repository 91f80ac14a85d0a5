/// What stands in the columns of a CSV file.
#pragma once

#include <crmkit/base/text.hpp>
#include <crmkit/exchange/csv_reader.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sales_team {

/// Reads a file once, whatever its delimiter and encoding are: the library finds out.
class Survey {
  public:
    /// Throws as CsvReader does.
    explicit Survey(const std::string& path) : file_(path), reader_(file_) {
        const auto& header = reader_.header();
        empty_.resize(header.size());
        values_.resize(header.size());
        for (const auto& row : reader_) {
            if (is_blank(row)) {
                continue;  // so does the import
            }
            for (std::size_t i = 0; i < header.size(); ++i) {
                const std::string_view cell = crmkit::trim(row[i]);
                empty_[i] += cell.empty() ? 1 : 0;
                if (!cell.empty() && values_[i].size() < most_values) {
                    values_[i].emplace(cell);
                }
            }
        }
    }
    [[nodiscard]] const std::vector<std::string>& header() const { return reader_.header(); }
    /// In how many rows nothing stands in a column.
    [[nodiscard]] std::int64_t empty_cells(std::string_view column) const {
        return empty_[*reader_.column(column)];
    }
    /// The first 10,000 different cells of a column.
    [[nodiscard]] const std::set<std::string>& values(std::string_view column) const {
        return values_[*reader_.column(column)];
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

    static constexpr std::size_t most_values = 10'000;

    crmkit::exchange::FileSource file_;
    crmkit::exchange::CsvReader reader_;
    std::vector<std::int64_t> empty_;
    std::vector<std::set<std::string>> values_;
};

}  // namespace sales_team
