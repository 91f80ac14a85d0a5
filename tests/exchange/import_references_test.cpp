#include "import_support.hpp"

using namespace crmkit;
using namespace crmkit::test;

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
