/* What ends a session's work or tells how far it is: cancelling, budgets of steps, progress; and
 * the checkpoints of a store. */
#include <pthread.h>
#include <sys/stat.h>

#include "support.h"

/* Stores so many contacts, in one transaction. */
static void add_contacts(struct crm* crm, int count) {
    crmkit_record* contact = new_record(crm, "contact");
    REQUIRE_OK(set(contact, "last_name", "Lovelace"));
    REQUIRE_OK(crmkit_begin(crm->me));
    for (int i = 0; i < count; ++i) {
        REQUIRE_OK(crmkit_create(crm->me, contact));
    }
    REQUIRE_OK(crmkit_commit(crm->me));
    crmkit_record_free(contact);
}

static crmkit_code count_slowly(crmkit_session* session) {
    crmkit_text* rows = NULL;
    const crmkit_code code = crmkit_aggregate(
        session, "contact", NUL, "count() where last_name like '%z%'", NUL, NULL, 0, &rows);
    crmkit_text_free(rows);
    return code;
}

static crmkit_code export_contacts(crmkit_session* session, const char* path) {
    char input[400];
    crmkit_text* result = NULL;
    snprintf(input, sizeof input, "{\"entity\": \"contact\", \"path\": \"%s\"}", path);
    const crmkit_code code = crmkit_call(session, "exchange.export_csv", NUL, input, NUL, &result);
    crmkit_text_free(result);
    return code;
}

static void a_budget_bounds_each_read(void) {
    struct crm crm;
    crmkit_text* changes = NULL;
    open_memory_crm(&crm);
    add_contacts(&crm, 500);
    CHECK_OK(crmkit_session_set_step_budget(crm.me, 100));
    CHECK_CODE(CRMKIT_LIMIT, count_slowly(crm.me));
    CHECK_CONTAINS("100 steps", crmkit_error_message());
    CHECK_CODE(CRMKIT_LIMIT, crmkit_changes_since(crm.me, 1, INT64_MAX, &changes));
    CHECK(changes == NULL);
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_session_set_step_budget(crm.me, -1));
    CHECK_CODE(CRMKIT_LIMIT, count_slowly(crm.me)); /* it still holds */
    CHECK_OK(crmkit_session_set_step_budget(crm.me, 0));
    CHECK_OK(count_slowly(crm.me));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_session_set_step_budget(NULL, 5));
    close_crm(&crm);
}

static void a_cancelled_session_reads_nothing_until_it_is_allowed_to(void) {
    struct crm crm;
    crmkit_cursor* cursor = NULL;
    int32_t found = 7;
    open_memory_crm(&crm);
    add_contacts(&crm, 20);
    crmkit_record* contact = new_record(&crm, "contact");
    REQUIRE_OK(crmkit_query(crm.me, "contact", NUL, "", 0, NULL, 0, &cursor));
    CHECK_OK(crmkit_cursor_next(cursor, contact, &found));
    CHECK_OK(crmkit_session_cancel(crm.me));
    CHECK_CODE(CRMKIT_CANCELLED, count_slowly(crm.me));
    CHECK_CODE(CRMKIT_CANCELLED, crmkit_get_even_deleted(crm.me, 1, contact));
    CHECK_CODE(CRMKIT_CANCELLED, export_contacts(crm.me, temp_path("cancelled.csv")));
    CHECK(access(temp_path("cancelled.csv"), F_OK) != 0);
    CHECK_OK(crmkit_session_allow(crm.me));
    CHECK_OK(count_slowly(crm.me));
    CHECK_INT(20, count_of(crm.me, "contact", ""));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_session_cancel(NULL));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_session_allow(NULL));
    crmkit_cursor_close(cursor);
    crmkit_record_free(contact);
    close_crm(&crm);
}

static void* cancel(void* session) {
    crmkit_session_cancel(session);
    return NULL;
}

static void another_thread_cancels_what_is_under_way(void) {
    struct crm crm;
    pthread_t other;
    crmkit_code code = CRMKIT_OK;
    open_file_crm(&crm, temp_path("cancel.db"));
    add_contacts(&crm, 500);
    REQUIRE(pthread_create(&other, NULL, cancel, crm.me) == 0);
    while (code == CRMKIT_OK) {
        code = count_slowly(crm.me);
    }
    pthread_join(other, NULL);
    CHECK_INT(CRMKIT_CANCELLED, code);
    CHECK_OK(crmkit_session_allow(crm.me));
    CHECK_INT(500, count_of(crm.me, "contact", ""));
    close_crm(&crm);
}

struct told {
    int count;
    crmkit_progress last;
    crmkit_code answer;
};

static crmkit_code tell(void* ctx, const crmkit_progress* progress) {
    struct told* const told = ctx;
    ++told->count;
    told->last = *progress;
    return told->answer;
}

static void exports_and_imports_tell_how_far_they_are(void) {
    struct crm crm;
    struct told told = {0};
    char input[600];
    crmkit_text* result = NULL;
    open_memory_crm(&crm);
    add_contacts(&crm, 2500);
    const char* const path = temp_path("contacts.csv");
    CHECK_OK(crmkit_session_on_progress(crm.me, tell, &told));
    CHECK_OK(export_contacts(crm.me, path));
    CHECK_INT(2, told.count);
    CHECK_INT((int64_t)sizeof told.last, (int64_t)told.last.struct_size);
    CHECK_INT(2000, told.last.records);
    CHECK(told.last.bytes > 0);
    CHECK_INT(-1, told.last.total_bytes);

    struct stat file;
    REQUIRE(stat(path, &file) == 0);
    snprintf(input, sizeof input,
             "{\"path\": \"%s\", \"plan\": {\"entity\": \"contact\", \"columns\": "
             "[{\"column\": \"last_name\", \"field\": \"last_name\"}]}}",
             path);
    told.count = 0;
    CHECK_OK(crmkit_call(crm.me, "exchange.import_csv", NUL, input, NUL, &result));
    crmkit_text_free(result);
    CHECK(told.count >= 2);
    CHECK_INT(2500, told.last.records);
    CHECK_INT(file.st_size, told.last.total_bytes);
    CHECK_INT(5000, count_of(crm.me, "contact", ""));

    told.answer = CRMKIT_VETOED; /* whatever is not CRMKIT_OK */
    CHECK_CODE(CRMKIT_CANCELLED, export_contacts(crm.me, temp_path("half.csv")));
    CHECK(access(temp_path("half.csv"), F_OK) != 0);
    result = NULL;
    CHECK_CODE(CRMKIT_CANCELLED,
               crmkit_call(crm.me, "exchange.import_csv", NUL, input, NUL, &result));
    CHECK(result == NULL);

    told.count = 0;
    CHECK_OK(crmkit_session_on_progress(crm.me, NULL, NULL));
    CHECK_OK(export_contacts(crm.me, path));
    CHECK_INT(0, told.count);
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_session_on_progress(NULL, tell, &told));
    close_crm(&crm);
}

/* The size of the log beside a store, -1 without one. */
static int64_t log_size(const char* path) {
    char log[320];
    struct stat file;
    snprintf(log, sizeof log, "%s-wal", path);
    return stat(log, &file) == 0 ? (int64_t)file.st_size : -1;
}

static void a_checkpoint_lets_the_log_begin_anew(void) {
    struct crm crm;
    crmkit_options options = options_of_crm(&crm);
    const char* const path = temp_path("log_kib.db");
    options.log_kib = 1 << 20; /* no commit copies it by itself */
    REQUIRE_OK(crmkit_open(path, NUL, &options, &crm.store));
    act_as_ada(&crm);
    for (int i = 0; i < 10; ++i) {
        add_contacts(&crm, 1000);
    }
    const int64_t grown = log_size(path);
    CHECK(grown > 4 * 1024 * 1024);
    CHECK_OK(crmkit_checkpoint(crm.store));
    add_contacts(&crm, 1000); /* over what was copied */
    CHECK_INT(grown, log_size(path));
    CHECK_INT(11000, count_of(crm.me, "contact", ""));
    close_crm(&crm);

    open_memory_crm(&crm);
    CHECK_OK(crmkit_checkpoint(crm.store)); /* has nothing to do */
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_checkpoint(NULL));
    close_crm(&crm);
}

static void the_log_is_as_long_as_asked_for(void) {
    struct crm crm;
    crmkit_options options = options_of_crm(&crm);
    const char* const path = temp_path("short_log.db");
    options.log_kib = 64;
    REQUIRE_OK(crmkit_open(path, NUL, &options, &crm.store));
    act_as_ada(&crm);
    for (int i = 0; i < 500; ++i) {
        add_contacts(&crm, 1);
    }
    CHECK(log_size(path) < 1024 * 1024);
    close_crm(&crm);
}

static void many_records_come_by_their_ids(void) {
    struct crm crm;
    crmkit_cursor* cursor = NULL;
    int32_t found = 0;
    open_memory_crm(&crm);
    const int64_t one = add_account(&crm, "One");
    const int64_t two = add_account(&crm, "Two");
    const int64_t gone = add_account(&crm, "Gone");
    CHECK_OK(crmkit_delete(crm.me, "account", NUL, gone, 0));
    crmkit_record* account = new_record(&crm, "account");
    const int64_t ids[] = {two, gone, 77, one};
    REQUIRE_OK(crmkit_get_many(crm.me, "account", NUL, ids, 4, &cursor));
    CHECK_OK(crmkit_cursor_next(cursor, account, &found));
    CHECK_INT(1, found);
    CHECK_TEXT("Two", get(account, "name"));
    CHECK_OK(crmkit_cursor_next(cursor, account, &found));
    CHECK_INT(1, found);
    CHECK_INT(one, crmkit_record_id(account));
    CHECK_OK(crmkit_cursor_next(cursor, account, &found));
    CHECK_INT(0, found);
    crmkit_cursor_close(cursor);
    cursor = NULL;
    REQUIRE_OK(crmkit_get_many(crm.me, "account", NUL, NULL, 0, &cursor));
    CHECK_OK(crmkit_cursor_next(cursor, account, &found));
    CHECK_INT(0, found);
    crmkit_cursor_close(cursor);
    cursor = NULL;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_get_many(crm.me, "account", NUL, NULL, 1, &cursor));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_get_many(crm.me, "acount", NUL, ids, 1, &cursor));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_get_many(NULL, "account", NUL, ids, 1, &cursor));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_get_many(crm.me, "account", NUL, ids, 1, NULL));
    CHECK(cursor == NULL);
    crmkit_record_free(account);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"a budget bounds each read", a_budget_bounds_each_read},
        {"a cancelled session reads nothing until it is allowed to",
         a_cancelled_session_reads_nothing_until_it_is_allowed_to},
        {"another thread cancels what is under way", another_thread_cancels_what_is_under_way},
        {"exports and imports tell how far they are", exports_and_imports_tell_how_far_they_are},
        {"a checkpoint lets the log begin anew", a_checkpoint_lets_the_log_begin_anew},
        {"the log is as long as asked for", the_log_is_as_long_as_asked_for},
        {"many records come by their ids", many_records_come_by_their_ids},
    };
    make_temp_folder();
    const int code = RUN_CASES(cases);
    remove_temp_folder();
    return code;
}
