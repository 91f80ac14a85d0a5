/// What an export writes over, and what it does not.
#include "crmkit/exchange/byte_sink.hpp"

#include <filesystem>

#include "crmkit/schema/json_text.hpp"
#include "export_support.hpp"
#include "old_store.hpp"
#include "test_data.hpp"

using namespace crmkit;
using namespace crmkit::test;
using exchange::FileSink;

TEST_CASE("regression: an export is not written over a database, its own or another") {
    const TemporaryFolder folder;
    const std::string store = folder.file("store.db");
    const std::string other = folder.file("erp.db");
    testing::Database(other).run("CREATE TABLE invoices (number TEXT)");
    const std::string link = folder.file("link.csv");
    std::filesystem::create_symlink(store, link);
    const Crm crm = Crm::open(store);
    Session me = crm.as_system();
    me.create(Account{.name = "Acme"});
    const std::string other_bytes = testing::file_text(other);
    for (const std::string& path :
         {store, store + "-wal", store + "-shm", store + "-journal", other, other + "-wal", link}) {
        CAPTURE(path);
        for (const std::string_view operation : {"exchange.export_csv", "exchange.export_jsonl"}) {
            std::string input =
                operation.ends_with("csv") ? R"({"entity":"account","path":)" : R"({"path":)";
            append_json_string(input, path);
            const Error error = error_of([&] { me.call(operation, input + "}"); });
            CHECK(error.code() == ErrorCode::invalid_argument);
            // Of a link, the file that would be written.
            CHECK(holds(error.message(), {path == link ? store : path}));
        }
    }
    CHECK(testing::file_text(other) == other_bytes);
    CHECK(std::filesystem::is_symlink(link));
    CHECK(crm.check_integrity().empty());
    CHECK(count_of<Account>(me) == 1);
    Session again = Crm::open(store).as_system();
    CHECK(count_of<Account>(again) == 1);
}

TEST_CASE("an export is written over a file that only has the name of a database's") {
    const TemporaryFolder folder;
    folder.write("notes.db", "no database");
    folder.write("notes.db-wal", "nor its log");
    for (const char* name : {"notes.db", "notes.db-wal", "new.db-wal"}) {
        FileSink sink(folder.file(name));
        sink.write("name\r\n");
        sink.close();
        CHECK(testing::file_text(folder.file(name)) == "name\r\n");
    }
}
