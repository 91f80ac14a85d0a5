#include "crmkit/base/phone_number.hpp"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/random.hpp"
#include "test_data.hpp"

using namespace std::string_view_literals;
using crmkit::DialNumber;
using crmkit::normalize_phone_number;
using crmkit::parse_phone_number;

namespace {

std::string normal(std::string_view raw, std::string_view region = {}) {
    return normalize_phone_number(raw, region).value_or("none");
}

std::string extension(std::string_view raw, std::string_view region = {}) {
    const auto parsed = parse_phone_number(raw, region);
    return parsed ? parsed->extension : "none";
}

}  // namespace

TEST_CASE("one line has one form, however it is written") {
    for (const char* const written : {"030 123456",
                                      "(030) 12 34-56",
                                      "030/123456",
                                      "+49 30 123456",
                                      "+49 (0)30 123456",
                                      "0049 30 123456",
                                      "tel:+49-30-123456",
                                      "TEL: 030 123456",
                                      "４９３０１２３４５６",
                                      "4930123456",
                                      "\xE2\x80\xAA+49 30 123456\xE2\x80\xAC",
                                      "030\xC2\xA0(12)3456",
                                      "＋49 30 123456",
                                      "Telefon: 030 123456",
                                      "+0049 30 123456",
                                      "٠٣٠ ١٢٣٤٥٦",
                                      "030 – 123456.",
                                      "030−123456",
                                      "030ー123456",
                                      "[030] 123456"}) {
        CAPTURE(written);
        CHECK(normal(written, "DE") == "+4930123456");
        CHECK(normal(written, "de") == "+4930123456");
    }
}

TEST_CASE("each region dials abroad and inland in its own way") {
    CHECK(normal("011 44 20 7031 3000", "US") == "+442070313000");
    CHECK(normal("0011 1 650 253 0000", "AU") == "+16502530000");
    CHECK(normal("010 1 650 253 0000", "JP") == "+16502530000");
    CHECK(normal("8 10 49 30 123456", "RU") == "+4930123456");
    CHECK(normal("1 650 253 0000", "US") == "+16502530000");
    CHECK(normal("(650) 253-0000", "CA") == "+16502530000");
    CHECK(normal("8 (912) 345-67-89", "RU") == "+79123456789");
    CHECK(normal("06 1 234 5678", "HU") == "+3612345678");
    CHECK(normal("02 1234 5678", "IT") == "+390212345678");
    CHECK(normal("912 345 678", "ES") == "+34912345678");
    CHECK(normal("01 23 45 67 89", "FR") == "+33123456789");
    CHECK(normal("044 668 18 00", "CH") == "+41446681800");
    CHECK(normal("0 15 11 2345 6789", "BR") == "+551123456789");
    CHECK(normal("011 15 2345 6789", "AR") == "+5491123456789");
    CHECK(normal("457 1234", "AG") == "+12684571234");
    CHECK(normal("1800 FLOWERS", "US") == "+18003569377");
}

TEST_CASE("extensions are told from the number") {
    CHECK(extension("+1 650 253 0000 ext. 12") == "12");
    CHECK(extension("+1 650 253 0000 x12") == "12");
    CHECK(extension("+1 650 253 0000 #12") == "12");
    CHECK(extension("+1 650 253 0000,,12#") == "12");
    CHECK(extension("tel:+1-650-253-0000;ext=012") == "012");
    CHECK(extension("+34 912 345 678 extensión 12") == "12");
    CHECK(extension("+34 912 345 678 EXTENSIO\xCC\x81N 12") == "12");
    CHECK(extension("+7 912 345 67 89 доб. 12") == "12");
    CHECK(extension("+51 1 234 5678 anexo 12") == "12");
    CHECK(extension("+34 912 345 678 EXTENSIÓN 12") == "12");
    for (const char* const tilde : {"~", "〜", "∼", "⁓"}) {
        CHECK(extension("+1 650 253 0000" + std::string(tilde) + "12") == "12");
    }
    CHECK(extension("+1 650 253 0000;12") == "12");
    CHECK(extension("+1 650 253 0000 12#") == "12");
    CHECK(extension("+1 650 253 0000, 12#") == "12");
    CHECK(extension("+1 650 253 0000 x12/x13") == "12");
    CHECK(extension("+1 650 253 0000 x12 / x13") == "12");
    CHECK(extension("+1 650 253 0000").empty());
    CHECK(normal("+1 650 253 0000 / ") == "+16502530000");
    CHECK(normal("+1 650 253 / 0000") == "+16502530000");
    CHECK(normal("+7 912 345 67 89 доб. 12") == "+79123456789");
    CHECK(normal("+7 912 345 67 89 доб. ") == "+79123456789");
}

TEST_CASE("words beside a complete number are not dialled") {
    CHECK(normal("030 123456 (Office)", "DE") == "+4930123456");
    CHECK(normal("030 123456 (Büro)", "DE") == "+4930123456");
    CHECK(normal("0171 1234567 privat", "DE") == "+491711234567");
    CHECK(normal("+7 912 345-67-89 (моб.)") == "+79123456789");
    CHECK(normal("+1 650 253 0000 mobile") == "+16502530000");
    CHECK(normal("800 555 GOLF", "US") == "+18005554653");
    CHECK(normal("+1 650 GOO OGLE") == "+16504666453");
    CHECK(normal("0800 ТЕЛЕФОН", "DE") == "none");
}

TEST_CASE("a number of impossible length is formed and said to be impossible") {
    const DialNumber short_one = parse_phone_number("12", "NZ").value();
    CHECK(short_one.e164 == "+6412");
    CHECK_FALSE(short_one.possible);
    CHECK_FALSE(parse_phone_number("+1 650 253 00000").value().possible);
    CHECK(parse_phone_number("+1 650 253 0000").value().possible);
    CHECK(parse_phone_number("253 0000", "US").value().possible);
}

TEST_CASE("what is no number, or of no known country, is refused") {
    for (const std::string_view wrong : {""sv, " "sv, "+"sv, "++"sv, "1"sv, "abc"sv,
                                         "I want a Pizza"sv, "+999 123456"sv, "+0 123"sv,
                                         "123\x7F"
                                         "4567"sv,
                                         "@1234567"sv, "12@34567"sv, "123,456;789x"sv,
                                         "1234\0"
                                         "567"sv,
                                         "123\xFF"
                                         "4567"sv,
                                         "\xFF"sv}) {
        CAPTURE(wrong);
        CHECK(normal(wrong) == "none");
    }
    CHECK(normal("030 123456") == "none");
    CHECK(normal("030 123456", "XX") == "none");
    CHECK(normal("030 123456", "Germany") == "none");
    CHECK(normal("030 123456", "\xFF\xFF") == "none");
    CHECK(normal("+49 30 123456", "XX") == "+4930123456");
    CHECK(normal("+030 123456", "DE") == "none");  // a plus, and no calling code after it
    CHECK(normal("+49", "DE") == "none");
    CHECK(normal("00 49", "DE") == "none");
    CHECK(normal("030 ТЕЛ", "XX") == "none");
    CHECK(normal("1800 FLOWERS", "XX") == "none");
}

TEST_CASE("hostile texts are refused in bounded time") {
    for (const char c : {'0', '1', '+', 'x', '#', ' ', ',', '(', 'a', '\xFF'}) {
        for (const std::size_t size : {40U, 250U, 256U, 257U, 1024U, 1025U, 5'000'000U}) {
            CHECK(normal(std::string(size, c), "US") == "none");
        }
    }
    CHECK(normal("+1" + std::string(250, ' ') + "6502530000") == "none");
    std::string extensions(200, ' ');
    std::string accents;
    for (int i = 0; i < 130; ++i) {
        extensions += "доб";
        accents += "é ";
    }
    CHECK(normal("+1 650 253 0000" + extensions) == "none");
    CHECK(normal("+1 650 253 0000" + accents) == "none");
    CHECK(normal(";phone-context=+1;phone-context=+1", "US") == "none");
    std::string context = "tel:6502530000;phone-context=+";
    context.resize(250, '1');
    CHECK(normal(context, "US") == "none");
    CHECK(normal("tel:;isub=;ext=;phone-context=", "US") == "none");
}

TEST_CASE("the table of regions is sound") {
    std::string_view before;
    std::map<std::uint16_t, int> regions;
    for (const auto& region : crmkit::detail::phone_regions) {
        CAPTURE(region.code);
        CAPTURE(region.calling_code);
        CHECK((region.code.empty() || region.code.size() == 2));
        CHECK((region.code.empty() || before < region.code));
        before = region.code;
        ++regions[region.calling_code];
        CHECK(region.lengths != 0);
        CHECK((region.lengths & region.local_lengths) == 0);
        CHECK(region.first_digits != 0);
        for (const std::string_view pattern :
             {region.international_prefix, region.trunk_prefix, region.shape}) {
            CHECK(pattern.find_first_not_of("0123456789[]-.|:<,") == std::string_view::npos);
            CHECK((pattern.empty() || pattern.back() != '|'));
        }
        CHECK(crmkit::detail::find_calling_code(region.calling_code) != nullptr);
        if (!region.code.empty()) {
            CHECK(crmkit::detail::find_phone_region(region.code) == &region);
        }
    }
    CHECK(regions.size() > 210);
    for (const auto& [code, count] : regions) {
        // No calling code begins another one, so reading digit by digit is unambiguous.
        CHECK_FALSE(regions.contains(static_cast<std::uint16_t>(code / 10)));
        CHECK_FALSE(regions.contains(static_cast<std::uint16_t>(code / 100)));
    }
    for (const std::string_view main : crmkit::detail::main_phone_regions) {
        const auto* const region = crmkit::detail::find_phone_region(main);
        REQUIRE(region != nullptr);
        CHECK(regions[region->calling_code] > 1);
        CHECK(crmkit::detail::find_calling_code(region->calling_code) == region);
    }
}

TEST_CASE("patterns of prefixes are understood") {
    using crmkit::detail::fit_pattern;
    constexpr std::size_t none = std::string_view::npos;
    CHECK(fit_pattern("0", "0123") == 1);
    CHECK(fit_pattern("0", "123") == none);
    CHECK(fit_pattern("", "123") == none);
    CHECK(fit_pattern("00[1-35]|0", "0021") == 3);
    CHECK(fit_pattern("00[1-35]|0", "0041") == 1);
    CHECK(fit_pattern("1..", "12") == none);
    CHECK(fit_pattern("12:3,5-6", "12345") == 2);
    CHECK(fit_pattern("12:3,5-6", "1234") == none);
    CHECK(fit_pattern("0<1[12]:4", "0123") == 1);
    CHECK(fit_pattern("0<1[12]:4", "0133") == none);
    CHECK(fit_pattern("1|<[45]:7", "4571234") == 0);
}

TEST_CASE("numbers of every region and kind are read in all their forms") {
    const auto file = crmkit::testing::read_test_data("libphonenumber/example_numbers_shared.tsv");
    if (!file) {
        MESSAGE("skipped: the test data set libphonenumber is absent");
        return;
    }
    std::istringstream lines(*file);
    std::string line;
    std::getline(lines, line);
    int rows = 0;
    while (std::getline(lines, line)) {
        std::vector<std::string> cells;
        std::istringstream row(line);
        for (std::string cell; std::getline(row, cell, '\t');) {
            cells.push_back(cell);
        }
        REQUIRE(cells.size() >= 10);
        ++rows;
        for (std::size_t form = 3; form <= 6; ++form) {
            // A number of no region (001) says nothing of its calling code in its national form.
            if (form == 5 && cells[0] == "001") {
                continue;
            }
            const auto parsed = parse_phone_number(cells[form], cells[0]);
            CAPTURE(cells[form]);
            CAPTURE(cells[0]);
            REQUIRE(parsed);
            CHECK(parsed->e164 == cells[3]);
            CHECK(parsed->possible == (cells[7] == "1"));
            CHECK(parsed->extension.empty());
        }
    }
    CHECK(rows == 600);
}

TEST_CASE("numbers as people write them are read as libphonenumber reads them") {
    const auto file = crmkit::testing::read_test_data("libphonenumber/parse_vectors.json");
    if (!file) {
        MESSAGE("skipped: the test data set libphonenumber is absent");
        return;
    }
    const nlohmann::json vectors = nlohmann::json::parse(*file);
    CHECK(vectors.size() == 184);
    const auto text_of = [](const nlohmann::json& vector, const char* key) {
        const auto found = vector.find(key);
        return found != vector.end() && found->is_string() ? found->get<std::string>() : "";
    };
    for (const auto& vector : vectors) {
        const std::string input = text_of(vector, "input");
        const std::string region = text_of(vector, "default_region");
        const auto parsed = parse_phone_number(input, region);
        CAPTURE(input);
        CAPTURE(region);
        CHECK((parsed ? parsed->e164 : "") == text_of(vector, "e164"));
        CHECK((parsed ? parsed->extension : "") == text_of(vector, "extension"));
        CHECK((parsed && parsed->possible) == vector.value("is_possible", false));
    }
}

TEST_CASE("a plain number is read as the same number with words beside it") {
    crmkit::Random random(20'261'122);
    for (int i = 0; i < 20'000; ++i) {
        std::string number = "+";
        for (std::uint64_t size = 1 + random.below(17); size > 0; --size) {
            number += static_cast<char>('0' + random.below(10));
        }
        CAPTURE(number);
        CHECK(parse_phone_number(number) == parse_phone_number(" " + number));
    }
}
