#include "crmkit/exchange/formula_guard.hpp"

#include "crmkit/base/random.hpp"
#include "csv_support.hpp"

using namespace csv_support;

TEST_SUITE("formula guard") {
    TEST_CASE("what a spreadsheet may compute") {
        for (const std::string_view cell : {"=1+1",
                                            "=HYPERLINK(\"http://x\")",
                                            "+cmd|' /C calc'!A0",
                                            "-2+3+cmd|' /C calc'!A0",
                                            "@SUM(A1:A9)",
                                            "\t=1",
                                            "\r=1",
                                            "\n=1",
                                            "=",
                                            "+",
                                            "-",
                                            "@",
                                            "+A1",
                                            "-A1",
                                            "-1+A1",
                                            "＝1",
                                            "＋1",
                                            "－1",
                                            "＠x",
                                            "+1E5A",
                                            "-1e",
                                            "-1e+",
                                            "--",
                                            "-%",
                                            "-1%x",
                                            "-1 EUR"}) {
            CAPTURE(cell);
            CHECK(needs_guard(cell));
        }
        CHECK(needs_guard(std::string_view("\0x", 2)));
    }

    TEST_CASE("what it cannot") {
        for (const std::string_view cell : {"",
                                            "a",
                                            "1",
                                            "1=1",
                                            "a@b.org",
                                            " =1",
                                            "'",
                                            "''",
                                            "'a",
                                            "-12.5",
                                            "+7",
                                            "-1.234,56",
                                            "-.5",
                                            "-12.5%",
                                            "-1e5",
                                            "+1.5E+10",
                                            "-1E-3",
                                            "+49 30 123456",
                                            "+49 (0)30/12-34",
                                            "+1-800-555-0100",
                                            "-1-2",
                                            "٣"}) {
            CAPTURE(cell);
            CHECK_FALSE(needs_guard(cell));
        }
    }

    TEST_CASE("the guard can be undone, whatever the text") {
        CHECK(unguarded("'=1") == "=1");
        CHECK(unguarded("''=1") == "'=1");
        CHECK(unguarded("'a") == "'a");
        CHECK(unguarded("'+49 30") == "'+49 30");
        CHECK(unguarded("=1") == "=1");
        CHECK(unguarded("").empty());
        constexpr std::string_view characters = "'=+-@\t\r1.eEa %";
        crmkit::Random random(5);
        for (int round = 0; round < 20000; ++round) {
            std::string cell;
            for (std::uint64_t left = random.below(6); left > 0; --left) {
                cell += characters[random.below(characters.size())];
            }
            const std::string guarded = needs_guard(cell) ? "'" + cell : cell;
            CAPTURE(cell);
            REQUIRE(unguarded(guarded) == cell);
        }
    }
}
