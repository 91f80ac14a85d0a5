#include "csv_support.hpp"

using namespace csv_support;

namespace {

std::string encoded(std::u16string_view text, Encoding encoding, bool mark) {
    std::string bytes;
    const std::u16string marked = mark ? u'\uFEFF' + std::u16string(text) : std::u16string(text);
    for (const char16_t unit : marked) {
        const auto low = static_cast<char>(unit & 0xFFU);
        const auto high = static_cast<char>(unit >> 8U);
        switch (encoding) {
            case Encoding::utf16le:
                bytes += {low, high};
                break;
            case Encoding::utf16be:
                bytes += {high, low};
                break;
            case Encoding::cp1252:
                bytes += low;
                break;
            case Encoding::utf8:
                if (unit < 0x80) {
                    bytes += low;
                } else if (unit < 0x800) {
                    bytes += {static_cast<char>(0xC0 | unit >> 6),
                              static_cast<char>(0x80 | (unit & 0x3F))};
                } else {
                    bytes += {static_cast<char>(0xE0 | unit >> 12),
                              static_cast<char>(0x80 | (unit >> 6 & 0x3F)),
                              static_cast<char>(0x80 | (unit & 0x3F))};
                }
                break;
        }
    }
    return bytes;
}

constexpr std::u16string_view sample =
    u"näme,tëxt\r\nA,\"one\r\ntwo\"\n\nÄ,\"x\"\"ü\"\r\nB\r\n\"open,ß\nC,é,ö\nD,last";

/// Goes on after each row in turn, with a new reader, and expects the same rows.
template <typename MakeSource>
void check_resuming(MakeSource make, const CsvOptions& options) {
    std::vector<Kept> rows;
    std::vector<CsvPosition> positions;
    auto source = make();
    CsvReader reader(*source, options);
    positions.push_back(reader.position());
    for (const CsvRow& row : reader) {
        rows.push_back(keep(row));
        positions.push_back(reader.position());
    }
    REQUIRE(rows.size() == 6);
    for (std::size_t from = 0; from < positions.size(); ++from) {
        CAPTURE(from);
        auto again = make();
        CsvReader other(*again, options);
        CHECK(other.header() == reader.header());
        other.resume(positions[from]);
        CHECK(other.position() == positions[from]);
        std::vector<Kept> rest;
        for (const CsvRow& row : other) {
            rest.push_back(keep(row));
        }
        CHECK(rest ==
              std::vector<Kept>(rows.begin() + static_cast<std::ptrdiff_t>(from), rows.end()));
    }
}

}  // namespace

TEST_SUITE("csv position") {
    TEST_CASE("byte offsets are those of the file") {
        for (const Encoding encoding :
             {Encoding::utf8, Encoding::utf16le, Encoding::utf16be, Encoding::cp1252}) {
            for (const bool mark : {true, false}) {
                if (mark && encoding == Encoding::cp1252) {
                    continue;
                }
                CAPTURE(to_string(encoding));
                const std::string text = encoded(sample, encoding, mark);
                MemorySource source(text);
                CsvReader reader(source);
                CHECK(reader.encoding() == encoding);
                std::size_t start = sample.find(u"A,");
                for (const char16_t* next : {u"\nÄ", u"B\r", u"\"open", u"C,", u"D,"}) {
                    CHECK(reader.byte_offset() ==
                          encoded(sample.substr(0, start), encoding, mark).size());
                    REQUIRE(reader.next() != nullptr);
                    start = sample.find(next);
                }
                while (reader.next() != nullptr) {
                }
                CHECK(reader.byte_offset() == text.size());
            }
        }
    }

    TEST_CASE("an import goes on where another stopped") {
        for (const Encoding encoding :
             {Encoding::utf8, Encoding::utf16le, Encoding::utf16be, Encoding::cp1252}) {
            for (const bool header : {true, false}) {
                CAPTURE(to_string(encoding));
                const std::string text =
                    encoded(header ? sample : sample.substr(sample.find(u"A,")), encoding, false);
                CsvOptions options;
                options.header = header;
                check_resuming([&] { return std::make_unique<MemorySource>(text); }, options);
                check_resuming([&] { return std::make_unique<Trickle>(text, 3); }, options);
            }
        }
    }

    TEST_CASE("a file is sought, not read") {
        TemporaryFolder folder;
        const std::string path = folder.file("large.csv");
        {
            FileSink sink(path);
            CsvWriter writer(sink);
            writer.row({"id", "text"});
            for (int i = 0; i < 50000; ++i) {
                writer.row({std::to_string(i), "some text in this row"});
            }
            writer.close();
        }
        FileSource first(path);
        CsvReader reader(first);
        CHECK(reader.skip_rows(49990) == 49990);
        const CsvPosition position = reader.position();
        FileSource second(path);
        CHECK(second.size() == std::filesystem::file_size(path));
        CsvReader other(second);
        other.resume(position);
        const CsvRow* row = other.next();
        REQUIRE(row != nullptr);
        CHECK((*row)[0] == "49990");
        CHECK(row->line() == 49992);
        CHECK(row->number() == 49991);
    }

    TEST_CASE("a position that the file does not have") {
        const std::string text = "a\n1\n2\n";
        CsvPosition position;
        position.byte_offset = 100;
        position.line = 50;
        position.rows = 49;
        const auto resume = [&](ByteSource& source) {
            return error_of([&] { CsvReader(source).resume(position); });
        };
        MemorySource memory(text);
        CHECK(resume(memory).code() == ErrorCode::invalid_argument);
        Trickle pipe(text, 2);
        CHECK(resume(pipe).code() == ErrorCode::invalid_argument);
    }

    TEST_CASE("a reader that was resumed can be resumed again, also backwards") {
        const std::string text = "a\n1\n2\n3\n";
        MemorySource source(text);
        CsvReader reader(source);
        const CsvPosition start = reader.position();
        CHECK(start.byte_offset == 2);
        CHECK(start.line == 2);
        CHECK(reader.skip_rows(9) == 3);
        reader.resume(start);
        CHECK((*reader.next())[0] == "1");
    }
}
