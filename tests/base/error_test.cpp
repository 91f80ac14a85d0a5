#include "crmkit/base/error.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace crmkit;

TEST_CASE("every code has one name") {
    std::set<std::string_view> names;
    std::int32_t expected = 0;
    for (const auto& [code, name] : error_codes) {
        CHECK(static_cast<std::int32_t>(code) == expected++);
        CHECK(names.insert(name).second);
    }
    CHECK(error_codes.back().first == ErrorCode::internal);
}

TEST_CASE("an error's message tells all its problems") {
    const Error error = Error::about(
        ErrorCode::validation,
        {Problem{"opportunity", "amount", "abc", "is not a number", 3, 14},
         Problem{"opportunity", "", "", "has no name"}, Problem{"", "", "", "is odd", 2}});
    CHECK(error.code() == ErrorCode::validation);
    CHECK(error.message() ==
          "opportunity.amount: 'abc' is not a number (line 3, column 14); opportunity: has no "
          "name; is odd (line 2)");
    CHECK(std::string(error.what()) == error.message());
    CHECK(error.problems().size() == 3);
}

TEST_CASE("a shown value is short, printable and cut between characters") {
    CHECK(shortened("plain") == "plain");
    CHECK(shortened("a\nb\x7F\x01") == "a?b??");
    CHECK(shortened(std::string(60, 'x')) == std::string(60, 'x'));
    CHECK(shortened(std::string(61, 'x')) == std::string(60, 'x') + "…");
    const std::string umlauts = [] {
        std::string text = "x";
        for (int i = 0; i < 100; ++i) {
            text += "ü";
        }
        return text;
    }();
    CHECK(shortened(umlauts) == umlauts.substr(0, 59) + "…");
    CHECK(shortened(std::string(1'000'000, '\x80')).size() <= 64);
}
