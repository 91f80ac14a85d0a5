#include "crmkit/exchange/encoding.hpp"

#include "crmkit/base/random.hpp"
#include "csv_support.hpp"

using namespace csv_support;
using namespace std::string_view_literals;

namespace {

/// Decodes all of a source, `size` bytes at a time.
std::string all_of(ByteSource& source, std::size_t size) {
    std::string text;
    std::string block(size, '\0');
    while (const std::size_t count = source.read(block.data(), size)) {
        text.append(block, 0, count);
    }
    return text;
}

struct Decoded {
    std::string text;
    std::optional<Encoding> encoding;
    std::size_t mark = 0;
};

Decoded decode(std::string_view bytes, std::optional<Encoding> forced = std::nullopt,
               std::size_t block = 1000000, std::size_t size = 1000) {
    Trickle trickle(bytes, block);
    DecodingSource source(trickle, forced);
    std::string text = all_of(source, size);
    return {std::move(text), source.encoding(), source.mark_size()};
}

}  // namespace

TEST_SUITE("encoding") {
    TEST_CASE("byte order marks") {
        CHECK(decode("\xEF\xBB\xBFü").text == "ü");
        CHECK(decode("\xEF\xBB\xBFü").encoding == Encoding::utf8);
        CHECK(decode("\xEF\xBB\xBFü").mark == 3);
        CHECK(decode("\xFF\xFE\xFC\0"sv).text == "ü");
        CHECK(decode("\xFF\xFE\xFC\0"sv).encoding == Encoding::utf16le);
        CHECK(decode("\xFE\xFF\0\xFC"sv).text == "ü");
        CHECK(decode("\xFE\xFF\0\xFC"sv).encoding == Encoding::utf16be);
        CHECK(decode("\xFF\xFE"sv).text.empty());
        CHECK(error_of([] { decode("\0\0\xFE\xFF\0\0\0a"sv); }).code() == ErrorCode::unsupported);
    }

    TEST_CASE("without a mark") {
        CHECK(detect_encoding("", true).encoding == std::nullopt);
        CHECK(detect_encoding("plain", true).encoding == std::nullopt);
        CHECK(detect_encoding("größe", true).encoding == Encoding::utf8);
        CHECK(detect_encoding("gr\xF6\xDF"
                              "e",
                              true)
                  .encoding == Encoding::cp1252);
        CHECK(detect_encoding("a\0,\0b\0\n\0"sv, true).encoding == Encoding::utf16le);
        CHECK(detect_encoding("\0a\0,\0b\0\n"sv, true).encoding == Encoding::utf16be);
        // Chinese text with ASCII delimiters and numbers.
        CHECK(detect_encoding("\x2D\x4E\x87\x65,\0"
                              "1\0"
                              "2\0\n\0\x2D\x4E,\0"
                              "3\0\n\0"sv,
                              true)
                  .encoding == Encoding::utf16le);
        // A few NUL bytes make no UTF-16.
        CHECK(detect_encoding("name,city\nAda,\0\nBob,Paris\n"sv, true).encoding == std::nullopt);
    }

    TEST_CASE("a character that the sample cuts off decides nothing") {
        CHECK(detect_encoding("abc\xC3", false).encoding == std::nullopt);
        CHECK(detect_encoding("abc\xC3", true).encoding == Encoding::cp1252);
        CHECK(detect_encoding("\xC3\xBC"
                              "abc\xE2\x82",
                              false)
                  .encoding == Encoding::utf8);
    }

    TEST_CASE("damaged UTF-8 stays UTF-8") {
        CHECK(detect_encoding("äöüÄÖÜß\xFFéèê", true).encoding == Encoding::utf8);
        CHECK(detect_encoding("ä\xFF\xFE\xFD", true).encoding == Encoding::cp1252);
    }

    TEST_CASE("the encoding is found out late, where the first character needs it") {
        const std::string ascii(DecodingSource::sample_size * 3 + 17, 'x');
        for (const std::size_t block : {std::size_t{1000}, std::size_t{1000000}}) {
            for (const std::size_t size : {std::size_t{7}, std::size_t{100000}}) {
                CHECK(decode(ascii + "\xFC.", {}, block, size).text == ascii + "ü.");
                CHECK(decode(ascii + "ü.", {}, block, size).text == ascii + "ü.");
                CHECK(decode(ascii + "ü.", {}, block, size).encoding == Encoding::utf8);
                CHECK(decode(ascii, {}, block, size).encoding == std::nullopt);
            }
        }
    }

    TEST_CASE("a character across the end of the sample") {
        for (std::size_t before = DecodingSource::sample_size - 4;
             before <= DecodingSource::sample_size + 1; ++before) {
            const std::string ascii(before, 'x');
            CHECK(decode(ascii + "€uro").text == ascii + "€uro");
            CHECK(decode(ascii + "\x80uro").text == ascii + "€uro");
        }
    }

    TEST_CASE("cp1252: every byte has a character, and comes back by its size") {
        std::string bytes;
        for (int byte = 0x80; byte < 0x100; ++byte) {
            bytes += static_cast<char>(byte);
        }
        const std::string text = decode(bytes, Encoding::cp1252).text;
        CHECK_FALSE(find_invalid_bytes(text).has_value());
        CHECK(
            text.starts_with("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ\u00A0¡¢"));
        CHECK(text.ends_with("ûüýþÿ"));
        CHECK(encoded_size(text, Encoding::cp1252) == 128);
    }

    TEST_CASE("UTF-16: pairs, halves, odd ends, whatever the block size") {
        const std::string_view bytes =
            "\xFF\xFE"
            "a\0\x3D\xD8\x00\xDEz\0\x3D\xD8"
            "b\0\x00\xDE!"sv;
        for (const std::size_t block : {std::size_t{1}, std::size_t{3}, std::size_t{99}}) {
            const std::string text = decode(bytes, {}, block, 1).text;
            CHECK(text ==
                  "a😀z\xED\xA0\xBD"
                  "b\xED\xB8\x80\xFF"sv);
            CHECK(encoded_size(text, Encoding::utf16le) == bytes.size() - 2);
        }
    }

    TEST_CASE("a large UTF-16 text whose pairs fall on block ends") {
        std::string bytes =
            "\xFF\xFE"
            "x";
        bytes += '\0';
        std::string text = "x";
        while (bytes.size() < DecodingSource::sample_size * 2 + 100) {
            bytes += "\x3D\xD8\x00\xDE"sv;
            text += "😀";
        }
        CHECK(decode(bytes).text == text);
        CHECK(decode(bytes.insert(2, "y\0"sv)).text == "y" + text);
    }

    TEST_CASE("a forced encoding") {
        CHECK(decode("\xC3\xBC", Encoding::cp1252).text == "Ã¼");
        CHECK(decode("\xFC", Encoding::utf8).text == "\xFC");
        CHECK(decode("\xEF\xBB\xBFx", Encoding::utf8).text == "x");
        CHECK(decode("\xEF\xBB\xBFx", Encoding::cp1252).text == "ï»¿x");
        CHECK(decode("x\0"sv, Encoding::utf16le).text == "x");
        CHECK(decode("\xFE\xFF\0x"sv, Encoding::utf16le).text == "x");
        CHECK(decode("\xFE\xFF\0x"sv, Encoding::utf16le).encoding == Encoding::utf16be);
    }

    TEST_CASE("find_invalid_bytes follows the standard's table") {
        const auto bad = [](std::string_view text) {
            const auto found = find_invalid_bytes(text);
            return found ? std::pair(found->begin, found->size)
                         : std::pair<std::size_t, std::size_t>(99, 0);
        };
        using Run = std::pair<std::size_t, std::size_t>;
        CHECK(bad("plain ä € 😀 \u0080 \U0010FFFF") == Run(99, 0));
        CHECK(bad("\xC0\x80") == Run(0, 1));          // overlong
        CHECK(bad("\xE0\x9F\xBF") == Run(0, 1));      // overlong
        CHECK(bad("\xED\xA0\x80") == Run(0, 1));      // surrogate
        CHECK(bad("\xF0\x8F\xBF\xBF") == Run(0, 1));  // overlong
        CHECK(bad("\xF4\x90\x80\x80") == Run(0, 1));  // past the last character
        CHECK(bad("\xF5\x80\x80\x80") == Run(0, 1));
        CHECK(bad("abcdefgh\x80") == Run(8, 1));
        CHECK(bad("x\xE2\x82y") == Run(1, 2));
        CHECK(bad("x\xF0\x9F\x98") == Run(1, 3));
        CHECK(find_invalid_bytes("x\xF0\x9F\x98")->cut_off);
        CHECK_FALSE(find_invalid_bytes("x\xF0\x9F\x98y")->cut_off);
        CHECK_FALSE(find_invalid_bytes("\x80")->cut_off);
        CHECK(find_invalid_bytes("\xFF\xFE", 1)->begin == 1);
    }

    TEST_CASE("names") {
        for (const Encoding each :
             {Encoding::utf8, Encoding::utf16le, Encoding::utf16be, Encoding::cp1252}) {
            CHECK(encoding_named(to_string(each)) == each);
        }
        CHECK(encoding_named("ISO-8859-1") == Encoding::cp1252);
        CHECK(encoding_named("Latin1") == Encoding::cp1252);
        CHECK(encoding_named("UTF8") == Encoding::utf8);
        CHECK(encoding_named("utf_16_le") == Encoding::utf16le);
        CHECK_FALSE(encoding_named("koi8-r").has_value());
        CHECK_FALSE(encoding_named("").has_value());
    }

    TEST_CASE("random bytes: nothing is lost, however they arrive") {
        crmkit::Random random(3);
        for (int round = 0; round < 300; ++round) {
            std::string bytes;
            for (std::uint64_t left = random.below(300); left > 0; --left) {
                bytes +=
                    static_cast<char>(random.chance(500) ? random.below(0x80) : random.below(256));
            }
            for (const Encoding each :
                 {Encoding::utf8, Encoding::utf16le, Encoding::utf16be, Encoding::cp1252}) {
                CAPTURE(round);
                const Decoded whole = decode(bytes, each);
                REQUIRE(decode(bytes, each, 1, 1).text == whole.text);
                REQUIRE(encoded_size(whole.text, *whole.encoding) + whole.mark == bytes.size());
            }
            if (!bytes.starts_with("\0\0\xFE\xFF"sv)) {
                REQUIRE(decode(bytes).text == decode(bytes, {}, 1, 1).text);
            }
        }
    }
}
