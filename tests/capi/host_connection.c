/* crmkit's tables in the host's own database, on its connection and in its transactions. */
#include <sqlite3.h>

#include "support.h"

struct host {
    sqlite3* connection;
    struct crm crm;
};

static void run_sql(struct host* host, const char* sql) {
    char* message = NULL;
    if (!CHECK_INT(SQLITE_OK, sqlite3_exec(host->connection, sql, NULL, NULL, &message))) {
        fprintf(stderr, "    %s\n", message);
    }
    sqlite3_free(message);
}

/* The number that a statement gives. */
static int64_t number_of(struct host* host, const char* sql) {
    sqlite3_stmt* statement = NULL;
    int64_t number = -1;
    if (CHECK_INT(SQLITE_OK, sqlite3_prepare_v2(host->connection, sql, -1, &statement, NULL)) &&
        sqlite3_step(statement) == SQLITE_ROW) {
        number = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return number;
}

static void open_host(struct host* host, const char* path, const char* prefix) {
    REQUIRE(sqlite3_open(path, &host->connection) == SQLITE_OK);
    run_sql(host, "CREATE TABLE IF NOT EXISTS invoices (number INTEGER PRIMARY KEY)");
    crmkit_options options = options_of_crm(&host->crm);
    options.table_prefix = prefix;
    REQUIRE_OK(crmkit_open_on_sqlite(host->connection, &options, &host->crm.store));
    act_as_ada(&host->crm);
}

static void close_host(struct host* host) {
    close_crm(&host->crm);
    CHECK_INT(SQLITE_OK, sqlite3_close(host->connection)); /* nothing of crmkit's is left on it */
}

static void the_tables_have_the_hosts_prefix(void) {
    struct host host;
    open_host(&host, ":memory:", "sales_");
    add_account(&host.crm, "Acme");
    CHECK_INT(1, number_of(&host, "SELECT count(*) FROM sales_accounts"));
    CHECK_INT(0, number_of(&host,
                           "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND "
                           "name <> 'invoices' AND name NOT LIKE 'sales%'"));
    close_host(&host);
    crmkit_options options;
    crmkit_store* store = NULL;
    crmkit_options_init(&options, sizeof options);
    options.table_prefix = "bad; DROP TABLE invoices; --";
    REQUIRE(sqlite3_open(":memory:", &host.connection) == SQLITE_OK);
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_on_sqlite(host.connection, &options, &store));
    options.table_prefix = NULL; /* the default */
    REQUIRE_OK(crmkit_open_on_sqlite(host.connection, &options, &store));
    CHECK_INT(0, number_of(&host, "SELECT count(*) FROM crm_accounts"));
    crmkit_close(store);
    sqlite3_close(host.connection);
}

static void what_the_host_commits_stays(void) {
    struct host host;
    open_host(&host, temp_path("commit.db"), "crm_");
    run_sql(&host, "BEGIN; INSERT INTO invoices VALUES (1)");
    add_account(&host.crm, "Acme");
    CHECK_INT(0, sqlite3_get_autocommit(host.connection)); /* still the host's transaction */
    run_sql(&host, "COMMIT");
    close_host(&host);
    open_host(&host, temp_path("commit.db"), "crm_");
    CHECK_INT(1, count_of(host.crm.me, "account", "name = 'Acme'"));
    CHECK_INT(1, number_of(&host, "SELECT count(*) FROM invoices"));
    close_host(&host);
}

/* A text of all rows of all tables. */
static void contents(struct host* host, char* out, size_t size) {
    sqlite3_stmt* tables = NULL;
    size_t at = 0;
    out[0] = '\0';
    REQUIRE(sqlite3_prepare_v2(host->connection,
                               "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
                               -1, &tables, NULL) == SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        char sql[200];
        sqlite3_stmt* rows = NULL;
        snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", sqlite3_column_text(tables, 0));
        if (sqlite3_prepare_v2(host->connection, sql, -1, &rows, NULL) != SQLITE_OK) {
            continue;
        }
        while (sqlite3_step(rows) == SQLITE_ROW && at + 300 < size) {
            at += (size_t)snprintf(out + at, 60, "\n%s", (const char*)sql);
            for (int column = 0; column < sqlite3_column_count(rows) && at + 100 < size; ++column) {
                const int bytes = sqlite3_column_bytes(rows, column);
                const char* const text = (const char*)sqlite3_column_text(rows, column);
                at += (size_t)snprintf(out + at, 60, "|%d:%.40s", bytes, text == NULL ? "" : text);
            }
        }
        sqlite3_finalize(rows);
    }
    sqlite3_finalize(tables);
    CHECK(at + 300 < size);
}

static void what_the_host_rolls_back_leaves_no_trace(void) {
    enum { size = 4000000 };
    struct host host;
    char* const before = malloc(size);
    char* const after = malloc(size);
    REQUIRE(before != NULL && after != NULL);
    open_host(&host, ":memory:", "crm_");
    crmkit_record* account = stored_record(&host.crm, "account", "name", "Acme");
    contents(&host, before, size);
    run_sql(&host, "BEGIN; INSERT INTO invoices VALUES (1)");
    add_account(&host.crm, "Gone");
    CHECK_OK(set(account, "name", "Acme Gone"));
    CHECK_OK(crmkit_update(host.crm.me, account));
    REQUIRE_OK(crmkit_begin(host.crm.me));
    add_account(&host.crm, "Gone too");
    CHECK_OK(crmkit_commit(host.crm.me));
    run_sql(&host, "ROLLBACK");
    contents(&host, after, size);
    CHECK(strcmp(before, after) == 0);
    CHECK(strlen(before) > 1000);
    int64_t ids[4];
    size_t found = 99;
    CHECK_OK(crmkit_search(host.crm.me, "account", NUL, "gone", NUL, ids, 4, &found));
    CHECK_INT(0, (int64_t)found);
    CHECK_OK(crmkit_get(host.crm.me, crmkit_record_id(account), account));
    CHECK_TEXT("Acme", get(account, "name"));
    add_account(&host.crm, "Kept"); /* and the store goes on */
    CHECK_INT(2, count_of(host.crm.me, "account", ""));
    crmkit_record_free(account);
    close_host(&host);
    free(before);
    free(after);
}

static void the_hosts_savepoints_count_too(void) {
    struct host host;
    open_host(&host, ":memory:", "crm_");
    run_sql(&host, "BEGIN");
    add_account(&host.crm, "Kept");
    run_sql(&host, "SAVEPOINT here");
    add_account(&host.crm, "Gone");
    run_sql(&host, "ROLLBACK TO here; RELEASE here");
    add_account(&host.crm, "Kept as well");
    run_sql(&host, "COMMIT");
    CHECK_INT(2, count_of(host.crm.me, "account", ""));
    CHECK_INT(0, count_of(host.crm.me, "account", "name = 'Gone'"));
    close_host(&host);
}

static void a_rollback_of_crmkits_own_leaves_the_hosts_work(void) {
    struct host host;
    open_host(&host, ":memory:", "crm_");
    run_sql(&host, "BEGIN; INSERT INTO invoices VALUES (1)");
    REQUIRE_OK(crmkit_begin(host.crm.me));
    add_account(&host.crm, "Gone");
    run_sql(&host, "INSERT INTO invoices VALUES (2)"); /* inside crmkit's savepoint */
    CHECK_OK(crmkit_rollback(host.crm.me));
    crmkit_record* account = new_record(&host.crm, "account");
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(host.crm.me, account));
    run_sql(&host, "COMMIT");
    CHECK_INT(1, number_of(&host, "SELECT count(*) FROM invoices"));
    CHECK_INT(0, count_of(host.crm.me, "account", ""));
    crmkit_record_free(account);
    close_host(&host);
}

static void the_hosts_settings_stay(void) {
    struct host host;
    REQUIRE(sqlite3_open(temp_path("settings.db"), &host.connection) == SQLITE_OK);
    static const char* const questions[] = {
        "PRAGMA journal_mode",   "PRAGMA synchronous",         "PRAGMA foreign_keys",
        "PRAGMA cache_size",     "PRAGMA busy_timeout",        "PRAGMA user_version",
        "PRAGMA application_id", "PRAGMA case_sensitive_like", "PRAGMA recursive_triggers"};
    char before[9][40];
    for (int pass = 0; pass < 2; ++pass) {
        for (int i = 0; i < 9; ++i) {
            sqlite3_stmt* statement = NULL;
            char now[40] = "";
            REQUIRE(sqlite3_prepare_v2(host.connection, questions[i], -1, &statement, NULL) ==
                    SQLITE_OK);
            if (sqlite3_step(statement) == SQLITE_ROW) {
                snprintf(now, sizeof now, "%s", (const char*)sqlite3_column_text(statement, 0));
            }
            sqlite3_finalize(statement);
            if (pass == 0) {
                memcpy(before[i], now, sizeof now);
            } else {
                CHECK_TEXT(before[i], now);
            }
        }
        if (pass == 0) {
            crmkit_options options = options_of_crm(&host.crm);
            REQUIRE_OK(crmkit_open_on_sqlite(host.connection, &options, &host.crm.store));
            act_as_ada(&host.crm);
            add_account(&host.crm, "Acme");
        }
    }
    close_host(&host);
}

static void two_stores_live_in_one_database(void) {
    struct host one;
    struct host two;
    open_host(&one, ":memory:", "one_");
    two.connection = one.connection;
    crmkit_options options = options_of_crm(&two.crm);
    options.table_prefix = "two_";
    REQUIRE_OK(crmkit_open_on_sqlite(two.connection, &options, &two.crm.store));
    act_as_ada(&two.crm);
    add_account(&one.crm, "Acme");
    CHECK_INT(1, count_of(one.crm.me, "account", ""));
    CHECK_INT(0, count_of(two.crm.me, "account", ""));
    close_crm(&two.crm);
    close_host(&one);
}

static void cursors_and_transactions_of_the_host_mix(void) {
    struct host host;
    open_host(&host, ":memory:", "crm_");
    for (int i = 0; i < 5; ++i) {
        add_account(&host.crm, "Acme");
    }
    crmkit_record* account = new_record(&host.crm, "account");
    crmkit_cursor* cursor = NULL;
    int32_t found = 0;
    REQUIRE_OK(crmkit_query(host.crm.me, "account", NUL, "", 0, NULL, 0, &cursor));
    CHECK_OK(crmkit_cursor_next(cursor, account, &found));
    run_sql(&host, "BEGIN; INSERT INTO invoices VALUES (1); COMMIT");
    CHECK_OK(crmkit_cursor_next(cursor, account, &found));
    CHECK_INT(1, found);
    crmkit_session_close(
        host.crm.me); /* ends the cursor, so that nothing is left on the connection */
    crmkit_close(host.crm.store);
    CHECK_INT(SQLITE_OK, sqlite3_close(host.connection));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_cursor_next(cursor, account, &found));
    crmkit_cursor_close(cursor);
    crmkit_record_free(account);
}

static void a_read_transaction_may_be_begun_there_too(void) {
    struct host host;
    open_host(&host, ":memory:", "crm_");
    crmkit_record* account = stored_record(&host.crm, "account", "name", "Acme");
    run_sql(&host, "BEGIN; INSERT INTO invoices VALUES (1)");
    REQUIRE_OK(crmkit_begin_read(host.crm.me));
    CHECK_INT(1, count_of(host.crm.me, "account", ""));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_create(host.crm.me, account));
    CHECK_OK(crmkit_rollback(host.crm.me));
    run_sql(&host, "COMMIT"); /* which was left alone */
    CHECK_INT(1, number_of(&host, "SELECT count(*) FROM invoices"));
    CHECK_OK(crmkit_create(host.crm.me, account));
    crmkit_record_free(account);
    close_host(&host);
}

/* What counting many accounts with a small budget comes to. */
static crmkit_code count_with_budget(int32_t may_use_progress_handler) {
    struct host host;
    crmkit_text* rows = NULL;
    REQUIRE(sqlite3_open(":memory:", &host.connection) == SQLITE_OK);
    crmkit_options options = options_of_crm(&host.crm);
    options.may_use_progress_handler = may_use_progress_handler;
    REQUIRE_OK(crmkit_open_on_sqlite(host.connection, &options, &host.crm.store));
    act_as_ada(&host.crm);
    for (int i = 0; i < 300; ++i) {
        add_account(&host.crm, "Acme");
    }
    CHECK_OK(crmkit_session_set_step_budget(host.crm.me, 100));
    const crmkit_code code =
        crmkit_aggregate(host.crm.me, "account", NUL, "count() where name like '%z%'", NUL, NULL, 0,
                         &rows); /* one statement that gives one row */
    crmkit_text_free(rows);
    close_host(&host);
    return code;
}

static void a_statement_ends_inside_where_crmkit_may_use_the_progress_handler(void) {
    CHECK_OK(count_with_budget(0));
    CHECK_CODE(CRMKIT_LIMIT, count_with_budget(1));
}

static void a_connection_is_needed(void) {
    crmkit_store* store = NULL;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_on_sqlite(NULL, NULL, &store));
    CHECK(store == NULL);
}

static void a_read_only_connection_is_refused_or_read(void) {
    struct host host;
    const char* const path = temp_path("host_read_only.db");
    crmkit_store* store = NULL;
    open_host(&host, path, "crm_");
    add_account(&host.crm, "Acme");
    close_host(&host);
    REQUIRE(sqlite3_open_v2(path, &host.connection, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    crmkit_options options = options_of_crm(&host.crm);
    options.read_only = 1;
    REQUIRE_OK(crmkit_open_on_sqlite(host.connection, &options, &host.crm.store));
    REQUIRE_OK(crmkit_session_open(host.crm.store, 0, &host.crm.me));
    CHECK_INT(1, count_of(host.crm.me, "account", ""));
    crmkit_record* account = new_record(&host.crm, "account");
    CHECK_OK(set(account, "name", "Other"));
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_create(host.crm.me, account));
    crmkit_record_free(account);
    close_host(&host);
    /* Where crmkit would have to make its tables first. */
    REQUIRE(sqlite3_open(":memory:", &host.connection) == SQLITE_OK);
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_open_on_sqlite(host.connection, &options, &store));
    CHECK(store == NULL);
    CHECK_INT(SQLITE_OK, sqlite3_close(host.connection));
}

int main(void) {
    static const struct test_case cases[] = {
        {"the tables have the host's prefix", the_tables_have_the_hosts_prefix},
        {"what the host commits stays", what_the_host_commits_stays},
        {"what the host rolls back leaves no trace", what_the_host_rolls_back_leaves_no_trace},
        {"the host's savepoints count too", the_hosts_savepoints_count_too},
        {"a rollback of crmkit's own leaves the host's work",
         a_rollback_of_crmkits_own_leaves_the_hosts_work},
        {"the host's settings stay", the_hosts_settings_stay},
        {"two stores live in one database", two_stores_live_in_one_database},
        {"cursors and transactions of the host mix", cursors_and_transactions_of_the_host_mix},
        {"a read transaction may be begun there, too", a_read_transaction_may_be_begun_there_too},
        {"a statement ends inside where crmkit may use the progress handler",
         a_statement_ends_inside_where_crmkit_may_use_the_progress_handler},
        {"a connection is needed", a_connection_is_needed},
        {"a read-only connection is refused or read", a_read_only_connection_is_refused_or_read},
    };
    make_temp_folder();
    const int code = RUN_CASES(cases);
    remove_temp_folder();
    return code;
}
