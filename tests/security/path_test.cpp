/// Paths: which ones are refused, what a backup writes over, and that no text of the data is ever
/// taken for one.
#include <algorithm>
#include <filesystem>

#include "crmkit/exchange/exporter.hpp"
#include "exchange/import_support.hpp"
#include "fault/watched_files.hpp"
#include "old_store.hpp"
#include "security/payloads.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace fs = std::filesystem;

namespace {

std::set<std::string> names_in(const std::string& folder) {
    std::set<std::string> names;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
        names.insert(entry.path().string());
    }
    return names;
}

/// Sets the process's folder for as long as it lives: relative paths would show there.
class WorkingFolder {
  public:
    explicit WorkingFolder(const std::string& path) : before_(fs::current_path()) {
        fs::current_path(path);
    }
    WorkingFolder(const WorkingFolder&) = delete;
    WorkingFolder& operator=(const WorkingFolder&) = delete;
    ~WorkingFolder() { fs::current_path(before_); }

  private:
    fs::path before_;
};

/// Notes the files that SQLite opens, makes or removes, but for its own without a name.
class NamesSeen final : public fault::FileWatcher {
  public:
    int before(const fault::FileRequest& request) override {
        if (!request.path.empty()) {
            names.emplace(request.path);
        }
        return SQLITE_OK;
    }
    std::set<std::string> names;
};

/// Every way by which a text of the data gets into a store and is looked for in it.
void pass_through(Session& me, const std::string& text) {
    Account account = me.create(Account{.name = text, .description = text});
    me.update<Account>(account.id, {{"name", text}, {"description", text + " again"}});
    (void)me.query<Account>("name = :text", {{"text", text}}).all();
    (void)me.search<Account>(text);
    Account keyed{.name = text};
    me.upsert(UpsertKey::external(text, text), keyed);
    import_text(me,
                R"({"entity": "contact", "columns": [{"column": "name", "field": "last_name"}],
                    "references": [{"field": "account", "on_missing": "create",
                                    "columns": [{"column": "name", "field": "name"}]}]})",
                "name\n\"" + text + "\"\n");
    (void)me.history(account.id);
    std::string exported;
    exchange::StringSink out(exported);
    exchange::export_jsonl(me, {}, out);
    MemorySource again(exported);
    CHECK(code_of([&] { exchange::import_jsonl(me, again); }) == ErrorCode::validation);
}

}  // namespace

TEST_CASE("an empty path and one with a NUL are refused wherever a file is opened") {
    const TemporaryFolder folder;
    const WorkingFolder here(folder.path());
    Crm crm = Crm::open(folder.file("store.db"));
    const auto before = names_in(folder.path());
    using namespace std::string_literals;
    for (const std::string& path : {""s, "a.db\0/../b"s, "\0"s, folder.file("x\0y"s)}) {
        CAPTURE(path);
        for (const bool is_read_only : {false, true}) {
            OpenOptions options;
            options.read_only = is_read_only;
            const Error error = error_of([&] { (void)Crm::open(path, options); });
            CHECK(error.code() == ErrorCode::invalid_argument);
            CHECK(error.message().find("path") != std::string::npos);
        }
        CHECK(code_of([&] { crm.backup(path); }) == ErrorCode::invalid_argument);
        CHECK(code_of([&] { const exchange::FileSource file(path); }) ==
              ErrorCode::invalid_argument);
        CHECK(code_of([&] { const exchange::FileSink file(path); }) == ErrorCode::invalid_argument);
    }
    CHECK(names_in(folder.path()) == before);
}

TEST_CASE("a backup is written to a new file or over a store, and over nothing else") {
    const TemporaryFolder folder;
    Crm crm = Crm::open(folder.file("store.db"));
    Session me = crm.as_system();
    const Id id = me.create(Account{.name = "Acme"}).id;
    SUBCASE("another program's database") {
        const std::string path = folder.file("erp.db");
        testing::Database(path).run("CREATE TABLE invoices (number TEXT)");
        const Error error = error_of([&] { crm.backup(path); });
        CHECK(error.code() == ErrorCode::invalid_argument);
        CHECK(error.message().find(path) != std::string::npos);
        CHECK(testing::Database(path).rows("SELECT count(*) FROM invoices").size() == 1);
    }
    SUBCASE("another program's database without tables") {
        const std::string path = folder.file("new.db");
        testing::Database(path).run("PRAGMA application_id = 7");
        CHECK(code_of([&] { crm.backup(path); }) == ErrorCode::invalid_argument);
        CHECK(testing::Database(path).rows("PRAGMA application_id").contains("7|"));
    }
    SUBCASE("a file of something else") {
        folder.write("text.txt", "not a database, and dear to somebody all the same");
        CHECK(code_of([&] { crm.backup(folder.file("text.txt")); }) == ErrorCode::corrupt);
        CHECK(fs::file_size(folder.file("text.txt")) == 49);
    }
    SUBCASE("no file") {
        CHECK(code_of([&] { crm.backup(":memory:"); }) == ErrorCode::invalid_argument);
        CHECK(code_of([&] { crm.backup(folder.path()); }) == ErrorCode::io);
        CHECK(code_of([&] { crm.backup(folder.file("no/folder.db")); }) == ErrorCode::io);
    }
    SUBCASE("an empty file and a store") {
        const std::string path = folder.file("copy.db");
        folder.write("copy.db", "");
        crm.backup(path);
        me.update<Account>(id, {{"name", "Renamed"}});
        crm.backup(path);
        CHECK(Crm::open(path).as_system().get<Account>(id).name == "Renamed");
    }
    CHECK(me.get<Account>(id).version >= 1);
    CHECK(crm.check_integrity().empty());
}

TEST_CASE("no text of the data is taken for a path") {
    const TemporaryFolder folder;
    const WorkingFolder here(folder.path());
    const std::string path = folder.file("store.db");
    NamesSeen seen;
    {
        const fault::WatchedFiles system(seen);
        const Crm crm = Crm::open(path);
        Session me = crm.as_system();
        for (const std::string& text : hostile_texts("paths")) {
            CAPTURE(text);
            pass_through(me, text);
        }
        CHECK(crm.check_integrity().empty());
    }
    CHECK(seen.names.contains(path));
    for (const std::string& name : seen.names) {
        CHECK_MESSAGE(name.starts_with(path), name);
    }
    for (const std::string& name : names_in(folder.path())) {
        CHECK_MESSAGE(name.starts_with(path), name);
    }
}

TEST_CASE("the files of an import job stay in its folder") {
    const TemporaryFolder folder;
    fs::create_directory(folder.file("in"));
    folder.write("in/good.csv", "name\nAcme\n");
    folder.write("outside.csv", "name\nStolen\n");
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const Json plan{R"({"entity": "account", "columns": [{"column": "name", "field": "name"}]})"};
    const auto job_of = [&](std::string file) {
        return exchange::ImportJob{
            .folder = folder.file("in"),
            .steps = {{.file = "good.csv", .plan = plan}, {.file = std::move(file), .plan = plan}}};
    };
    for (const std::string& file :
         {std::string("../outside.csv"), std::string("x/../../outside.csv"), std::string(".."),
          std::string("..\\outside.csv"), std::string("\\outside.csv"), std::string("C:out.csv"),
          std::string("x/.."), folder.file("outside.csv"), folder.file("in/good.csv")}) {
        CAPTURE(file);
        const Error error = error_of([&] { (void)exchange::run_job(me, job_of(file)); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(error.problems().at(0).field == "file");
    }
    for (const std::string& text : hostile_texts("paths")) {
        CAPTURE(text);
        CHECK(code_of([&] { (void)exchange::run_job(me, job_of(text)); }) != ErrorCode::ok);
        for (const Account& account : me.query<Account>()) {
            REQUIRE(account.name == "Acme");
        }
    }
    auto job = job_of("good.csv");
    CHECK(exchange::run_job(me, job).reports.size() == 2);
    job.folder.clear();
    job.steps = {{.file = folder.file("outside.csv"), .plan = plan}};
    CHECK(exchange::run_job(me, job).reports.at(0).created == 1);
}
