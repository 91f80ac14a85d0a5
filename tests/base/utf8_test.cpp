#include "crmkit/base/utf8.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "base/text_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::string_view_literals;

TEST_CASE("well-formed UTF-8 is told from everything else") {
    for (const std::string_view good :
         {""sv, "plain"sv, "caf\xC3\xA9"sv, "\xE2\x82\xAC"sv, "\xF0\x9F\x98\x80"sv, "a\0b"sv,
          "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv,
          "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv}) {
        CAPTURE(good);
        CHECK(find_invalid_utf8(good) == npos);
    }
    struct Bad {
        std::string_view text;
        std::size_t at;
    };
    for (const Bad& bad :
         {Bad{"\x80"sv, 0}, Bad{"ab\xFF"sv, 2}, Bad{"\xC0\x80"sv, 0}, Bad{"\xC1\xBF"sv, 0},
          Bad{"\xE0\x9F\xBF"sv, 0}, Bad{"\xED\xA0\x80"sv, 0}, Bad{"\xF0\x8F\xBF\xBF"sv, 0},
          Bad{"\xF4\x90\x80\x80"sv, 0}, Bad{"\xF5\x80\x80\x80"sv, 0}, Bad{"x\xE2\x82"sv, 1},
          Bad{"caf\xC3"sv, 3}, Bad{"\xE2\x28\xA1"sv, 0}, Bad{"123456789\xC3\xA9\xA9"sv, 11},
          Bad{"\xF0\x9F\x98"sv, 0}}) {
        CAPTURE(bad.at);
        CHECK(find_invalid_utf8(bad.text) == bad.at);
    }
}

TEST_CASE("an invalid byte is found at every place of a long text") {
    for (std::size_t place = 0; place < 40; ++place) {
        std::string text(40, 'a');
        text[place] = '\xFE';
        CHECK(find_invalid_utf8(text) == place);
    }
    CHECK(contains_nul("a\0b"sv));
    CHECK_FALSE(contains_nul("ab"));
}

TEST_CASE("characters are counted, not bytes") {
    CHECK(length_in_characters("") == 0);
    CHECK(length_in_characters("Müller") == 6);
    CHECK(length_in_characters("日本") == 2);
    CHECK(length_in_characters("😀") == 1);
    CHECK(length_in_characters("\xFF\xFE") == 2);
}

TEST_CASE("trim takes off every kind of white space at both ends") {
    CHECK(trim("  a b \t\r\n") == "a b");
    CHECK(trim("\xC2\xA0xy\xC2\xA0") == "xy");
    CHECK(trim("\xE3\x80\x80東京\xE3\x80\x80") == "東京");
    CHECK(trim("\xEF\xBB\xBFid") == "id");
    CHECK(trim(" \xE2\x80\x83 ").empty());
    CHECK(trim("").empty());
    CHECK(trim("\xFF ") == "\xFF");
    CHECK(trim("x \x80") == "x \x80");
    CHECK(trim(" \x80\x80\x80\x80") == "\x80\x80\x80\x80");
    CHECK(trim("é") == "é");
    CHECK(trim(std::string(1'000'000, ' ')).empty());
}

TEST_CASE("letters change their case one by one, and all else stays") {
    CHECK(lower_case("Größe ÅÉ 5 ΑΣ") == "größe åé 5 ασ");
    CHECK(upper_case("größe åé 5 ας") == "GRÖẞE ÅÉ 5 ΑΣ");
    CHECK(lower_case("") == "");
    CHECK(upper_case("a\xFF"
                     "b\xC3") ==
          "A\xFF"
          "B\xC3");
    for (char32_t c = 1; c <= 0x10FFFF; ++c) {
        if (!is_scalar_value(c)) {
            continue;
        }
        std::string character;
        detail::append_character(character, c);
        for (const std::string& made : {lower_case(character), upper_case(character)}) {
            REQUIRE(find_invalid_utf8(made) == npos);
            REQUIRE(length_in_characters(made) == 1);
        }
        REQUIRE(lower_case(lower_case(character)) == lower_case(character));
    }
}
