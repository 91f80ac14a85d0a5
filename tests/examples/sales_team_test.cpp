/// The main job, run as a user runs it. The expected numbers stand here and nowhere in the program.
#include <doctest/doctest.h>

#include "examples/program.hpp"
#include "test_data.hpp"

#ifdef CRMKIT_SALES_TEAM

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <vector>

namespace crmkit {

namespace {

using Json = nlohmann::json;
using testing::Outcome;
using testing::run_on_terminal;
using testing::run_program;
using testing::TemporaryFolder;

Outcome import(const std::string& folder, const std::string& store) {
    return run_program(CRMKIT_SALES_TEAM " '" + folder + "' --store '" + store + "'");
}

std::string answers_text(const std::string& store) {
    const Outcome outcome = run_program(CRMKIT_SALES_TEAM " --json --store '" + store + "'");
    REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.output);
    return outcome.output;
}

Json answers(const std::string& store) { return Json::parse(answers_text(store)); }

/// The answers without what differs from one import of the same files to the next: ids, and when a
/// customer came in.
std::string figures(const std::string& store) {
    static const std::regex changing(R"x("(\w+/)?\d{15,}"|"customer_since":"[^"]*")x");
    return std::regex_replace(answers_text(store), changing, "");
}

/// The row of a report whose member has a value.
Json row_with(const Json& report, const std::string& member, const std::string& value) {
    for (const Json& row : report["rows"]) {
        if (row.value(member, "") == value) {
            return row;
        }
    }
    FAIL("no row with " << member << " " << value);
    return {};
}

std::string won_by(const Json& answers, const std::string& what, const std::string& group) {
    return row_with(answers["won_value_by_" + what], "group", group)["value"]["amount"];
}

std::int64_t count_in(const Json& answers, const std::string& stage) {
    std::int64_t count = 0;
    for (const Json& row : answers["pipeline"]["rows"]) {
        count += row["pipeline_name"] == "Sales team" && row["stage_name"] == stage
                     ? row["count"].get<std::int64_t>()
                     : 0;
    }
    return count;
}

/// "0.631500521" to a number; only for comparing with rounded figures.
double number(const Json& decimal) { return std::stod(decimal.get<std::string>()); }

/// A CSV text without quotes, with `placeholder` in each cell that is empty.
std::string filled(std::string_view csv, std::string_view placeholder) {
    std::string out;
    for (std::size_t i = 0; i < csv.size(); ++i) {
        const bool begins_cell = i == 0 || csv[i - 1] == ',' || csv[i - 1] == '\n';
        const bool ends_cell = csv[i] == ',' || csv[i] == '\n' || csv[i] == '\r';
        out += begins_cell && ends_cell ? placeholder : "";
        out += csv[i];
    }
    return out;
}

void write_small_team(const TemporaryFolder& folder, std::string_view placeholder = "") {
    const auto write = [&](const char* name, std::string_view csv) {
        folder.write(name, filled(csv, placeholder));
    };
    write("accounts.csv",
          "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n"
          "Alder,retail,1999,12.5,40,Kenya,Birch\n"
          "Birch,medical,1987,1100.04,900,Philipines,\n");
    write("products.csv", "product,series,sales_price\nLamp,L,50\nGTX Pro,G,4821\n");
    write("sales_teams.csv",
          "sales_agent,manager,regional_office\nAnn Ox,Mo Elk,West\nBo Yak,Mo Elk,West\n");
    write("sales_pipeline.csv",
          "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,"
          "close_value\n"
          "A1,Ann Ox,Lamp,Alder,Won,2017-01-05,2017-03-06,48\n"
          "A2,Bo Yak,GTXPro,Birch,Won,2017-02-01,2017-05-02,4800\n"
          "A3,Bo Yak,Lamp,Birch,Lost,2017-02-01,2017-02-11,0\n"
          "A4,Ann Ox,GTX Pro,,Engaging,2017-11-01,,\n"
          "A5,Ann Ox,Lamp,Birch,Prospecting,,,\n");
}

/// The rows of a CSV text without quotes and without commas in cells: splitting is reading.
std::vector<std::vector<std::string>> rows_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::vector<std::string>> rows;
    std::string line;
    while (std::getline(file, line)) {
        line.erase(line.find_last_not_of('\r') + 1);
        std::vector<std::string> cells(1);
        for (const char c : line) {
            if (c == ',') {
                cells.emplace_back();
            } else {
                cells.back() += c;
            }
        }
        rows.push_back(std::move(cells));
    }
    return rows;
}

/// How many rows have a text in a column.
std::int64_t count_of(const std::vector<std::vector<std::string>>& rows, std::size_t column,
                      std::string_view text) {
    return std::ranges::count_if(rows, [&](const auto& row) { return row[column] == text; });
}

}  // namespace

TEST_CASE("the published sales team: every figure of its README comes out exactly") {
    const std::string folder = testing::test_data_folder() + "/crm_sales_opportunities";
    if (!std::filesystem::exists(folder)) {
        MESSAGE("skipped: there is no " << folder);
        return;
    }
    const TemporaryFolder work;
    const std::string store = work.file("crm.db");
    const Outcome run = import(folder, store);
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);
    const Json found = answers(store);

    CHECK(count_in(found, "Won") == 4238);
    CHECK(count_in(found, "Lost") == 2473);
    CHECK(count_in(found, "Engaging") == 1589);
    CHECK(count_in(found, "Prospecting") == 500);
    CHECK(found["win_rate"]["won"] == 4238);
    CHECK(found["win_rate"]["lost"] == 2473);
    CHECK(number(found["win_rate"]["rate"]) == doctest::Approx(0.631501).epsilon(1e-6));
    CHECK(found["won_value"]["rows"].size() == 1);
    CHECK(found["won_value"]["rows"][0]["value"]["amount"] == "10005534.00");
    CHECK(found["won_value"]["rows"][0]["value"]["currency"] == "USD");

    CHECK(won_by(found, "quarter", "2017-Q1") == "1134672.00");
    CHECK(won_by(found, "quarter", "2017-Q2") == "3086111.00");
    CHECK(won_by(found, "quarter", "2017-Q3") == "2982255.00");
    CHECK(won_by(found, "quarter", "2017-Q4") == "2802496.00");
    struct Quarter {
        const char* name;
        int won;
        int lost;
        double rate;
    };
    for (const Quarter& quarter :
         {Quarter{"2017-Q1", 531, 116, 0.820711}, Quarter{"2017-Q2", 1254, 778, 0.617126},
          Quarter{"2017-Q3", 1257, 790, 0.614069}, Quarter{"2017-Q4", 1196, 789, 0.602519}}) {
        CAPTURE(quarter.name);
        const Json row = row_with(found["win_rate_by_quarter"], "group", quarter.name);
        CHECK(row["won"] == quarter.won);
        CHECK(row["lost"] == quarter.lost);
        CHECK(number(row["rate"]) == doctest::Approx(quarter.rate).epsilon(1e-6));
    }
    CHECK(found["win_rate_by_quarter"]["rows"].size() == 4);
    CHECK(run.output.find("2017-Q1    531   116  82.07 %") != std::string::npos);
    CHECK(won_by(found, "manager", "Melvin Marxen") == "2251930.00");
    CHECK(won_by(found, "manager", "Summer Sewald") == "1964750.00");
    CHECK(won_by(found, "manager", "Rocco Neubert") == "1960545.00");
    CHECK(won_by(found, "manager", "Celia Rouche") == "1603897.00");
    CHECK(won_by(found, "manager", "Cara Losch") == "1130049.00");
    CHECK(won_by(found, "manager", "Dustin Brinkmann") == "1094363.00");
    CHECK(number(row_with(found["cycle"], "state", "won")["mean_days"]) ==
          doctest::Approx(51.782).epsilon(1e-5));
    CHECK(number(row_with(found["cycle"], "state", "lost")["mean_days"]) ==
          doctest::Approx(41.479).epsilon(1e-5));
    CHECK(found["biggest_customer"]["name"] == "Kan-code");
    CHECK(found["won_value_by_product"]["rows"].size() == 7);

    // What was wrong in it is said, with the number of rows.
    for (const char* finding :
         {"1,480  product 'GTXPro' read as 'GTX Pro'", "sector 'technolgy' read as 'technology'",
          "office_location 'Philipines' read as 'Philippines'",
          "1,425  opportunity without account", "500  without engage_date",
          "2,089  without close_date", "2,089  without close_value"}) {
        CAPTURE(run.output);
        CHECK(run.output.find(finding) != std::string::npos);
    }
}

TEST_CASE("regression: what people write where nothing is known costs no deal") {
    const TemporaryFolder usual;
    write_small_team(usual);
    REQUIRE(import(usual.path(), usual.file("crm.db")).exit_code == 0);
    const std::string expected = figures(usual.file("crm.db"));
    for (const char* placeholder : {"N/A", "?", "null", "-"}) {
        CAPTURE(placeholder);
        const TemporaryFolder work;
        write_small_team(work, placeholder);
        const Outcome run = import(work.path(), work.file("crm.db"));
        CAPTURE(run.output);
        REQUIRE(run.exit_code == 0);
        CHECK(figures(work.file("crm.db")) == expected);
        CHECK(run.output.find("1  without engage_date") != std::string::npos);
        CHECK(run.output.find("2  without close_value") != std::string::npos);
        CHECK(run.output.find("1  opportunity without account") != std::string::npos);
        CHECK(run.output.find("in no other file") == std::string::npos);
    }
}

TEST_CASE("regression: a placeholder is found however late in a file it comes first") {
    const TemporaryFolder work;
    write_small_team(work);
    std::string deals =
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,"
        "close_value\n";
    for (int i = 0; i < 1'000; ++i) {
        deals += "A" + std::to_string(i) + ",Ann Ox,Lamp,Alder,Won,2017-01-05,2017-03-06,48\n";
    }
    work.write("sales_pipeline.csv", deals + "B,Ann Ox,Lamp,n/a,Engaging,2017-01-05,n/a,n/a\n");
    const Outcome run = import(work.path(), work.file("crm.db"));
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);
    const Json found = answers(work.file("crm.db"));
    CHECK(count_in(found, "Won") == 1'000);
    CHECK(count_in(found, "Engaging") == 1);
    CHECK(run.output.find("1  without close_date") != std::string::npos);
}

TEST_CASE("the published sales team with N/A in its empty cells gives the same answers") {
    const std::string folder = testing::test_data_folder() + "/crm_sales_opportunities";
    if (!std::filesystem::exists(folder)) {
        MESSAGE("skipped: there is no " << folder);
        return;
    }
    const TemporaryFolder work;
    for (const char* name :
         {"accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv"}) {
        std::ifstream file(folder + "/" + name);
        work.write(name, filled(std::string(std::istreambuf_iterator<char>(file), {}), "N/A"));
    }
    REQUIRE(import(folder, work.file("usual.db")).exit_code == 0);
    const Outcome run = import(work.path(), work.file("crm.db"));
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);
    const bool is_same = figures(work.file("crm.db")) == figures(work.file("usual.db"));
    CHECK(is_same);
    for (const char* finding : {"1,425  opportunity without account", "500  without engage_date",
                                "2,089  without close_date", "2,089  without close_value"}) {
        CAPTURE(run.output);
        CHECK(run.output.find(finding) != std::string::npos);
    }
}

TEST_CASE("regression: names of nothing but signs are not taken for each other") {
    const TemporaryFolder work;
    write_small_team(work);
    work.write("accounts.csv", "account,sector\n!!,retail\n#,retail\n");
    work.write("sales_pipeline.csv",
               "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,"
               "close_value\n"
               "A1,Ann Ox,Lamp,#,Won,2017-01-05,2017-03-06,48\n"
               "A2,Ann Ox,Lamp,!!,Won,2017-01-05,2017-03-06,47\n");
    const Outcome run = import(work.path(), work.file("crm.db"));
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);
    CHECK_MESSAGE(run.output.find("read as") == std::string::npos, run.output);
    CHECK(answers(work.file("crm.db"))["biggest_customer"]["name"] == "#");
}

TEST_CASE("importing the same files again changes nothing") {
    const TemporaryFolder work;
    write_small_team(work);
    const std::string store = work.file("crm.db");
    const Outcome first = import(work.path(), store);
    REQUIRE_MESSAGE(first.exit_code == 0, first.output);
    const std::string before = answers_text(store);
    const Outcome second = import(work.path(), store);
    REQUIRE_MESSAGE(second.exit_code == 0, second.output);
    CHECK(answers_text(store) == before);
    std::istringstream lines(second.output);
    std::string line;
    int files = 0;
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string file;
        std::int64_t rows = 0, created = 0, updated = 0, unchanged = 0, skipped = 0, refused = 0;
        if (words >> file >> rows >> created >> updated >> unchanged >> skipped >> refused) {
            CAPTURE(line);
            CHECK(created == 0);
            CHECK(updated == 0);
            CHECK(unchanged == rows);
            CHECK(refused == 0);
            ++files;
        }
    }
    CHECK(files == 4);
}

TEST_CASE("a deal that has moved on since is updated by its opportunity_id") {
    const TemporaryFolder work;
    write_small_team(work);
    const std::string store = work.file("crm.db");
    REQUIRE(import(work.path(), store).exit_code == 0);
    work.write("sales_pipeline.csv",
               "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,"
               "close_value\n"
               "A4,Ann Ox,GTX Pro,Alder,Won,2017-11-01,2017-12-01,4900\n");
    const Outcome run = import(work.path(), store);
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);
    const Json found = answers(store);
    CHECK(found["win_rate"]["won"] == 3);
    CHECK(won_by(found, "quarter", "2017-Q4") == "4900.00");
}

TEST_CASE("a sibling with other headers, delimiters, dates and names gives the same answers") {
    const TemporaryFolder usual;
    write_small_team(usual);
    const TemporaryFolder other;
    other.write("Accounts.csv",
                "\xEF\xBB\xBF"
                "Account Name;Industry;Founded;Annual Revenue;Employees;Country;Parent\r\n"
                "Alder;retail;1999;12.5;40;Kenya;Birch\r\n"
                "Birch;Medicall;1987;1100.04;900;Philipines;\r\n");
    other.write("product list.csv", "Product Name;Series;List Price\nLamp;L;50\nGTX Pro;G;4821\n");
    other.write("Sales Teams.tsv",
                "Sales Rep\tSales Manager\tRegion\nAnn Ox\tMo Elk\tWest\n"
                "Bo Yak\tMo Elk\tWest\n");
    other.write("deals 2017.csv",
                "Deal ID|Sales Rep|Product|Customer|Stage|Open Date|Close Date|Amount\n"
                "A1|ANN OX|Lamp|alder|WON|05/01/2017|06/03/2017|48\n"
                "A2|Bo Yak|GTX-Pro|Birch|won|01/02/2017|02/05/2017|4,800.00\n"
                "A3|Bo  Yak|lamp|Birch|Lost|01/02/2017|11/02/2017|0.00\n"
                "A4|Ann Ox|GTX Pro||In Progress|23/11/2017||\n"
                "A5|Ann Ox|Lamp|Birch|Prospecting|||\n");
    for (const TemporaryFolder* folder : {&usual, &other}) {
        const Outcome run = import(folder->path(), folder->file("crm.db"));
        REQUIRE_MESSAGE(run.exit_code == 0, run.output);
    }
    const Json expected = answers(usual.file("crm.db"));
    const Json found = answers(other.file("crm.db"));
    CHECK(found["win_rate"] == expected["win_rate"]);
    CHECK(found["won_value"] == expected["won_value"]);
    CHECK(found["cycle"] == expected["cycle"]);
    CHECK(found["won_value_by_quarter"] == expected["won_value_by_quarter"]);
    CHECK(won_by(found, "manager", "Mo Elk") == won_by(expected, "manager", "Mo Elk"));
    CHECK(won_by(found, "product", "GTX Pro") == "4800.00");
    CHECK(won_by(found, "agent", "Ann Ox") == "48.00");
    CHECK(found["biggest_customer"]["name"] == "Birch");
    CHECK(found["biggest_customer"]["industry"] == "medical");
    CHECK(found["biggest_customer"]["country"] == "Philippines");
}

TEST_CASE("amounts with a currency sign and commas between thousands are read as such") {
    const TemporaryFolder work;
    write_small_team(work);
    work.write("sales_pipeline.csv",
               "opportunity_id\tsales_agent\tproduct\taccount\tdeal_stage\tengage_date\t"
               "close_date\tclose_value\n"
               "A1\tAnn Ox\tLamp\tAlder\tClosed Won\t01/05/2017\t03/16/2017\t$48\n"
               "A2\tAnn Ox\tGTX Pro\tAlder\tClosed Won\t01/05/2017\t03/16/2017\t$4,800\n");
    const Outcome run = import(work.path(), work.file("crm.db"));
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);
    CHECK(won_by(answers(work.file("crm.db")), "quarter", "2017-Q1") == "4848.00");
}

TEST_CASE("the file of deals alone is enough") {
    const TemporaryFolder usual;
    write_small_team(usual);
    const TemporaryFolder alone;
    std::filesystem::copy(usual.file("sales_pipeline.csv"), alone.path());
    const Outcome run = import(alone.path(), alone.file("crm.db"));
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);
    CHECK(answers(alone.file("crm.db"))["win_rate"]["won"] == 2);
    CHECK(run.output.find("account 'Alder' and 1 more are in no other file") != std::string::npos);
}

TEST_CASE("interactions show with the customer, by its contact and by its deal") {
    const TemporaryFolder work;
    write_small_team(work);
    work.write("contacts.csv",
               "first_name,last_name,email,phone,job_title,account\n"
               "Bea,Fir,bea@birch.example,,Buyer,Birch\n");
    work.write("interactions.csv",
               "interaction_id,kind,subject,started_at,contact,opportunity_id\n"
               "I1,call,By contact,2030-01-02T10:00:00Z,bea@birch.example,\n"
               "I2,email,By deal,2030-01-03T10:00:00Z,,A2\n"
               "I3,email,By none,2030-01-04T10:00:00Z,,\n");
    const Outcome run = import(work.path(), work.file("crm.db"));
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);
    const Json customer = answers(work.file("crm.db"))["biggest_customer"];
    CHECK(customer["name"] == "Birch");
    REQUIRE(customer["timeline"].size() == 5);
    CHECK(customer["timeline"][0]["title"] == "By deal");
    CHECK(customer["timeline"][1]["title"] == "By contact");
}

TEST_CASE("bad rows are said with file and line, the good ones land") {
    const TemporaryFolder work;
    write_small_team(work);
    work.write("sales_pipeline.csv",
               "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,"
               "close_value\n"
               "A1,Ann Ox,Lamp,Alder,Won,2017-01-05,2017-03-06,48\n"
               "A2,Ann Ox,Lamp,Alder,Won,2017-01-05,2017-02-30,48\n"
               "A3,Ann Ox,Chair,Alder,Won,2017-01-05,2017-03-06,sixty\n"
               "A4,Ann Ox,Desk,Alder,Won,2017-01-05,2017-03-06,60\n");
    const Outcome run = import(work.path(), work.file("crm.db"));
    CAPTURE(run.output);
    CHECK(run.exit_code == 0);
    CHECK(run.output.find("sales_pipeline.csv line 3: close_date '2017-02-30'") !=
          std::string::npos);
    CHECK(run.output.find("sales_pipeline.csv line 4: close_value 'sixty") != std::string::npos);
    CHECK(run.output.find("product 'Desk' is in no other file") != std::string::npos);
    CHECK(answers(work.file("crm.db"))["win_rate"]["won"] == 2);
}

TEST_CASE("a folder without deals is refused") {
    const TemporaryFolder work;
    work.write("accounts.csv", "account\nAlder\n");
    const Outcome run = import(work.path(), work.file("crm.db"));
    CHECK(run.exit_code == 1);
    CHECK(run.output.find("sales_pipeline.csv") != std::string::npos);
    CHECK(run_program(CRMKIT_SALES_TEAM " --what").exit_code == 2);
}

TEST_CASE("the sample: the answers are what its files say") {
    const TemporaryFolder work;
    const std::string store = work.file("crm.db");
    const Outcome run = run_program(CRMKIT_SALES_TEAM " --store '" + store + "'");
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);

    const auto accounts = rows_of(store + "-sample/accounts.csv");
    const auto deals = rows_of(store + "-sample/sales_pipeline.csv");
    CHECK(accounts.size() == 2001);
    std::map<std::string, std::string> manager_of;
    for (const auto& row : rows_of(store + "-sample/sales_teams.csv")) {
        manager_of[row[0]] = row[1];
    }
    std::map<std::string, std::int64_t> won_by_manager;
    std::map<std::string, std::int64_t> won_by_product;
    for (const auto& row : deals) {
        if (row[4] == "Won") {
            won_by_manager[manager_of[row[1]]] += std::stoll(row[7]);
            won_by_product[row[2] == "LumoStudio" ? "Lumo Studio" : row[2]] += std::stoll(row[7]);
        }
    }
    const Json found = answers(store);
    CHECK(found["win_rate"]["won"] == count_of(deals, 4, "Won"));
    CHECK(found["win_rate"]["lost"] == count_of(deals, 4, "Lost"));
    CHECK(won_by_manager.size() == 6);
    for (const auto& [manager, value] : won_by_manager) {
        CHECK(won_by(found, "manager", manager) == std::to_string(value) + ".00");
    }
    CHECK(won_by_product.size() == 12);
    for (const auto& [product, value] : won_by_product) {
        CHECK(won_by(found, "product", product) == std::to_string(value) + ".00");
    }
    CHECK(found["biggest_customer"]["people"].size() > 0);
    CHECK(found["biggest_customer"]["timeline"].size() == 5);

    // Slips are in it, and are said with their numbers.
    CAPTURE(run.output);
    const auto is_said = [&run](std::int64_t count, const std::string& finding) {
        return count > 0 &&
               run.output.find(std::to_string(count) + "  " + finding) != std::string::npos;
    };
    CHECK(is_said(count_of(accounts, 1, "logistcs"), "sector 'logistcs' read as 'logistics'"));
    CHECK(is_said(count_of(accounts, 1, "telecomunications"),
                  "sector 'telecomunications' read as 'telecommunications'"));
    CHECK(is_said(count_of(deals, 2, "LumoStudio"), "product 'LumoStudio' read as 'Lumo Studio'"));
    CHECK(count_of(deals, 2, "Lumo Panel XS") > 0);
    CHECK(run.output.find("product 'Lumo Panel XS' is in no other file") != std::string::npos);

#ifdef CRMKIT_SALES_TEAM_C
    const Outcome c = run_program(CRMKIT_SALES_TEAM_C " '" + store + "' --json");
    CHECK(c.exit_code == 0);
    CHECK(c.output == answers_text(store));
#endif
}

TEST_CASE("regression: the sample is written over no files but its own") {
    const TemporaryFolder work;
    std::filesystem::create_directory(work.file("sample"));
    std::filesystem::create_directory(work.file("crm.db-sample"));
    for (const char* name : {"sample/accounts.csv", "crm.db-sample/accounts.csv"}) {
        work.write(name, "account\nMine\n");
    }
    const std::string command = CRMKIT_SALES_TEAM " --store '" + work.file("crm.db") + "'";
    const Outcome refused = run_program(command);
    CHECK(refused.exit_code == 1);
    CHECK(refused.output.find("crm.db-sample' is there and was not made by this program") !=
          std::string::npos);
    for (const char* name : {"sample/accounts.csv", "crm.db-sample/accounts.csv"}) {
        CHECK(rows_of(work.file(name)).size() == 2);
    }
    std::filesystem::remove_all(work.file("crm.db-sample"));
    for (int run = 0; run < 2; ++run) {  // its own it makes anew
        CHECK(run_program(command).exit_code == 0);
    }
    CHECK(rows_of(work.file("sample/accounts.csv")).size() == 2);
}

TEST_CASE("on a terminal there are colour and a progress bar, and no colour with NO_COLOR") {
    const TemporaryFolder work;
    write_small_team(work);
    const std::string command =
        CRMKIT_SALES_TEAM " '" + work.path() + "' --store '" + work.file("crm.db") + "'";
    const auto has = [](const Outcome& run, std::string_view part) {
        return run.output.find(part) != std::string::npos;
    };
    const std::string_view heading = "\x1b[1;36mPipeline by stage\x1b[0m";
    const std::string_view progress = "\r  sales_pipeline.csv   ";

    const Outcome coloured = run_on_terminal("unset NO_COLOR; LC_ALL=C.UTF-8 " + command);
    REQUIRE_MESSAGE(coloured.exit_code == 0, coloured.output);
    CHECK(has(coloured, heading));
    CHECK(has(coloured, progress));
    CHECK(has(coloured, "\x1b[36m██████████████████████████████\x1b[0m"));
    CHECK(has(coloured, " 100 %\x1b[K"));

    const Outcome plain = run_on_terminal("NO_COLOR=1 LC_ALL=C " + command);
    REQUIRE_MESSAGE(plain.exit_code == 0, plain.output);
    CHECK(has(plain, "\nPipeline by stage\r\n"));
    CHECK(has(plain, progress));
    CHECK(has(plain, "############################## 100 %\x1b[K"));
    CHECK_FALSE(has(plain, "m\x1b["));
    CHECK_FALSE(has(plain, "\x1b[0m"));

    const Outcome piped = run_program("unset NO_COLOR; LC_ALL=C.UTF-8 " + command);
    REQUIRE_MESSAGE(piped.exit_code == 0, piped.output);
    CHECK(has(piped, "\nPipeline by stage\n"));
    CHECK_FALSE(has(piped, "\x1b"));
    CHECK_FALSE(has(piped, "\r"));
}

TEST_CASE("embed_host: what the host rolls back leaves no trace") {
    const Outcome run = run_program(CRMKIT_EMBED_HOST);
    CHECK(run.exit_code == 0);
    CHECK(run.output ==
          "0 invoices, 0 accounts, 0 found by 'acme'\n"
          "1 invoices, 1 accounts, 1 found by 'acme'\n");
}

}  // namespace crmkit

#else

TEST_CASE("the examples") { MESSAGE("skipped: the example programs are not part of this build"); }

#endif
