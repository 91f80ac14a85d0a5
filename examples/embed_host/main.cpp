/// CRM inside a host's own database: crmkit works on the host's connection and in the host's
/// transaction. What the host commits stays, what it rolls back leaves no trace.
#include <fmt/format.h>
#include <sqlite3.h>
#include <crmkit/crm.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>

namespace {

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

Database open_database(const char* path) {
    sqlite3* connection = nullptr;
    const int code = sqlite3_open(path, &connection);
    Database database(connection, &sqlite3_close);
    if (code != SQLITE_OK) {
        throw std::runtime_error(sqlite3_errmsg(connection));
    }
    return database;
}

void execute(sqlite3* database, const char* sql) {
    if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw std::runtime_error(sqlite3_errmsg(database));
    }
}

std::int64_t count(sqlite3* database, const char* sql) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database, sql, -1, &statement, nullptr);
    sqlite3_step(statement);
    const std::int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

/// One sale in the host's books, and the customer in the CRM, in one transaction of the host's.
void sell(sqlite3* database, const crmkit::Crm& crm, bool keep) {
    execute(database, "begin");
    execute(database, "insert into invoices (customer, cents) values ('Acme Steel', 120000000)");
    auto me = crm.as_system();
    const auto acme = me.create(crmkit::Account{.name = "Acme Steel"});
    me.create(crmkit::Contact{.last_name = "Lovelace", .account = acme.id});
    execute(database, keep ? "commit" : "rollback");
}

void report(sqlite3* database, const crmkit::Crm& crm) {
    auto me = crm.as_system();
    fmt::print("{} invoices, {} accounts, {} found by 'acme'\n",
               count(database, "select count(*) from invoices"),
               me.query<crmkit::Account>().all().size(), me.search<crmkit::Account>("acme").size());
}

}  // namespace

int main() {
    try {
        const Database database = open_database(":memory:");
        execute(database.get(), "create table invoices (customer text, cents integer)");
        // The tables of the CRM stand beside the host's, with names that begin with crm_.
        const auto crm = crmkit::Crm::open(database.get());
        sell(database.get(), crm, false);
        report(database.get(), crm);
        sell(database.get(), crm, true);
        report(database.get(), crm);
    } catch (const std::exception& error) {
        fmt::print(stderr, "embed_host: {}\n", error.what());
        return 1;
    }
    return 0;
}
