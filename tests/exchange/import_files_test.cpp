#include "import_support.hpp"

using namespace crmkit;
using namespace crmkit::test;

TEST_CASE("repeated headers and files without a header are read by number") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    auto report = import_text(me, R"({"entity": "contact", "columns": [
        {"number": 1, "field": "last_name"}, {"number": 2, "field": "first_name"}]})",
                              "Name,Name\nLovelace,Ada\n");
    CHECK(report.created == 1);
    CHECK(report.warnings.size() == 1);  // the header's name is there twice
    report = import_text(me, R"({"entity": "contact", "has_header": false, "columns": [
        {"number": 1, "field": "last_name"}, {"number": 2, "field": "first_name"}]})",
                         "Hopper,Grace\nTuring,Alan\n");
    CHECK(report.created == 2);
    CHECK(report.rows == 2);
    CHECK(me.query<Contact>("last_name = 'Hopper'").first()->first_name == "Grace");
    for (const std::string_view empty : {"", "\n\n"}) {
        const auto error = error_of([&] {
            import_text(me, R"({"entity": "contact", "has_header": false, "columns": [
                {"number": 1, "field": "last_name"}]})",
                        empty);
        });
        CHECK(holds(error.message(), {"is no column of the file, which has 0"}));
    }
}

TEST_CASE("malformed files are reported with line and column, and the other rows land") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const auto report = import_text(me, R"({"entity": "contact", "columns": [
        {"column": "name", "field": "last_name"}, {"column": "job", "field": "job_title"}]})",
                                    "name,job\n"
                                    "Good,boss\n"
                                    "Short\n"
                                    "Too,many,cells\n"
                                    "\"Open,quote\n"
                                    "Last,one\n");
    CHECK(report.created == 2);
    CHECK(report.refused == 3);
    std::vector<std::int64_t> lines;
    for (const auto& problem : report.problems) {
        lines.push_back(problem.line);
        CHECK(problem.position);
        CHECK_FALSE(problem.message.empty());
    }
    CHECK(lines.front() == 3);
    CHECK(std::find(lines.begin(), lines.end(), 4) != lines.end());
    CHECK(std::find(lines.begin(), lines.end(), 5) != lines.end());
}

TEST_CASE("bytes that are no text, NUL and huge cells are refused with their row") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    std::string csv = "name,job\nGood,\xC3\xA4rzte\nBad,\xC3\x28\nNul,a";
    csv += '\0';
    csv += "b\nHuge," + std::string(1'000'000, 'x') + "\nLast,one\n";
    const auto report = import_text(me, R"({"entity": "contact", "encoding": "utf-8", "columns": [
        {"column": "name", "field": "last_name"}, {"column": "job", "field": "job_title"}]})",
                                    csv);
    CHECK(report.created == 2);
    CHECK(report.refused == 3);
    REQUIRE(report.problems.size() == 3);
    CHECK(report.problems[0].line == 3);
    CHECK(report.problems[1].line == 4);
    CHECK(report.problems[2].line == 5);
    CHECK(holds(report.problems[2].message, {"is longer than 255 characters"}));
    for (const auto& problem : report.problems) {
        CHECK(problem.value.size() < 200);
        CHECK(find_invalid_utf8(problem.value) == std::string_view::npos);
    }
    CHECK(code_of([&] {
              import_text(me, R"({"entity": "contact", "encoding": "klingon", "columns": [
                  {"column": "name", "field": "last_name"}]})",
                          "name\n");
          }) == ErrorCode::validation);
}

TEST_CASE("other encodings and dialects are found out") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    constexpr std::string_view plan = R"({"entity": "contact", "columns": [
        {"column": "Straße", "field": "department"}, {"column": "Name", "field": "last_name"}]})";
    CHECK(import_text(me, plan,
                      "Name;Stra\xDF"
                      "e\nM\xFCller;K\xF6nigsallee\n")
              .created == 1);
    std::string utf16 = "\xFF\xFE";
    for (const char* c =
             "Name\tStra\xDF"
             "e\nM\xFCller\tWeg\n";
         *c != '\0'; ++c) {
        utf16 += *c;
        utf16 += '\0';
    }
    CHECK(import_text(me, plan, utf16).created == 1);
    CHECK(me.query<Contact>("last_name = 'Müller'").all().size() == 2);
}

TEST_CASE("the problems that are listed are bounded, those that are counted are not") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    std::string csv = "name,id\n";
    for (int i = 0; i < 3'000; ++i) {
        csv += ",1\n";
    }
    ImportOptions options;
    options.most_problems = 10;
    const auto report = import_text(
        me, R"({"entity": "contact", "columns": [{"column": "name", "field": "last_name"}]})", csv,
        options);
    CHECK(report.refused == 3'000);
    CHECK(report.problem_count == 3'000);
    CHECK(report.problems.size() == 10);
    CHECK(report.warnings.size() == 1);  // column id is not used
}
