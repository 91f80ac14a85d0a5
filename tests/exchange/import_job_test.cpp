#include "crmkit/schema/json_reader.hpp"
#include "import_support.hpp"
#include "test_data.hpp"

using namespace crmkit;
using namespace crmkit::test;

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
