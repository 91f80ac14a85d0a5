#include "crmkit/exchange/csv_reader.hpp"

#include "csv_support.hpp"

using namespace csv_support;

TEST_SUITE("csv reader") {
    TEST_CASE("rows and fields") {
        CHECK(table("a,b,c\r\n1,2,3\r\n") == std::vector<Fields>{{"a", "b", "c"}, {"1", "2", "3"}});
        CHECK(table("a,b\n1,2") == std::vector<Fields>{{"a", "b"}, {"1", "2"}});
        CHECK(table("a") == std::vector<Fields>{{"a"}});
        CHECK(table(",") == std::vector<Fields>{{"", ""}});
        CHECK(table(",,\n") == std::vector<Fields>{{"", "", ""}});
        CHECK(table("").empty());
        CHECK(table("\n\r\n\n").empty());
        CHECK(table("a\n\n\nb\n") == std::vector<Fields>{{"a"}, {"b"}});
        CHECK(table("a\r") == std::vector<Fields>{{"a"}});
    }

    TEST_CASE("quoted fields") {
        CHECK(table("\"a\",\"b,c\",\"d\"\"e\"\n") == std::vector<Fields>{{"a", "b,c", "d\"e"}});
        CHECK(table("\"\",\"\"\"\",\"\"\"\"\"\"") == std::vector<Fields>{{"", "\"", "\"\""}});
        CHECK(table("\"a\nb\r\nc\",d\n1,2") == std::vector<Fields>{{"a\nb\r\nc", "d"}, {"1", "2"}});
        CHECK(table("a,\"b\"\r\n\"c\",d\r\n") == std::vector<Fields>{{"a", "b"}, {"c", "d"}});
        CHECK(table("\"a\"\r") == std::vector<Fields>{{"a"}});
    }

    TEST_CASE("a quote within a plain field is a character") {
        const Outcome outcome = read_all("37°36'37.8\"N,5\" pipe,a\"\"b\n", plain_options());
        REQUIRE(outcome.rows.size() == 1);
        CHECK(outcome.rows[0].fields == Fields{"37°36'37.8\"N", "5\" pipe", "a\"\"b"});
        CHECK(outcome.rows[0].problems.empty());
    }

    TEST_CASE("a lone CR is text, but ends rows where the dialect says so") {
        CHECK(table("a\rb,c\n") == std::vector<Fields>{{"a\rb", "c"}});
        CsvOptions options = plain_options();
        options.dialect->line_end = LineEnd::cr;
        CHECK(table("a,b\r1,2\r", options) == std::vector<Fields>{{"a", "b"}, {"1", "2"}});
        CHECK(table("a,b\r\n1,2\n3,\"4\r\n5\"\r\n", options) ==
              std::vector<Fields>{{"a", "b"}, {"1", "2"}, {"3", "4\r\n5"}});
        const Outcome outcome = read_all("\"a\rb\r\nc\nd\",e\rf,g", options);
        REQUIRE(outcome.rows.size() == 2);
        CHECK(outcome.rows[0].places[1] == Place{4, 4});
        CHECK(outcome.rows[1].line == 5);
    }

    TEST_CASE("escapes") {
        CsvOptions options = plain_options();
        options.dialect->escape = '\\';
        CHECK(table(R"("a\"b",c\,d,"e\\",\f)", options) ==
              std::vector<Fields>{{"a\"b", "c,d", "e\\", "f"}});
        CHECK(table("\"a\"\"b\",c\\\nd\\\r\ne\nx,y", options) ==
              std::vector<Fields>{{"a\"b", "c\nd\r\ne"}, {"x", "y"}});
        CHECK(table("a,b\\", options) == std::vector<Fields>{{"a", "b\\"}});
        options.dialect->quote = '\0';
        CHECK(table(R"("a\,b",c)", options) == std::vector<Fields>{{"\"a,b\"", "c"}});
        const Outcome outcome = read_all("a\\\nb,c\nd,e", options);
        REQUIRE(outcome.rows.size() == 2);
        CHECK(outcome.rows[0].places[1] == Place{2, 3});
        CHECK(outcome.rows[1].line == 3);
    }

    TEST_CASE("other quotes and delimiters") {
        CsvOptions options = plain_options();
        options.dialect->quote = '\'';
        options.dialect->delimiter = '\t';
        CHECK(table("'a\tb'\t\"c\"\t'd''e'\n", options) ==
              std::vector<Fields>{{"a\tb", "\"c\"", "d'e"}});
        options.dialect->quote = '\0';
        CHECK(table("\"a\t'b\n", options) == std::vector<Fields>{{"\"a", "'b"}});
        options.dialect->delimiter = '\x01';
        CHECK(table("a\x01 b\n", options) == std::vector<Fields>{{"a", " b"}});
    }

    TEST_CASE("blanks around fields, where the dialect ignores them") {
        CHECK(table("a, \"b\", c \n") == std::vector<Fields>{{"a", " \"b\"", " c "}});
        CsvOptions options = plain_options();
        options.dialect->skip_spaces = true;
        const Outcome outcome = read_all("a, \"b, c\" ,  d ,\t\"\" ,  \n", options);
        REQUIRE(outcome.rows.size() == 1);
        CHECK(outcome.rows[0].fields == Fields{"a", "b, c", "d ", "", ""});
        CHECK(outcome.rows[0].problems.empty());
        CHECK(outcome.rows[0].quoted == std::vector<bool>{false, true, false, true, false});
    }

    TEST_CASE("quoted() tells an empty text from a missing value") {
        const Outcome outcome = read_all("\"\",,\"a\",b", plain_options());
        REQUIRE(outcome.rows.size() == 1);
        CHECK(outcome.rows[0].quoted == std::vector<bool>{true, false, true, false});
    }

    TEST_CASE("header, columns and access") {
        MemorySource source("name,\"e-mail\",city\nAda,ada@x.org,London\nBob,,\n,,\n");
        CsvReader reader(source);
        CHECK(reader.header() == Fields{"name", "e-mail", "city"});
        CHECK(reader.header_problems().empty());
        CHECK(reader.column("e-mail") == 1);
        CHECK_FALSE(reader.column("E-Mail").has_value());
        const CsvRow* row = reader.next();
        REQUIRE(row != nullptr);
        CHECK((*row)[*reader.column("city")] == "London");
        CHECK(row->number() == 1);
        CHECK((*row)[17].empty());
        CHECK(row->line(17) == 2);
        CHECK(row->column(17) == 21);
        CHECK(Fields(row->begin(), row->end()) == Fields{"Ada", "ada@x.org", "London"});
        CHECK_FALSE(row->blank());
        CHECK(reader.skip_rows(1) == 1);
        row = reader.next();
        REQUIRE(row != nullptr);
        CHECK(row->number() == 3);
        CHECK(row->blank());
        CHECK(reader.next() == nullptr);
        CHECK(reader.next() == nullptr);
        CHECK(reader.skip_rows(5) == 0);
    }

    TEST_CASE("header problems: no name, the same name") {
        MemorySource source("a,,b,a\n1,2,3,4\n");
        CsvReader reader(source);
        REQUIRE(reader.header_problems().size() == 2);
        CHECK(text_of(reader.header_problems()[0]) == "1:3 column 2 has no name");
        CHECK(text_of(reader.header_problems()[1]) == "1:6 a: columns 1 and 4 have the same name");
        CHECK(reader.column("a") == 0);
        CHECK(reader.next()->ok());
    }

    TEST_CASE("an empty file has no header and no rows") {
        for (const std::string_view text : {"", "\n\n", "\xEF\xBB\xBF", "sep=;\n"}) {
            MemorySource source(text);
            CsvReader reader(source);
            CHECK(reader.header().empty());
            CHECK(reader.next() == nullptr);
        }
    }

    TEST_CASE("an owned source, a moved reader, a range-for") {
        static constexpr std::string_view text = "a\n1\n2\n";
        CsvReader first(std::make_unique<MemorySource>(text));
        CsvReader reader(std::move(first));
        Fields seen;
        for (const CsvRow& row : reader) {
            seen.emplace_back(row[0]);
        }
        CHECK(seen == Fields{"1", "2"});
        CHECK(error_of([] { CsvReader none(nullptr); }).code() == ErrorCode::invalid_argument);
    }

    TEST_CASE("lines and columns are exact") {
        const Outcome outcome =
            read_all("\xEF\xBB\xBFn,t\r\n1,\"two\r\nlines\"\r\n\r\n3,\"\n\n\"\nä,b,c\n");
        REQUIRE(outcome.rows.size() == 3);
        CHECK(outcome.rows[0].line == 2);
        CHECK(outcome.rows[0].places == std::vector<Place>{{2, 1}, {2, 3}});
        CHECK(outcome.rows[1].line == 5);
        CHECK(outcome.rows[1].number == 2);
        CHECK(outcome.rows[1].places == std::vector<Place>{{5, 1}, {5, 3}});
        CHECK(outcome.rows[2].line == 8);
        CHECK(outcome.rows[2].places == std::vector<Place>{{8, 1}, {8, 4}, {8, 6}});
        CHECK(outcome.rows[2].problems == Fields{"8:6 the row has 3 fields instead of 2"});
    }

    TEST_CASE("a field after one of several lines has its own line") {
        const Outcome outcome = read_all("\"a\nbc\",d,\"e\n\n\"\"\",f\n", plain_options());
        REQUIRE(outcome.rows.size() == 1);
        CHECK(outcome.rows[0].fields == Fields{"a\nbc", "d", "e\n\n\"", "f"});
        CHECK(outcome.rows[0].places == std::vector<Place>{{1, 1}, {2, 5}, {2, 7}, {4, 5}});
    }

    TEST_CASE("ragged rows are reported and given") {
        const Outcome outcome = read_all("a,b,c\n1,2\n1,2,3,4,5\n\"x\ny\"\n1,2,3\n");
        REQUIRE(outcome.rows.size() == 4);
        CHECK(outcome.rows[0].ragged);
        CHECK(outcome.rows[0].fields == Fields{"1", "2"});
        CHECK(outcome.rows[0].problems == Fields{"2:4 c: the row has 2 fields instead of 3"});
        CHECK(outcome.rows[1].problems == Fields{"3:7 the row has 5 fields instead of 3"});
        CHECK(outcome.rows[2].problems == Fields{"5:3 b: the row has 1 fields instead of 3"});
        CHECK_FALSE(outcome.rows[3].ragged);
        CHECK(outcome.rows[3].problems.empty());
    }

    TEST_CASE("without a header the first row says how many fields there are") {
        const Outcome outcome = read_all("\n1,2\n3\n", plain_options());
        REQUIRE(outcome.rows.size() == 2);
        CHECK(outcome.rows[0].line == 2);
        CHECK_FALSE(outcome.rows[0].ragged);
        CHECK(outcome.rows[1].ragged);
    }

    TEST_CASE("a stray quote is reported, kept, and damages its row only") {
        const Outcome outcome =
            read_all("h,i\n\"He said \"hello\" and left\",b\n1,2\n", CsvOptions{});
        REQUIRE(outcome.rows.size() == 2);
        CHECK(outcome.rows[0].malformed);
        CHECK(outcome.rows[0].fields == Fields{"He said \"hello\" and left", "b"});
        CHECK(outcome.rows[0].problems ==
              Fields{"2:10 h: a quote within a quoted field must be doubled",
                     "2:16 h: a quote within a quoted field must be doubled"});
        CHECK(outcome.rows[1].fields == Fields{"1", "2"});
        CHECK_FALSE(outcome.rows[1].malformed);
    }

    TEST_CASE("many stray quotes are counted, not listed") {
        std::string text = "h\n\"x";
        for (int i = 0; i < 100; ++i) {
            text += "\"x";
        }
        const Outcome outcome = read_all(text + "\"\n");
        REQUIRE(outcome.rows.size() == 1);
        CHECK(outcome.rows[0].problems.size() == 17);
        CHECK(outcome.rows[0].problems.back().ends_with("and so must 84 more after it"));
    }

    TEST_CASE("a quote that is never closed costs its line only") {
        const Outcome outcome = read_all("a,b\n1,2\n3,\"four\n5,6\n7,8\n");
        REQUIRE(outcome.rows.size() == 4);
        CHECK(outcome.rows[1].fields == Fields{"3", "\"four"});
        CHECK(outcome.rows[1].malformed);
        CHECK(outcome.rows[1].problems == Fields{"3:3 b: the quote that opens here is not closed"});
        CHECK(outcome.rows[2].fields == Fields{"5", "6"});
        CHECK(outcome.rows[2].line == 4);
        CHECK(outcome.rows[3].line == 5);
        CHECK(outcome.rows[3].problems.empty());
    }

    TEST_CASE("a quote that is not closed, with good quoted fields after it") {
        const Outcome outcome = read_all("a,b\n1,\"two,x\n\"3\",\"four\"\n\"5\",\"si\nx\"\n");
        REQUIRE(outcome.rows.size() == 3);
        CHECK(outcome.rows[0].fields == Fields{"1", "\"two,x"});
        CHECK(outcome.rows[0].problems == Fields{"2:3 b: the quote that opens here is not closed"});
        CHECK(outcome.rows[1].fields == Fields{"3", "four"});
        CHECK(outcome.rows[1].problems.empty());
        CHECK(outcome.rows[2].fields == Fields{"5", "si\nx"});
        CHECK(outcome.rows[2].problems.empty());
    }

    TEST_CASE("what seemed wrong on the lines after an open quote is not reported with it") {
        const Outcome outcome = read_all("a,b\n1,\"two\n3,4 \" inch\n\"5\",6\n");
        REQUIRE(outcome.rows.size() == 3);
        CHECK(outcome.rows[0].problems == Fields{"2:3 b: the quote that opens here is not closed"});
        CHECK(outcome.rows[1].fields == Fields{"3", "4 \" inch"});
        CHECK(outcome.rows[1].problems.empty());
        CHECK(outcome.rows[2].fields == Fields{"5", "6"});
    }

    TEST_CASE("an open quote at the very end") {
        for (const std::string_view text : {"a\n\"", "a\n\"\"\"", "a\n\"\n", "a\n\"x\r\n"}) {
            const Outcome outcome = read_all(text);
            REQUIRE(outcome.rows.size() == 1);
            CHECK(outcome.rows[0].malformed);
            CHECK(outcome.rows[0].problems ==
                  Fields{"2:1 a: the quote that opens here is not closed"});
        }
    }

    TEST_CASE("a field is found in several good lines before a bad one") {
        const Outcome outcome = read_all("a,b\n\"x\ny\",\"open\n1,2\n");
        REQUIRE(outcome.rows.size() == 2);
        CHECK(outcome.rows[0].fields == Fields{"x\ny", "\"open"});
        CHECK(outcome.rows[0].problems == Fields{"3:4 b: the quote that opens here is not closed"});
        CHECK(outcome.rows[1].line == 4);
    }

    TEST_CASE("bytes that are no UTF-8 are reported and replaced, never dropped") {
        CsvOptions options;
        options.encoding = Encoding::utf8;
        const Outcome outcome =
            read_all("a,b\nx\xFFy,\"\xE2\x82\"\n\"p\nq\xC3\",ok\nä,ö\n", options);
        REQUIRE(outcome.rows.size() == 3);
        CHECK(outcome.rows[0].bad_bytes);
        CHECK(outcome.rows[0].fields == Fields{"x\uFFFDy", "\uFFFD"});
        CHECK(outcome.rows[0].problems == Fields{"2:2 a: the byte 0xFF is no UTF-8",
                                                 "2:6 b: the bytes 0xE2 0x82 are no UTF-8"});
        CHECK(outcome.rows[1].fields == Fields{"p\nq\uFFFD", "ok"});
        CHECK(outcome.rows[1].problems == Fields{"4:2 a: the byte 0xC3 is no UTF-8"});
        CHECK(outcome.rows[2].fields == Fields{"ä", "ö"});
        CHECK(outcome.rows[2].problems.empty());
    }

    TEST_CASE("NUL bytes are reported and kept") {
        const std::string text("a,b\n1,x\0y\n3,4\n", 14);
        const Outcome outcome = read_all(text);
        REQUIRE(outcome.rows.size() == 2);
        CHECK(outcome.rows[0].fields[1] == std::string("x\0y", 3));
        CHECK(outcome.rows[0].bad_bytes);
        CHECK(outcome.rows[0].problems == Fields{"2:4 b: a NUL byte"});
        CHECK(outcome.rows[1].problems.empty());
    }

    TEST_CASE("bad bytes in doubled quotes, in the header and in great number") {
        CsvOptions options;
        options.encoding = Encoding::utf8;
        MemorySource source("\"na\"\"m\xFF\"\n\"\"\"\xFE\"\"\"\n");
        CsvReader reader(source, options);
        CHECK(reader.header() == Fields{"na\"m\uFFFD"});
        REQUIRE(reader.header_problems().size() == 1);
        CHECK(text_of(reader.header_problems()[0]) == "1:7 the byte 0xFF is no UTF-8");
        const CsvRow* row = reader.next();
        CHECK((*row)[0] == "\"\uFFFD\"");

        const Outcome many = read_all("a\n" + std::string(1000, '\xFF') + "\n", options);
        REQUIRE(many.rows.size() == 1);
        CHECK(many.rows[0].fields[0].size() == 3000);
        CHECK(many.rows[0].problems.size() == 8);
        CHECK(many.rows[0].problems.back().ends_with("and there are 992 more such"));
    }

    TEST_CASE("a broken character at the end of the file") {
        CsvOptions options;
        options.encoding = Encoding::utf8;
        for (const std::size_t block : {1U, 100U}) {
            Trickle source("a\nx\xE2\x82", block);
            const Outcome outcome = read_all(source, options);
            REQUIRE(outcome.rows.size() == 1);
            CHECK(outcome.rows[0].problems == Fields{"2:2 a: the bytes 0xE2 0x82 are no UTF-8"});
        }
    }

    TEST_CASE("UTF-16 that is no text") {
        const auto wide = [](std::u16string_view text) {
            std::string bytes;
            for (const char16_t unit : text) {
                bytes.push_back(static_cast<char>(unit & 0xFFU));
                bytes.push_back(static_cast<char>(unit >> 8U));
            }
            return bytes;
        };
        const char16_t text[] = {0xFEFF, 'a', '\n', 'x', 0xD83D, 'y', '\n', 0xDE00, '\n', 'z'};
        const Outcome outcome = read_all(wide({text, 10}) + "!");
        REQUIRE(outcome.rows.size() == 3);
        CHECK(outcome.rows[0].fields == Fields{"x\uFFFDy"});
        CHECK(outcome.rows[0].problems ==
              Fields{"2:2 a: half of a surrogate pair is no character"});
        CHECK(outcome.rows[1].problems ==
              Fields{"3:1 a: half of a surrogate pair is no character"});
        CHECK(outcome.rows[2].fields == Fields{"z\uFFFD"});
        CHECK(outcome.rows[2].problems == Fields{"4:2 a: the file ends within a character"});
    }

    TEST_CASE("a sep= line, lines before the header") {
        CsvOptions options;
        MemorySource source("sep=;\r\na;b\r\n1,5;2\r\n");
        CsvReader reader(source);
        CHECK(reader.dialect().delimiter == ';');
        CHECK(reader.dialect().sep_line);
        CHECK(reader.header() == Fields{"a", "b"});
        const CsvRow* row = reader.next();
        CHECK((*row)[0] == "1,5");
        CHECK(row->line() == 3);

        options.skip_lines = 3;
        const Outcome outcome =
            read_all("Report, of \"today\n\nx\nname;city\nAda;London\nBob;Paris\n", options);
        CHECK(outcome.header == Fields{"name", "city"});
        REQUIRE(outcome.rows.size() == 2);
        CHECK(outcome.rows[0].line == 5);
        options.skip_lines = 1;
        CHECK(read_all("SEP=|\ntitle\na|b\n1;2|3\n", options).rows[0].fields == Fields{"1;2", "3"});
        options.skip_lines = 99;
        CHECK(read_all("a\nb\n", options).header.empty());
    }

    TEST_CASE("empty lines as empty values") {
        CsvOptions options;
        options.skip_blank_lines = false;
        const Outcome outcome = read_all("a\n\nx\n\n", options);
        REQUIRE(outcome.rows.size() == 3);
        CHECK(outcome.rows[0].fields == Fields{""});
        CHECK(outcome.rows[2].line == 4);
    }

    TEST_CASE("options that cannot work are refused") {
        const auto code = [](const CsvOptions& options) {
            return error_of([&] {
                       MemorySource source("a\n");
                       CsvReader reader(source, options);
                   })
                .code();
        };
        CsvOptions options;
        options.limits.max_columns = 0;
        CHECK(code(options) == ErrorCode::invalid_argument);
        options = {};
        options.limits.max_row_bytes = (std::size_t{1} << 30U) + 1;
        CHECK(code(options) == ErrorCode::invalid_argument);
        options = {};
        options.dialect = CsvDialect{};
        options.dialect->delimiter = '"';
        CHECK(code(options) == ErrorCode::invalid_argument);
    }

    TEST_CASE("a spreadsheet is refused by name, UTF-32 too") {
        using namespace std::string_view_literals;
        const Outcome zip = read_all("PK\x03\x04\x14\0\x06\0xl/workbook"sv);
        CHECK(zip.error.starts_with("syntax: the file is a ZIP archive"));
        CHECK(read_all("\xFF\xFE\0\0a\0\0\0"sv).error.starts_with("unsupported: "));
    }

    TEST_CASE("what the source throws passes, and again") {
        int calls = 0;
        CallbackSource source([&](char* out, std::size_t size) -> std::size_t {
            if (++calls > 3) {
                throw std::runtime_error("gone");
            }
            std::string text;
            while (text.size() + 4 <= size) {
                text += "a,b\n";
            }
            return text.copy(out, size);
        });
        CsvReader reader(source);
        const auto read_on = [&] {
            while (reader.next() != nullptr) {
            }
        };
        CHECK_THROWS_AS(read_on(), std::runtime_error);
        CHECK_THROWS_AS(read_on(), std::runtime_error);
        CHECK(calls == 4);
    }

    TEST_CASE("a folder, an absent file") {
        TemporaryFolder folder;
        CHECK(error_of([&] { FileSource source(folder.file("")); }).code() == ErrorCode::io);
        const auto error = error_of([&] { FileSource source(folder.file("absent.csv")); });
        CHECK(error.code() == ErrorCode::io);
        CHECK(error.message().find("absent.csv") != std::string::npos);
    }
}
