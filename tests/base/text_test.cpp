#include "crmkit/base/text.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_support.hpp"

using namespace crmkit;
using namespace crmkit::test;

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
