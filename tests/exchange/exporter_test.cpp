#include "crmkit/exchange/exporter.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "../../src/engine/session_state.hpp"
#include "crmkit/exchange/operations.hpp"
#include "crmkit/sales/base_currency.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "export_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using exchange::ExportJsonl;

namespace {

std::string json_lines_of(Session& session, const ExportJsonl& what = {}) {
    std::string out;
    StringSink sink(out);
    exchange::export_jsonl(session, what, sink);
    return out;
}

exchange::ExportReport restore(Session& session, const std::string& text) {
    MemorySource source(text);
    return exchange::import_jsonl(session, source);
}

/// Without the first line, which says when it was made.
std::string records_of(const std::string& text) { return text.substr(text.find('\n')); }

/// A bit of everything: circles, links, lists, texts that are hard to write, deleted records.
void fill(Session& me) {
    Account acme = me.create(Account{.name = "=Acme, \"Steel\" & Söhne\nII",
                                     .email = "info@example.com",
                                     .annual_revenue = Money::of("1200000.50", "EUR")});
    const Account parent = me.create(Account{.name = "Parent", .do_not_call = true});
    Contact ada = me.create(Contact{.first_name = "Ada",
                                    .last_name = "Lovelace",
                                    .account = acme.id,
                                    .social_profiles = {"a;b", "c"},
                                    .birth_date = *Date::parse("1815-12-10")});
    acme.primary_contact = ada.id;
    acme.parent_account = parent.id;
    acme = me.update(acme);
    const Contact gone = me.create(Contact{.last_name = "Gone", .account = acme.id});
    const Contact second = me.create(Contact{.last_name = "Second", .reports_to = ada.id});
    Account keyed{.name = "Keyed", .account_number = "100"};
    me.upsert(UpsertKey::external("erp", "C-1"), keyed);
    const Opportunity deal = me.create(Opportunity{.name = "Mill",
                                                   .account = acme.id,
                                                   .primary_contact = ada.id,
                                                   .amount = Money::of("5000", "EUR")});
    const Interaction call =
        me.create(Interaction{.kind = InteractionKind::call, .subject = "First call"});
    me.create(InteractionRegarding{.interaction = call.id,
                                   .record = {Opportunity::entity_number, deal.id}});
    me.remove<Contact>(gone.id);
    me.remove<Contact>(second.id);
    me.restore<Contact>(second.id);
    me.remove<Contact>(second.id);
}

}  // namespace

TEST_CASE("a CSV export holds fields, paths and expressions, in the order of its query") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        fill(me);
        ExportCsv what;
        what.entity = "contact";
        what.query = "account is not null order by last_name";
        what.columns = {"last_name",  "account.name",           "account.parent_account.name",
                        "birth_date", "account.annual_revenue", "length(last_name) * 2"};
        CHECK(csv_of(me, what) ==
              "last_name,account.name,account.parent_account.name,birth_date,"
              "account.annual_revenue,length(last_name) * 2\r\n"
              "Lovelace,\"'=Acme, \"\"Steel\"\" & Söhne\nII\",Parent,1815-12-10,"
              "1200000.50 EUR,16\r\n");
        what.headers = {"a", "b", "c", "d", "e", "f"};
        what.delimiter = ";";
        what.guard_formulas = false;
        CHECK(csv_of(me, what) ==
              "a;b;c;d;e;f\r\n"
              "Lovelace;\"=Acme, \"\"Steel\"\" & Söhne\nII\";Parent;1815-12-10;"
              "1200000.50 EUR;16\r\n");
        what.query = "last_name = 'nobody'";
        CHECK(csv_of(me, what) == "a;b;c;d;e;f\r\n");
    });
}

TEST_CASE("what is wrong with a CSV export is said before anything is written") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const auto code_for = [&me](const ExportCsv& what) {
        std::string out;
        StringSink sink(out);
        const ErrorCode code = code_of([&] { exchange::export_csv(me, what, sink); });
        CHECK(out.empty());
        return code;
    };
    CHECK(code_for({.entity = "contract"}) == ErrorCode::not_found);
    CHECK(code_for({.entity = "contact", .query = "last_nam = 'x'"}) == ErrorCode::expression);
    CHECK(code_for({.entity = "contact", .columns = {"account.nam"}}) == ErrorCode::expression);
    CHECK(code_for({.entity = "contact", .columns = {"last_name = :x"}}) == ErrorCode::expression);
    CHECK(code_for({.entity = "contact", .columns = {"last_name"}, .headers = {"a", "b"}}) ==
          ErrorCode::validation);
    CHECK(code_for({.entity = "contact", .delimiter = ";;"}) == ErrorCode::validation);
}

TEST_CASE("a CSV export imports back equal") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        me.create(Account{.name = "Acme", .account_number = "007"});
        me.create(Account{.name = "  =SUM(A1) ", .description = "line\r\nbreak, \"quote\"; 'x"});
        const Account acme = *me.query<Account>("name = 'Acme'").first();
        me.create(Contact{.last_name = "One",
                          .account = acme.id,
                          .phone = "+49 30 123456",
                          .social_profiles = {"a;b", " c"},
                          .do_not_call = true,
                          .gender = Gender::female});
        ExportCsv accounts;
        accounts.entity = "account";
        ExportCsv contacts;
        contacts.entity = "contact";
        contacts.columns = {"last_name",   "account.account_number",
                            "phone",       "social_profiles",
                            "do_not_call", "gender"};
        accounts.query = contacts.query = "order by id";
        const std::string account_file = csv_of(me, accounts);
        const std::string contact_file = csv_of(me, contacts);

        Crm other = Crm::open_memory(clock.options());
        Session there = other.as_system();
        for (const auto& [what, file] :
             {std::pair(accounts, account_file), std::pair(contacts, contact_file)}) {
            MemorySource source(file);
            const auto report = exchange::run_import(
                there, exchange::plan_for_export(there.registry(), what), source);
            CHECK(report.has_landed);
            CHECK_MESSAGE(report.problem_count == 0,
                          (shown(report).empty() ? "" : shown(report)[0]));
        }
        accounts.columns = {"name", "account_number", "description"};
        CHECK(csv_of(there, accounts) == csv_of(me, accounts));
        CHECK(csv_of(there, contacts) == contact_file);
        // The ids of the file are known keys now: it can come again.
        MemorySource again(account_file);
        accounts.columns.clear();
        CHECK(exchange::run_import(there, exchange::plan_for_export(there.registry(), accounts),
                                   again)
                  .unchanged == 2);
    });
}

TEST_CASE("a reference may be exported by its id and, to be read, by its name") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Contact ann = me.create(Contact{.last_name = "Ann", .account = acme.id});
        ExportCsv what;
        what.entity = "contact";
        what.columns = {"id", "last_name", "account", "account.name"};
        std::string file = csv_of(me, what);
        file.replace(file.find("Ann"), 3, "Eve");
        file.replace(file.find("Acme"), 4, "Else");  // only shown: it says nothing
        MemorySource source(file);
        const auto report =
            exchange::run_import(me, exchange::plan_for_export(me.registry(), what), source);
        CHECK_MESSAGE(report.problem_count == 0, (shown(report).empty() ? "" : shown(report)[0]));
        CHECK(report.updated == 1);
        CHECK(me.get<Contact>(ann.id).last_name == "Eve");
        CHECK(me.get<Contact>(ann.id).account == acme.id);
        CHECK(me.query<Account>().all().size() == 1);
    });
}

TEST_CASE("an id in a CSV export that leads nowhere is a problem of its row") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        ExportCsv what{.entity = "account"};
        what.columns = {"name", "owner", "parent_account", "primary_contact"};
        const auto report = import_export(me, what,
                                          "name,owner,parent_account,primary_contact\n"
                                          "One,team/5,,\n"
                                          "Two,user/5,,\n"
                                          "Three,,,6\n"
                                          "Four,,7,\n"
                                          "Five,contact/5,,\n");
        CHECK(report.created == 1);
        CHECK(shown(report) ==
              std::vector<std::string>{
                  "2:2 owner owner 'team/5' there is no such team",
                  "3:2 owner owner 'user/5' there is no such user",
                  "4:4 primary_contact primary_contact '6' there is no such contact",
                  "6:2 owner owner 'contact/5' there is no such user",
                  "5:3 parent_account parent_account '7' there is no such account, neither in the "
                  "store nor in the file; parent_account is left empty"});
    });
}

TEST_CASE("an exported file that was edited changes the records that it came from") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        const Id acme = me.create(Account{.name = "Acme", .website = "acme.example"}).id;
        const Id gone = me.create(Account{.name = "Gone"}).id;
        ExportCsv what{.entity = "account", .query = "order by id"};
        what.columns = {"id", "name", "website"};
        std::string file = csv_of(me, what);
        clock.clock->advance(std::chrono::seconds(1));
        me.remove<Account>(gone);
        file.replace(file.find("Acme"), 4, "Acme II");
        file += ",New,new.example\r\n";
        const auto import = [&] {
            MemorySource source(file);
            return exchange::run_import(me, exchange::plan_for_export(me.registry(), what), source);
        };
        auto report = import();
        CHECK(report.problem_count == 0);
        CHECK(report.updated == 1);
        CHECK(report.created == 2);  // the one without id, and the one that was deleted since
        CHECK(me.get<Account>(acme).name == "Acme II");
        CHECK(me.get<Account>(acme).website == "acme.example");
        CHECK(count_of<Account>(me) == 3);
        clock.clock->advance(std::chrono::seconds(1));
        report = import();  // what was deleted is known by its old id now; a row without id is new
        CHECK(report.unchanged == 2);
        CHECK(report.created == 1);
    });
}

TEST_CASE("JSON Lines restore a store without loss, circles and deleted records included") {
    on_each_store([](Crm crm, TestClock& clock) {
        const User user = crm.ensure_user("Ada", "ada@example.com");
        Session me = crm.as(user);
        fill(me);
        clock.clock->advance(std::chrono::hours(1));
        ExportJsonl what;
        what.include_deleted = true;
        const std::string file = json_lines_of(me, what);

        Crm other = Crm::open_memory(clock.options());
        Session there = other.as_system();
        const auto report = restore(there, file);
        CHECK(report.bytes == static_cast<std::int64_t>(file.size()));
        CHECK(json_lines_of(there, what) == file);
        CHECK(json_lines_of(there) == json_lines_of(me));
        const auto acme = there.query<Account>("parent_account is not null").first();
        REQUIRE(acme);
        CHECK(there.get<Contact>(acme->primary_contact).account == acme->id);
        CHECK(acme->version == 2);
        CHECK(there.search<Contact>("lovelace").size() == 1);
        CHECK(there.search<Contact>("gone").empty());
        const auto history = there.history(acme->id);
        REQUIRE(history.size() == 1);
        CHECK(history[0].origin == "restore");
        CHECK(history[0].version == 2);
        // A deleted record can still be restored, a live one changed, a new one made.
        Account changed = *acme;
        changed.industry = "steel";
        CHECK(there.update(changed).version == 3);
        CHECK(there.create(Account{.name = "New"}).id > acme->id);
        CHECK(other.check_integrity().empty());
        Account by_key{.name = "Keyed II"};
        CHECK(there.upsert(UpsertKey::external("erp", "C-1"), by_key) == UpsertAction::updated);
    });
}

TEST_CASE("the timelines of a restored store are those that its records ask for") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        fill(me);
        Crm other = Crm::open_memory(clock.options());
        Session there = other.as_system();
        restore(there, json_lines_of(me));
        const auto kept_by = [](Session& session) {
            std::vector<TimelineEntry> entries;
            engine::ReadScope storage(session.state());
            storage->visit_timelines(
                [&entries](const TimelineEntry& entry) { entries.push_back(entry); });
            std::sort(entries.begin(), entries.end());
            return entries;
        };
        const auto expected = kept_by(me);
        CHECK_FALSE(expected.empty());
        CHECK(kept_by(there) == expected);
        for (const TimelineEntry& entry : expected) {
            engine::ReadScope storage(there.state());
            TimelineRange range;
            range.party = entry.party;
            CHECK_FALSE(storage->timeline(range).empty());
        }
    });
}

TEST_CASE("a restore goes into a file as well as into memory") {
    const TemporaryFolder folder;
    TestClock clock;
    Crm crm = Crm::open_memory(clock.options());
    Session me = crm.as_system();
    fill(me);
    const std::string file = json_lines_of(me, {.include_deleted = true});
    Crm other = Crm::open(folder.file("other.db"), clock.options());
    Session there = other.as_system();
    restore(there, file);
    CHECK(json_lines_of(there, {.include_deleted = true}) == file);
    CHECK(other.check_integrity().empty());
}

TEST_CASE("some entities can be exported, with the external ids of their records") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        fill(me);
        Contact contact{.last_name = "Other"};
        me.upsert(UpsertKey::external("erp", "P-1"), contact);
        const std::string file = json_lines_of(me, {.entities = {"account"}});
        CHECK(file.find("{\"account\":") != std::string::npos);
        CHECK(file.find("C-1") != std::string::npos);
        CHECK(file.find("P-1") == std::string::npos);
        CHECK(file.find("{\"contact\":") == std::string::npos);
        CHECK(code_of([&] { json_lines_of(me, {.entities = {"acount"}}); }) ==
              ErrorCode::not_found);

        Crm other = Crm::open_memory();
        Session there = other.as_system();
        const std::string before = contents_of(there);
        const auto error = error_of([&] { restore(there, file); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(holds(error.message(), {"primary_contact", "there is no such contact", "(line "}));
        CHECK(contents_of(there) == before);
    });
}

TEST_CASE("a restore is refused where ids or keys are taken, and leaves no trace") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        fill(me);
        const std::string file = json_lines_of(me);
        const std::string before = contents_of(me);
        const auto error = error_of([&] { restore(me, file); });
        CHECK(error.problems().size() > 3);
        CHECK(contents_of(me) == before);

        Crm other = Crm::open_memory(clock.options());
        Session there = other.as_system();
        there.create(Account{.name = "Mine", .account_number = "100"});
        const std::string accounts = file;
        CHECK(code_of([&] { restore(there, accounts); }) != ErrorCode::ok);
        CHECK(count_of<Account>(there) == 1);
        CHECK(count_of<Status>(there) == count_of<Status>(me));

        // The clock of the other store was ahead: its ids would come again.
        TestClock late;
        Crm third = Crm::open_memory(late.options());
        Session early = third.as_system();
        late.clock->advance(-std::chrono::hours(24));
        const auto future = error_of([&] { restore(early, file); });
        CHECK(holds(future.message(), {"is an id of the future"}));
    });
}

TEST_CASE("bad JSON Lines are refused with their lines, and nothing is kept") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const std::string before = contents_of(me);
    const std::string head =
        R"({"crmkit":"0.1.0","format":1,"exported_at":"2026-01-01T00:00:00Z","entities":[]})"
        "\n";
    const auto refused = [&](const std::string& text) {
        const Error error = error_of([&] { restore(me, text); });
        CHECK(contents_of(me) == before);
        return error;
    };
    CHECK(refused("").code() == ErrorCode::syntax);
    CHECK(refused("id,name\n").code() == ErrorCode::syntax);
    CHECK(refused(R"({"crmkit":"9.0.0","format":2})").code() == ErrorCode::unsupported);
    auto error = refused(head + "{\"account\":{\"id\":\"1\",\"version\":1}}\nnonsense\n");
    CHECK(error.problems().size() == 2);
    CHECK(error.problems()[0].line == 2);
    CHECK(holds(error.message(), {"name", "is required"}));
    CHECK(error.problems()[1].line == 3);
    error = refused(head + "{\"acount\":{}}\n");
    CHECK(error.problems()[0].value == "acount");
    error = refused(head + "{\"account\":{\"nam\":1}}\n");
    CHECK(error.problems()[0].column == 13);
    error = refused(head + "{\"account\":{\"id\":\"5\",\"version\":0,\"name\":\"A\"}}\n");
    CHECK(holds(error.message(), {"version", "is too low"}));
    error = refused(head + std::string(100'000, '[') + "\n");
    CHECK(error.code() != ErrorCode::ok);
    std::string many = head;
    for (int i = 0; i < 1'000; ++i) {
        many += "{}\n";
    }
    CHECK(refused(many).problems().size() == 100);
    CHECK(refused(head + "{\"account\":{\"name\":\"\xC3\x28\"}}\n").code() == ErrorCode::syntax);
    const std::string wrong_link = head +
                                   R"({"user":{"id":"7","version":1,"created_at":)"
                                   R"("2026-01-01T00:00:00Z","name":"U","owner":"account/9"}})"
                                   "\n";
    CHECK(refused(wrong_link).code() != ErrorCode::ok);
}

TEST_CASE("a JSON Lines file cannot make a currency of the store that is none") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    for (const char* currency : {"XYZ", "E'R", "$$$"}) {
        const std::string file =
            R"({"crmkit":"0.1.0","format":1,"currency":")" + std::string(currency) + "\"}\n";
        const Error error = error_of([&] { restore(me, file); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(error.problems().at(0).field == "currency");
        CHECK(error.problems().at(0).line == 1);
    }
    Opportunity deal = me.create(Opportunity{.name = "D", .amount = Money::of("1.00", "EUR")});
    me.call("sales.win_opportunity", R"({"opportunity":")" + to_string(deal.id) + "\"}");
}

TEST_CASE(
    "regression: a restored file's currency in small letters is the one that ISO 4217 names") {
    for (const char* known : {"", "EUR"}) {
        const Crm crm = Crm::open_memory();
        Session me = crm.as_system();
        sales::base_currency(me, {.change_to = known});
        restore(me, "{\"crmkit\":\"0.1.0\",\"format\":1,\"currency\":\"eur\"}\n");
        CHECK(sales::base_currency(me, {}).currency == "EUR");
    }
}

TEST_CASE("an export that cannot be finished leaves the older file, and says why") {
    const TemporaryFolder folder;
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    for (int i = 0; i < 2'500; ++i) {
        me.create(Account{.name = "A" + std::to_string(i)});
    }
    const std::string path = folder.file("out.csv");
    std::ofstream(path) << "older";
    const auto read = [&path] {
        std::ifstream file(path);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    {
        exchange::FileSink sink(path);
        CHECK(code_of([&] {
                  exchange::export_csv(me, {.entity = "account"}, sink,
                                       [](const Progress& at) { return at.records < 2'000; });
              }) == ErrorCode::cancelled);
    }
    CHECK(read() == "older");
    std::size_t written = 0;
    exchange::CallbackSink full([&written](std::string_view bytes) {
        written += bytes.size();
        if (written > 100'000) {
            throw Error(ErrorCode::disk_full, "no space left");
        }
    });
    CHECK(code_of([&] { exchange::export_jsonl(me, {}, full); }) == ErrorCode::disk_full);
    if (std::filesystem::exists("/dev/full")) {
        CHECK(code_of([&] {
                  exchange::FileSink device("/dev/full");
                  exchange::export_csv(me, {.entity = "account"}, device);
              }) == ErrorCode::disk_full);
    }
    CHECK(me.create(Account{.name = "the session still works"}).id);
}

TEST_CASE("exchange is there as operations, JSON in and JSON out") {
    const TemporaryFolder folder;
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const std::string csv = folder.file("in.csv");
    std::ofstream(csv) << "Company;City\nAcme;Bonn\nGlobex;\n";
    const auto quoted = [](const std::string& text) {
        std::string out;
        append_json_string(out, text);
        return out;
    };
    const std::string plan =
        me.call("exchange.suggest_plan", R"({"entity":"account","path":)" + quoted(csv) + "}");
    CHECK(exchange::plan_from_json(plan).columns.size() == 1);
    const std::string input = R"({"path":)" + quoted(csv) + R"(,"plan":)" + plan;
    auto report =
        from_json<ImportReport>(me.call("exchange.import_csv", input + R"(,"is_dry_run":true})"));
    CHECK(report.is_dry_run);
    CHECK(report.created == 2);
    CHECK(count_of<Account>(me) == 0);
    report = from_json<ImportReport>(me.call("exchange.import_csv", input + "}"));
    CHECK(report.created == 2);
    const std::string out = folder.file("out.csv");
    me.call("exchange.export_csv",
            R"({"entity":"account","columns":["name"],"path":)" + quoted(out) + "}");
    std::ifstream exported(out);
    CHECK(std::string(std::istreambuf_iterator<char>(exported), {}) ==
          "name\r\nAcme\r\nGlobex\r\n");
    CHECK(exchange::plan_from_json(
              me.call("exchange.plan_for_export",
                      R"({"entity":"account","columns":["name"],"path":)" + quoted(out) + "}"))
              .unguard);
    const std::string lines = folder.file("all.jsonl");
    me.call("exchange.export_jsonl", R"({"path":)" + quoted(lines) + "}");
    Crm other = Crm::open_memory();
    Session there = other.as_system();
    there.call("exchange.import_jsonl", R"({"path":)" + quoted(lines) + "}");
    CHECK(records_of(json_lines_of(there)) == records_of(json_lines_of(me)));
    CHECK(code_of([&] { me.call("exchange.import_csv", R"({"path":"/nowhere","plan":{}})"); }) ==
          ErrorCode::io);
    there.call("exchange.run_import_job", R"({"folder":)" + quoted(folder.file("")) +
                                              R"(,"steps":[{"file":"in.csv","plan":)" + plan +
                                              "}]}");
    CHECK(count_of<Account>(there) == 4);
}
