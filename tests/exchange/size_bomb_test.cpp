/// Files that are made to fill the memory or to take for ever: refused early, and nothing is kept.
#include "crmkit/exchange/exporter.hpp"
#include "csv_support.hpp"
#include "import_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using csv_support::Endless;
using exchange::ByteSource;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20U;

constexpr std::string_view plan = R"({"entity": "contact", "mode": "all_or_nothing", "columns": [
    {"column": "name", "field": "last_name"}, {"column": "job", "field": "job_title"}]})";

/// The refusal of a file that never ends.
Error import_refusal(Session& session, ByteSource& file) {
    const std::string before = contents_of(session);
    const Error error =
        error_of([&] { exchange::run_import(session, exchange::plan_from_json(plan), file); });
    CHECK(contents_of(session) == before);
    return error;
}

Error restore_refusal(Session& session, ByteSource& file) {
    const std::string before = contents_of(session);
    const Error error = error_of([&] { exchange::import_jsonl(session, file); });
    CHECK(contents_of(session) == before);
    return error;
}

const std::string json_head =
    "{\"crmkit\":\"0.1.0\",\"format\":1,\"exported_at\":\"2026-01-01T00:00:00Z\",\"entities\":[]}"
    "\n";

}  // namespace

TEST_CASE("a CSV file of a million columns is refused with its line") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    for (const char* head : {"", "name,job\nGood,boss\n"}) {
        std::string row(1'000'000, ',');
        MemorySource file(row.insert(0, head));
        const Error error = import_refusal(me, file);
        CHECK(error.code() == ErrorCode::limit);
        CHECK(holds(error.message(), {"more than 16384 fields"}));
        REQUIRE(error.problems().size() == 1);
        CHECK(error.problems()[0].line == (*head == '\0' ? 1 : 3));
        CHECK(error.problems()[0].column > 16'384);
    }
    const std::string commas(1'000'000, ',');
    MemorySource sample(commas);
    CHECK(code_of([&] { (void)exchange::suggest_plan(me.registry(), "contact", sample); }) ==
          ErrorCode::limit);
}

TEST_CASE("a CSV line without end is refused after a few megabytes, whatever it is made of") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    for (const char* body : {"x", "\"", "\"\"", "x,y\"", "\xFF", "\xC3\xA4", " "}) {
        Endless file("name,job\nGood,boss\nx,", body);
        const Error error = import_refusal(me, file);
        CHECK(error.code() == ErrorCode::limit);
        REQUIRE(error.problems().size() == 1);
        CHECK(error.problems()[0].line == 3);
        CHECK(file.taken < 40 * mib);
    }
}

TEST_CASE("huge cells are refused with their row, and transforms of them take no time") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    std::string csv = "name,job\nHuge,";
    csv.append(8 * mib, 'a');
    csv += "\nLast,one\n";
    const auto report = import_text(me, R"({"entity": "contact", "columns": [
        {"column": "name", "field": "last_name"},
        {"column": "job", "field": "job_title", "transforms": [
            {"kind": "replace", "text": "a", "with": "bc"}, {"kind": "collapse_spaces"},
            {"kind": "upper_case"}, {"kind": "title_case"},
            {"kind": "map", "values": [{"from": "one", "to": "two"}]}]}]})",
                                    csv);
    CHECK(report.created == 1);
    CHECK(report.refused == 1);
    REQUIRE(report.problems.size() == 1);
    CHECK(report.problems[0].line == 2);
    CHECK(report.problems[0].column == 2);
    CHECK(report.problems[0].value.size() < 200);
    CHECK(me.query<Contact>().first()->job_title == "two");
}

TEST_CASE("JSON Lines without end or of great depth are refused with their line") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    for (const char* body : {"x", "[", "{\"a\":", "\"", " "}) {
        Endless first(body, body);
        CHECK(restore_refusal(me, first).code() == ErrorCode::limit);
        CHECK(first.taken < 66 * mib);
        Endless second(json_head + "{\"account\":", body);
        const Error error = restore_refusal(me, second);
        CHECK(error.code() == ErrorCode::limit);
        CHECK(holds(error.message(), {"line 2"}));
        CHECK(second.taken < 66 * mib);
    }
    std::string deep = json_head + "{\"account\":";
    deep.append(mib, '[');
    MemorySource file(deep);
    const Error error = restore_refusal(me, file);
    CHECK(error.code() != ErrorCode::ok);
    REQUIRE_FALSE(error.problems().empty());
    CHECK(error.problems()[0].line == 2);
}

TEST_CASE("plans that are made to hurt are refused") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    CHECK(code_of([] { (void)exchange::plan_from_json(std::string(mib, '[')); }) != ErrorCode::ok);
    std::string many = R"({"entity": "contact", "columns": [)";
    for (int i = 0; i < 20'000; ++i) {
        many += R"({"column": "name", "field": "last_name"},)";
    }
    many += R"({"column": "job", "field": "job_title"}]})";
    CHECK(code_of([&] { import_text(me, many, "name,job\na,b\n"); }) == ErrorCode::validation);
}
