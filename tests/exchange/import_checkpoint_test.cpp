/// Imports that go on after a crash from where the store knows them to be.
#include "../../src/engine/session_state.hpp"
#include "import_support.hpp"
#include "message_pipe.hpp"
#include "processes.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// What a crash is to an import: it comes to nothing more. (An Error would be an end in good
/// order.)
struct Crash {};

constexpr int row_count = 3'000;

std::string rows(int count) {
    std::string csv = "name\n";
    for (int i = 0; i < count; ++i) {
        csv += "Name " + std::to_string(i) + "\n";
    }
    return csv;
}

ImportPlan names_plan(std::int64_t batch_size) {
    ImportPlan plan = exchange::plan_from_json(
        R"({"entity": "contact", "columns": [{"column": "name", "field": "last_name"}]})");
    plan.batch_size = batch_size;
    return plan;
}

ImportOptions named(std::string checkpoint) {
    ImportOptions options;
    options.checkpoint = std::move(checkpoint);
    return options;
}

/// Those options, with a crash as soon as so many rows were looked at.
ImportOptions crashing(ImportOptions options, std::int64_t at_row) {
    options.progress = [at_row](const Progress& at) {
        if (at.records >= at_row) {
            throw Crash();
        }
        return true;
    };
    return options;
}

ImportReport import_rows(Session& me, const ImportPlan& plan, const ImportOptions& options,
                         int count = row_count) {
    const std::string csv = rows(count);
    MemorySource file(csv);
    return exchange::run_import(me, plan, file, options);
}

/// How many changes the history has of records of an entity.
std::int64_t changes_of(Session& me, std::string_view entity) {
    std::int64_t count = 0;
    for (const HistoryEntry& entry : me.changes_since(0, 1'000'000)) {
        count += entry.entity == entity ? 1 : 0;
    }
    return count;
}

/// Whether the store keeps a checkpoint under a name.
bool is_kept(Session& me, const std::string& name) {
    const engine::ReadScope storage(me.state());
    return !storage->setting("import/" + name).empty();
}

}  // namespace

TEST_CASE("an import does not go on in a file that was changed before the place") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const ImportPlan plan = names_plan(500);
        CHECK_THROWS_AS(import_rows(me, plan, crashing(named("x"), 1'500)), Crash);
        const auto kept = count_of<Contact>(me);
        REQUIRE(kept > 0);
        std::string changed = rows(row_count);
        changed.insert(changed.find("Name 7"), "Dr. ");
        MemorySource file(changed);
        const Error error =
            error_of([&] { return exchange::run_import(me, plan, file, named("x")); });
        CHECK(error.code() == ErrorCode::invalid_argument);
        CHECK(error.message().find("the file has changed") != std::string::npos);
        CHECK(count_of<Contact>(me) == kept);
        CHECK(import_rows(me, plan, named("x")).rows == row_count);  // as it was, it goes on
        CHECK(count_of<Contact>(me) == row_count);
    });
}

TEST_CASE("regression: a cell that was changed far before the place is noticed, too") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const ImportPlan plan = names_plan(500);
        CHECK_THROWS_AS(import_rows(me, plan, crashing(named("x"), 1'500)), Crash);
        const auto kept = count_of<Contact>(me);
        const auto run = [&](const std::string& csv, const ImportOptions& options) {
            MemorySource file(csv);
            return exchange::run_import(me, plan, file, options);
        };
        std::string other_cell = rows(row_count);
        other_cell.replace(other_cell.find("Name 7\n"), 6, "Name 8");
        std::string fewer_rows = rows(10);
        std::string other_order = rows(row_count);
        other_order.replace(other_order.find("Name 7\nName 8\n"), 14, "Name 8\nName 7\n");
        for (const std::string& changed : {other_cell, fewer_rows, other_order}) {
            const Error error = error_of([&] { run(changed, named("x")); });
            CHECK(error.code() == ErrorCode::invalid_argument);
            CHECK(holds(error.message(), {"the file has changed in the 1500 rows"}));
            CHECK(count_of<Contact>(me) == kept);
        }
        // Rows behind the place may come and go.
        CHECK(run(rows(row_count + 7), named("x")).rows == row_count + 7);
        CHECK(count_of<Contact>(me) == row_count + 7);
    });
}

TEST_CASE("an import without a header goes on as well, and so does one that did nothing yet") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    ImportPlan plan = exchange::plan_from_json(
        R"({"entity": "contact", "has_header": false, "batch_size": 500,
            "columns": [{"number": 1, "field": "last_name"}]})");
    const std::string csv = rows(row_count);
    const auto run = [&](const ImportOptions& options) {
        MemorySource file(csv);
        return exchange::run_import(me, plan, file, options);
    };
    for (const std::int64_t stop_at : {1, 1'500}) {
        ImportOptions options;
        options.progress = [stop_at](const Progress& at) { return at.records < stop_at; };
        std::string place;
        try {
            run(options);
        } catch (const exchange::ImportInterrupted& interrupted) {
            place = interrupted.report().resume;
        }
        REQUIRE_FALSE(place.empty());
        const auto before = count_of<Contact>(me);
        options = {};
        options.resume = place;
        const auto report = run(options);
        CHECK(report.rows == row_count + 1);  // "name" is one of them
        CHECK(report.created == row_count + 1);
        CHECK(count_of<Contact>(me) - before <= row_count + 1);
    }
    CHECK(count_of<Contact>(me) == 2 * (row_count + 1));
}

TEST_CASE("an import that is cancelled while it finds its place keeps that place") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const ImportPlan plan = names_plan(500);
    CHECK_THROWS_AS(import_rows(me, plan, crashing(named("x"), 1'500)), Crash);
    const auto kept = count_of<Contact>(me);
    // The source is asked for more than the beginning only once the place is looked for.
    const std::string csv = rows(row_count);
    MemorySource text(csv);
    const auto cancellation = me.cancellation();
    exchange::CallbackSource file([&](char* out, std::size_t size) {
        cancellation->cancel();
        return text.read(out, std::min<std::size_t>(size, 4'000));
    });
    ImportOptions options = named("x");
    try {
        exchange::run_import(me, plan, file, options);
        FAIL("it was not cancelled");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::cancelled);
    }
    cancellation->allow();
    CHECK(count_of<Contact>(me) == kept);
    CHECK(import_rows(me, plan, named("x")).rows == row_count);
    CHECK(count_of<Contact>(me) == row_count);
}

TEST_CASE("an import goes on from its checkpoint, does no row twice, and forgets it at the end") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const ImportPlan plan = names_plan(500);
        // The rows are read ahead of the batch that they are written with.
        CHECK_THROWS_AS(import_rows(me, plan, crashing(named("nightly"), 2'000)), Crash);
        CHECK(count_of<Contact>(me) == 1'500);
        CHECK(is_kept(me, "nightly"));

        ImportOptions options = named("nightly");
        std::vector<std::int64_t> seen;
        options.progress = [&seen](const Progress& at) {
            seen.push_back(at.records);
            return true;
        };
        const ImportReport report = import_rows(me, plan, options);
        CHECK(seen.front() > 1'500);
        CHECK(report.has_landed);
        CHECK(report.rows == row_count);
        CHECK(report.created == row_count);
        CHECK(report.problem_count == 0);
        REQUIRE(report.records.size() == 1);
        CHECK(report.records[0].created == row_count);
        CHECK(count_of<Contact>(me) == row_count);
        CHECK(changes_of(me, "contact") == row_count);

        CHECK_FALSE(is_kept(me, "nightly"));
        import_rows(me, plan, named("nightly"));  // begins with the first row again
        CHECK(count_of<Contact>(me) == 2 * row_count);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("a checkpoint is kept when an import is cancelled, and its problems are counted on") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const ImportPlan plan = names_plan(100);
        std::string csv = "name,job\n,refused\n";
        for (int i = 0; i < 400; ++i) {
            csv += "Name " + std::to_string(i) + ",\n";
        }
        csv += ",refused\n";
        const auto run = [&](const ImportOptions& options) {
            MemorySource file(csv);
            return exchange::run_import(me, plan, file, options);
        };
        ImportOptions options = named("nightly");
        options.progress = [](const Progress& at) { return at.records < 200; };
        CHECK(code_of([&] { run(options); }) == ErrorCode::cancelled);
        CHECK(count_of<Contact>(me) == 199);
        const ImportReport report = run(named("nightly"));
        CHECK(report.rows == 402);
        CHECK(report.created == 400);
        CHECK(report.refused == 2);
        CHECK(report.problem_count == 2);
        CHECK(count_of<Contact>(me) == 400);
    });
}

TEST_CASE("a checkpoint is for one plan and one file, and names tell imports apart") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const ImportPlan plan = names_plan(500);
        CHECK_THROWS_AS(import_rows(me, plan, crashing(named("nightly"), 2'000)), Crash);
        const Error other_plan =
            error_of([&] { import_rows(me, names_plan(400), named("nightly")); });
        CHECK(other_plan.code() == ErrorCode::invalid_argument);
        CHECK(holds(other_plan.message(), {"another plan"}));
        MemorySource other_file("name,job\nA,B\n");
        CHECK(code_of([&] { exchange::run_import(me, plan, other_file, named("nightly")); }) ==
              ErrorCode::invalid_argument);
        CHECK(count_of<Contact>(me) == 1'500);

        CHECK(import_rows(me, plan, named("weekly"), 700).rows == 700);
        ImportOptions dry_run = named("nightly");
        dry_run.dry_run = true;
        CHECK(import_rows(me, plan, dry_run).rows == row_count);
        CHECK(count_of<Contact>(me) == 1'500 + 700);
        CHECK(import_rows(me, plan, named("nightly")).rows == row_count);
        CHECK(count_of<Contact>(me) == row_count + 700);
    });
}

TEST_CASE("references that wait for the end of the file are kept with the checkpoint") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        ImportPlan plan = exchange::plan_from_json(R"({
            "entity": "account", "batch_size": 100,
            "columns": [{"column": "name", "field": "name"}],
            "references": [{"field": "parent_account", "may_follow": true,
                            "columns": [{"column": "parent", "field": "name"}]}]})");
        std::string csv = "name,parent\n";
        constexpr int children = 300;
        for (int i = 0; i < children; ++i) {
            csv += "Child " + std::to_string(i) + ",Parent " + std::to_string(i % 3) + "\n";
        }
        csv += "Parent 0,\nParent 1,\nParent 2,\n";
        const auto run = [&](const ImportOptions& options) {
            MemorySource file(csv);
            return exchange::run_import(me, plan, file, options);
        };
        // Amid the children; behind the last row, when only the references are left.
        for (const std::int64_t at_row : {200, children + 3}) {
            CHECK_THROWS_AS(run(crashing(named("nightly"), at_row)), Crash);
        }
        CHECK(count_of<Account>(me) == children + 3);
        CHECK(run(named("nightly")).created == children + 3);
        CHECK(count_of<Account>(me) == children + 3);
        CHECK(me.query<Account>("parent_account.name = 'Parent 2'").all().size() == children / 3);
        CHECK(me.query<Account>("parent_account is null").all().size() == 3);
    });
}

TEST_CASE("a checkpoint is undone with the transaction that it was kept in") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const ImportPlan plan = names_plan(500);
        {
            const auto undone = me.transaction();
            CHECK_THROWS_AS(import_rows(me, plan, crashing(named("nightly"), 2'000)), Crash);
        }
        CHECK(count_of<Contact>(me) == 0);
        CHECK(import_rows(me, plan, named("nightly")).created == row_count);
        CHECK(count_of<Contact>(me) == row_count);
    });
}

TEST_CASE("a job goes on with the file that it was in") {
    on_each_store([](Crm crm, TestClock&) {
        const TemporaryFolder folder;
        folder.write("teams.csv", "name\nNorth\nSouth\n");
        folder.write("accounts.csv", rows(1'200));
        folder.write("contacts.csv", rows(1'200));
        exchange::ImportJob job{.folder = folder.path(), .steps = {}};
        const auto add_step = [&job](const char* file, ImportPlan plan) {
            job.steps.push_back({file, {exchange::plan_to_json(plan)}});
        };
        ImportPlan teams = exchange::plan_from_json(
            R"({"entity": "team", "columns": [{"column": "name", "field": "name"}]})");
        teams.mode = exchange::ImportMode::all_or_nothing;
        add_step("teams.csv", teams);
        add_step("accounts.csv",
                 exchange::plan_from_json(R"({"entity": "account", "batch_size": 100,
                     "columns": [{"column": "name", "field": "name"}]})"));
        add_step("contacts.csv", names_plan(100));

        Session me = crm.as_system();
        bool is_last_file = false;
        std::int64_t before = 0;
        ImportOptions options = named("nightly");
        options.progress = [&](const Progress& at) {
            is_last_file = is_last_file || at.records < before;
            before = at.records;
            if (is_last_file && at.records >= 600) {
                throw Crash();
            }
            return true;
        };
        CHECK_THROWS_AS(exchange::run_job(me, job, options), Crash);
        CHECK(count_of<Account>(me) == 1'200);
        CHECK(count_of<Contact>(me) == 600);

        const auto report = exchange::run_job(me, job, named("nightly"));
        REQUIRE(report.reports.size() == 3);
        CHECK(report.reports[0].created == 2);
        CHECK(report.reports[1].created == 1'200);
        CHECK(report.reports[2].created == 1'200);
        CHECK(count_of<Team>(me) == 2);
        CHECK(count_of<Account>(me) == 1'200);
        CHECK(count_of<Contact>(me) == 1'200);
        CHECK(changes_of(me, "account") == 1'200);

        exchange::run_job(me, job, named("nightly"));  // forgotten: all of it comes again
        CHECK(count_of<Team>(me) == 4);
        CHECK(count_of<Contact>(me) == 2'400);
        options.resume = "somewhere";
        CHECK(code_of([&] { exchange::run_job(me, job, options); }) == ErrorCode::invalid_argument);
    });
}

TEST_CASE("an import that is killed time and again is complete in the end, each row once") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    constexpr int count = 4'000;
    const auto import = [&path](testing::MessagePipe<std::int64_t>& told) {
        OpenOptions fast;
        fast.durability = Durability::fast;
        const Crm crm = Crm::open(path, fast);
        Session me = crm.as_system();
        ImportOptions options = named("nightly");
        options.progress = [&told](const Progress& at) {
            told.send(at.records);
            return true;
        };
        const ImportReport report = import_rows(me, names_plan(250), options, count);
        if (report.rows != count || report.created != count) {
            throw std::runtime_error("the report does not count every row once");
        }
    };
    int kills = 0;
    for (bool is_complete = false; !is_complete;) {
        testing::MessagePipe<std::int64_t> told;
        testing::ChildProcess child([&] {
            told.only_write();
            import(told);
        });
        told.only_read();
        // The child goes on until the signal arrives: it comes anywhere in a batch or its commit.
        for (int batches = 0; batches < 3 + kills % 3 && told.receive(); ++batches) {
        }
        child.kill();
        const std::string end = child.wait();
        const Crm crm = Crm::open(path);
        Session me = crm.as_system();
        // The signal may also come when all is done and the process only has to end.
        is_complete = count_of<Contact>(me) == count && !is_kept(me, "nightly");
        REQUIRE((end == "signal 9" || (end == "exit 0" && is_complete)));
        kills += end == "signal 9" ? 1 : 0;
    }
    CHECK(kills > 2);
    const Crm crm = Crm::open(path);
    Session me = crm.as_system();
    CHECK(count_of<Contact>(me) == count);
    CHECK(me.aggregate<Contact>("count() by last_name order by 1 desc limit 1")[0][0] ==
          Value(std::int64_t{1}));
    CHECK(changes_of(me, "contact") == count);
    CHECK(crm.check_integrity().empty());
}
