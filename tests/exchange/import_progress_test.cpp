/// How far imports and exports are, and how they are ended before they are done.
#include <thread>

#include "crmkit/engine/operation.hpp"
#include "crmkit/exchange/exporter.hpp"
#include "crmkit/schema/json.hpp"
#include "import_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using exchange::StringSink;

namespace {

constexpr std::string_view names_plan_json =
    R"({"entity": "contact", "batch_size": 500, "columns": [{"column": "name", "field": "last_name"}]})";

std::string names(int count) {
    std::string csv = "name\n";
    for (int i = 0; i < count; ++i) {
        csv += "Name " + std::to_string(i) + "\n";
    }
    return csv;
}

/// Remembers what it was told.
struct Listener {
    std::vector<Progress> seen;
    /// Asks to stop from this many records on.
    std::int64_t enough = INT64_MAX;

    ProgressCallback callback() {
        return [this](const Progress& at) {
            seen.push_back(at);
            return at.records < enough;
        };
    }
};

}  // namespace

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
        std::vector<Progress> seen;
        options.progress = [&seen](const Progress& progress) {
            seen.push_back(progress);
            return progress.records < 2'000;
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
        REQUIRE(stopped->problems().size() == 1);  // where C and Python find it
        CHECK(stopped->problems().front().field == "resume");
        CHECK(stopped->problems().front().value == stopped->report().resume);
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
        options.progress = [](const Progress&) { return false; };
        const std::string before = contents_of(me);
        MemorySource third(csv);
        CHECK(code_of([&] { exchange::run_import(me, plan, third, options); }) ==
              ErrorCode::cancelled);
        CHECK(contents_of(me) == before);
    });
}

TEST_CASE("exports and restores tell how far they are") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        import_text(me, names_plan_json, names(2'500));
        Listener csv;
        std::string table;
        StringSink table_sink(table);
        exchange::export_csv(me, {.entity = "contact"}, table_sink, csv.callback());
        Listener jsonl;
        std::string lines;
        StringSink lines_sink(lines);
        const auto written =
            exchange::export_jsonl(me, {.entities = {"contact"}}, lines_sink, jsonl.callback());
        Listener restore;
        Crm other = Crm::open_memory();
        Session there = other.as_system();
        MemorySource file(lines);
        exchange::import_jsonl(there, file, restore.callback());
        for (const Listener* told : {&csv, &jsonl, &restore}) {
            REQUIRE(told->seen.size() == 2);
            CHECK(told->seen[0].records == 1'000);
            CHECK(told->seen[1].records == 2'000);
            CHECK(told->seen[0].bytes < told->seen[1].bytes);
        }
        CHECK(csv.seen[1].bytes < table.size());
        CHECK_FALSE(csv.seen[1].total_bytes);
        CHECK(jsonl.seen[1].bytes < static_cast<std::uint64_t>(written.bytes));
        CHECK(restore.seen[1].bytes < lines.size());
        CHECK(restore.seen[1].total_bytes == lines.size());
    });
}

TEST_CASE("exports and restores that are cancelled say so and leave nothing") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    import_text(me, names_plan_json, names(2'500));
    std::string lines;
    StringSink whole(lines);
    exchange::export_jsonl(me, {.entities = {"contact"}}, whole);
    Listener impatient{.seen = {}, .enough = 2'000};
    std::string out;
    StringSink sink(out);
    for (const Error& error :
         {error_of(
              [&] { exchange::export_csv(me, {.entity = "contact"}, sink, impatient.callback()); }),
          error_of([&] { exchange::export_jsonl(me, {}, sink, impatient.callback()); })}) {
        CHECK(error.code() == ErrorCode::cancelled);
        CHECK_MESSAGE(error.message().find("2000 records") != std::string::npos, error.message());
    }
    Crm other = Crm::open_memory();
    Session there = other.as_system();
    const std::string before = contents_of(there);
    MemorySource file(lines);
    CHECK(code_of([&] { exchange::import_jsonl(there, file, impatient.callback()); }) ==
          ErrorCode::cancelled);
    CHECK(contents_of(there) == before);
}

TEST_CASE("what is called by its name tells the session's callback") {
    const TemporaryFolder folder;
    folder.write("names.csv", names(2'500));
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const auto path = [&folder](std::string_view name) {
        std::string json;
        append_json_string(json, folder.file(name));
        return json;
    };
    const std::string step = R"("plan":)" + std::string(names_plan_json) + "}";
    const std::pair<std::string_view, std::string> calls[] = {
        {"exchange.import_csv", R"({"path":)" + path("names.csv") + "," + step},
        {"exchange.run_import_job",
         R"({"steps":[{"file":)" + path("names.csv") + "," + step + "]}"},
        {"exchange.export_csv", R"({"entity":"contact","path":)" + path("out.csv") + "}"},
        {"exchange.export_jsonl", R"({"path":)" + path("out.jsonl") + "}"},
    };
    for (const auto& call : calls) {
        const auto& operation = call.first;
        const auto& input = call.second;
        CAPTURE(operation);
        CHECK(operation_named(operation).has_progress);
        Listener told;
        me.on_progress(told.callback());
        me.call(operation, input);
        CHECK(told.seen.size() >= 2);
        me.on_progress([](const Progress&) { return false; });
        CHECK(code_of([&, input = input, operation = operation] { me.call(operation, input); }) ==
              ErrorCode::cancelled);
        me.on_progress({});
        const auto before = told.seen.size();
        me.call(operation, input);
        CHECK(told.seen.size() == before);
    }
    Crm other = Crm::open_memory();
    Session there = other.as_system();
    Listener told;
    there.on_progress(told.callback());
    there.call("exchange.import_jsonl", R"({"path":)" + path("out.jsonl") + "}");
    CHECK(told.seen.size() >= 2);
    CHECK_FALSE(operation_named("exchange.suggest_plan").has_progress);
}

TEST_CASE("a session that is cancelled imports and exports no further until it is allowed to") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto cancellation = me.cancellation();
        const std::string csv = names(3'000);
        import_text(me, names_plan_json, csv);
        ImportOptions options;
        options.progress = [&](const Progress& at) {
            if (at.records >= 1'000) {
                std::thread([&] { cancellation->cancel(); }).join();
            }
            return true;
        };
        CHECK(code_of([&] { import_text(me, names_plan_json, csv, options); }) ==
              ErrorCode::cancelled);
        cancellation->allow();
        const std::size_t landed = count_of<Contact>(me) - 3'000;
        CHECK((landed == 500 || landed == 1'000));  // with or without the batch under way

        std::string out;
        StringSink sink(out);
        CHECK(code_of([&] {
                  exchange::export_csv(me, {.entity = "contact"}, sink, options.progress);
              }) == ErrorCode::cancelled);
        CHECK(code_of([&] { exchange::export_jsonl(me, {}, sink); }) == ErrorCode::cancelled);
        cancellation->allow();
        out.clear();
        exchange::export_jsonl(me, {}, sink);

        Crm other = Crm::open_memory();
        Session there = other.as_system();
        there.cancellation()->cancel();
        MemorySource file(out);
        CHECK(code_of([&] { exchange::import_jsonl(there, file); }) == ErrorCode::cancelled);
        there.cancellation()->allow();
        CHECK(count_of<Contact>(there) == 0);
    });
}

TEST_CASE("regression: a session that is cancelled within a batch does not finish it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto cancellation = me.cancellation();
        int written = 0;
        crm.before_write("contact", [&](WriteEvent&) {
            if (++written == 1'500) {
                std::thread([&] { cancellation->cancel(); }).join();
            }
        });
        const std::string csv = names(5'000);
        ImportPlan plan = exchange::plan_from_json(names_plan_json);
        plan.batch_size = 5'000;
        MemorySource file(csv);
        CHECK(code_of([&] { exchange::run_import(me, plan, file); }) == ErrorCode::cancelled);
        cancellation->allow();
        CHECK(written < 3'000);
        CHECK(count_of<Contact>(me) == 0);
    });
}
