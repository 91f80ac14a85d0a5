/// `CsvRowWriter`: the records of a store as the rows of a CSV file.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/exchange/csv_writer.hpp"
#include "crmkit/expr/expression.hpp"
#include "crmkit/schema/registry.hpp"
#include "crmkit/store/packed_record.hpp"

namespace crmkit::exchange::detail {

/// One column: a field, with where it begins in a packed row, or something worked out.
struct ExportColumn {
    const Field* field = nullptr;
    int place = 0;
    expr::Expression expression{};
};

/// Writes one record after the other.
class CsvRowWriter {
  public:
    /// Gives what a column has for the present record that is no field.
    using WorkOut = std::function<Value(const expr::Expression&)>;

    CsvRowWriter(CsvWriter& csv, const Registry& registry) : csv_(csv), registry_(registry) {}

    /// Writes a row, and ends it.
    void put(const PackedRow& row, std::span<const ExportColumn> columns, const WorkOut& work_out);

  private:
    void put_field(const PackedRow& row, const ExportColumn& column);
    void put_value(const ValueView& value);
    void put_text(std::string_view text);

    CsvWriter& csv_;
    const Registry& registry_;
    std::vector<std::string> list_{};
};

}  // namespace crmkit::exchange::detail
