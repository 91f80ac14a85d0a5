#include "csv_support.hpp"

using namespace csv_support;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20U;

/// Reads until the reader refuses; the source never ends.
Error refusal(ByteSource& source, CsvOptions options = {}) {
    const auto error = error_of([&] {
        CsvReader reader(source, options);
        while (reader.next() != nullptr) {
        }
    });
    return error;
}

/// How many rows a text has, and how many of them have problems.
std::pair<std::size_t, std::size_t> count(std::string_view text) {
    CsvOptions options = plain_options();
    options.encoding = Encoding::utf8;
    MemorySource source(text);
    CsvReader reader(source, options);
    std::pair<std::size_t, std::size_t> counted;
    for (const CsvRow& row : reader) {
        ++counted.first;
        counted.second += row.ok() ? 0U : 1U;
    }
    return counted;
}

}  // namespace

TEST_SUITE("csv limits") {
    TEST_CASE("a line without end is refused once it is longer than a field may be") {
        for (const char* head : {"a\nx", "a\n\"x", "", "a,b\n1,2\n3,\"4\" "}) {
            Endless source(head, "x");
            const Error error = refusal(source);
            CHECK(error.code() == ErrorCode::limit);
            CHECK(error.message().find("the field is longer than 16777216 bytes") !=
                  std::string::npos);
            CHECK(source.taken < 17 * mib);
            CHECK(error.problems().size() == 1);
        }
    }

    TEST_CASE("the refusal names the place") {
        Endless source("a,b\n1,2\n\"3\n3\",\"4", "x");
        const Error error = refusal(source);
        CHECK(error.problems()[0].line == 4);
        CHECK(error.problems()[0].column == 4);
        CHECK(error.problems()[0].value.starts_with("\"4xxx"));
    }

    TEST_CASE("a line of very many fields") {
        for (const char* body : {",", "ab,", "\"\",", "\"x\ny\","}) {
            Endless source("a,b\n", body);
            const Error error = refusal(source);
            CHECK(error.code() == ErrorCode::limit);
            CHECK(error.message().find("more than 16384 fields") != std::string::npos);
            CHECK(source.taken < 2 * mib);
        }
    }

    TEST_CASE("a line of large fields") {
        Endless source("a,b\n", std::string(mib, 'x') + ",");
        const Error error = refusal(source);
        CHECK(error.message().find("the row is longer than 50331648 bytes") != std::string::npos);
        CHECK(source.taken < 50 * mib);
    }

    TEST_CASE("limits in other encodings") {
        Endless wide(std::string("\xFF\xFE", 2), std::string("x\0", 2));
        CHECK(refusal(wide).code() == ErrorCode::limit);
        CHECK(wide.taken < 34 * mib);
        Endless bad("ä\n" + std::string(100, 'x') + "\n", "\xFF");
        const Error error = refusal(bad);
        CHECK(error.code() == ErrorCode::limit);
        CHECK(find_invalid_utf8(error.problems()[0].value) == std::string_view::npos);
        CHECK(bad.taken < 17 * mib);
    }

    TEST_CASE("after a refusal each call refuses") {
        Endless source("a\n1\n2", "x");
        CsvReader reader(source);
        CHECK(reader.next() != nullptr);
        const auto next = [&] { (void)reader.next(); };
        CHECK(error_of(next).code() == ErrorCode::limit);
        const std::size_t taken = source.taken;
        CHECK(error_of(next).code() == ErrorCode::limit);
        CHECK(source.taken == taken);
    }

    TEST_CASE("exactly at a limit, and one more") {
        CsvOptions options = plain_options();
        options.limits.max_field_bytes = 4;
        options.limits.max_row_bytes = 9;
        options.limits.max_columns = 3;
        CHECK(table("abcd,efgh\n", options).size() == 1);
        CHECK(read_all("abcde", options).error.find("longer than 4 bytes") != std::string::npos);
        CHECK(table("\"ab\",\"\"\"\"\n", options) == std::vector<Fields>{{"ab", "\""}});
        CHECK(read_all("\"abc\"\n", options).error.find("longer than 4") != std::string::npos);
        CHECK(read_all("abcd,efgh,\n", options).error.find("longer than 9") != std::string::npos);
        CHECK(table("a,b,c\n", options).size() == 1);
        CHECK(read_all("a,b,c,\n", options).error.find("more than 3") != std::string::npos);
    }

    TEST_CASE("a quoted field past a limit that runs over lines is an open quote") {
        CsvOptions options = plain_options();
        options.limits.max_field_bytes = 10;
        const Outcome outcome = read_all("a,b\n1,\"x\n2,3\n4,55555555\n6,7\",\n8,9\n", options);
        CHECK(outcome.error.empty());
        REQUIRE(outcome.rows.size() == 6);
        CHECK(outcome.rows[1].fields == Fields{"1", "\"x"});
        CHECK(outcome.rows[1].malformed);
        CHECK(outcome.rows[2].fields == Fields{"2", "3"});
        CHECK(outcome.rows[2].problems.empty());
        CHECK(outcome.rows[5].line == 6);
    }

    TEST_CASE("a good field of several lines after one past a limit is not given up with it") {
        CsvOptions options = plain_options();
        options.limits.max_field_bytes = 10;
        CHECK(table("\"a\nbbbbbbbbb\n\"x\ny\"\n", options) ==
              std::vector<Fields>{{"\"a"}, {"bbbbbbbbb"}, {"x\ny"}});
    }

    TEST_CASE("a field without a limit of its own has its row's") {
        CsvOptions options = plain_options();
        options.limits.max_field_bytes = static_cast<std::size_t>(-1);
        options.limits.max_row_bytes = 16;
        CHECK(table("\"open\n1,2\n3,\"4\n4\"\n", options) ==
              std::vector<Fields>{{"\"open"}, {"1", "2"}, {"3", "4\n4"}});
        CHECK(read_all(std::string(17, 'x'), options).error.starts_with("limit: "));
    }

    // Would take hours if each open quote were followed to the end of the file.
    TEST_CASE("a file of open quotes is read in one go") {
        for (const char* line : {"\"a\n", "1,\"\"x\n", "\"\"\"\n", "\"a\"b\n"}) {
            std::string text = "a,\"b\n";
            while (text.size() < mib / 2) {
                text += line;
            }
            const auto [rows, bad] = count(text);
            CHECK(rows > mib / 20);
            CHECK(bad > mib / 20);
        }
    }

    TEST_CASE("a file of nothing but bad bytes is read in one go") {
        for (const std::string& line :
             {std::string("\0\n", 2), std::string("\xFF\n"), std::string("\0\xFF\n", 3)}) {
            std::string text;
            while (text.size() < mib / 8) {
                text += line;
            }
            const auto [rows, bad] = count(text);
            CHECK(rows == text.size() / line.size());
            CHECK(bad == rows);
        }
    }

    TEST_CASE("a header of many equal names") {
        std::string text = "a";
        for (int i = 1; i < 16384; ++i) {
            text += ",a";
        }
        MemorySource source(text);
        CsvReader reader(source);
        CHECK(reader.header().size() == 16384);
        CHECK(reader.header_problems().size() == 16383);
    }
}
