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

constexpr std::u16string_view rows_in_utf16 =
    u"näme,tëxt\r\nA,\"one\r\ntwo\"\n\nÄ,\"x\"\"ü\"\r\nB\r\n\"open,ß\nC,é,ö\nD,last";

}  // namespace

TEST_SUITE("csv byte offset") {
    TEST_CASE("byte offsets are those of the file") {
        for (const Encoding encoding :
             {Encoding::utf8, Encoding::utf16le, Encoding::utf16be, Encoding::cp1252}) {
            for (const bool mark : {true, false}) {
                if (mark && encoding == Encoding::cp1252) {
                    continue;
                }
                CAPTURE(to_string(encoding));
                const std::string text = encoded(rows_in_utf16, encoding, mark);
                MemorySource source(text);
                CsvReader reader(source);
                CHECK(reader.encoding() == encoding);
                std::size_t start = rows_in_utf16.find(u"A,");
                for (const char16_t* next : {u"\nÄ", u"B\r", u"\"open", u"C,", u"D,"}) {
                    CHECK(reader.byte_offset() ==
                          encoded(rows_in_utf16.substr(0, start), encoding, mark).size());
                    REQUIRE(reader.next() != nullptr);
                    start = rows_in_utf16.find(next);
                }
                while (reader.next() != nullptr) {
                }
                CHECK(reader.byte_offset() == text.size());
            }
        }
    }
}
