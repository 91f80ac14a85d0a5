/// CSV: any bytes give rows or a typed error, the same however they arrive; fields are UTF-8, and
/// rows that are written read back the same.
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "crmkit/base/text.hpp"
#include "crmkit/exchange/byte_sink.hpp"
#include "crmkit/exchange/csv.hpp"

#include "fuzz.hpp"

using namespace crmkit;
using namespace crmkit::exchange;
using fuzz::require;

namespace {

using Rows = std::vector<std::vector<std::string>>;

/// Reads all rows, a few bytes at a time; the name of the error at their end, if there is one.
std::string read(std::string_view text, const CsvOptions& options, std::size_t block, Rows& rows) {
    CallbackSource source([&text, block](char* out, std::size_t size) {
        const std::size_t count = text.copy(out, std::min(size, block));
        text.remove_prefix(count);
        return count;
    });
    try {
        CsvReader reader(source, options);
        while (const CsvRow* row = reader.next()) {
            auto& fields = rows.emplace_back();
            for (const std::string_view field : *row) {
                require(crmkit::find_invalid_utf8(field) == std::string_view::npos,
                        "fields are UTF-8");
                fields.emplace_back(field);
            }
            require(row->ok() || !row->problems().front().message.empty(), "a problem has a text");
        }
    } catch (const Error& error) {
        require(error.code() == ErrorCode::limit || error.code() == ErrorCode::syntax ||
                    error.code() == ErrorCode::unsupported,
                "a file is refused by one of three codes");
        return error.message();
    }
    return {};
}

/// Gives all rows the width of the widest, as a table has it.
void square(Rows& rows) {
    std::size_t width = 0;
    for (const auto& row : rows) {
        width = std::max(width, row.size());
    }
    for (auto& row : rows) {
        row.resize(width);
    }
}

void check_written(Rows rows, bool guard) {
    square(rows);
    std::string text;
    StringSink sink(text);
    CsvWriterOptions writing;
    writing.guard_formulas = guard;
    CsvWriter writer(sink, writing);
    for (const auto& row : rows) {
        writer.row(std::span<const std::string>(row));
    }
    writer.close();
    CsvOptions reading;
    reading.header = false;
    reading.dialect = CsvDialect{};
    reading.encoding = Encoding::utf8;
    reading.skip_blank_lines = false;
    reading.unguard = guard;
    Rows again;
    require(read(text, reading, text.size() + 1, again).empty(), "what is written can be read");
    require(again == rows, "what is written reads back the same");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::uint8_t choice = input.byte();
    CsvOptions options;
    options.header = (choice & 1U) != 0;
    options.skip_blank_lines = (choice & 2U) != 0;
    options.unguard = (choice & 4U) != 0;
    if ((choice & 8U) != 0) {
        options.limits = {.max_field_bytes = 64, .max_columns = 8, .max_row_bytes = 256};
    }
    Rows at_once;
    const std::string error = read(input.rest(), options, size + 1, at_once);
    Rows in_pieces;
    require(read(input.rest(), options, 1 + choice / 16U, in_pieces) == error,
            "the error is the same however the bytes arrive");
    require(at_once == in_pieces, "the rows are the same however the bytes arrive");
    check_written(at_once, true);
    check_written(at_once, false);
    return 0;
}
