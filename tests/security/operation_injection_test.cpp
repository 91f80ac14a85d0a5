/// Hostile texts in every text of the input of every operation, in plans, files and queries of
/// imports and exports: values, or refused.
#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "crmkit/engine/operation.hpp"
#include "crmkit/exchange/exporter.hpp"
#include "crmkit/exchange/importer.hpp"
#include "exchange/import_support.hpp"
#include "security/scene.hpp"

using namespace crmkit;
using namespace crmkit::test;
using nlohmann::json;

namespace {

/// Every text in a JSON value, by its place.
void collect_texts(const json& value, const json::json_pointer& at,
                   std::vector<json::json_pointer>& found) {
    if (value.is_string()) {
        found.push_back(at);
    }
    if (value.is_object()) {
        for (const auto& [name, member] : value.items()) {
            collect_texts(member, at / name, found);
        }
    }
    for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
        collect_texts(value[i], at / i, found);
    }
}

std::vector<json::json_pointer> texts_in(const json& value) {
    std::vector<json::json_pointer> found;
    collect_texts(value, json::json_pointer(), found);
    return found;
}

/// The records of a store, one in each line, without those that an operation is about.
std::multiset<std::string> others(Session& me, const std::string& target) {
    std::multiset<std::string> lines;
    std::istringstream contents(contents_of(me));
    for (std::string line; std::getline(contents, line);) {
        if (line.starts_with("id=") && line.find(target) == std::string::npos) {
            lines.insert(line);
        }
    }
    return lines;
}

/// The texts of inputs and plans that are expressions, or paths of fields.
bool is_expression(const json::json_pointer& place) {
    json::json_pointer at = place;
    const auto is_index = [](const std::string& name) {
        return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    while (!at.empty() && is_index(at.back())) {
        at.pop_back();
    }
    constexpr std::string_view names[] = {"where", "by",    "query",     "columns",
                                          "keys",  "field", "key_fields"};
    return !at.empty() &&
           std::find(std::begin(names), std::end(names), at.back()) != std::end(names);
}

/// Texts that name a file: the host's own choice, SECURITY.md says. See path_test.cpp.
bool is_path(const std::string& place) {
    return place == "/path" || place == "/folder" || place.ends_with("/file");
}

/// Runs `call` in a transaction that is undone, with each text of `base` replaced by each of the
/// corpus, one at a time. Checks the statements, and that no record has changed but those that
/// bear `target`.
void check_texts(Scene& scene, const json& base, const std::string& target,
                 const std::function<void(const json&)>& call) {
    const auto before = others(scene.me, target);
    const auto counts = scene.host.row_counts();
    {
        const TransactionScope dropped = scene.me.transaction();
        REQUIRE_NOTHROW(call(base));
    }
    for (const json::json_pointer& pointer : texts_in(base)) {
        const std::string place = pointer.to_string();
        CAPTURE(place);
        if (is_path(place)) {
            continue;
        }
        int turn = 0;
        const auto act = [&](const std::string& text) {
            json input = base;
            input[pointer] = text;
            const TransactionScope dropped = scene.me.transaction();
            is_accepted(text, [&] { call(input); });
            if (turn++ % 64 == 0) {  // looking at everything takes long
                const auto after = others(scene.me, target);
                REQUIRE(std::includes(after.begin(), after.end(), before.begin(), before.end()));
            }
        };
        std::vector<std::string_view> harmless(std::begin(harmless_texts),
                                               std::end(harmless_texts));
        const std::string original = base[pointer];
        harmless.push_back(original);
        harmless.push_back(" ");  // nothing at all, once it is trimmed
        check_statements(scene.host,
                         is_expression(pointer) ? Statements::or_reads : Statements::as_harmless,
                         harmless, act);
    }
    CHECK(scene.host.row_counts() == counts);
}

/// Plans that use everything that a plan can have.
const std::string plans[] = {
    R"({"entity": "contact", "columns": [
        {"column": "name", "field": "last_name", "transforms": [
            {"kind": "replace", "text": "x", "with": "y"},
            {"kind": "map", "values": [{"from": "ann", "to": "Anna"}]},
            {"kind": "default", "text": "Nobody"}]},
        {"pattern": "{city} {name}", "field": "job_title"},
        {"column": "born", "field": "birth_date",
            "transforms": [{"kind": "date", "text": "dd.mm.yyyy"}]},
        {"field": "department", "transforms": [{"kind": "constant", "text": "sales"}]}],
     "references": [{"field": "account", "name": "employer", "on_missing": "create",
        "columns": [{"column": "employer", "field": "name"}],
        "lookups": [{"entity": "account", "keys": ["name"]}]}],
     "children": [{"entity": "address", "field": "party", "keys": ["city"],
        "columns": [{"column": "city", "field": "city"}]}],
     "key_system": "erp", "key_columns": [{"column": "key"}], "on_known": "update",
     "leave_out": [{"column": "name", "test": "equals", "values": ["total"]}],
     "missing_values": ["N/A"], "currency": "EUR", "mode": "good_rows", "source": "erp",
     "encoding": "UTF-8", "delimiter": ","})",
    R"({"entity": "opportunity", "columns": [
        {"column": "name", "field": "name"},
        {"column": "amount", "field": "amount", "transforms": [
            {"kind": "number", "text": ",", "with": "."}, {"kind": "scale", "text": "thousands"},
            {"kind": "currency", "text": "EUR"}]}],
     "references": [
        {"field": "account", "columns": [{"column": "key"}],
            "lookups": [{"entity": "account", "key_system": "erp"}], "on_missing": "leave_empty"},
        {"field": "stage", "columns": [{"column": "city", "field": "name"}],
            "on_missing": "leave_empty"}],
     "key_fields": ["name"], "mode": "all_or_nothing"})"};

/// A file for them: rows of cells.
const json rows{{"key", "name", "born", "employer", "city", "amount"},
                {"K-1", "Ann", "01.02.1990", "Globex", "Bonn", "1.200,5"},
                {"K-2", "Bea", "N/A", "Initech", "Ulm", "7,0"}};

std::string csv_of(const json& table) {
    std::string csv;
    for (const json& row : table) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            csv += i == 0 ? "\"" : ",\"";
            for (const char c : row[i].get<std::string>()) {
                csv += c == '"' ? "\"\"" : std::string(1, c);
            }
            csv += '"';
        }
        csv += '\n';
    }
    return csv;
}

/// A scene with records that operations can be about.
struct Office : Scene {
    TemporaryFolder folder;
    Account account = me.create(Account{.name = "Globex"});
    Contact contact = me.create(Contact{.last_name = "Known", .account = account.id});
    Opportunity deal = me.create(Opportunity{.name = "Deal", .account = account.id});
    Opportunity gone = me.create(Opportunity{.name = "Gone"});

    Office() {
        me.remove<Opportunity>(gone.id);
        me.create(ExternalId{
            .system = "erp", .key = "K-1", .record = Link{Contact::entity_number, contact.id}});
        folder.write("in.csv", csv_of(rows));
    }
};

}  // namespace

TEST_CASE("every text in the input of every operation is a value, or refused") {
    Office office;
    const std::string deal = to_string(office.deal.id);
    const std::string csv = office.folder.file("in.csv");
    const std::string out = office.folder.file("out");
    const json plan = json::parse(plans[0]);
    const json period{{"where", "amount > 0"}, {"from", "2026-01-01"}, {"until", "2026-12-31"}};
    const auto with = [](json one, const json& more) {
        one.update(more);
        return one;
    };
    const std::map<std::string, json> inputs{
        {"engine.timeline",
         {{"party", "account/" + to_string(office.account.id)},
          {"since", "2026-01-01T00:00:00Z"},
          {"until", "2027-01-01T00:00:00Z"},
          {"kinds", {"call", "email"}},
          {"after", "1.2.3"}}},
        {"engine.json_schema", {{"entity", "account"}}},
        {"records.create_many",
         {{"entity", "contact"}, {"rows", {{{"last_name", "New"}, {"job_title", "Clerk"}}}}}},
        {"records.update_many",
         {{"entity", "contact"},
          {"rows", {{{"id", to_string(office.contact.id)}, {"job_title", "Clerk"}}}}}},
        {"records.delete_many", {{"entity", "contact"}, {"ids", {to_string(office.contact.id)}}}},
        {"records.restore_many",
         {{"entity", "contact"}, {"ids", {to_string(office.contact.id)}}, {"mode", "good_rows"}}},
        {"records.upsert_many",
         {{"entity", "contact"},
          {"rows", {{{"last_name", "Known"}}}},
          {"system", "erp"},
          {"keys", {"K-1"}}}},
        {"engine.customer_360",
         {{"party", "account/" + to_string(office.account.id)},
          {"sections", {"cases", "purchases"}},
          {"as_of", "2027-01-01T00:00:00Z"}}},
        {"engine.json_schema", {{"entity", "account"}}},
        {"records.create_many", json::parse(R"({"entity": "account", "mode": "good_rows",
            "rows": [{"name": "New", "industry": "steel", "owner": null}]})")},
        {"records.update_many", json::parse(R"({"entity": "opportunity", "mode": "all_or_nothing",
            "rows": [{"id": ")" + deal + R"(", "name": "Renamed"}]})")},
        {"records.delete_many", json::parse(R"({"entity": "opportunity", "ids": [")" + deal +
                                            R"("], "mode": "good_rows"})")},
        {"records.restore_many", json::parse(R"({"entity": "opportunity", "ids": [")" +
                                             to_string(office.gone.id) + "\"]}")},
        {"records.upsert_many", json::parse(R"({"entity": "account", "system": "erp",
            "keys": ["K-9"], "rows": [{"name": "Globex"}], "policy": "update"})")},
        {"sales.create_pipeline_from_template", {{"template_key", "spanco"}, {"name", "New"}}},
        {"sales.base_currency", {{"change_to", "USD"}}},
        {"sales.move_stage", {{"opportunity", deal}, {"stage", to_string(office.deal.stage)}}},
        {"sales.win_opportunity", {{"opportunity", deal}}},
        {"sales.lose_opportunity",
         {{"opportunity", deal}, {"reason", "price"}, {"notes", "dear"}, {"competitor", "Them"}}},
        {"sales.reopen_opportunity", {{"opportunity", deal}}},
        {"sales.pipeline_by_stage", period},
        {"sales.stage_durations", period},
        {"sales.stage_conversion", period},
        {"sales.win_rate", with(period, {{"by", "account.name"}})},
        {"sales.won_value", with(period, {{"by", "owner"}, {"period", "month"}})},
        {"sales.sales_cycle", with(period, {{"by", "account.name"}})},
        {"sales.weighted_forecast", with(period, {{"by", "account"}, {"period", "quarter"}})},
        {"sales.pipeline_velocity", with(period, {{"by", "account.name"}})},
        {"sales.push_counts", period},
        {"sales.slippage", with(period, {{"period", "quarter"}})},
        {"sales.rotting_opportunities", {{"where", "amount > 0"}}},
        {"exchange.import_csv", {{"path", csv}, {"plan", plan}, {"checkpoint", "nightly"}}},
        {"exchange.suggest_plan", {{"path", csv}, {"entity", "contact"}}},
        {"exchange.run_import_job",
         {{"folder", office.folder.path()}, {"steps", {{{"file", "in.csv"}, {"plan", plan}}}}}},
        {"exchange.export_csv",
         {{"path", out},
          {"entity", "contact"},
          {"query", "last_name != 'x' order by last_name"},
          {"columns", {"last_name", "account.name"}},
          {"headers", {"Name", "Employer"}},
          {"delimiter", ";"}}},
        {"exchange.plan_for_export",
         {{"path", out}, {"entity", "contact"}, {"columns", {"last_name"}}, {"headers", {"N"}}}},
        {"exchange.export_jsonl", {{"path", out}, {"entities", {"account", "contact"}}}},
    };
    for (const Operation* operation : all_operations()) {
        const std::string name(operation->name);
        CAPTURE(name);
        if (name == "exchange.import_jsonl") {
            continue;  // it has nothing but a path; see below for what is in the file
        }
        REQUIRE(inputs.contains(name));
        const bool is_about_contact =
            name.find("import") != std::string::npos || name.starts_with("records.");
        const std::string target = is_about_contact ? to_string(office.contact.id) : deal;
        if (name == "sales.reopen_opportunity") {
            (void)office.me.call("sales.lose_opportunity",
                                 json{{"opportunity", deal}, {"reason", "price"}}.dump());
        }
        check_texts(office, inputs.at(name), target,
                    [&](const json& input) { (void)office.me.call(name, input.dump()); });
    }
    office.check_unharmed();
}

TEST_CASE("every text of a plan is a value, or refused") {
    Office office;
    for (const std::string& plan : plans) {
        check_texts(office, json::parse(plan), to_string(office.contact.id),
                    [&](const json& changed) {
                        (void)import_text(office.me, changed.dump(), csv_of(rows));
                    });
    }
    office.check_unharmed();
}

TEST_CASE("every header and cell of a CSV file is a value, or refused") {
    Office office;
    for (const std::string& plan : plans) {
        check_texts(office, rows, to_string(office.contact.id), [&](const json& changed) {
            (void)import_text(office.me, plan, csv_of(changed));
        });
    }
    check_texts(office, rows, to_string(office.contact.id), [&](const json& changed) {
        const auto headers = changed[0].get<std::vector<std::string>>();
        auto cells = changed.get<std::vector<std::vector<std::string>>>();
        cells.erase(cells.begin());
        (void)exchange::suggest_plan(office.me.registry(), "contact", headers, cells);
    });
    office.check_unharmed();
}

TEST_CASE("the place where an import goes on is a value, or refused") {
    Office office;
    check_texts(office, json{{"checkpoint", "nightly"}, {"resume", ""}},
                to_string(office.contact.id), [&](const json& changed) {
                    ImportOptions again;
                    again.checkpoint = changed["checkpoint"];
                    again.resume = changed["resume"];
                    (void)import_text(office.me, plans[0], csv_of(rows), again);
                });
    office.check_unharmed();
}

TEST_CASE("every text of a JSON Lines file is a value, or refused") {
    Office source;
    std::string exported;
    exchange::StringSink sink(exported);
    exchange::export_jsonl(source.me, {.entities = {"account", "contact"}}, sink);
    json lines = json::array();
    std::istringstream stream(exported);
    for (std::string line; std::getline(stream, line);) {
        if (line.find(to_string(source.bystander.id)) ==
            std::string::npos) {  // it is in every scene
            lines.push_back(json::parse(line));
        }
    }
    Scene scene;
    check_texts(scene, lines, "no record of before", [&](const json& changed) {
        std::string text;
        for (const json& line : changed) {
            text += line.dump() + '\n';
        }
        MemorySource file(text);
        (void)exchange::import_jsonl(scene.me, file);
    });
    scene.check_unharmed();
}
