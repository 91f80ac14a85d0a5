#include "csv_row_writer.hpp"

#include "crmkit/schema/value_text.hpp"

namespace crmkit::exchange::detail {

/// Empty text is written as a missing value, as it is stored.
void CsvRowWriter::put_text(std::string_view text) {
    if (text.empty()) {
        csv_.missing();
    } else {
        csv_.field(text);
    }
}

void CsvRowWriter::put_value(const ValueView& value) {
    if (value.kind() == ValueKind::text) {
        put_text(value.text());
    } else {
        put_text(to_text(value, &registry_));
    }
}

/// The kinds that most fields are of go without a value in between.
void CsvRowWriter::put_field(const PackedRow& row, const ExportColumn& column) {
    if (row.is_null(column.place)) {
        csv_.missing();
        return;
    }
    switch (column.field->native_kind()) {
        case NativeKind::text:
        case NativeKind::json:
        case NativeKind::enumeration:
        case NativeKind::whole_enumeration:
            put_text(row.text(column.place));
            return;
        case NativeKind::integer:
        case NativeKind::whole_integer:
        case NativeKind::id:
            csv_.number(row.integer(column.place));
            return;
        case NativeKind::boolean:
            put_text(row.integer(column.place) != 0 ? "true" : "false");
            return;
        case NativeKind::decimal:
        case NativeKind::money:
        case NativeKind::date:
        case NativeKind::instant:
        case NativeKind::whole_instant:
        case NativeKind::link:
        case NativeKind::text_list:
        case NativeKind::structure_list:
            put_value(value_at(row, column.place, *column.field, list_));
            return;
    }
}

void CsvRowWriter::put(const PackedRow& row, std::span<const ExportColumn> columns,
                       const WorkOut& work_out) {
    for (const ExportColumn& column : columns) {
        if (column.field != nullptr) {
            put_field(row, column);
        } else {
            put_value(work_out(column.expression).view());
        }
    }
    csv_.end_row();
}

}  // namespace crmkit::exchange::detail
