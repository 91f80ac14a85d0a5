#include "crmkit/exchange/csv_writer.hpp"

#include <cstdint>
#include <limits>

#include "csv_support.hpp"

using namespace csv_support;

namespace {

std::string written(std::initializer_list<std::string_view> fields, CsvWriterOptions options = {}) {
    std::string text;
    StringSink sink(text);
    CsvWriter writer(sink, options);
    writer.row(fields);
    writer.close();
    return text;
}

}  // namespace

TEST_SUITE("csv writer") {
    TEST_CASE("fields are quoted where they must be") {
        CHECK(written({"a", "b c", "1.5"}) == "a,b c,1.5\r\n");
        CHECK(written({"a,b", "say \"hi\"", "x\ny", "\r"}) ==
              "\"a,b\",\"say \"\"hi\"\"\",\"x\ny\",\"'\r\"\r\n");
        CHECK(written({" a", "b ", "", "\"", "ä;|"}) == "\" a\",\"b \",\"\",\"\"\"\",ä;|\r\n");
        CsvWriterOptions options;
        options.quote_all = true;
        CHECK(written({"a", ""}, options) == "\"a\",\"\"\r\n");
    }

    TEST_CASE("numbers are quoted where their text would be") {
        constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
        const auto numbers = [](const CsvWriterOptions& options) {
            std::string text;
            StringSink sink(text);
            CsvWriter writer(sink, options);
            writer.number(0).number(42).number(-7).number(least).end_row();
            writer.close();
            return text;
        };
        const std::initializer_list<std::string_view> texts{"0", "42", "-7",
                                                            "-9223372036854775808"};
        CsvWriterOptions options;
        CHECK(numbers(options) == "0,42,-7,-9223372036854775808\r\n");
        CHECK(numbers(options) == written(texts, options));
        options.quote_all = true;
        CHECK(numbers(options) == written(texts, options));
        options = {};
        options.dialect.delimiter = '-';
        CHECK(numbers(options) == "0-42-\"-7\"-\"-9223372036854775808\"\r\n");
        options.dialect.quote = '\0';
        options.dialect.escape = '\\';
        CHECK(numbers(options) == written(texts, options));
    }

    TEST_CASE("missing values and empty texts differ") {
        std::string text;
        StringSink sink(text);
        CsvWriter writer(sink);
        writer.field("a").missing().field("").end_row();
        writer.missing().missing().missing().end_row();
        CHECK(writer.rows() == 2);
        writer.close();
        CHECK(text == "a,,\"\"\r\n,,\r\n");
        text.clear();
        CsvWriter narrow(sink);
        narrow.missing().end_row();
        narrow.close();
        CHECK(text == "\"\"\r\n");
    }

    TEST_CASE("dialects") {
        CsvWriterOptions options;
        options.dialect.delimiter = ';';
        options.dialect.line_end = LineEnd::lf;
        options.dialect.sep_line = true;
        options.byte_order_mark = true;
        CHECK(written({"a,b", "c;d"}, options) == "\xEF\xBB\xBFsep=;\na,b;\"c;d\"\n");
        options = {};
        options.dialect.quote = '\'';
        options.dialect.escape = '\\';
        options.dialect.line_end = LineEnd::cr;
        CHECK(written({"it's", "a\\b", "=1"}, options) == "'it\\'s','a\\\\b','\\'=1'\r");
        options.dialect.quote = '\0';
        CHECK(written({"it's", "a\\b,c\n", ""}, options) == "it's,a\\\\b\\,c\\\n,\r");
        options.dialect.escape = '\0';
        CHECK(written({"plain", "=x"}, options) == "plain,'=x\r");
        const auto error = error_of([&] { written({"a,b"}, options); });
        CHECK(error.code() == ErrorCode::unsupported);
        CHECK(error.problems()[0].value == "a,b");
        options.dialect.delimiter = '\n';
        CHECK(error_of([&] { written({"a"}, options); }).code() == ErrorCode::invalid_argument);
    }

    TEST_CASE("a cell looks the same in every row, whatever its characters") {
        CsvWriterOptions plain;
        plain.guard_formulas = false;
        CsvWriterOptions apostrophes;
        apostrophes.dialect.quote = '\'';
        for (const CsvWriterOptions& options : {CsvWriterOptions{}, plain, apostrophes}) {
            for (int i = 0; i < 256; ++i) {
                const std::string byte(1, static_cast<char>(i));
                std::string text;
                StringSink sink(text);
                CsvWriter writer(sink, options);
                for (int row = 0; row < 3; ++row) {
                    writer.row(
                        {"start", byte, byte + "x", "x" + byte + "x", "x" + byte, "'" + byte});
                }
                writer.close();
                CAPTURE(i);
                const std::string first = text.substr(0, text.size() / 3);
                CHECK(text == first + first + first);
            }
        }
    }

    TEST_CASE("what could be taken for the start of a file is quoted") {
        CHECK(written({"sep=;", "sep=;"}) == "\"sep=;\",sep=;\r\n");
        CHECK(written({"\xEF\xBB\xBFx"}) == "\"\xEF\xBB\xBFx\"\r\n");
        CHECK(written({"PK\x03\x04x"}) == "\"PK\x03\x04x\"\r\n");  // found by fuzzing
    }

    TEST_CASE("the formula guard") {
        CHECK(written({"=1+1", "-12.5", "+49 30 1", "@x", "'=1"}) ==
              "'=1+1,-12.5,+49 30 1,'@x,''=1\r\n");
        CsvWriterOptions options;
        options.guard_formulas = false;
        CHECK(written({"=1+1"}, options) == "=1+1\r\n");
    }

    TEST_CASE("rows must be as wide as the first") {
        std::string text;
        StringSink sink(text);
        CsvWriter writer(sink);
        CHECK(error_of([&] { writer.end_row(); }).code() == ErrorCode::invalid_argument);
        const std::vector<std::string> header{"a", "b"};
        writer.row(header);
        const auto error = error_of([&] { writer.row({"1", "2", "3"}); });
        CHECK(error.code() == ErrorCode::invalid_argument);
        CHECK(error.message() == "row 2 has 3 fields instead of 2");
    }

    TEST_CASE("a large export is handed over in blocks") {
        std::size_t blocks = 0;
        std::size_t bytes = 0;
        std::size_t largest = 0;
        CallbackSink sink([&](std::string_view block) {
            ++blocks;
            bytes += block.size();
            largest = std::max(largest, block.size());
        });
        CsvWriter writer(sink);
        for (int i = 0; i < 10000; ++i) {
            writer.row({"some text for the row", "and more"});
        }
        writer.close();
        CHECK(bytes == 320000);
        CHECK(blocks == 5);
        CHECK(largest < 66000);
    }

    TEST_CASE("a full disk") {
        if (!std::filesystem::exists("/dev/full")) {
            MESSAGE("skipped: no /dev/full");
            return;
        }
        FileSink sink("/dev/full");
        CsvWriter writer(sink);
        writer.row({"a", "b"});
        const auto error = error_of([&] { writer.close(); });
        CHECK(error.code() == ErrorCode::disk_full);
        CHECK(error.message().find("/dev/full") != std::string::npos);
    }

    TEST_CASE("an export that fails leaves the file as it was") {
        TemporaryFolder folder;
        const std::string path = folder.file("out.csv");
        {
            FileSink sink(path);
            CsvWriter writer(sink);
            writer.row({"first"});
            CHECK_FALSE(std::filesystem::exists(path));
            writer.close();
        }
        CHECK(file_text(path) == "first\r\n");
        {
            FileSink sink(path);
            CsvWriter writer(sink);
            writer.row({"second"});
            writer.flush();
        }
        CHECK(file_text(path) == "first\r\n");
        CHECK_FALSE(std::filesystem::exists(path + ".partial"));
        FileSink sink(path);
        sink.write("third");
        sink.close();
        sink.close();
        CHECK(file_text(path) == "third");
        CHECK(error_of([&] { sink.write("x"); }).code() == ErrorCode::invalid_argument);
    }

    TEST_CASE("a symbolic link stays one") {
        TemporaryFolder folder;
        const std::string path = folder.file("real.csv");
        const std::string link = folder.file("link.csv");
        std::ofstream(path) << "old";
        std::filesystem::create_symlink(path, link);
        FileSink sink(link);
        sink.write("new");
        sink.close();
        CHECK(std::filesystem::is_symlink(link));
        CHECK(file_text(path) == "new");
    }

    TEST_CASE("a place where no file can be") {
        TemporaryFolder folder;
        CHECK(error_of([&] { FileSink sink(folder.file("no/such/folder.csv")); }).code() ==
              ErrorCode::io);
        CHECK(error_of([&] { FileSink sink(folder.file("")); }).code() == ErrorCode::io);
    }
}
