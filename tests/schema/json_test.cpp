#include "crmkit/schema/json.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "crmkit/model/account.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "crmkit/schema/json_scanner.hpp"
#include "schema/sample.hpp"
#include "test_data.hpp"

using namespace crmkit;
using namespace std::string_literals;

namespace {

const JsonWriteOptions writing{.registry = &sample::registry()};
const JsonReadOptions reading{.registry = &sample::registry()};

Record deal_from(std::string_view text) { return record_from_json(sample::deal(), text, reading); }

std::string json_of(const Record& record, const JsonWriteOptions& options = writing) {
    return to_json(record, options);
}

/// What is wrong with a deal's JSON, one problem a line; empty when it is read.
std::string refusal(std::string_view text, const JsonReadOptions& options = reading) {
    Record record(sample::deal());
    std::vector<Problem> problems;
    const ErrorCode code = try_read_json(record, text, problems, options);
    CHECK((code == ErrorCode::ok) == problems.empty());
    std::string lines;
    for (const Problem& problem : problems) {
        CHECK(find_invalid_utf8(problem.value) == std::string::npos);
        CHECK(problem.value.size() < 100);
        lines += lines.empty() ? "" : "\n";
        lines += to_string(problem);
    }
    return lines;
}

ErrorCode code_of(std::string_view text, const JsonReadOptions& options = reading) {
    Record record(sample::deal());
    std::vector<Problem> problems;
    return try_read_json(record, text, problems, options);
}

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

}  // namespace

TEST_CASE("JSON takes a text with a format as it will be stored") {
    const auto account = from_json<Account>(
        R"({"name": "A", "currency": " eur ", "email": " a@example.com ", "website": "\texample.com"})");
    CHECK(account.currency == "EUR");
    CHECK(account.email == "a@example.com");
    CHECK(account.website == "example.com");
}

TEST_CASE("what is wrong with an amount in JSON is told of its amount") {
    const auto refusal_of = [](const char* amount) {
        try {
            (void)from_json<Account>(R"({"name": "A", "annual_revenue": )" + std::string(amount) +
                                     "}");
        } catch (const Error& error) {
            return error.message();
        }
        return std::string();
    };
    CHECK(refusal_of(R"({"amount": "x", "currency": "EUR"})").find("its amount is no number") !=
          std::string::npos);
    CHECK(refusal_of(R"({"a": 1})").find("wrong is its member 'a'") != std::string::npos);
}

TEST_CASE("a record is written in its declared order and forms") {
    sample::Deal deal;
    deal.id = Id{9'007'199'254'740'993};
    deal.owner = Link{2, Id{5}};
    deal.version = 3;
    deal.name = "Rolling \"mill\"\n\x01 Söhne";
    deal.discount = Decimal::parse("0.5");
    deal.amount = Money::of("1200000", "EUR");
    deal.close_date = Date::parse("2026-12-31");
    deal.next_call = Instant::parse("2026-11-21T09:30:00.000001Z");
    deal.rating = sample::Rating::new_;
    deal.parent = Id{7};
    deal.extra = Json{"{\n \"a\":\r\n1.50}"};
    deal.tags = {"a", "b\\"};
    CHECK(to_json(deal, writing) ==
          R"({"id":"9007199254740993","created_at":"1970-01-01T00:00:00Z",)"
          R"("modified_at":"1970-01-01T00:00:00Z","owner":"team/5","version":3,)"
          R"("name":"Rolling \"mill\"\n\u0001 Söhne","rank":7,"discount":"0.5",)"
          R"("is_private":false,"amount":{"amount":"1200000.00","currency":"EUR"},)"
          R"("close_date":"2026-12-31","next_call":"2026-11-21T09:30:00.000001Z",)"
          R"("entered":"1970-01-01T00:00:00Z","rating":"new","state":"open","parent":"7",)"
          R"("extra":{  "a":  1.50},"tags":["a","b\\"]})");
}

TEST_CASE("writing can leave out the header, keep nulls, pick fields") {
    sample::Person person;
    person.name = "Ana";
    CHECK(to_json(person, {.header = false}) == R"({"name":"Ana"})");
    person.name.clear();
    CHECK(to_json(person, {.header = false}) == "{}");
    CHECK(to_json(person, {.nulls = true, .header = false}) == R"({"name":null})");
    FieldSet fields;
    fields.add(header::version - 1U);
    fields.add(header::count);
    CHECK(to_json(person, {.fields = &fields, .nulls = true}) == R"({"version":0,"name":null})");
    person.owner = Link{2, Id{5}};
    fields.clear();
    fields.add(header::owner - 1U);
    CHECK(to_json(person, {.fields = &fields}) == R"({"owner":"2/5"})");
}

TEST_CASE("what is written is JSON whatever a struct holds") {
    sample::Deal deal;
    deal.name = "\xFF\0 \xED\xA0\x80 é\xC3"s;
    deal.extra = Json{"{not json"};
    deal.close_date = Date{INT32_MAX};
    deal.next_call = Instant{INT64_MIN};
    deal.tags = {"\x80", "\"\\\x1F\x7F"};
    deal.amount = Money{-5, {}};
    const auto parsed = nlohmann::json::parse(to_json(deal, writing));
    CHECK(parsed["name"] == "\uFFFD\0 \uFFFD\uFFFD\uFFFD é\uFFFD"s);
    CHECK(parsed["extra"] == "{not json");
    CHECK(parsed["tags"][1] == "\"\\\x1F\x7F");
}

TEST_CASE("strings are escaped at every place of a block") {
    for (std::size_t size = 0; size < 40; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            for (const char c : {'"', '\\', '\n', '\x1F', '\0', '\x20', '\x7F'}) {
                std::string text(size, 'x');
                text[at] = c;
                CHECK(nlohmann::json::parse(json_string(text)) == text);
            }
            std::string text(size, '!');
            text.replace(at, 1, "é\xC3");
            CHECK(nlohmann::json::parse(json_string(text)) ==
                  std::string(text).replace(text.find("\xC3!") == std::string::npos
                                                ? text.size() - 1
                                                : text.find("\xC3!"),
                                            1, "\uFFFD"));
        }
    }
}

TEST_CASE("random records come back equal") {
    Random random(3);
    for (int round = 0; round < 2'000; ++round) {
        const Record record = sample::random_deal(random);
        for (const bool nulls : {false, true}) {
            const std::string text =
                to_json(record, {.registry = &sample::registry(), .nulls = nulls});
            CHECK(text.find('\n') == std::string::npos);
            const Record read = deal_from(text);
            for (const Field& field : sample::deal().fields) {
                CAPTURE(field.name);
                CAPTURE(text);
                CHECK(read.get(field) == record.get(field));
            }
            REQUIRE(nlohmann::json::accept(text));
            // The other implementation's writer escapes and orders differently.
            const Record other = deal_from(nlohmann::json::parse(text).dump(3, '\t', true));
            CHECK(nlohmann::json::parse(json_of(other)) == nlohmann::json::parse(json_of(record)));
        }
    }
}

TEST_CASE("reading takes all forms of a value") {
    const auto read = [](std::string_view field, std::string_view value) {
        const std::string text = "{\"" + std::string(field) + "\" : " + std::string(value) + " }";
        return to_text(deal_from(text).get(field), &sample::registry());
    };
    CHECK(read("name", R"("\u00e9\ud83d\ude00\/\b\f\n\r\t\"\\")") == "é😀/\b\f\n\r\t\"\\");
    CHECK(read("seats", "12") == "12");
    CHECK(read("seats", "12.0") == "12");
    CHECK(read("seats", "1.2e1") == "12");
    CHECK(read("seats", "-120E-1") == "-12");
    CHECK(read("seats", "0e5") == "0");
    CHECK(read("seats", "\"9007199254740993\"") == "9007199254740993");
    CHECK(read("seats", "-9223372036854775808") == "-9223372036854775808");
    CHECK(read("discount", "0.1") == "0.1");
    CHECK(read("discount", "\"0.1\"") == "0.1");
    CHECK(read("discount", "1e-9") == "0.000000001");
    CHECK(read("discount", "123.456e-2") == "1.23456");
    CHECK(read("discount", "123.456e2") == "12345.6");
    CHECK(read("discount", "123.456e5") == "12345600");
    CHECK(read("amount", R"({"currency":"JPY","amount":"5"})") == "5 JPY");
    CHECK(read("amount", R"({"amount":5.5,"currency":"EUR"})") == "5.50 EUR");
    CHECK(read("amount", R"("5.5 EUR")") == "5.50 EUR");
    CHECK(read("parent", "77") == "77");
    CHECK(read("customer", "\"team/77\"") == "team/77");
    CHECK(read("rating", "\"Hot\"") == "hot");
    CHECK(read("rating", "\"\"").empty());
    CHECK(read("rating", "null").empty());
    CHECK(read("extra", "[ 1.10, {\"a\":null} ]") == "[ 1.10, {\"a\":null} ]");
    CHECK(read("extra", "null").empty());
    CHECK(read("tags", "[\"a;b\"]") == "[\"a;b\"]");
    CHECK(read("tags", "[]").empty());
    CHECK(to_text(record_from_json(sample::deal(), "\xEF\xBB\xBF{\"amount\": 5}",
                                   {.default_currency = Currency::of("EUR")})
                      .get("amount")) == "5.00 EUR");
}

TEST_CASE("reading names what it was given, and patches only that") {
    Record record(sample::deal());
    record.set("name", "Old");
    record.set("seats", 5);
    record.forget_touched();
    read_json(record, R"({"name":"New","rating":null})", reading);
    CHECK(record.get("name") == ValueView("New"));
    CHECK(record.get("seats") == ValueView(5));
    CHECK(record.touched().contains(sample::deal().index_of(sample::deal_field("name"))));
    CHECK(record.touched().contains(sample::deal().index_of(sample::deal_field("rating"))));
    CHECK_FALSE(record.touched().contains(sample::deal().index_of(sample::deal_field("seats"))));

    CHECK_THROWS_AS(read_json(record, R"({"name":"Newer","seats":"x"})", reading), Error);
    CHECK(record.get("name") == ValueView("New"));
    CHECK(from_json<sample::Person>(R"({"name":"Ana"})").name == "Ana");
}

TEST_CASE("every problem of a record is told at once, with its place") {
    CHECK(
        refusal(
            "{\n \"nmae\": 1,\r\n \"seats\": \"many\",\n\n  \"rating\": \"hto\",\"rank\": null,\n"
            "\"name\": 5, \"name\": \"twice\", \"tags\": [\"a\", 5],\n"
            "\"close_date\": \"2026-02-30\", \"is_private\": \"yes\", \"amount\": {\"amount\":"
            "\"5\", \"cur\": 1},\n\"customer\": \"deal/5\"}") ==
        "deal.nmae: '1' no such field; nearest is 'name' (line 2, column 2)\n"
        "deal.seats: 'many' is not a whole number (line 3, column 11)\n"
        "deal.rating: 'hto' is not one of hot, warm, cold, new; nearest is 'hot' (line 5, column "
        "13)\n"
        "deal.rank: may not be null (line 5, column 27)\n"
        "deal.name: '5' is a JSON number, which a field of type text does not take (line 6, "
        "column 9)\n"
        "deal.name: stands twice in the object (line 6, column 12)\n"
        "deal.tags: has an item, number 2, that is not a text (line 6, column 37)\n"
        "deal.close_date: '2026-02-30' is not a date such as 2026-12-31 (line 7, column 15)\n"
        "deal.is_private: '\"yes\"' is a JSON string, which a field of type boolean does not take "
        "(line 7, column 43)\n"
        "deal.amount: '5' is not an amount such as {\"amount\":\"12.50\",\"currency\":\"EUR\"}: "
        "wrong is its member 'cur' (line 7, column 60)\n"
        "deal.customer: 'deal/5' refers to deal, but this field refers to user, team (line 8, "
        "column 13)");
}

TEST_CASE("single values are refused with a reason") {
    const auto reason = [](std::string_view member) {
        return refusal("{" + std::string(member) + "}");
    };
    const auto has = [](const std::string& text, std::string_view part) {
        CAPTURE(text);
        return text.find(part) != std::string::npos;
    };
    CHECK(has(reason(R"("seats": 9223372036854775808)"), "does not fit in 64 bits"));
    CHECK(has(reason(R"("seats": 1e30)"), "does not fit in 64 bits"));
    CHECK(has(reason(R"("seats": 1e400)"), "is a number that does not fit"));
    CHECK(has(reason(R"("seats": 1e99999999999)"), "is a number that does not fit"));
    CHECK(has(reason("\"seats\": 1" + std::string(1'000, '0')), "is a number that does not fit"));
    CHECK(has(reason(R"("seats": 1.5)"), "is not a whole number"));
    CHECK(has(reason(R"("seats": true)"), "is a JSON boolean"));
    CHECK(has(reason(R"("discount": 0.1234567891)"), "is not a number between"));
    CHECK(has(reason(R"("amount": 5)"), "has no currency"));
    CHECK(has(reason(R"("amount": {"amount": "5"})"), "has no currency"));
    CHECK(has(reason(R"("amount": {})"), "is not an amount"));
    CHECK(has(reason(R"("amount": {"amount": "5 EUR", "currency": "EUR"})"), "is not an amount"));
    CHECK(has(reason(R"("amount": {"amount": "5", "currency": "XXY"})"), "'XXY' that is not"));
    CHECK(has(reason(R"("amount": {"amount": ["5"], "currency": "EUR"})"), "member 'amount'"));
    CHECK(has(reason(R"("name": "a\u0000b")"), "contains a NUL character"));
    CHECK(has(reason("\"name\": \"" + std::string(81, 'x') + "\""), "longer than 80 characters"));
    CHECK(has(reason(R"("state": "")"), "may not be empty"));
    CHECK(has(reason(R"("email": "nobody")"), "has no @"));
    CHECK(has(reason(R"("parent": -1)"), "is not an id"));
    CHECK(has(reason(R"("customer": 5)"), "is a JSON number"));
    CHECK(has(reason(R"("tags": "a")"), "is a JSON string"));
    CHECK(has(reason(R"("extra": {)"), "is not JSON"));
    std::string list = "\"tags\":[\"a\"";
    for (int i = 0; i < 20'000; ++i) {
        list += ",\"a\"";
    }
    CHECK(has(reason(list + "]"), "has more than 10000 items"));
}

TEST_CASE("text that is no JSON is refused with its place") {
    CHECK(refusal("") == "deal: is not JSON: an object is missing (line 1, column 1)");
    CHECK(refusal("[]") == "deal: is not JSON: an object is missing (line 1, column 1)");
    CHECK(refusal("{} {}") == "deal: is not JSON: more text follows the value (line 1, column 4)");
    CHECK(refusal("{\"seats\":\n1,}") ==
          "deal: is not JSON: a string is missing (line 2, column 3)");
    CHECK(refusal("{\"seats\":\n01}") ==
          "deal: is not JSON: a comma or the end of an object is missing (line 2, column 2)");
    CHECK(
        refusal("{\"name\":\"a\nb\"}") ==
        "deal: is not JSON: a control character stands in a string unescaped (line 1, column 11)");
    CHECK(refusal("{\"name\":\"\\ud800x\"}") ==
          "deal: is not JSON: a surrogate stands alone in a string (line 1, column 10)");
    CHECK(refusal("{\"name\":\"\\udc00\"}").find("surrogate") != std::string::npos);
    CHECK(refusal("{\"name\":\"\\ud800\\u0041\"}").find("surrogate") != std::string::npos);
    CHECK(refusal("{\"name\":\"\\uD83D\\uDE00\"}").empty());
    CHECK(refusal("{\"name\":\"\xFF\"}") ==
          "deal: is not JSON: a string is not valid UTF-8 (line 1, column 10)");
    CHECK(refusal("{\"name\":\"\xED\xA0\x80\"}").find("not valid UTF-8") != std::string::npos);
    CHECK(refusal("{\"na\0me\":1}"s).find("control character") != std::string::npos);
    CHECK(refusal("{\"seats\":1\0}"s).find("a comma or the end") != std::string::npos);
    CHECK(code_of("{") == ErrorCode::syntax);
    CHECK(code_of("{\"seats\":\"x\"}") == ErrorCode::validation);
    CHECK(refusal("{\"seats\":\"x\"").find("a comma or the end") != std::string::npos);
    try {
        (void)deal_from("{\"seats\":\"x\",}");
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::syntax);
        CHECK(error.problems().size() == 2);
    }
}

TEST_CASE("no cut or changed text makes the reader crash or accept other JSON than it should") {
    Random random(4);
    const std::string text = json_of(sample::random_deal(random));
    for (std::size_t size = 0; size < text.size(); ++size) {
        CHECK(code_of(text.substr(0, size)) == ErrorCode::syntax);
    }
    for (int round = 0; round < 20'000; ++round) {
        std::string changed = text;
        for (auto left = random.between(1, 4); left > 0; --left) {
            changed[random.below(changed.size())] = static_cast<char>(random.below(256));
        }
        bool is_json = true;
        try {
            is_json = !nlohmann::json::parse(changed).is_discarded();
        } catch (const nlohmann::json::out_of_range&) {
            continue;  // it refuses numbers that no double holds; JSON has no such bound
        } catch (const nlohmann::json::parse_error&) {
            is_json = false;
        }
        CAPTURE(changed);
        CHECK((code_of(changed) != ErrorCode::syntax) == is_json);
        CHECK(!find_json_fault(changed) == is_json);
    }
}

TEST_CASE("hostile documents are refused in bounded time and memory") {
    const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
    CHECK(code_of("{\"extra\":" + deep + "}") == ErrorCode::limit);
    CHECK(refusal("{\"extra\":" + deep + "}").find("deeper than 100 levels") != std::string::npos);
    CHECK(code_of("{\"nothing\":" + deep + "}") == ErrorCode::limit);
    CHECK(code_of("{\"name\":" + deep + "}") == ErrorCode::limit);
    std::string objects;
    for (int i = 0; i < 10'000; ++i) {
        objects += "{\"a\":";
    }
    CHECK(code_of(objects) == ErrorCode::limit);
    const auto nested = [](std::size_t levels) {
        return "{\"extra\":" + std::string(levels, '[') + std::string(levels, ']') + "}";
    };
    CHECK(code_of(nested(99)) == ErrorCode::ok);
    CHECK(code_of(nested(100)) == ErrorCode::limit);

    const std::string huge = "{\"name\":\"" + sample::repeated(100'000'000, 'x') + "\"}";
    CHECK(code_of(huge) == ErrorCode::limit);
    CHECK(refusal(huge) == "deal: is longer than 67108864 bytes of JSON");
    CHECK(code_of(huge, {.longest = 200'000'000}) == ErrorCode::validation);
    CHECK(code_of("{\"extra\":\"" + std::string(longest_json, 'x') + "\"}") ==
          ErrorCode::validation);
    CHECK(code_of("{\"name\":\"" + sample::repeated(60'000'000, 'x')) == ErrorCode::syntax);

    std::string unknown = "{";
    for (int i = 0; i < 200'000; ++i) {
        unknown += "\"x" + std::to_string(i) + "\":1,\n";
    }
    Record record(sample::deal());
    std::vector<Problem> problems(3);
    CHECK(try_read_json(record, unknown, problems, reading) == ErrorCode::validation);
    CHECK(problems.size() == 3 + most_problems + 1);
    CHECK(problems.back().message.find("only the first 100") != std::string::npos);
}

TEST_CASE("rows of a structure are read, and their problems named by row") {
    const auto order = from_json<sample::Order>(
        R"({"customer":"Ana","lines":[{"product":"Steel","quantity":2.5},
            {"product":"Set","parts":[{"product":"Bolt"},{"product":"Nut"}]}],"limit":"5 EUR"})");
    REQUIRE(order.lines.size() == 2);
    CHECK(order.lines[0].quantity == Decimal::parse("2.5"));
    REQUIRE(order.lines[1].parts.size() == 2);
    CHECK(order.lines[1].parts[1].product == "Nut");
    CHECK(to_json(order) ==
          R"({"customer":"Ana","lines":[{"product":"Steel","quantity":"2.5","parts":[]},)"
          R"({"product":"Set","parts":[{"product":"Bolt","parts":[]},)"
          R"({"product":"Nut","parts":[]}]}],"limit":{"amount":"5.00","currency":"EUR"}})");
    CHECK(to_json(from_json<sample::Order>(to_json(order))) == to_json(order));

    Record record(structure_of<sample::Order>());
    read_json(record, to_json(order));
    read_json(record, R"({"customer":"Eva"})");
    CHECK(record.as<sample::Order>().lines.size() == 2);
    read_json(record, R"({"lines":[{"product":"One"}]})");
    CHECK(record.as<sample::Order>().lines.size() == 1);
    read_json(record, R"({"lines":null})");
    CHECK(record.as<sample::Order>().lines.empty());

    std::vector<Problem> problems;
    CHECK(try_read_json(record,
                        "{\"lines\":[{\"product\":\"a\"},\n5,\n{\"prodct\":1,\"parts\":[{},"
                        "{\"quantity\":[]}]}]}",
                        problems) == ErrorCode::validation);
    REQUIRE(problems.size() == 3);
    CHECK(to_string(problems[0]) ==
          "order.lines: '5' is a JSON number, which a field of type structure_list does not take "
          "(line 2, column 1)");
    CHECK(to_string(problems[1]) ==
          "order.lines[1].prodct: '1' no such field; nearest is 'product' (line 3, column 2)");
    CHECK(problems[2].field == "lines[1].parts[1].quantity");

    std::string many = "{\"lines\":[";
    for (std::size_t i = 0; i <= most_rows; ++i) {
        many += i == 0 ? "{}" : ",{}";
    }
    problems.clear();
    CHECK(try_read_json(record, many + "]}", problems) == ErrorCode::limit);
    std::string deep = "{\"lines\":";
    for (int i = 0; i < 10'000; ++i) {
        deep += "[{\"parts\":";
    }
    CHECK(try_read_json(record, deep, problems) == ErrorCode::limit);
}

TEST_CASE("JSON Lines are read one by one, bad ones told by their number") {
    const std::string text =
        "\xEF\xBB\xBF{\"name\":\"a\"}\r\n\n  "
        "\t\r\n{\"name\":5}\n{\"name\":\n{\"name\":\"d\",\"seats\":4}";
    JsonLinesReader lines(sample::deal(), text, reading);
    REQUIRE(lines.next());
    CHECK(lines.code() == ErrorCode::ok);
    CHECK(lines.line() == 1);
    CHECK(lines.record().get("name") == ValueView("a"));
    const Record taken = std::move(lines.record());
    REQUIRE(lines.next());
    CHECK(lines.code() == ErrorCode::validation);
    REQUIRE(lines.problems().size() == 1);
    CHECK(lines.problems()[0].line == 4);
    CHECK(lines.problems()[0].column == 9);
    REQUIRE(lines.next());
    CHECK(lines.code() == ErrorCode::syntax);
    CHECK(lines.problems()[0].line == 5);
    REQUIRE(lines.next());
    CHECK(lines.code() == ErrorCode::ok);
    CHECK(lines.problems().empty());
    CHECK(lines.record().get("seats") == ValueView(4));
    CHECK_FALSE(lines.next());
    CHECK_FALSE(lines.next());

    Random random(5);
    std::string exported;
    std::vector<Record> records;
    for (int i = 0; i < 200; ++i) {
        records.push_back(sample::random_deal(random));
        exported += json_of(records.back());
        exported += '\n';
    }
    JsonLinesReader again(sample::deal(), exported, reading);
    for (const Record& record : records) {
        REQUIRE(again.next());
        CHECK(again.code() == ErrorCode::ok);
        CHECK(json_of(again.record()) == json_of(record));
    }
    CHECK_FALSE(again.next());
}

TEST_CASE("JSONTestSuite: what must be accepted is, what must be refused is") {
    const auto folder = testing::find_test_data("JSONTestSuite/test_parsing");
    if (!folder) {
        MESSAGE("skipped: no JSONTestSuite");
        return;
    }
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
        const std::string name = entry.path().filename().string();
        const std::string text = testing::file_text(entry.path());
        CAPTURE(name);
        const bool accepted = !find_json_fault(text);
        const bool read_as_field = code_of("{\"extra\":" + text + "}") == ErrorCode::ok;
        std::vector<Problem> problems;
        const bool checked =
            check_value(sample::deal(), sample::deal_field("extra"), text, problems);
        (void)code_of(text);
        if (name.starts_with("y_")) {
            CHECK(accepted);
            CHECK(read_as_field);
            CHECK(checked);
        } else if (name.starts_with("n_")) {
            CHECK_FALSE(accepted);
            CHECK_FALSE(code_of("{\"seats\":1,\"extra\":" + text + "}") == ErrorCode::ok);
            CHECK_FALSE(code_of(text) == ErrorCode::ok);
            // Empty text is no JSON but an empty field.
            CHECK(checked == text.empty());
        } else {
            CHECK(accepted == read_as_field);
            CHECK((!accepted || nlohmann::json::accept(text) || name.find("number") != name.npos));
        }
        ++seen;
    }
    CHECK(seen == 318);
}

TEST_CASE("naughty strings come back as they were") {
    const auto file = testing::find_test_data("blns/blns.json");
    if (!file) {
        MESSAGE("skipped: no blns/blns.json");
        return;
    }
    int seen = 0;
    for (const auto& item : nlohmann::json::parse(testing::file_text(*file))) {
        const auto text = item.get<std::string>();
        sample::Deal deal;
        deal.website = text;
        deal.tags = {text, text};
        CAPTURE(text);
        const std::string written = to_json(deal, writing);
        CHECK(nlohmann::json::parse(written)["tags"][0] == text);
        Record read(sample::deal());
        std::vector<Problem> problems;
        const std::string only = "{\"tags\":" + nlohmann::json(deal.tags).dump(-1, ' ', true) + "}";
        // Strings past the field's 40 characters are refused, by name and politely.
        if (try_read_json(read, only, problems) == ErrorCode::ok) {
            CHECK(read.as<sample::Deal>().tags == deal.tags);
        } else {
            CHECK(length_in_characters(text) > 40);
        }
        ++seen;
    }
    CHECK(seen > 500);
}

TEST_CASE("a character that needs care is found wherever it stands") {
    for (std::size_t size = 0; size < 40; ++size) {
        const std::string plain(size, 'a');
        CHECK(json_string(plain) == "\"" + plain + "\"");
        for (std::size_t at = 0; at < size; ++at) {
            std::string text = plain;
            text[at] = '"';
            CHECK(json_string(text) ==
                  "\"" + plain.substr(0, at) + "\\\"" + plain.substr(at + 1) + "\"");
        }
    }
}
