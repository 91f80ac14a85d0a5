#include "crmkit/base/fold.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/text_support.hpp"
#include "crmkit/base/text.hpp"
#include "test_data.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::string_view_literals;

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
