#include "crmkit/exchange/importer.hpp"

#include "import_support.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

constexpr std::string_view contacts_plan = R"({
    "entity": "contact",
    "columns": [
        {"column": "First", "field": "first_name"},
        {"column": "Last", "field": "last_name"},
        {"column": "Mail", "field": "email"},
        {"column": "Born", "field": "birth_date",
         "transforms": [{"kind": "date", "text": "dd-mm-yyyy"}]}
    ]})";

}  // namespace

TEST_CASE("rows become records, with history, search and source") {
    on_each_store([](Crm crm, TestClock&) {
        const User ada = crm.ensure_user("Ada", "ada@example.com");
        Session me = crm.as(ada);
        constexpr std::string_view csv =
            "First,Last,Mail,Born\n"
            "Grace, Hopper ,grace@example.com,09-12-1906\n"
            "Alan,Turing,,23-6-1912\n";
        const auto report = import_text(me, contacts_plan, csv);
        CHECK(report.has_landed);
        CHECK_FALSE(report.is_dry_run);
        CHECK(report.rows == 2);
        CHECK(report.created == 2);
        CHECK(report.problem_count == 0);
        CHECK(report.bytes == static_cast<std::int64_t>(csv.size()));
        REQUIRE(report.records.size() == 1);
        CHECK(report.records[0].entity == "contact");
        CHECK(report.records[0].created == 2);
        const auto grace = me.query<Contact>("last_name = 'Hopper'").first();
        REQUIRE(grace);
        CHECK(grace->full_name == "Grace Hopper");
        CHECK(grace->birth_date == *Date::parse("1906-12-09"));
        CHECK(grace->source == "import");
        CHECK(grace->owner == Link{User::entity_number, ada.id});
        CHECK(me.search<Contact>("hopp").size() == 1);
        const auto history = me.history(grace->id);
        REQUIRE(history.size() == 1);
        CHECK(history[0].origin == "import");
        CHECK(history[0].actor == ada.id);
        me.update<Contact>(grace->id, {{"nickname", "Amazing Grace"}});
        CHECK(me.history(grace->id)[1].origin == "session");
    });
}

TEST_CASE("all problems of a row are reported together, with line, column and reason") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto report = import_text(me, contacts_plan,
                                        "Last,First,Mail,Born\n"
                                        "Good,One,,\n"
                                        ",\"Bad\n two\",no address,31-02-2001\n"
                                        "Good,Three,,\n");
        CHECK(report.has_landed);
        CHECK(report.created == 2);
        CHECK(report.refused == 1);
        const auto lines = shown(report);
        REQUIRE(lines.size() == 3);
        CHECK(holds(lines[0], {"4:4 Born birth_date '31-02-2001'", "no such day"}));
        CHECK(holds(lines[1], {"3:1 Last last_name", "is required"}));
        CHECK(holds(lines[2], {"4:3 Mail email 'no address'", "address"}));
        for (const auto& problem : report.problems) {
            CHECK(problem.row == 2);
            CHECK(problem.entity == "contact");
        }
        CHECK(count_of<Contact>(me) == 2);
    });
}

TEST_CASE("all or nothing: a bad row keeps all out, and the others are still looked at") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        ImportPlan plan = exchange::plan_from_json(contacts_plan);
        plan.mode = exchange::ImportMode::all_or_nothing;
        plan.batch_size = 2;
        const std::string before = contents_of(me);
        MemorySource bad("First,Last,Mail,Born\nA,A,,\nB,,,\nC,C,,\nD,,,\nE,E,,\n");
        auto report = exchange::run_import(me, plan, bad);
        CHECK_FALSE(report.has_landed);
        CHECK(report.rows == 5);
        CHECK(report.refused == 2);
        CHECK(report.problem_count == 2);
        CHECK(report.resume.empty());
        CHECK(contents_of(me) == before);
        MemorySource good("First,Last,Mail,Born\nA,A,,\nC,C,,\nE,E,,\n");
        report = exchange::run_import(me, plan, good);
        CHECK(report.has_landed);
        CHECK(count_of<Contact>(me) == 3);
    });
}

TEST_CASE("an import takes numbers without a country for those of the store's region") {
    OpenOptions options = TestClock{}.options();
    options.region = "DE";
    Session me = Crm::open_memory(options).as_system();
    const Contact ann = me.create(Contact{.last_name = "Ann", .phone = "+49 30 901820"});
    constexpr std::string_view deals = R"({
        "entity": "opportunity",
        "columns": [{"column": "deal", "field": "name"}],
        "references": [{"field": "primary_contact",
                        "columns": [{"column": "phone", "field": "phone_normal"}],
                        "lookups": [{"entity": "contact", "keys": ["phone_normal"]}]}]})";
    CHECK(import_text(me, deals, "deal,phone\nMill,030/90 18 20\n").created == 1);
    CHECK(me.query<Opportunity>().first()->primary_contact == ann.id);
    constexpr std::string_view people = R"({
        "entity": "contact", "key_fields": ["phone_normal"],
        "columns": [{"column": "name", "field": "last_name"},
                    {"column": "phone", "field": "phone"}]})";
    CHECK(import_text(me, people, "name,phone\nAnna,(030) 901820\nBob,030 1234567\n").updated == 1);
    CHECK(me.get<Contact>(ann.id).last_name == "Anna");
    CHECK(me.query<Contact>("last_name = 'Bob'").first()->phone_normal == "+49301234567");
}

TEST_CASE("a dry run says row by row what would happen and leaves no trace") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        me.create(Contact{.last_name = "Known", .email = "known@example.com"});
        me.create(Contact{.last_name = "Same", .email = "same@example.com"});
        std::int64_t commits = 0;
        crm.after_commit([&commits](const HistoryEntry&) { ++commits; });
        ImportPlan plan = exchange::plan_from_json(contacts_plan);
        plan.key_fields = {"email_normal"};
        plan.leave_out.push_back({"Last", {}, exchange::ImportTest::equals, {"total"}});
        const std::string before = contents_of(me);
        MemorySource file(
            "First,Last,Mail,Born\n"
            ",New,new@example.com,\n"
            ",Changed,KNOWN@example.com,\n"
            ",Same,same@example.com,\n"
            ",,bad@example.com,\n"
            ",TOTAL,,\n"
            ",\"New, too\",new@EXAMPLE.com,\n"
            ",,,\n");
        ImportOptions options;
        options.dry_run = true;
        std::vector<exchange::ImportRow> seen;
        options.on_row = [&seen](const exchange::ImportRow& row) { seen.push_back(row); };
        const auto report = exchange::run_import(me, plan, file, options);
        CHECK(report.is_dry_run);
        CHECK_FALSE(report.has_landed);
        CHECK(contents_of(me) == before);
        CHECK(commits == 0);
        REQUIRE(report.row_list.size() == 7);
        const std::vector<ImportAction> expected{
            ImportAction::create, ImportAction::update, ImportAction::leave_unchanged,
            ImportAction::refuse, ImportAction::skip,   ImportAction::update,
            ImportAction::skip};
        for (std::size_t i = 0; i < expected.size(); ++i) {
            CHECK(report.row_list[i].action == expected[i]);
            CHECK(report.row_list[i].line == static_cast<std::int64_t>(i) + 2);
            CHECK(seen[i].action == expected[i]);
        }
        CHECK_FALSE(report.row_list[0].record);
        CHECK_FALSE(seen[0].record);
        CHECK(report.row_list[1].record);
        CHECK(report.row_list[5].same_key_line == 2);
        CHECK_FALSE(report.row_list[2].same_key_line);
        CHECK(report.row_list[3].problem_count == 1);
        REQUIRE(report.warnings.size() == 1);
        CHECK(report.warnings[0].message == "the key is that of an earlier line of the file");
        CHECK(report.warnings[0].first_line == 7);
        // What it said is what happens.
        MemorySource again(
            "First,Last,Mail,Born\n,New,new@example.com,\n,Changed,KNOWN@example.com,\n");
        const auto landed = exchange::run_import(me, plan, again);
        CHECK(landed.created == 1);
        CHECK(landed.updated == 1);
        CHECK(me.query<Contact>("last_name = 'Changed'").first()->email == "KNOWN@example.com");
    });
}

TEST_CASE("a plan that does not fit the file is refused before anything is written") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto error = error_of([&] {
            import_text(me, R"({
                "entity": "contact",
                "columns": [
                    {"column": "Frist", "field": "first_name"},
                    {"column": "Last", "field": "lastname"},
                    {"column": "Twice", "field": "email"},
                    {"number": 9, "field": "phone"},
                    {"column": "Last", "field": "full_name"},
                    {"column": "First", "field": "birth_date",
                     "transforms": [{"kind": "date", "text": "dd-mm"}]},
                    {"field": "suffix"}
                ],
                "references": [{"field": "account", "columns": [{"column": "Firm", "field": "nam"}]}],
                "batch_size": 0
            })",
                        "First,Last,Twice,Twice\nA,B,C,D\n");
        });
        CHECK(error.code() == ErrorCode::validation);
        for (const char* part :
             {"'Frist' is no column of the file; nearest is 'First'", "nearest is 'last_name'",
              "'Twice' is the name of columns 3 and 4", "'9' is no column of the file, which has 4",
              "full_name' of contact is set by the library", "lacks a year, a month or a day",
              "has neither a column nor a constant", "'Firm' is no column", "nearest is 'name'",
              "batch_size: '0' is not 1 to 100,000"}) {
            CHECK_MESSAGE(error.message().find(part) != std::string::npos, part, " in ",
                          error.message());
        }
        CHECK(count_of<Contact>(me) == 0);
        CHECK(code_of([&] { import_text(me, R"({"entity":"contract"})", "a\n1\n"); }) ==
              ErrorCode::not_found);
    });
}

TEST_CASE("regression: how a file is written is refused along with all else in its plan") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    for (const std::string delimiter : {"ab", "x", "\\\""}) {
        CAPTURE(delimiter);
        const Error error = error_of([&] {
            import_text(me,
                        R"({"entity": "contact", "encoding": "klingon", "delimiter": ")" +
                            delimiter +
                            R"(", "batch_size": 0, "columns": [
                                {"column": "Lst", "field": "lastname"}]})",
                        "First;Last\nA;B\n");
        });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(error.problems().size() == 5);
        for (const char* part :
             {"encoding: 'klingon' is no known encoding", "delimiter: '", "batch_size: '0'",
              "nearest is 'Last'", "nearest is 'last_name'"}) {
            CHECK_MESSAGE(error.message().find(part) != std::string::npos, part, " in ",
                          error.message());
        }
    }
}

TEST_CASE("regression: a plan of nothing is refused with what is in the file") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const auto refused = [&me](const std::string& members, std::string_view csv) {
        return error_of([&] { import_text(me, R"({"entity": "contact")" + members + "}", csv); })
            .message();
    };
    CHECK(holds(refused("", "First,\"Last, or family\"\nA,B\n"),
                {"columns: is empty", "the columns of the file are 'First', 'Last, or family'"}));
    CHECK(holds(refused("", ""), {"columns: is empty", "the file is empty"}));
    CHECK(holds(refused(R"(,"has_header":false)", "A,B\n"), {"the file has 2 columns"}));
    CHECK(holds(refused(R"(,"columns":[{"column":"Last","field":"last_name"}])", ""),
                {"'Last' is no column of the file, which is empty"}));
    std::string wide = "c0";
    for (int i = 1; i < 50; ++i) {
        wide += ",c" + std::to_string(i);
    }
    const std::string message = refused("", wide + "\n");
    CHECK(holds(message, {"'c0', 'c1'", "'c29' and 20 more"}));
    CHECK_FALSE(holds(message, {"'c30'"}));
}

TEST_CASE("a row that is refused late leaves nothing of it behind, and the others stay") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        crm.after_write("contact", [](const WriteEvent& event) {
            if (static_cast<const Contact*>(event.after.object())->last_name == "Veto") {
                throw Error(ErrorCode::vetoed, "not this one");
            }
        });
        const auto report = import_text(me, R"({
            "entity": "contact",
            "columns": [{"column": "name", "field": "last_name"}],
            "references": [{"field": "account", "columns": [{"column": "company", "field": "name"}],
                            "on_missing": "create"}]})",
                                        "name,company\nOne,A\nVeto,B\n,C\nTwo,B\nThree,A\n");
        CHECK(report.created == 3);
        CHECK(report.refused == 2);
        const auto lines = shown(report);
        REQUIRE(lines.size() == 2);
        CHECK(holds(lines[0], {"3:", "not this one"}));
        CHECK(holds(lines[1], {"4:1 name last_name", "is required"}));
        CHECK(count_of<Contact>(me) == 3);
        CHECK(count_of<Account>(me) == 2);
        REQUIRE(report.records.size() == 2);
        CHECK(report.records[0].created == 3);
        CHECK(report.records[1].created == 2);
        CHECK(me.search<Account>("c").empty());
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("known records are refused, skipped, updated or replaced") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        ImportPlan plan = exchange::plan_from_json(R"({
            "entity": "account", "key_system": "erp", "key_columns": [{"column": "id"}],
            "columns": [{"column": "name", "field": "name"},
                        {"column": "phone", "field": "phone"},
                        {"column": "fax", "field": "fax", "empty_clears": true}]})");
        const auto run = [&](std::string_view csv) {
            MemorySource file(csv);
            return exchange::run_import(me, plan, file);
        };
        CHECK(run("id,name,phone,fax\n1,Acme,+49 30 123456,+49 30 123457\n").created == 1);
        const auto acme = [&me] { return *me.query<Account>().first(); };
        me.update<Account>(acme().id, {{"industry", "steel"}});

        plan.on_known = exchange::KnownRecord::refuse;
        auto report = run("id,name,phone,fax\n1,Acme II,,\n");
        CHECK(report.refused == 1);
        CHECK(holds(report.problems[0].message, {"is the record that the key stands for already"}));
        plan.on_known = exchange::KnownRecord::skip;
        CHECK(run("id,name,phone,fax\n1,Acme II,,\n").skipped == 1);
        CHECK(acme().name == "Acme");
        plan.on_known = exchange::KnownRecord::update;
        CHECK(run("id,name,phone,fax\n1,Acme II,,\n").updated == 1);
        CHECK(acme().name == "Acme II");
        CHECK(acme().phone == "+49 30 123456");
        CHECK(acme().fax.empty());
        CHECK(acme().industry == "steel");
        CHECK(run("id,name,phone,fax\n1,Acme II,,\n").unchanged == 1);
        plan.on_known = exchange::KnownRecord::replace;
        CHECK(run("id,name,phone,fax\n1,Acme III,,\n").updated == 1);
        CHECK(acme().industry.empty());
        CHECK(acme().phone.empty());

        report = run("id,name,phone,fax\n,No key,,\n");
        CHECK(report.refused == 1);
        CHECK(holds(report.problems[0].message, {"is empty, but it is the key of the row in erp"}));
        CHECK(report.problems[0].column == 1);
        CHECK(count_of<Account>(me) == 1);
        CHECK(count_of<ExternalId>(me) == 1);
    });
}

TEST_CASE("an import inside the host's transaction goes with it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        {
            const auto scope = me.transaction();
            CHECK(import_text(me, contacts_plan, "First,Last,Mail,Born\nA,B,,\n").created == 1);
            CHECK(count_of<Contact>(me) == 1);
        }
        CHECK(count_of<Contact>(me) == 0);
    });
}
