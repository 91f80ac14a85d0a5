/// `ColumnSource`: the text that a column of a plan takes from a row.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/text.hpp"
#include "row_buffer.hpp"
#include "transforms.hpp"

namespace crmkit::exchange::detail {

/// The columns of a file by name, for a plan to be compiled against.
class FileColumns {
  public:
    explicit FileColumns(std::vector<std::string> header) : header_(std::move(header)) {}

    /// The index of the one column with this name (spaces around it do not count). Adds a problem
    /// when there is none, with the nearest, or when there are several.
    std::optional<std::size_t> find(std::string_view name, std::vector<Problem>& problems) const;
    /// The index of the column with this number from 1. Adds a problem when it cannot be.
    std::optional<std::size_t> find(std::int64_t number, std::vector<Problem>& problems) const;
    /// The column's name; empty without a header.
    [[nodiscard]] std::string_view name(std::size_t index) const {
        return index < header_.size() ? std::string_view(header_[index]) : std::string_view();
    }
    [[nodiscard]] std::size_t size() const { return header_.size(); }
    /// "the columns of the file are 'Name', 'Phone'", for a person whose plan names none of them.
    [[nodiscard]] std::string described() const;

  private:
    std::vector<std::string> header_;
};

/// Where the text of a field comes from: a cell, several, or none; with its transforms.
class ColumnSource {
  public:
    /// Compiles a plan's column. What is wrong with it is added to `problems`.
    ColumnSource(const ImportColumn& column, const FileColumns& file, const Field* field,
                 const std::vector<std::string>& missing_values, std::vector<ImportMapped>& rules,
                 std::vector<Problem>& problems);

    /// The text for this row, empty for none; valid until the next call with the same `scratch`, or
    /// as long as the row. False, with a reason, when a transform refuses it.
    bool read(const InputRow& row, std::string_view& text, std::string& scratch, std::string& why,
              MapCounts& counts) const;

    /// Appends a step behind those of the plan.
    void add_step(TransformStep step) { transforms_.steps.push_back(std::move(step)); }
    /// The column of the file that problems are about: the first one; none for a constant.
    [[nodiscard]] std::optional<std::size_t> column() const {
        return cells_.empty() ? std::nullopt : std::optional(cells_.front());
    }
    /// All columns of the file that it reads.
    [[nodiscard]] const std::vector<std::size_t>& cells() const { return cells_; }
    /// It has a value for every row, also one whose cells are empty.
    [[nodiscard]] bool is_constant() const { return cells_.empty(); }

  private:
    void compile_pattern(const std::string& pattern, const FileColumns& file,
                         std::vector<Problem>& problems);
    [[nodiscard]] std::string_view clean(std::string_view cell) const;
    [[nodiscard]] bool fill_pattern(const InputRow& row, std::string& out) const;

    std::vector<std::size_t> cells_;
    /// Of a pattern: the texts around and between its cells, one more than those.
    std::vector<std::string> texts_;
    CompiledTransforms transforms_;
    const std::vector<std::string>* missing_values_;
    bool keep_spaces_;
};

}  // namespace crmkit::exchange::detail
