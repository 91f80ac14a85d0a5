#include "crmkit/base/text.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "test_data.hpp"

using namespace crmkit;
using namespace std::string_view_literals;

namespace {

constexpr std::size_t npos = std::string_view::npos;

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    out.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        out += text;
    }
    return out;
}

bool is_scalar_value(char32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

}  // namespace

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

TEST_CASE("fold brings spellings of one name together") {
    CHECK(fold("Acme  Steel\tInc. ") == "acme steel inc.");
    CHECK(fold("MÜLLER") == "muller");
    CHECK(fold("Mu\xCC\x88ller") == "muller");
    CHECK(fold("Straße") == "strasse");
    CHECK(fold("ＧＴＸ　Ｐｒｏ") == "gtx pro");
    CHECK(fold("ﬁnance") == "finance");
    CHECK(fold("Łódź Ørsted Þór Æsir œuvre Đặng") == "lodz orsted thor aesir oeuvre dang");
    CHECK(fold("Işık") == fold("ISIK"));
    CHECK(fold("İstanbul") == "istanbul");
    CHECK(fold("ΌΣΟΣ") == fold("όσος"));
    CHECK(fold("Ёлка") == "елка");
    CHECK(fold("O’Brien") == "o'brien");
    CHECK(fold("O´Brien") == "o'brien");
    CHECK(fold("Jean–Luc") == "jean-luc");
    CHECK(fold("a\xC2\xADz") == "az");
    CHECK(fold("مُحَمَّد") == "محمد");
    CHECK(fold("\xEF\xBB\xBFname") == "name");
    CHECK(fold("").empty());
    CHECK(fold(" \t ").empty());
    CHECK(fold("a\0b"sv) == "a b");
    CHECK(fold("x\xC2\x85y") == "x y");
}

TEST_CASE("fold keeps the marks that are letters of their script") {
    CHECK(fold("か") != fold("が"));
    CHECK(fold("か\xE3\x82\x99") == fold("が"));
    CHECK(fold("कि") != fold("क"));
    CHECK(fold("ที่") != fold("ท"));
    CHECK(fold("ｶﾞｲｼｬ") == fold("ガイシャ"));
    CHECK(fold("한국") == "한국");
    CHECK(fold("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB국") == "한국");
}

TEST_CASE("bytes that are no UTF-8 fold to the replacement character") {
    CHECK(fold("A\xFF\xC3") == "a\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(find_invalid_utf8(fold("\xED\xA0\x80 x \xF8")) == npos);
}

TEST_CASE("fold_into appends and separates nothing") {
    std::string out = "x ";
    fold_into(out, " Ä B ");
    fold_into(out, " C");
    CHECK(out == "x a bc");
}

TEST_CASE("folding a folded character changes nothing, for all of Unicode") {
    std::size_t misread = 0;
    std::size_t too_long = 0;
    std::string differing;
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        if (!is_scalar_value(c)) {
            continue;
        }
        std::string text;
        detail::append_character(text, c);
        std::size_t at = 0;
        misread += detail::next_character(text, at) == c && at == text.size() ? 0U : 1U;
        const std::string once = fold(text);
        too_long += length_in_characters(once) <= 6 * text.size() ? 0U : 1U;
        if (fold(once) != once) {
            differing += text + ' ';
        }
    }
    CHECK(misread == 0);
    CHECK(too_long == 0);
    CHECK(differing.empty());
}

TEST_CASE("a long text folds like its parts, wherever a piece ends") {
    for (const std::string_view unit : {"é"sv, "Привет"sv, "が"sv, "か\xE3\x82\x99"sv, "하"sv,
                                        "e\xCC\x81"sv, "\xEF\xB7\xBA"sv, "a é"sv}) {
        for (const std::size_t times : {1U, 20U, 63U, 64U, 65U, 500U}) {
            CAPTURE(unit);
            CAPTURE(times);
            CHECK(fold(repeated(unit, times)) == repeated(fold(unit), times));
        }
    }
}

TEST_CASE("hostile runs of marks fold in bounded time") {
    CHECK(fold("a" + repeated("\xCC\x96\xCC\x81", 500'000)) == "a");
    const std::string kana = "か" + repeated("\xE3\x82\x99\xE0\xA5\x8D", 100'000);
    CHECK(fold(kana).size() > 100'000);
    CHECK(fold(repeated("\xEF\xB7\xBA", 10'000)).size() > 100'000);
    CHECK(fold(std::string(5'000'000, '\xFF')).size() == 15'000'000);
}

TEST_CASE("words are the runs of letters and digits") {
    using Words = std::vector<std::string_view>;
    CHECK(words("acme steel-works, inc. 24/7") ==
          Words{"acme", "steel", "works", "inc", "24", "7"});
    CHECK(words("").empty());
    CHECK(words(" .,- ").empty());
    CHECK(words("o'brien") == Words{"o", "brien"});
    CHECK(words("東京 タワー") == Words{"東京", "タワー"});
    CHECK(words("हिन्दी भाषा") == Words{"हिन्दी", "भाषा"});
    CHECK(words("a\xFF"
                "b") == Words{"a", "b"});
    CHECK(words("naïve") == Words{"naïve"});
}

TEST_CASE("texts start with and contain what a person would say they do") {
    CHECK(starts_with_folded("Müller & Söhne", "MULLER"));
    CHECK_FALSE(starts_with_folded("Müller", "Mueller"));
    CHECK(starts_with_folded("x", ""));
    CHECK(contains_folded("Société Générale", "generale"));
    CHECK_FALSE(contains_folded("abc", "abcd"));
}

TEST_CASE("like matches whole texts with % and _") {
    CHECK(like("acme%", "acme steel"));
    CHECK(like("%steel", "acme steel"));
    CHECK(like("%me st%", "acme steel"));
    CHECK(like("a_me", "acme"));
    CHECK_FALSE(like("a_me", "ame"));
    CHECK(like("", ""));
    CHECK_FALSE(like("", "a"));
    CHECK(like("%", ""));
    CHECK(like("%%", "anything"));
    CHECK_FALSE(like("_", ""));
    CHECK(like("_", "é"));
    CHECK(like("%_", "日本"));
    CHECK_FALSE(like("__", "é"));
    CHECK(like("100\\%", "100%"));
    CHECK_FALSE(like("100\\%", "1000"));
    CHECK(like("a\\_b", "a_b"));
    CHECK_FALSE(like("a\\_b", "axb"));
    CHECK(like("a\\\\b", "a\\b"));
    CHECK(like("end\\", "end\\"));
    CHECK(like("%\\%%", "50% off"));
    CHECK_FALSE(like("abc", "abcd"));
    CHECK(like("%a%b%c", "xxaxxbxxbxxc"));
    CHECK(like("\xFF%", "\xFF\xFE"));
}

namespace {

/// LIKE by its definition, in exponential time.
bool plain_like(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) {
        return text.empty();
    }
    if (pattern[0] == '%') {
        return plain_like(pattern.substr(1), text) ||
               (!text.empty() && plain_like(pattern, text.substr(1)));
    }
    const bool escaped = pattern[0] == '\\' && pattern.size() > 1;
    const char c = pattern[escaped ? 1 : 0];
    return !text.empty() && ((c == '_' && !escaped) || c == text[0]) &&
           plain_like(pattern.substr(escaped ? 2 : 1), text.substr(1));
}

}  // namespace

TEST_CASE("like agrees with its definition on small random patterns") {
    std::uint32_t state = 7;
    const auto pick = [&state](std::string_view from) {
        state = state * 1'664'525U + 1'013'904'223U;
        return from[(state >> 16U) % from.size()];
    };
    for (int round = 0; round < 20'000; ++round) {
        std::string pattern;
        std::string text;
        for (int i = pick("0123456") - '0'; i > 0; --i) {
            pattern += pick("ab%_\\");
        }
        for (int i = pick("01234567") - '0'; i > 0; --i) {
            text += pick("ab%");
        }
        CAPTURE(pattern);
        CAPTURE(text);
        REQUIRE(like(pattern, text) == plain_like(pattern, text));
    }
}

TEST_CASE("like is not slowed down beyond the product of both lengths") {
    const std::string text(20'000, 'a');
    CHECK_FALSE(like(repeated("%a", 50) + "%b", text));
    CHECK_FALSE(like("%" + std::string(1000, 'a') + "b", text));
    CHECK_FALSE(like(repeated("%_", 1000) + "b", text));
}

TEST_CASE("nearest finds what was meant") {
    const std::vector<std::string_view> fields{"name", "industry", "close_date", "amount",
                                               "account"};
    CHECK(nearest("close_dat", fields) == "close_date");
    CHECK(nearest("clsoe_date", fields) == "close_date");
    CHECK(nearest("Industry", fields) == "industry");
    CHECK(nearest("amont", fields) == "amount");
    CHECK(nearest("nmae", fields) == "name");
    CHECK(nearest("zzz", fields).empty());
    CHECK(nearest("", fields).empty());
    CHECK(nearest("x", std::vector<std::string>{"y"}).empty());
    CHECK(nearest("EURO", std::vector<std::string>{"USD", "EUR"}) == "EUR");
    CHECK(nearest(std::string(1'000'000, 'n'), fields).empty());
    CHECK(nearest("", std::vector<std::string>{""}).empty());
    CHECK(
        nearest(std::string(64, 'n'), std::vector<std::string>{"", std::string(65, 'n')}).empty());
    CHECK(nearest("name", std::vector<std::string>{std::string(1'000'000, 'n')}).empty());
    CHECK(nearest("name", std::array<std::string_view, 0>{}).empty());
}

TEST_CASE("edit distance counts a swap of neighbours once") {
    CHECK(detail::edit_distance("abcd", "abcd") == 0);
    CHECK(detail::edit_distance("abcd", "abdc") == 1);
    CHECK(detail::edit_distance("kitten", "sitting") == 3);
    CHECK(detail::edit_distance("", "abc") == 3);
    CHECK(detail::edit_distance("abc", "") == 3);
}

TEST_CASE("naughty strings fold to well-formed text, once and for all") {
    const auto file = crmkit::testing::read_test_data("blns/blns.json");
    if (!file) {
        MESSAGE("skipped: the test data set blns is absent");
        return;
    }
    const nlohmann::json list = nlohmann::json::parse(*file);
    CHECK(list.size() == 515);
    for (const auto& item : list) {
        const auto text = item.get<std::string>();
        const std::string folded = fold(text);
        CAPTURE(text);
        CHECK(find_invalid_utf8(folded) == npos);
        CHECK(fold(folded) == folded);
        CHECK(fold(trim(text)) == folded);
        for (const std::string_view word : words(folded)) {
            CHECK(contains_folded(text, word));
        }
    }
}

TEST_CASE("the quick way of folding European letters gives what the general way gives") {
    const auto slowly = [](std::string_view text) {
        std::string out;
        detail::fold_slowly(out, text);
        return out;
    };
    std::string all;
    for (char32_t c = 0x20; c < 0x180; ++c) {
        std::string letter;
        detail::append_character(letter, c);
        all += letter;
        for (const std::string& text :
             {letter, " " + letter + " ", "a" + letter + "\u0301", letter + letter}) {
            CAPTURE(text);
            CHECK(fold(text) == slowly(text));
        }
    }
    CHECK(fold(all) == slowly(all));
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {  // also in the middle of a letter
        CHECK(fold(all.substr(0, cut)) == slowly(all.substr(0, cut)));
    }
}
