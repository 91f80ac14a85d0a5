#include "crmkit/exchange/importer.hpp"

#include "crmkit/schema/json_reader.hpp"
#include "import_support.hpp"
#include "test_data.hpp"

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

TEST_CASE("related records are found, created or left out as the plan says") {
    on_each_store([](Crm crm, TestClock&) {
        const User ada = crm.ensure_user("Ada Lovelace", "ada@example.com");
        (void)crm.ensure_user("Bob", "bob@example.com");
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Team north = me.create(Team{.name = "North"});
        constexpr std::string_view plan = R"({
            "entity": "contact",
            "columns": [{"column": "name", "field": "last_name"}],
            "references": [
                {"field": "account", "on_missing": "create", "columns": [
                    {"column": "company", "field": "name"},
                    {"column": "sector", "field": "industry"}]},
                {"field": "owner", "columns": [
                    {"column": "owner", "field": "email_normal"},
                    {"column": "owner", "field": "name"}],
                 "lookups": [{"entity": "user", "keys": ["email_normal"]},
                             {"entity": "user", "keys": ["name"]},
                             {"entity": "team", "keys": ["name"]}]},
                {"field": "reports_to", "on_missing": "leave_empty", "columns": [
                    {"column": "boss", "field": "last_name"},
                    {"reference": "account", "field": "account"}],
                 "lookups": [{"entity": "contact", "keys": ["last_name", "account"]}]}
            ]})";
        const auto report = import_text(me, plan,
                                        "name,company,sector,owner,boss\n"
                                        "One,Acme,ignored,ADA@example.com,\n"
                                        "Two,Globex,energy,Ada Lovelace,\n"
                                        "Three,Globex,other,North,Two\n"
                                        "Four,,,nobody,\n"
                                        "Five,,,,Two\n"
                                        "Six,Acme,,,Two\n");
        CHECK(report.created == 5);
        CHECK(report.refused == 1);
        const auto lines = shown(report);
        REQUIRE(lines.size() == 1);
        CHECK(lines[0] == "5:4 owner owner 'nobody' there is no such user");
        const auto contact = [&me](std::string_view name) {
            return *me.query<Contact>("last_name = :name", {{"name", name}}).first();
        };
        CHECK(contact("One").account == acme.id);
        CHECK(contact("One").owner == Link{User::entity_number, ada.id});
        CHECK(contact("Two").owner == Link{User::entity_number, ada.id});
        CHECK(contact("Three").owner == Link{Team::entity_number, north.id});
        const auto globex = me.query<Account>("name = 'Globex'").all();
        REQUIRE(globex.size() == 1);
        CHECK(globex[0].industry == "energy");
        CHECK(globex[0].source == "import");
        CHECK(contact("Three").account == globex[0].id);
        CHECK(contact("Three").reports_to == contact("Two").id);
        CHECK_FALSE(contact("Five").reports_to);  // found only within the account
        CHECK_FALSE(contact("Six").reports_to);
        REQUIRE(report.records.size() == 2);
        CHECK(report.records[0].entity == "contact");
        CHECK(report.records[0].created == 5);
        CHECK(report.records[1].entity == "account");
        CHECK(report.records[1].created == 1);
        std::vector<std::string> warnings;
        for (const auto& warning : report.warnings) {
            warnings.push_back(warning.message + " " + std::to_string(warning.count) + " " +
                               std::to_string(warning.first_line));
        }
        CHECK(warnings == std::vector<std::string>{
                              "contact without account 1 6", "contact without owner 2 6",
                              "contact without reports_to 2 2",
                              "reports_to left empty, because there is no such record 2 6"});
    });
}

TEST_CASE("an ambiguous reference is a problem that names two of the records") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account first = me.create(Account{.name = "Acme"});
        const Account second = me.create(Account{.name = "Acme"});
        const auto report = import_text(me, R"({
            "entity": "contact",
            "columns": [{"column": "name", "field": "last_name"}],
            "references": [{"field": "account", "columns": [{"column": "company", "field": "name"}],
                            "on_missing": "create"}]})",
                                        "name,company\nOne,Acme\n");
        CHECK(report.refused == 1);
        REQUIRE(report.problems.size() == 1);
        CHECK(holds(report.problems[0].message,
                    {"matches several accounts", to_string(first.id), to_string(second.id)}));
        CHECK(report.problems[0].column == 2);
        CHECK(report.problems[0].value == "Acme");
    });
}

TEST_CASE("a reference by the key of another system finds what was imported with it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        import_text(me, R"({"entity": "account", "key_system": "erp",
            "key_columns": [{"column": "no"}], "columns": [{"column": "name", "field": "name"}]})",
                    "no,name\n1,Acme\n2,Globex\n");
        constexpr std::string_view plan = R"({"entity": "contact",
            "columns": [{"column": "name", "field": "last_name"}],
            "references": [{"field": "account", "columns": [{"column": "customer"}],
                            "lookups": [{"entity": "account", "key_system": "erp"}]}]})";
        const auto report = import_text(me, plan, "name,customer\nOne,2\nTwo,3\nThree,\nFour,2\n");
        CHECK(report.created == 3);
        CHECK(shown(report) ==
              std::vector<std::string>{"3:2 customer account '3' there is no such account"});
        const Id globex = me.query<Account>("name = 'Globex'").first()->id;
        CHECK(me.query<Contact>("account = :id", {{"id", globex}}).all().size() == 2);
        // An account that is gone is not found, also not in what was remembered.
        me.remove<Account>(me.query<Account>("name = 'Acme'").first()->id);
        CHECK(import_text(me, plan, "name,customer\nFive,1\n").refused == 1);
        std::string both(plan);
        both.replace(both.find("\"key_system\""), 0, R"("keys": ["name"], )");
        CHECK(code_of([&] { import_text(me, both, "name,customer\nFive,1\n"); }) ==
              ErrorCode::validation);
    });
}

TEST_CASE("a child that is nothing but a reference is made where there is one") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const Contact ada = me.create(Contact{.last_name = "Lovelace", .email = "ada@example.com"});
    constexpr std::string_view plan = R"({"entity": "interaction", "columns": [
            {"column": "subject", "field": "subject"},
            {"field": "kind", "transforms": [{"kind": "constant", "text": "call"}]}],
        "references": [{"name": "contact", "on_missing": "create",
                        "columns": [{"column": "name", "field": "last_name"}],
                        "lookups": [{"entity": "contact", "keys": ["last_name"]}]}],
        "children": [{"entity": "interaction_participant", "field": "interaction",
                      "columns": [{"reference": "contact", "field": "party"}]}]})";
    const auto report =
        import_text(me, plan, "subject,name\nFirst,Lovelace\nSecond,\nThird,Babbage\n");
    CHECK(report.created == 3);
    CHECK(report.problem_count == 0);
    CHECK(count_of<InteractionParticipant>(me) == 2);
    CHECK(me.query<InteractionParticipant>("interaction.subject = 'First'").first()->party ==
          Link{Contact::entity_number, ada.id});
    CHECK(me.query<InteractionParticipant>("interaction.subject = 'Third'").first());
}

TEST_CASE("a key that is no longer unique within the file is noticed") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto report = import_text(me, R"({
            "entity": "account",
            "columns": [{"column": "name", "field": "name"}],
            "references": [{"field": "parent_account",
                            "columns": [{"column": "parent", "field": "name"}]}]})",
                                        "name,parent\nA,\nB,A\nA,\nC,A\n");
        CHECK(report.created == 3);
        REQUIRE(report.problems.size() == 1);
        CHECK(report.problems[0].line == 5);
        CHECK(holds(report.problems[0].message, {"matches several accounts"}));
    });
}

TEST_CASE("a reference may stand further down in the file") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        ImportPlan plan = exchange::plan_from_json(R"({
            "entity": "account",
            "columns": [{"column": "name", "field": "name"}],
            "references": [{"field": "parent_account", "may_follow": true,
                            "columns": [{"column": "parent", "field": "name"}]}]})");
        plan.batch_size = 2;
        const std::string_view csv =
            "name,parent\nChild,Parent\nOrphan,Nobody\nParent,Grand\nGrand,\nSelf,Self\n";
        MemorySource file(csv);
        auto report = exchange::run_import(me, plan, file);
        CHECK(report.created == 5);
        const auto lines = shown(report);
        REQUIRE(lines.size() == 2);
        CHECK(holds(lines[0], {"3:2 parent parent_account 'Nobody'", "neither in the store nor",
                               "left empty"}));
        CHECK(holds(lines[1], {"6:2 parent parent_account", "leads back to the record itself"}));
        const auto account = [&me](std::string_view name) {
            return *me.query<Account>("name = :name", {{"name", name}}).first();
        };
        CHECK(account("Child").parent_account == account("Parent").id);
        CHECK(account("Parent").parent_account == account("Grand").id);
        CHECK_FALSE(account("Orphan").parent_account);

        plan.mode = exchange::ImportMode::all_or_nothing;
        MemorySource again("name,parent\nX,Y\n");
        report = exchange::run_import(me, plan, again);
        CHECK_FALSE(report.has_landed);
        CHECK_FALSE(me.query<Account>("name = 'X'").first());

        plan.references[0].on_missing = exchange::MissingReference::create;
        MemorySource third("name,parent\nX,Y\nZ,Y\n");
        report = exchange::run_import(me, plan, third);
        CHECK(report.has_landed);
        CHECK(account("X").parent_account == account("Y").id);
        CHECK(account("Z").parent_account == account("Y").id);
        CHECK(report.records[0].created == 3);
    });
}

TEST_CASE("children are made from the same row and recognised when it comes again") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        constexpr std::string_view plan = R"({
            "entity": "contact", "key_system": "erp", "key_columns": [{"column": "id"}],
            "columns": [{"column": "name", "field": "last_name"}],
            "children": [
                {"entity": "address", "field": "party", "keys": ["kind"], "columns": [
                    {"field": "kind", "transforms": [{"kind": "constant", "text": "billing"}]},
                    {"column": "street", "field": "street"}, {"column": "city", "field": "city"}]},
                {"entity": "email_address", "field": "party", "columns": [
                    {"column": "second mail", "field": "address"}]}
            ]})";
        auto report = import_text(me, plan,
                                  "id,name,street,city,second mail\n"
                                  "1,One,Main 1,Bonn,one@example.com\n"
                                  "2,Two,,,\n"
                                  "3,Three,,,nonsense\n");
        CHECK(report.created == 2);
        const auto lines = shown(report);
        REQUIRE(lines.size() == 1);
        CHECK(holds(lines[0], {"4:5 second mail address 'nonsense'"}));
        CHECK(report.problems[0].entity == "email_address");
        CHECK(count_of<Contact>(me) == 2);  // the third row is not there in part
        const auto address = me.query<Address>().all();
        REQUIRE(address.size() == 1);
        CHECK(address[0].kind == AddressKind::billing);
        CHECK(count_of<EmailAddress>(me) == 1);

        report = import_text(me, plan,
                             "id,name,street,city,second mail\n"
                             "1,One,Main 1,Bonn,one@example.com\n"
                             "2,Two,Side 2,Bonn,\n");
        CHECK(report.unchanged == 1);
        CHECK(report.updated == 1);
        report = import_text(me, plan,
                             "id,name,street,city,second mail\n"
                             "1,One,Main 11,Bonn,other@example.com\n");
        CHECK(report.updated == 1);
        CHECK(me.query<Address>("street = 'Main 11'").all().size() == 1);
        CHECK(count_of<Address>(me) == 2);
        CHECK(count_of<EmailAddress>(me) == 2);
    });
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

TEST_CASE("progress is reported, and cancelling keeps the batches that have landed") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        std::string csv = "name,id\n";
        for (int i = 0; i < 5'000; ++i) {
            csv += "Name " + std::to_string(i) + "," + std::to_string(i) + "\n";
        }
        ImportPlan plan = exchange::plan_from_json(R"({
            "entity": "contact", "columns": [{"column": "name", "field": "last_name"}]})");
        plan.batch_size = 500;
        ImportOptions options;
        std::vector<exchange::ImportProgress> seen;
        options.progress = [&seen](const exchange::ImportProgress& progress) {
            seen.push_back(progress);
            return progress.rows < 2'000;
        };
        std::optional<exchange::ImportInterrupted> stopped;
        try {
            MemorySource file(csv);
            exchange::run_import(me, plan, file, options);
        } catch (const exchange::ImportInterrupted& interrupted) {
            stopped.emplace(interrupted);
        }
        REQUIRE(stopped);
        CHECK(stopped->code() == ErrorCode::cancelled);
        CHECK(stopped->report().has_landed);
        CHECK(stopped->report().rows == 1'500);
        CHECK(count_of<Contact>(me) == 1'500);
        REQUIRE(seen.size() > 3);
        CHECK(seen[0].total_bytes == csv.size());
        CHECK(seen.back().bytes > seen.front().bytes);

        options = {};
        options.resume = stopped->report().resume;
        MemorySource file(csv);
        const auto report = exchange::run_import(me, plan, file, options);
        CHECK(report.rows == 5'000);
        CHECK(report.created == 5'000);
        CHECK(count_of<Contact>(me) == 5'000);
        CHECK(me.query<Contact>("last_name = 'Name 1499'").all().size() == 1);
        CHECK(me.query<Contact>("last_name = 'Name 1500'").all().size() == 1);

        plan.batch_size = 501;
        MemorySource other(csv);
        CHECK(code_of([&] { exchange::run_import(me, plan, other, options); }) ==
              ErrorCode::invalid_argument);
        options.resume = "{\"nonsense\":1}";
        MemorySource again(csv);
        CHECK(code_of([&] { exchange::run_import(me, plan, again, options); }) ==
              ErrorCode::invalid_argument);

        plan.mode = exchange::ImportMode::all_or_nothing;
        options = {};
        options.progress = [](const exchange::ImportProgress&) { return false; };
        const std::string before = contents_of(me);
        MemorySource third(csv);
        CHECK(code_of([&] { exchange::run_import(me, plan, third, options); }) ==
              ErrorCode::cancelled);
        CHECK(contents_of(me) == before);
    });
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

namespace {

/// The plans of the sales team's export, as a person would write them.
constexpr std::string_view sales_job = R"({"steps": [
    {"file": "products.csv", "plan": {
        "entity": "product", "key_fields": ["name"], "currency": "USD",
        "columns": [{"column": "product", "field": "name"},
                    {"column": "series", "field": "category"},
                    {"column": "sales_price", "field": "list_price"}]}},
    {"file": "sales_teams.csv", "plan": {
        "entity": "user", "key_fields": ["name"],
        "columns": [{"column": "sales_agent", "field": "name"}],
        "references": [
            {"field": "manager", "on_missing": "create",
             "columns": [{"column": "manager", "field": "name"}]},
            {"field": "team", "on_missing": "create",
             "columns": [{"column": "regional_office", "field": "name"}]}]}},
    {"file": "accounts.csv", "plan": {
        "entity": "account", "key_fields": ["name"],
        "columns": [
            {"column": "account", "field": "name"},
            {"column": "sector", "field": "industry", "transforms": [
                {"kind": "map", "values": [{"from": "technolgy", "to": "technology"}]}]},
            {"column": "year_established", "field": "year_established"},
            {"column": "revenue", "field": "annual_revenue", "transforms": [
                {"kind": "scale", "text": "millions"}, {"kind": "currency", "text": "USD"}]},
            {"column": "employees", "field": "number_of_employees"}],
        "references": [{"field": "parent_account", "may_follow": true,
                        "columns": [{"column": "subsidiary_of", "field": "name"}]}],
        "children": [{"entity": "address", "field": "party", "columns": [
            {"column": "office_location", "field": "country"}]}]}},
    {"file": "sales_pipeline.csv", "plan": {
        "entity": "opportunity", "key_system": "crm", "key_columns": [{"column": "opportunity_id"}],
        "currency": "USD",
        "columns": [
            {"pattern": "{product} {account}", "field": "name"},
            {"column": "engage_date", "field": "opened_on"},
            {"column": "close_date", "field": "close_date"},
            {"column": "close_value", "field": "amount"}],
        "references": [
            {"field": "account", "columns": [{"column": "account", "field": "name"}]},
            {"field": "owner", "lookups": [{"entity": "user", "keys": ["name"]}],
             "columns": [{"column": "sales_agent", "field": "name"}]},
            {"field": "product", "columns": [{"column": "product", "field": "name", "transforms": [
                {"kind": "map", "values": [{"from": "GTXPro", "to": "GTX Pro"}]}]}]},
            {"field": "stage", "lookups": [{"entity": "stage", "keys": ["name", "pipeline.name"]}],
             "columns": [
                {"column": "deal_stage", "field": "name"},
                {"field": "pipeline.name", "transforms": [{"kind": "constant", "text": "Deals"}]}]}
        ]}}
]})";

void make_deals_pipeline(Session& session) {
    const auto pipeline = session.create(Pipeline{.name = "Deals"});
    std::int64_t order = 0;
    const auto add = [&](const char* name, OpportunityState state) {
        session.create(
            Stage{.name = name, .pipeline = pipeline.id, .sort_order = ++order, .state = state});
    };
    add("Prospecting", OpportunityState::open);
    add("Engaging", OpportunityState::open);
    add("Won", OpportunityState::won);
    add("Lost", OpportunityState::lost);
}

exchange::ImportJob sales_team_job() {
    auto job = from_json<exchange::ImportJob>(sales_job);
    job.folder = testing::test_data_folder() + "/crm_sales_opportunities";
    return job;
}

}  // namespace

TEST_CASE("a sales team's export lands whole: products, teams, accounts, deals") {
    if (!testing::read_test_data("crm_sales_opportunities/accounts.csv")) {
        MESSAGE("skipped: the test data is not there");
        return;
    }
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        make_deals_pipeline(me);
        const std::string before = contents_of(me);
        auto job = sales_team_job();
        job.is_dry_run = true;
        auto dry = exchange::run_job(me, job);
        REQUIRE(dry.reports.size() == 4);
        CHECK(dry.reports[3].created == 8'800);
        CHECK(dry.reports[3].problem_count == 0);
        CHECK(contents_of(me) == before);

        job.is_dry_run = false;
        const auto done = exchange::run_job(me, job);
        REQUIRE(done.reports.size() == 4);
        for (const ImportReport& report : done.reports) {
            CHECK(report.has_landed);
            CHECK(report.problem_count == 0);
            for (const std::string& line : shown(report)) {
                CHECK_MESSAGE(line.empty(), line);
            }
        }
        CHECK(done.reports[0].created == 7);
        CHECK(done.reports[1].created == 35);
        CHECK(done.reports[2].created == 85);
        CHECK(done.reports[3].created == 8'800);
        REQUIRE(done.reports[3].mapped.size() == 1);
        CHECK(done.reports[3].mapped[0].count == 1'480);
        REQUIRE(done.reports[2].mapped.size() == 1);
        CHECK(done.reports[2].mapped[0].from == "technolgy");
        REQUIRE_FALSE(done.reports[3].warnings.empty());
        CHECK(done.reports[3].warnings[0].message == "opportunity without account");
        CHECK(done.reports[3].warnings[0].count == 1'425);
        CHECK(me.query<Account>("parent_account is not null").all().size() == 15);
        CHECK(me.query<Account>("name = 'Acme Corporation'").first()->annual_revenue ==
              Money::of("1100040000", "USD"));
        CHECK(me.aggregate<Opportunity>("count(), sum(amount) where state = 'won'") ==
              std::vector<std::vector<Value>>{
                  {Value(std::int64_t{4'238}), Value(Money::of("10005534", "USD"))}});
        CHECK(me.query<User>("manager.name = 'Melvin Marxen'").all().size() == 6);

        const auto again = exchange::run_job(me, job);
        for (const ImportReport& report : again.reports) {
            CHECK(report.unchanged == report.rows);
            CHECK(report.created + report.updated + report.refused == 0);
        }
    });
}
