#include "crmkit/exchange/import_plan.hpp"

#include <sstream>

#include "crmkit/model/registry.hpp"
#include "import_support.hpp"
#include "test_data.hpp"

using namespace crmkit;
using namespace crmkit::test;
using exchange::ImportColumn;
using exchange::suggest_plan;

namespace {

using CsvRows = std::vector<std::vector<std::string>>;

/// Where each column of a suggested plan goes: "Mail → email; Firma → account.name".
std::string described(const ImportPlan& plan) {
    std::string out;
    const auto add = [&out](const ImportColumn& column, const std::string& target) {
        out += out.empty() ? "" : "; ";
        out += column.column.empty() ? std::to_string(column.number.value_or(0)) : column.column;
        out += " → " + target;
        for (const auto& transform : column.transforms) {
            out += " " + std::string(label_of(transform.kind));
            out += transform.text.empty() ? "" : "(" + transform.text + ")";
        }
    };
    for (const ImportColumn& column : plan.key_columns) {
        add(column, "key");
    }
    for (const ImportColumn& column : plan.columns) {
        add(column, column.field);
    }
    for (const auto& reference : plan.references) {
        add(reference.columns.back(), reference.field + "." + reference.columns.back().field);
    }
    for (const auto& child : plan.children) {
        for (const ImportColumn& column : child.columns) {
            if (!column.column.empty()) {
                add(column, child.entity + ":" + column.field);
            }
        }
    }
    return out;
}

std::string suggested(std::string_view entity, const std::vector<std::string>& headers,
                      const CsvRows& rows = {}) {
    return described(suggest_plan(standard_registry(), entity, headers, rows));
}

/// What a cell becomes by some transforms (JSON), in a text field; "!" and the reason when refused.
std::string transformed(const std::string& transforms, const std::string& cell) {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const ImportReport report =
        import_text(me,
                    R"({"entity":"account","delimiter":"|","columns":[{"number":1,"field":"name"},)"
                    R"({"number":2,"field":"description","transforms":)" +
                        transforms + "}]}",
                    "name|cell\nx|" + cell + "\n");
    return report.refused > 0 ? "!" + report.problems[0].message
                              : me.query<Account>().first()->description;
}

}  // namespace

TEST_CASE("a plan is saved as JSON and read back the same") {
    ImportPlan plan;
    plan.entity = "contact";
    ImportColumn column;
    column.column = "Geboren";
    column.field = "birth_date";
    column.transforms.push_back(
        {.kind = exchange::ImportTransformKind::date, .text = "dd.mm.yyyy"});
    column.transforms.push_back({.kind = exchange::ImportTransformKind::default_, .text = "x"});
    plan.columns.push_back(column);
    plan.references.push_back({"account", "", {column}, {{"account", {"name"}}}});
    plan.children.push_back({"address", "party", {column}, {"kind"}});
    plan.leave_out.push_back({"Name", {}, exchange::ImportTest::contains, {"Summe"}});
    plan.mode = exchange::ImportMode::all_or_nothing;
    const std::string json = exchange::plan_to_json(plan);
    CHECK(json.find("\"default\"") != std::string::npos);
    CHECK(exchange::plan_to_json(exchange::plan_from_json(json)) == json);
    const Error error = error_of([] {
        (void)exchange::plan_from_json(R"({"entity": "contact", "colums": [],
            "columns": [{"transforms": [{"kind": "trimm"}]}]})");
    });
    CHECK(error.code() == ErrorCode::validation);
    CHECK(holds(error.message(), {"nearest is 'columns'", "trimm", "line 2"}));
    CHECK(code_of([] { (void)exchange::plan_from_json("{"); }) == ErrorCode::syntax);
}

TEST_CASE("columns are recognised in four languages") {
    CHECK(suggested("contact", {"First Name", "LastName", "E-Mail Address", "Company", "Zip Code",
                                "Mobile Phone", "Shoe size"}) ==
          "First Name → first_name; LastName → last_name; E-Mail Address → email; "
          "Company → account.name; Zip Code → address:postal_code; "
          "Mobile Phone → phone_number:number");
    CHECK(
        suggested("contact", {"Vorname", "Nachname", "Straße", "PLZ", "Ort", "Firma", "Anrede"}) ==
        "Vorname → first_name; Nachname → last_name; Anrede → salutation; "
        "Firma → account.name; Straße → address:street; PLZ → address:postal_code; "
        "Ort → address:city");
    CHECK(suggested("contact", {"Prénom", "Nom", "Société", "Téléphone", "Date de naissance"}) ==
          "Prénom → first_name; Nom → last_name; Téléphone → phone; "
          "Date de naissance → birth_date; Société → account.name");
    CHECK(suggested("account",
                    {"Empresa", "Teléfono", "Página web", "Número de empleados", "País"}) ==
          "Empresa → name; Teléfono → phone; Página web → website; "
          "Número de empleados → number_of_employees; País → address:country");
    CHECK(suggested("contact", {"Full name", "Email"}) ==
          "Email → email; Full name → last_name collapse_spaces part( ); "
          "Full name → first_name collapse_spaces part( )");
}

TEST_CASE("regression: orders and organizations are recognised") {
    CHECK(suggested("transaction", {"Order ID", "Customer", "Date", "Total", "Currency"},
                    {{"1", "Acme", "31.12.2025", "12.50", "EUR"}}) ==
          "Order ID → key; Date → at date(dd.mm.yyyy); Total → amount; Customer → party.full_name");
    CHECK(suggested("transaction", {"Invoice Number", "Type", "Payment Method", "Rechnungsbetrag",
                                    "Fecha de factura", "Client"}) ==
          "Invoice Number → reference; Type → kind; Payment Method → payment_method; "
          "Rechnungsbetrag → amount; Fecha de factura → at; Client → party.full_name");
    CHECK(suggested("account", {"Organization Name", "Customer ID"}, {{"Acme", "7"}}) ==
          "Customer ID → key; Organization Name → name");
    CHECK(suggested("contact", {"Last Name", "Organisation Name", "Customer ID"},
                    {{"Ox", "Acme", "7"}}) ==
          "Last Name → last_name; Organisation Name → account.name");
    CHECK(suggested("lead", {"Organization Name"}) == "Organization Name → company_name");
    CHECK(suggested("opportunity", {"Deal ID", "Deal"}, {{"7", "Mill"}}) ==
          "Deal ID → key; Deal → name");
}

TEST_CASE("a party that is suggested is an account or a contact, by name") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const Id acme = me.create(Account{.name = "Acme"}).id;
    const Id ann = me.create(Contact{.first_name = "Ann", .last_name = "Ox"}).id;
    constexpr std::string_view csv =
        "Order ID,Type,Customer,Date,Total\n"
        "1,sale,Acme,2026-01-05,12.50 EUR\n"
        "2,return,Ann Ox,2026-01-06,\"1,012.50 EUR\"\n"
        "3,sale,Nobody,2026-01-06,1 EUR\n";
    MemorySource sample(csv);
    const ImportPlan plan = suggest_plan(me.registry(), "transaction", sample);
    MemorySource file(csv);
    const ImportReport report = exchange::run_import(me, plan, file);
    CHECK(report.created == 2);
    REQUIRE(report.problems.size() == 1);
    CHECK(holds(shown(report)[0], {"4:3 Customer party 'Nobody' there is no such account"}));
    CHECK(me.query<Transaction>("kind = 'sale'").first()->party ==
          Link{Account::entity_number, acme});
    CHECK(me.query<Transaction>("kind = 'return'").first()->party ==
          Link{Contact::entity_number, ann});
}

TEST_CASE("the sample decides on dates, numbers, currencies, labels and keys") {
    CHECK(suggested("contact", {"Id", "Geburtsdatum", "gender"},
                    {{"1", "31.12.1980", "Female"}, {"2", "1.2.1990", "mael"}, {"3", "", ""}}) ==
          "Id → key; Geburtsdatum → birth_date date(dd.mm.yyyy); gender → gender map");
    CHECK(suggested("contact", {"Id", "Birthday"}, {{"1", "12/31/1980"}, {"1", "01/02/1990"}}) ==
          "Birthday → birth_date date(mm/dd/yyyy)");
    // A column whose days could be months follows one that leaves no doubt.
    CHECK(suggested("contact", {"Birthday", "Anniversary"},
                    {{"01/05/1980", "03/16/2017"}, {"", "01/02/2017"}}) ==
          "Birthday → birth_date date(mm/dd/yyyy); Anniversary → anniversary date(mm/dd/yyyy)");
    CHECK(suggested("contact", {"Birthday", "Anniversary"}, {{"01/05/1980", "16/03/2017"}}) ==
          "Birthday → birth_date date(dd/mm/yyyy); Anniversary → anniversary date(dd/mm/yyyy)");
    CHECK(suggested("contact", {"Birthday"}, {{"01/05/1980"}}) ==
          "Birthday → birth_date date(dd/mm/yyyy)");
    const std::vector<std::string> headers{"Opportunity", "Betrag"};
    const CsvRows rows{{"A", "1.234,56 €"}, {"B", "12 €"}};
    const ImportPlan plan = suggest_plan(standard_registry(), "opportunity", headers, rows);
    CHECK(plan.currency == "EUR");
    CHECK(described(plan) == "Opportunity → name; Betrag → amount number(,)");
    CHECK(suggested("opportunity", {"Amount"}, {{"1,234.50"}, {"12"}}) ==
          "Amount → amount number(.)");
    CHECK(suggested("opportunity", {"Amount"}, {{"1.234"}, {"5.678"}}) ==
          "Amount → amount number(,)");
    CHECK(suggested("opportunity", {"Amount"}, {{"$48"}, {"$4,800"}}) ==
          "Amount → amount number(.)");
    CHECK(suggested("account", {"Employees"}, {{"1,054"}, {"12"}}) ==
          "Employees → number_of_employees number(.)");
    CHECK(suggested("account", {"Employees"}, {{"1.054"}, {"12"}}) ==
          "Employees → number_of_employees number(,)");
    CHECK(suggested("account", {"name", "Do not call"}, {{"A", "Ja"}, {"B", "nein"}}) ==
          "name → name; Do not call → do_not_call map");
    CHECK(suggested("account", {}) == "");
    CHECK(code_of([] { (void)suggested("contract", {"a"}); }) == ErrorCode::not_found);
}

TEST_CASE("a few odd cells do not hide the form of a column") {
    // Nine cells in a form and one that is not.
    const auto with_odd = [](const std::string& cell, const std::string& odd) {
        CsvRows rows(9, {cell});
        rows.push_back({odd});
        return rows;
    };
    CHECK(suggested("contact", {"Birthday"}, with_odd("31.12.1980", "in spring")) ==
          "Birthday → birth_date date(dd.mm.yyyy)");
    CHECK(suggested("contact", {"Birthday"}, with_odd("1980-12-31", "31.12.1980")) ==
          "Birthday → birth_date");
    CHECK(suggested("opportunity", {"Amount"}, with_odd("1.234,56", "much")) ==
          "Amount → amount number(,)");
    CHECK(suggested("account", {"Employees"}, with_odd("1,054", "many")) ==
          "Employees → number_of_employees number(.)");
    const std::vector<std::string> amount{"Amount"};
    const auto currency_of = [&amount](const CsvRows& rows) {
        return suggest_plan(standard_registry(), "opportunity", amount, rows).currency;
    };
    CHECK(currency_of(with_odd("12 €", "13")) == "EUR");

    // More than a tenth is too much.
    CsvRows dates = with_odd("31.12.1980", "in spring");
    CsvRows amounts = with_odd("12 €", "13");
    dates.back() = dates[0] = {"in spring"};
    amounts.back() = amounts[0] = {"13"};
    CHECK(suggested("contact", {"Birthday"}, dates) == "Birthday → birth_date");
    CHECK(currency_of(amounts) == "");
}

TEST_CASE("of two forms that a column may have, the one of more cells is taken") {
    CsvRows dates(19, {"01/02/1980"});
    dates.push_back({"12/31/1980"});
    CHECK(suggested("contact", {"Birthday"}, dates) == "Birthday → birth_date date(mm/dd/yyyy)");
    CsvRows numbers(19, {"12"});
    numbers.push_back({"1,054"});
    CHECK(suggested("account", {"Employees"}, numbers) ==
          "Employees → number_of_employees number(.)");
}

TEST_CASE("placeholders among values of a form are missing values") {
    for (const std::string placeholder :
         {"n/a", "N/A", "na", "None", "NULL", "unknown", "Unknown", "?", "-", "--"}) {
        CAPTURE(placeholder);
        const std::vector<std::string> headers{"last_name", "Birthday", "Do not call", "gender"};
        const CsvRows rows{{"-", "31.12.1980", "Ja", "mael"},
                           {"A", placeholder, placeholder, placeholder},
                           {"B", placeholder, "nein", "female"}};
        const ImportPlan plan = suggest_plan(standard_registry(), "contact", headers, rows);
        CHECK(described(plan) ==
              "last_name → last_name; Birthday → birth_date date(dd.mm.yyyy); "
              "Do not call → do_not_call map; gender → gender map");
        CHECK(plan.missing_values == std::vector<std::string>{placeholder});
    }
    const std::vector<std::string> processes{"purchase_process"};
    const CsvRows labels{{"unknown"}, {"individual"}};
    CHECK(suggest_plan(standard_registry(), "lead", processes, labels).missing_values.empty());
    // So are those that refer to nobody, and those that are no address.
    const std::vector<std::string> links{"last_name", "Company", "Owner", "Email", "Phone"};
    const CsvRows cells{{"None", "N/A", "?", "-", "na"}, {"A", "Acme", "Ann", "a@b.example", "1"}};
    CHECK(suggest_plan(standard_registry(), "contact", links, cells).missing_values ==
          std::vector<std::string>{"N/A", "?", "-", "na"});
    // In a text they may be the value.
    const std::vector<std::string> names{"last_name"};
    const CsvRows rows{{"None"}, {"Na"}};
    CHECK(suggest_plan(standard_registry(), "contact", names, rows).missing_values.empty());
}

TEST_CASE("a suggested plan refuses the odd cells only, and takes placeholders for nothing") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    std::string csv = "Company;Employees;Revenue\nOdd;many;5 €\nNone;N/A;-\n";
    for (int i = 0; i < 10; ++i) {
        csv += "Firm " + std::to_string(i) + ";1.054;1.234,50 €\n";
    }
    MemorySource sample(csv);
    const ImportPlan plan = suggest_plan(me.registry(), "account", sample);
    MemorySource file(csv);
    const ImportReport report = exchange::run_import(me, plan, file);
    REQUIRE(report.problems.size() == 1);
    CHECK(holds(shown(report)[0], {"2:2 Employees number_of_employees 'many'"}));
    CHECK(report.created == 11);
    const Account none = *me.query<Account>("name = 'None'").first();
    CHECK_FALSE(none.number_of_employees);
    CHECK_FALSE(none.annual_revenue);
    const Account firm = *me.query<Account>("name = 'Firm 1'").first();
    CHECK(firm.number_of_employees == 1054);
    CHECK(firm.annual_revenue == Money::of("1234.50", "EUR"));
}

TEST_CASE("a suggested plan imports a sales team's export without help") {
    const auto csv = testing::read_test_data("crm_sales_opportunities/accounts.csv");
    if (!csv) {
        MESSAGE("skipped: the test data is not there");
        return;
    }
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    MemorySource sample(*csv);
    ImportPlan plan = suggest_plan(me.registry(), "account", sample);
    plan.currency = "USD";
    CHECK(described(plan) ==
          "account → name; sector → industry; year_established → year_established; "
          "revenue → annual_revenue; employees → number_of_employees; "
          "subsidiary_of → parent_account.name; office_location → address:country");
    MemorySource file(*csv);
    const ImportReport report = exchange::run_import(me, plan, file);
    CHECK(report.created == 85);
    CHECK(report.problem_count == 0);
    CHECK(count_of<Address>(me) == 85);
}

TEST_CASE("transforms of text") {
    CHECK(transformed(R"([{"kind":"collapse_spaces"}])", " a \t b  c ") == "a b c");
    CHECK(transformed(R"([{"kind":"upper_case"}])", "straße é") == "STRASSE É");
    CHECK(transformed(R"([{"kind":"lower_case"}])", "ÄB") == "äb");
    CHECK(transformed(R"([{"kind":"title_case"}])", "jean-luc d'ARC ÉMILE") ==
          "Jean-Luc D'arc Émile");
    CHECK(transformed(R"([{"kind":"replace","text":"aa","with":"a"}])", "aaaa") == "aa");
    CHECK(transformed(R"([{"kind":"part","text":"/","position":2}])", "a / b / c") == "b");
    CHECK(transformed(R"([{"kind":"part","text":"/","position":-1}])", "a / b / c") == "c");
    CHECK(transformed(R"([{"kind":"part","text":"/","position":9}])", "a / b") == "");
    CHECK(transformed(R"([{"kind":"default","text":"none"}])", "") == "none");
    CHECK(transformed(R"([{"kind":"default","text":"none"}])", "some") == "some");
    CHECK(transformed(R"([{"kind":"constant","text":"c"}])", "x") == "c");
    const std::string map = R"([{"kind":"map","values":[{"from":"technolgy","to":"technology"},
                               {"from":"GTXPro","to":"GTX Pro"}])";
    CHECK(transformed(map + "}]", "TECHNOLGY") == "technology");
    CHECK(transformed(map + "}]", "other") == "other");
    CHECK(transformed(map + ",\"is_closed\":true}]", "GTXPr") ==
          "!is not one of the values that the plan names; nearest is 'GTXPro'");
}

TEST_CASE("regression: a map counts what it changes, not what is so already") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const auto report = import_text(me, R"({"entity": "account", "columns": [
        {"column": "name", "field": "name"},
        {"column": "sector", "field": "industry", "transforms": [{"kind": "map", "values": [
            {"from": "technolgy", "to": "technology"}, {"from": "CREDIT", "to": "Crédit"}]}]}]})",
                                    "name,sector\nA,technology\nB,Technolgy\nC,Crédit\n"
                                    "D,credit\nE,Crédit\n");
    CHECK(report.created == 5);
    REQUIRE(report.mapped.size() == 2);
    CHECK(report.mapped[0].count == 1);
    CHECK(report.mapped[1].count == 1);
    CHECK(me.query<Account>("industry = 'Crédit'").all().size() == 3);
}

TEST_CASE("transforms of dates") {
    const auto date = [](const std::string& form, const std::string& cell) {
        return transformed(R"([{"kind":"date","text":")" + form + "\"}]", cell);
    };
    CHECK(date("dd-mm-yyyy", "04-09-2012") == "2012-09-04");
    CHECK(date("d.m.yyyy", "4.9.2012") == "2012-09-04");
    CHECK(date("mm/dd/yyyy hh:mm", "2/29/2016 01:16") == "2016-02-29T01:16:00Z");
    CHECK(date("mm/dd/yyyy hh:mm am", "2/29/2016 12:16 AM") == "2016-02-29T00:16:00Z");
    CHECK(date("mm/dd/yyyy hh:mm am", "2/29/2016 12:16 p.m.").front() == '!');
    CHECK(date("yyyymmdd", "20160229") == "2016-02-29");
    CHECK(date("dd-mmm-yy", "01-Déc-68") == "2068-12-01");
    CHECK(date("dd-mmm-yy", "01-dez.-69") == "1969-12-01");
    CHECK(date("mmmm d, yyyy", "März 3, 2020") == "2020-03-03");
    CHECK(date("mmmm d, yyyy", "Jui 3, 2020").front() == '!');
    CHECK(date("dd-mm-yyyy", "31-02-2012").find("no such day") != std::string::npos);
    CHECK(date("dd-mm-yyyy", "1-1-12") == "!is not of the form dd-mm-yyyy");
    CHECK(date("dd-mm-yyyy", "01-01-2012 ") == "2012-01-01");
    CHECK(date("dd-mm-yyyy", "01-01-2012x").front() == '!');
    CHECK(transformed(R"([{"kind":"date","text":"yyyy-mm-dd hh:mm:ss","with":"+02:00"}])",
                      "2020-01-01 00:30:00") == "2020-01-01T00:30:00+02:00");
}

TEST_CASE("transforms of numbers") {
    const std::string german = R"({"kind":"number","text":",","with":". "})";
    CHECK(transformed("[" + german + "]", "1.234.567,89") == "1234567.89");
    CHECK(transformed("[" + german + "]", "1 234,5") == "1234.5");
    CHECK(transformed("[" + german + "]", "-12") == "-12");
    CHECK(transformed("[" + german + "]", "12,5-") == "-12.5");
    CHECK(transformed("[" + german + "]", "(1.234,50)") == "-1234.50");
    CHECK(transformed("[" + german + "]", "1.5").front() == '!');
    CHECK(transformed("[" + german + "]", "12.345.67").front() == '!');
    CHECK(transformed("[" + german + "]", "12.3.456").front() == '!');
    CHECK(transformed("[" + german + "]", "abc").front() == '!');
    CHECK(transformed(R"([{"kind":"number","with":","}])", "1,00,000.5") == "100000.5");
    CHECK(transformed("[" + german + R"(,{"kind":"currency","text":"EUR"}])", "€ 1.234,56") ==
          "1234.56 EUR");
    CHECK(transformed("[" + german + R"(,{"kind":"currency","text":"EUR"}])", "12 USD") ==
          "12 USD");
    CHECK(transformed("[" + german + R"(,{"kind":"currency","text":"EUR"}])", "$12").front() ==
          '!');
    CHECK(transformed(R"([{"kind":"number"},{"kind":"currency","text":"USD"}])", "-$12.50") ==
          "-12.50 USD");
    CHECK(transformed(R"([{"kind":"scale","text":"millions"}])", "1100.04") == "1100040000");
    CHECK(transformed(R"([{"kind":"scale","text":"0.01"}])", "-5") == "-0.05");
    CHECK(transformed(R"([{"kind":"scale","text":"billions"}])", std::string(25, '9')).front() ==
          '!');
    CHECK(transformed(R"([{"kind":"round","position":2}])", "-1.005") == "-1.01");
    CHECK(transformed(R"([{"kind":"round"}])", "0.4") == "0");
}

TEST_CASE("patterns join columns, lists are split, and nothing comes from nothing") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const auto report = import_text(me, R"({"entity": "contact", "missing_values": ["?", "N/A"],
        "columns": [
            {"pattern": "{{{a}}} {b}", "field": "last_name"},
            {"column": "b", "field": "department"},
            {"column": "c", "field": "social_profiles",
             "transforms": [{"kind": "list", "text": "|"}]}]})",
                                    "a,b,c\nx,?,one| two;2 ||\n?,N/A,\n");
    CHECK(report.created == 1);
    CHECK(report.refused == 1);
    const Contact contact = *me.query<Contact>().first();
    CHECK(contact.last_name == "{x}");
    CHECK(contact.department.empty());
    CHECK(contact.social_profiles == std::vector<std::string>{"one", "two;2"});
}
