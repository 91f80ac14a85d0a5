#include "crmkit/schema/conversion.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "crmkit/schema/normal_form.hpp"
#include "schema/sample.hpp"

using namespace crmkit;
using namespace std::string_literals;
using sample::deal_field;

namespace {

struct Case {
    std::string_view field;
    std::string_view text;
    std::string_view expected;
};

ConversionOptions with_registry() {
    return {.registry = &sample::registry(), .default_currency = Currency::of("EUR")};
}

/// What a text becomes in a field, as text again; the reason after "!" when it is refused.
std::string read(std::string_view field, std::string_view text,
                 const ConversionOptions& options = with_registry()) {
    std::string why;
    const auto value = parse_text(deal_field(field), text, why, options);
    CHECK(why.empty() == value.has_value());
    return value ? to_text(*value, options.registry) : "!" + why;
}

/// The same for convert().
std::string converted(std::string_view field, const ValueView& in,
                      const ConversionOptions& options = with_registry()) {
    try {
        return to_text(convert(sample::deal(), deal_field(field), in, options), options.registry);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::validation);
        REQUIRE(error.problems().size() == 1);
        CHECK(error.problems()[0].entity == "deal");
        CHECK(error.problems()[0].field == field);
        return "!" + error.problems()[0].message;
    }
}

/// What check_value() says about a value; empty when it accepts it.
std::string refused(std::string_view field, const ValueView& value) {
    std::vector<Problem> problems;
    const bool ok = check_value(sample::deal(), deal_field(field), value, problems);
    CHECK(ok == problems.empty());
    return problems.empty() ? "" : problems[0].message;
}

}  // namespace

TEST_CASE("parse_text reads what people and files write") {
    const std::vector<Case> cases{
        {"name", "  as it is ", "  as it is "},
        {"name", "", ""},
        {"seats", " 12 ", "12"},
        {"seats", "+12", "12"},
        {"seats", "-9223372036854775808", "-9223372036854775808"},
        {"seats", "12.000", "12"},
        {"seats", "\u00A07", "7"},
        {"seats", "   ", ""},
        {"discount", "0.5", "0.5"},
        {"discount", "-.5", "-0.5"},
        {"discount", "1.000000000000", "1"},
        {"is_private", "Yes", "true"},
        {"is_private", "TRUE", "true"},
        {"is_private", "1", "true"},
        {"is_private", "no", "false"},
        {"is_private", "0", "false"},
        {"amount", "1200000.00 EUR", "1200000.00 EUR"},
        {"amount", "EUR 12", "12.00 EUR"},
        {"amount", "12.5", "12.50 EUR"},
        {"amount", "JPY  100", "100 JPY"},
        {"close_date", "2026-12-31", "2026-12-31"},
        {"next_call", "2026-11-21T10:30:00.5+01:00", "2026-11-21T09:30:00.500000Z"},
        {"next_call", "2026-11-21", "2026-11-21T00:00:00Z"},
        {"rating", "WARM", "warm"},
        {"rating", "new", "new"},
        {"parent", "123", "123"},
        {"parent", "deal/123", "123"},
        {"customer", "team/5", "team/5"},
        {"customer", "2/5", "team/5"},
        {"customer", "teams/5", "team/5"},
        {"anything", "deal/9223372036854775807", "deal/9223372036854775807"},
        {"extra", " {\"a\" : 1.50}\n", "{\"a\" : 1.50}"},
        {"extra", "null", ""},
        {"tags", "a; b;;c ;", "a;b;c"},
        {"tags", "[\"a;b\", \"c\"]", "[\"a;b\",\"c\"]"},
        {"tags", "[]", ""},
        {"currency", " eur ", "EUR"},
        {"email", " ana@example.com\u00A0", "ana@example.com"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.field);
        CAPTURE(one.text);
        CHECK(read(one.field, one.text) == one.expected);
    }
}

TEST_CASE("parse_text says why it refuses") {
    const std::vector<Case> cases{
        {"seats", "12a", "is not a whole number"},
        {"seats", "12.5", "is not a whole number"},
        {"seats", "12.", "is not a whole number"},
        {"seats", "+-1", "is not a whole number"},
        {"seats", "1,000", "is not a whole number"},
        {"seats", "9223372036854775808", "is a whole number that does not fit in 64 bits"},
        {"discount", "0.0000000001", "is not a number between"},
        {"discount", "1e3", "is not a number between"},
        {"discount", "9223372037", "is not a number between"},
        {"is_private", "maybe", "is neither true nor false"},
        {"amount", "12.345 EUR", "has more decimals"},
        {"amount", "12 XXY", "has a currency 'XXY' that is not an ISO 4217"},
        {"amount", "12 EUR EUR", "is not an amount"},
        {"amount", "99999999999999999999 EUR", "is too large"},
        {"close_date", "2026-02-30", "is not a date"},
        {"close_date", "31.12.2026", "is not a date"},
        {"next_call", "2026-11-21T25:00:00Z", "is not a time"},
        {"next_call", "2026-11-21T10:00:00", "is not a time"},
        {"rating", "hto", "is not one of hot, warm, cold, new; nearest is 'hot'"},
        {"parent", "-1", "is not an id"},
        {"parent", "0", "is not an id"},
        {"parent", "user/1", "refers to user, but this field refers to deal"},
        {"customer", "5", "is not a link such as"},
        {"customer", "deal/5", "refers to deal, but this field refers to user, team"},
        {"customer", "tema/5", "nearest is 'team'"},
        {"customer", "999/5", "does not exist"},
        {"customer", "team/x", "is not a link such as"},
        {"customer", "0/5", "is not a link such as"},
        {"extra", "{a:1}", "is not JSON: a string is missing at byte 2"},
        {"extra", "1 2", "is not JSON: more text follows the value at byte 3"},
        {"tags", "[1]", "is not a JSON list of texts: a string is missing"},
        {"tags", "[\"a\"", "is not a JSON list of texts: a comma"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.field);
        CAPTURE(one.text);
        const std::string answer = read(one.field, one.text);
        CAPTURE(answer);
        CHECK(answer.starts_with("!"));
        CHECK(answer.find(one.expected) != std::string::npos);
    }
    CHECK(read("amount", "12", {}) == "!has no currency: write it as in 1200000.00 EUR");
    CHECK(read("customer", "team/5", {}).starts_with("!names an entity where only its number"));
    CHECK(read("customer", "2/5", {}) == "2/5");
}

TEST_CASE("to_text and parse_text are inverse for every kind") {
    Random random(1);
    for (int round = 0; round < 2'000; ++round) {
        for (const Field& field : sample::deal().fields) {
            const Value value = sample::random_value(random, field);
            const std::string text = to_text(value, &sample::registry());
            std::string why;
            CAPTURE(field.name);
            CAPTURE(text);
            CHECK(parse_text(field, text, why, {.registry = &sample::registry()}) == value);
        }
    }
}

TEST_CASE("convert takes what loses nothing") {
    CHECK(converted("discount", 12) == "12");
    CHECK(converted("seats", Decimal::of(3)) == "3");
    CHECK(converted("is_private", 1) == "true");
    CHECK(converted("amount", 5) == "5.00 EUR");
    CHECK(converted("amount", *Decimal::parse("5.25")) == "5.25 EUR");
    CHECK(converted("parent", 77) == "77");
    CHECK(converted("parent", Link{3, Id{77}}) == "77");
    CHECK(converted("customer", Link{2, Id{77}}) == "team/77");
    CHECK(converted("close_date", "2026-12-31") == "2026-12-31");
    CHECK(converted("rating", "Hot") == "hot");
    CHECK(converted("extra", " [1] ") == "[1]");
    CHECK(converted("seats", ValueView()).empty());
    const std::vector<std::string> list{"a", "b"};
    CHECK(converted("tags", std::span<const std::string>(list)) == "a;b");
}

TEST_CASE("convert refuses what would lose or guess") {
    CHECK(converted("name", 5) == "!is of kind integer, which a field of type text does not take");
    CHECK(converted("discount", INT64_MAX).starts_with("!is not a number between"));
    CHECK(converted("seats", *Decimal::parse("0.5")) == "!is not a whole number");
    CHECK(converted("seats", true).starts_with("!is of kind boolean"));
    CHECK(converted("is_private", 2) == "!is neither true nor false");
    CHECK(converted("is_private", ValueView()) == "!may not be empty");
    CHECK(converted("is_private", " ") == "!may not be empty");
    CHECK(converted("next_call", Date{0}).starts_with("!is of kind date"));
    CHECK(converted("close_date", Instant{0}).starts_with("!is of kind instant"));
    CHECK(converted("parent", -5).starts_with("!is not an id"));
    CHECK(converted("parent", Link{1, Id{77}}).starts_with("!refers to user"));
    CHECK(converted("customer", Link{9, Id{77}}).starts_with("!names an entity that does not"));
    CHECK(converted("customer", Id{77}).starts_with("!is of kind id"));
    CHECK(converted("name", Link{1, Id{77}}).starts_with("!is of kind link"));
    CHECK(converted("amount", *Decimal::parse("0.005")).find("more decimals") != std::string::npos);
}

TEST_CASE("check_value accepts what fields are for") {
    Random random(2);
    for (int round = 0; round < 500; ++round) {
        const Record record = sample::random_deal(random);
        for (const Field& field : sample::deal().fields) {
            CAPTURE(field.name);
            CHECK(refused(field.name, record.get(field)).empty());
        }
    }
    CHECK(refused("name", std::string(80, 'x')).empty());
    std::string wide;
    for (int i = 0; i < 80; ++i) {
        wide += "😀";
    }
    CHECK(refused("name", wide).empty());
}

TEST_CASE("check_value refuses what may not be stored") {
    CHECK(refused("name", std::string(81, 'x')) == "is longer than 80 characters: it has 81");
    CHECK(refused("name", "a\0b"s) == "contains a NUL character");
    CHECK(refused("name", "a long enough text to fill a block \0"s) == "contains a NUL character");
    CHECK(refused("name", "ok \xC3") == "is not valid UTF-8 at byte 4");
    CHECK(refused("name", "\xED\xA0\x80") == "is not valid UTF-8 at byte 1");
    CHECK(refused("name", "\xC0\x80") == "is not valid UTF-8 at byte 1");
    CHECK(refused("name", 5) == "is of kind integer, not text");
    CHECK(refused("rating", "Hot").starts_with("is not one of hot"));
    CHECK(refused("amount", Money{5, {}}) == "has no currency");
    CHECK(refused("close_date", Date{Date::max().days + 1}) ==
          "is not between the years 1 and 9999");
    CHECK(refused("close_date", Date{INT32_MIN}) == "is not between the years 1 and 9999");
    CHECK(refused("entered", Instant{INT64_MIN}) == "is not between the years 1 and 9999");
    CHECK(refused("parent", Id{-1}).starts_with("is not an id"));
    CHECK(refused("customer", Link{0, Id{1}}).starts_with("is not a link"));
    CHECK(refused("customer", Link{1, Id{-1}}).starts_with("is not a link"));
    CHECK(refused("extra", "{").starts_with("is not JSON: "));
    CHECK(refused("extra", std::string(longest_json + 1, ' ')) == "is longer than 16 MiB of JSON");

    std::vector<std::string> list(longest_text_list + 1, "a");
    CHECK(refused("tags", Value(list)) == "has more than 10000 items");
    list.resize(longest_text_list);
    CHECK(refused("tags", Value(list)).empty());
    list[2] = "\xFF";
    CHECK(refused("tags", Value(list)) ==
          "has an item, number 3, that is not valid UTF-8 at byte 1");
}

TEST_CASE("check_value looks at formats") {
    const std::vector<std::pair<std::string_view, std::vector<std::string_view>>> good{
        {"email", {"a@b", "Ana.Lima+x@exämple.com", "\"a b\"@example.com"}},
        {"phone", {"112", "+49 (30) 12 34-56", "030/123456 ext. 7", "1-800-FLOWERS", "٠١٢٣"}},
        {"website",
         {"example.com", "https://user@Example.com:8080/a?b#c", "http://localhost",
          "www.münchen.de", "HTTP://[2001:db8::1]/", "http://192.0.2.1", "example.com."}},
        {"currency", {"EUR", "DEM"}},
        {"zone", {"UTC", "Europe/Berlin", "Etc/GMT+1", "America/Argentina/Buenos_Aires"}},
        {"language", {"de", "pt-BR", "zh-Hant-TW", "de-CH-1996", "en-x-ours"}},
    };
    const std::vector<std::pair<std::string_view, std::vector<std::string_view>>> bad{
        {"email", {"a", "@b", "a@", "a b@c", "a@b@c", "Ana <a@b>"}},
        {"phone", {"n/a", "12", "call me", "123\n456"}},
        {"website",
         {"example", "a@b.com", "javascript:alert(1)", "ftp://example.com", "http://", "a b.com",
          "http://exa mple.com", "http://a..b", "http://[::g]", "http://a:x", "http://a:123456"}},
        {"currency", {"eur", "EURO", "XXY", "€"}},
        {"zone",
         {"Berlin time", "/Europe", "Europe/", "Europe//Berlin", "+01:00", "../etc/passwd"}},
        {"language", {"d", "austriangerman", "de_AT", "1de", "de-", "-de"}},
    };
    for (const auto& [field, texts] : good) {
        for (const std::string_view text : texts) {
            CAPTURE(text);
            CHECK(refused(field, text) == "");
        }
    }
    for (const auto& [field, texts] : bad) {
        for (const std::string_view text : texts) {
            CAPTURE(text);
            CHECK(refused(field, text) != "");
        }
    }
}

TEST_CASE("huge and garbled values are refused at once and shown short") {
    const std::string huge = sample::repeated(100'000'000, '\xF0');
    const std::string huge_ascii = sample::repeated(100'000'000, '7');
    for (const Field& field : sample::deal().fields) {
        if (field.type() == FieldType::text || field.type() == FieldType::text_list) {
            std::vector<Problem> problems;
            const Value list(std::vector<std::string>{huge_ascii});
            const bool is_text = field.type() == FieldType::text;
            CHECK_FALSE(check_value(sample::deal(), field, is_text ? ValueView(huge) : list.view(),
                                    problems));
            REQUIRE(problems.size() == 1);
            CHECK(problems[0].message.find("is longer than") != std::string::npos);
            CHECK(problems[0].value.size() < 100);
            CHECK(find_invalid_utf8(problems[0].value) == std::string::npos);
        } else if (field.type() != FieldType::json) {
            std::string why;
            CHECK_FALSE(parse_text(field, huge_ascii, why, with_registry()));
            CHECK(why.starts_with("is too long for a value of type"));
        }
    }
    std::string why;
    CHECK_FALSE(parse_text(deal_field("extra"), huge, why));
    CHECK(why == "is longer than 16 MiB of JSON");
    CHECK_FALSE(parse_text(deal_field("tags"), std::string(1'000'000, ';') + std::string("a"), why)
                    ->is_null());
    std::string many;
    for (int i = 0; i < 20'000; ++i) {
        many += "a;";
    }
    CHECK_FALSE(parse_text(deal_field("tags"), many, why));
    CHECK(why == "has more than 10000 items");
    try {
        (void)convert(sample::deal(), deal_field("seats"), std::string("1\xFF\n\0"s));
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.problems()[0].value == "1\uFFFD??");
    }
}

TEST_CASE("check_record finds everything wrong, also in rows") {
    sample::Deal deal;
    deal.currency = "euro";
    deal.email = "nobody";
    std::vector<Problem> problems;
    CHECK_FALSE(check_record(deal, problems));
    REQUIRE(problems.size() == 3);
    CHECK(to_string(problems[0]) == "deal.name: is required");
    CHECK(problems[1].field == "email");
    CHECK(problems[2].field == "currency");

    sample::Order order;
    order.limit = Money::of("5", "EUR");
    problems.clear();
    CHECK_FALSE(check_record(order, problems));
    REQUIRE(problems.size() == 2);
    CHECK(problems[1].field == "lines");

    order.customer = "Ana";
    order.lines.resize(3);
    order.lines[0].product = order.lines[2].product = "Steel";
    order.lines[1].product = std::string(21, 'x');
    order.lines[2].parts.resize(1);
    problems.clear();
    CHECK_FALSE(check_record(order, problems));
    REQUIRE(problems.size() == 2);
    CHECK(problems[0].entity == "order");
    CHECK(problems[0].field == "lines[1].product");
    CHECK(problems[1].field == "lines[2].parts[0].product");
    CHECK(problems[1].message == "is required");

    order.lines.assign(most_rows + 1, sample::Line{});
    problems.clear();
    CHECK_FALSE(check_record(order, problems));
    CHECK(problems.size() == 1);
    order.lines.resize(most_rows);
    problems.clear();
    CHECK_FALSE(check_record(order, problems));
    CHECK(problems.size() == most_problems);
}

TEST_CASE("normal_form brings equal values together") {
    const auto normal = [](std::string_view field, std::string_view raw,
                           std::string_view region = {}) {
        return normal_form(deal_field(field), raw, region);
    };
    CHECK(normal("name", "  Müller & Söhne ") == "muller & sohne");
    CHECK(normal("email", " Ana.Lima@EXAMPLE.com") == "ana.lima@example.com");
    CHECK(normal("email", "not an address") == "not an address");
    CHECK(normal("phone", "+49 (30) 123456") == "+4930123456");
    CHECK(normal("phone", "030 123456", "DE") == "+4930123456");
    CHECK(normal("phone", "030 / 123456") == "030123456");
    CHECK(normal("phone", "N/A") == "n/a");
    CHECK(normal("website", "https://www.Acme.com/") == "acme.com");
    CHECK(normal("website", "Acme.com") == "acme.com");
    CHECK(normal("website", "HTTP://user@ACME.com:8080/About/?q=X") == "acme.com:8080/About/?q=X");
    CHECK(normal("website", "www.xn--mnchen-3ya.de") == "münchen.de");
    CHECK(normal("website", "Our Site") == "our site");
    CHECK(normal("website", "http://[2001:DB8::1]/x") == "[2001:db8::1]/x");
    CHECK(normal("currency", "EUR") == "eur");
    CHECK(normal("zone", "Europe/Berlin") == "Europe/Berlin");
    CHECK(normal("language", "pt-BR") == "pt-br");
    for (const Field& field : sample::deal().fields) {
        if (field.type() == FieldType::text) {
            CHECK(normal(field.name, "").empty());
            (void)normal(field.name, std::string(1'000'000, '\xFF'));
            (void)normal(field.name, "http://\xFF.com/\0"s);
        }
    }
}
