#include "crmkit/exchange/csv_dialect.hpp"

#include "csv_support.hpp"

using namespace csv_support;

namespace {

CsvDialect detect(std::string_view sample) { return detect_csv_dialect(sample, true); }

}  // namespace

TEST_SUITE("csv dialect") {
    TEST_CASE("delimiters") {
        CHECK(detect("a,b,c\n1,2,3\n").delimiter == ',');
        CHECK(detect("a;b;c\n1;2;3\n").delimiter == ';');
        CHECK(detect("a\tb\tc\n1\t2\t3\n").delimiter == '\t');
        CHECK(detect("a|b|c\n1|2|3\n").delimiter == '|');
        CHECK(detect("a;b").delimiter == ';');
        CHECK(detect("alone\n1\n2\n").delimiter == ',');
        CHECK(detect("").delimiter == ',');
    }

    TEST_CASE("decimal commas and commas in text do not hide a semicolon") {
        CHECK(detect("name;amount\nAda;1,50\nBob;2,75\n").delimiter == ';');
        CHECK(
            detect("name;amount;rate\nMiller, Ada;1.000,50;3,5\nSmith, Bob;2,75;1,0\n").delimiter ==
            ';');
        CHECK(detect("1,5;2,5\n3,5;4,5\n").delimiter == ';');
    }

    TEST_CASE("text in quotes does not count") {
        CHECK(detect("a,b\n\"x;y;z\",1\n\"p;q;r\",2\n").delimiter == ',');
        CHECK(detect("a;b\n\"x\n,,\n,,\n\";1\n\"p,q,r\";2\n").delimiter == ';');
        CHECK(detect("name,note\nAda,\"1;2\n3;4\n5;6\"\nBob,x\n").delimiter == ',');
    }

    TEST_CASE("other delimiters within cells") {
        CHECK(detect("id,tags,url\n1,a|b|c,http://x.org/?a;b\n2,d|e|f,http://y.org/\n").delimiter ==
              ',');
        CHECK(detect("id\ttext\n1\ta, b, c\n2\td, e\n3\tf\n").delimiter == '\t');
    }

    TEST_CASE("quotes") {
        CHECK(detect("a,b\n\"1\",\"2\"\n").quote == '"');
        CHECK(detect("'a,x','b'\n'1,5','it''s'\n").quote == '\'');
        CHECK(detect("'a,x','b'\n'1,5','2'\n").delimiter == ',');
        CHECK(detect("name,note\nO'Brien,'tis nothing\nD'Arcy,fine\n").quote == '"');
        CHECK(detect("a,b\n'90s,\"x,y\"\n'80s,\"z\"\n").quote == '"');
        CHECK(detect("a,b\n1,2\n").quote == '"');
    }

    TEST_CASE("escapes") {
        CHECK(detect("a,b\n\"say \\\"hi\\\", now\",2\n\"x\",3\n").escape == '\\');
        CHECK(detect("a,b\n\"say \"\"hi\"\"\",2\n").escape == '\0');
        CHECK(detect("path,size\n\"C:\\dir\\\",2\n\"D:\\\",3\n").escape == '\0');
        CHECK(detect("path,size\nC:\\dir\\,2\n").escape == '\0');
    }

    TEST_CASE("blanks after delimiters") {
        CHECK(detect("a, b, c\n1, 2, 3\n").skip_spaces);
        CHECK(detect("a, \"b, x\", c\n1, \"2, y\", 3\n").skip_spaces);
        CHECK(detect("a, \"b, x\", c\n1, \"2, y\", 3\n").delimiter == ',');
        CHECK_FALSE(detect("a,b,c\n1, 2,3\n").skip_spaces);
        CHECK_FALSE(detect("a,b\n1,2\n").skip_spaces);
    }

    TEST_CASE("line ends") {
        CHECK(detect("a,b\r\n1,2\r\n").line_end == LineEnd::crlf);
        CHECK(detect("a,b\n1,2\n").line_end == LineEnd::lf);
        CHECK(detect("a,b\r1,2\r").line_end == LineEnd::cr);
        CHECK(detect("a,b\r1,2").line_end == LineEnd::cr);
        CHECK(detect("a,\"b\nc\nd\"\r1,2\r3,4\r5,6\r").line_end == LineEnd::cr);
        CHECK(detect("a,\"b\nc\"\r\n1,2\r\n").line_end == LineEnd::crlf);
        CHECK(detect("a,b").line_end == LineEnd::crlf);
        CHECK(detect("a;b\r1;2\r3;4\r").delimiter == ';');
    }

    TEST_CASE("sep= lines") {
        CHECK(detect("sep=;\r\na,b;c,d\r\n").delimiter == ';');
        CHECK(detect("sep=;\r\na,b;c,d\r\n").sep_line);
        CHECK(detect("SEP=\t\na\tb\n").delimiter == '\t');
        CHECK(detect("sep=^\na^b\n").delimiter == '^');
        CHECK(detect("sep=").sep_line == false);
        CHECK(detect("sep=a\nb\n").sep_line == false);
        CHECK(detect("sep=;;\n").sep_line == false);
        CHECK(detect("separator,b\n").sep_line == false);
    }

    TEST_CASE("a sample that is cut off anywhere says the same") {
        std::string text = "name;note;amount\n";
        while (text.size() < 3000) {
            text += "Ada;\"one, two\nthree; \"\"four\"\"\";1,50\nBob;'x;2,75\n";
        }
        for (std::size_t size = 60; size < text.size(); size += 7) {
            CAPTURE(size);
            const CsvDialect dialect = detect_csv_dialect(text.substr(0, size), false);
            CHECK(dialect.delimiter == ';');
            CHECK(dialect.quote == '"');
        }
    }

    TEST_CASE("a header longer than the sample, very many delimiters") {
        std::string text;
        while (text.size() < 200000) {
            text += "name;";
        }
        CHECK(detect_csv_dialect(text, true).delimiter == ';');
        CHECK(detect_csv_dialect(std::string(200000, '|'), true).delimiter == '|');
        CHECK(detect_csv_dialect(std::string(200000, '"'), true).delimiter == ',');
    }

    TEST_CASE("characters that cannot work together are refused, by name") {
        const auto message = [](CsvDialect dialect) {
            return error_of([&] { dialect.check(); }).message();
        };
        CHECK_NOTHROW(CsvDialect{}.check());
        CsvDialect dialect;
        for (const char bad : {'\0', 'a', '7', ' ', '\r', '\n', '\x80', '"'}) {
            dialect.delimiter = bad;
            CHECK_FALSE(message(dialect).empty());
        }
        dialect = {};
        dialect.quote = ',';
        CHECK(message(dialect).find("quote") != std::string::npos);
        dialect.quote = '\0';
        CHECK_NOTHROW(dialect.check());
        dialect.escape = ',';
        CHECK(message(dialect).find("escape") != std::string::npos);
        dialect = {};
        dialect.escape = '"';
        CHECK(message(dialect).find("escape") != std::string::npos);
    }
}
