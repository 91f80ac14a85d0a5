#include "crmkit/base/punycode.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using crmkit::decode_punycode;
using crmkit::encode_punycode;

namespace {

struct Sample {
    std::u32string_view characters;
    std::string_view punycode;
};

// RFC 3492, section 7.1: (A), (B), (D), (I), (L), (S); and a few domain labels.
constexpr Sample samples[] = {
    {U"ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"},
    {U"他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"},
    {U"Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"},
    {U"почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"},
    {U"3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"},
    {U"-> $1.00 <-", "-> $1.00 <--"},
    {U"bücher", "bcher-kva"},
    {U"straße", "strae-oqa"},
    {U"日本語", "wgv71a119e"},
    {U"😀", "e28h"},
    {U"", ""},
};

}  // namespace

TEST_CASE("Punycode is read and written as RFC 3492 shows") {
    for (const Sample& sample : samples) {
        CAPTURE(sample.punycode);
        CHECK(encode_punycode(sample.characters).value() == sample.punycode);
        CHECK(decode_punycode(sample.punycode).value() == sample.characters);
    }
    CHECK(decode_punycode("BCHER-KVA").value() == U"BüCHER");
}

TEST_CASE("malformed Punycode is refused") {
    for (const std::string_view wrong : {"bcher-kv!", "bcher-kv", "b\xC3\xBC-kva", "99999999",
                                         "999999b", "{aa", "\xFF", "zzzzzzzzzzzz"}) {
        CAPTURE(wrong);
        CHECK_FALSE(decode_punycode(wrong));
    }
    CHECK_FALSE(decode_punycode(std::string(1'000'000, 'a')));
    CHECK_FALSE(encode_punycode(std::u32string(1'000'000, U'ü')));
}

TEST_CASE("every short Punycode that can be read is what its characters are written as") {
    constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (const char a : digits) {
        for (const char b : digits) {
            for (const char c : digits) {
                const std::string text{a, b, c};
                if (const auto decoded = decode_punycode(text)) {
                    CAPTURE(text);
                    REQUIRE(encode_punycode(*decoded).value() == text);
                }
            }
        }
    }
}
