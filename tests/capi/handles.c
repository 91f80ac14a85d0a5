/* Handles: NULL, closed, foreign and left over, in every order; never a crash. */
#include "support.h"

#define REFUSED(call) CHECK_CODE(CRMKIT_INVALID_ARGUMENT, call)

static void null_is_no_store(void) {
    int64_t id = 7;
    uint64_t hook = 7;
    crmkit_text* text = NULL;
    crmkit_session* session = NULL;
    crmkit_record* record = NULL;
    REFUSED(crmkit_session_open(NULL, 0, &session));
    REFUSED(crmkit_record_new(NULL, "account", NUL, &record));
    REFUSED(crmkit_ensure_user(NULL, "Ada", NUL, "ada@example.com", NUL, &id));
    REFUSED(crmkit_backup(NULL, "/nowhere", NUL));
    REFUSED(crmkit_check_integrity(NULL, &text));
    REFUSED(crmkit_describe(NULL, &text));
    REFUSED(crmkit_remove_hook(NULL, hook));
    CHECK_INT(0, crmkit_entity_number(NULL, "account", NUL));
    CHECK_INT(CRMKIT_INVALID_ARGUMENT, crmkit_error_code());
    crmkit_close(NULL);
    CHECK(text == NULL && session == NULL && record == NULL && id == 7 && hook == 7);
}

static void null_is_no_session(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    crmkit_text* text = NULL;
    crmkit_cursor* cursor = NULL;
    int64_t ids[1] = {7};
    size_t count = 7;
    int32_t action = 7;
    REFUSED(crmkit_session_set_origin(NULL, "erp", NUL));
    REFUSED(crmkit_begin(NULL));
    REFUSED(crmkit_begin_read(NULL));
    REFUSED(crmkit_commit(NULL));
    REFUSED(crmkit_rollback(NULL));
    REFUSED(crmkit_create(NULL, account));
    REFUSED(crmkit_get(NULL, 1, account));
    REFUSED(crmkit_get_even_deleted(NULL, 1, account));
    REFUSED(crmkit_update(NULL, account));
    REFUSED(crmkit_delete(NULL, "account", NUL, 1, 0));
    REFUSED(crmkit_restore(NULL, "account", NUL, 1));
    REFUSED(crmkit_upsert(NULL, "erp", NUL, "1", NUL, CRMKIT_UPSERT_UPDATE, account, &action));
    REFUSED(crmkit_upsert_by(NULL, "name", NUL, CRMKIT_UPSERT_UPDATE, account, &action));
    REFUSED(crmkit_query(NULL, "account", NUL, "", 0, NULL, 0, &cursor));
    REFUSED(crmkit_page(NULL, "account", NUL, "", 0, NULL, 0, 10, NULL, 0, &text));
    REFUSED(crmkit_aggregate(NULL, "account", NUL, "count()", NUL, NULL, 0, &text));
    REFUSED(crmkit_search(NULL, "account", NUL, "x", NUL, ids, 1, &count));
    REFUSED(crmkit_history(NULL, 1, &text));
    REFUSED(crmkit_changes_since(NULL, 1, 10, &text));
    REFUSED(crmkit_undo(NULL, 1));
    REFUSED(crmkit_call(NULL, "sales.win_rate", NUL, "{}", NUL, &text));
    CHECK_INT(0, crmkit_session_user(NULL));
    crmkit_session_close(NULL);
    CHECK(text == NULL && cursor == NULL && ids[0] == 7 && count == 7 && action == 7);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void null_is_no_record_cursor_or_text(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    crmkit_cursor* cursor = NULL;
    const char* text = "as before";
    int64_t number = 7;
    int32_t entity = 7;
    int32_t found = 7;
    char currency[4] = "old";
    REQUIRE_OK(crmkit_query(crm.me, "account", NUL, "", 0, NULL, 0, &cursor));
    REFUSED(crmkit_create(crm.me, NULL));
    REFUSED(crmkit_get(crm.me, crmkit_record_id(account), NULL));
    REFUSED(crmkit_get_even_deleted(crm.me, crmkit_record_id(account), NULL));
    REFUSED(crmkit_update(crm.me, NULL));
    REFUSED(crmkit_upsert(crm.me, "erp", NUL, "1", NUL, CRMKIT_UPSERT_UPDATE, NULL, NULL));
    REFUSED(crmkit_cursor_next(NULL, account, &found));
    REFUSED(crmkit_cursor_next(cursor, NULL, &found));
    REFUSED(crmkit_get_text(NULL, 10, &text, NULL));
    REFUSED(crmkit_get_int64(NULL, 10, &number));
    REFUSED(crmkit_get_money(NULL, 10, &number, currency));
    REFUSED(crmkit_get_link(NULL, 10, &entity, &number));
    REFUSED(crmkit_set_null(NULL, 10));
    REFUSED(crmkit_set_text(NULL, 10, "x", NUL));
    REFUSED(crmkit_set_int64(NULL, 10, 1));
    REFUSED(crmkit_set_money(NULL, 10, 1, "EUR"));
    REFUSED(crmkit_set_link(NULL, 10, 1, 1));
    REFUSED(crmkit_record_from_json(NULL, "{}", NUL));
    crmkit_text* json = NULL;
    REFUSED(crmkit_record_to_json(NULL, &json));
    CHECK_INT(0, crmkit_field(NULL, "name", NUL));
    CHECK_INT(-1, crmkit_is_null(NULL, 10));
    CHECK_INT(0, crmkit_record_id(NULL));
    CHECK_INT(0, crmkit_record_version(NULL));
    CHECK_TEXT("", crmkit_text_data(NULL));
    CHECK_INT(0, (int64_t)crmkit_text_size(NULL));
    crmkit_record_free(NULL);
    crmkit_cursor_close(NULL);
    crmkit_text_free(NULL);
    crmkit_hook_message(NULL, 0);
    crmkit_hook_message(NULL, 5);
    crmkit_options_init(NULL, 100);
    CHECK(json == NULL && number == 7 && entity == 7 && found == 7);
    CHECK_TEXT("as before", text);
    CHECK_TEXT("old", currency);
    crmkit_cursor_close(cursor);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void null_is_no_output(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    crmkit_cursor* cursor = NULL;
    const int32_t name = field(account, "name");
    int64_t number = 7;
    int32_t entity = 7;
    char currency[4] = "old";
    size_t count = 7;
    REQUIRE_OK(crmkit_query(crm.me, "account", NUL, "", 0, NULL, 0, &cursor));
    REFUSED(crmkit_open_memory(NULL, NULL));
    REFUSED(crmkit_open("/nowhere", NUL, NULL, NULL));
    REFUSED(crmkit_open_on_sqlite(NULL, NULL, NULL));
    REFUSED(crmkit_check_integrity(crm.store, NULL));
    REFUSED(crmkit_describe(crm.store, NULL));
    REFUSED(crmkit_ensure_user(crm.store, "Bob", NUL, "bob@example.com", NUL, NULL));
    REFUSED(crmkit_session_open(crm.store, 0, NULL));
    REFUSED(crmkit_record_new(crm.store, "account", NUL, NULL));
    REFUSED(crmkit_get_text(account, name, NULL, &count));
    REFUSED(crmkit_get_int64(account, field(account, "version"), NULL));
    REFUSED(crmkit_get_money(account, field(account, "annual_revenue"), NULL, currency));
    REFUSED(crmkit_get_money(account, field(account, "annual_revenue"), &number, NULL));
    REFUSED(crmkit_get_link(account, field(account, "owner"), NULL, &number));
    REFUSED(crmkit_get_link(account, field(account, "owner"), &entity, NULL));
    REFUSED(crmkit_record_to_json(account, NULL));
    REFUSED(crmkit_query(crm.me, "account", NUL, "", 0, NULL, 0, NULL));
    REFUSED(crmkit_cursor_next(cursor, account, NULL));
    REFUSED(crmkit_page(crm.me, "account", NUL, "", 0, NULL, 0, 10, NULL, 0, NULL));
    REFUSED(crmkit_aggregate(crm.me, "account", NUL, "count()", NUL, NULL, 0, NULL));
    REFUSED(crmkit_search(crm.me, "account", NUL, "acme", NUL, NULL, 5, &count));
    REFUSED(crmkit_search(crm.me, "account", NUL, "acme", NUL, &number, 1, NULL));
    REFUSED(crmkit_history(crm.me, 1, NULL));
    REFUSED(crmkit_changes_since(crm.me, 1, 10, NULL));
    CHECK(number == 7 && entity == 7 && count == 7);
    CHECK_TEXT("old", currency);
    CHECK_INT(1, count_of(crm.me, "user", ""));
    crmkit_cursor_close(cursor);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_text_has_a_length_or_an_end(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    const int32_t name = field(account, "name");
    crmkit_record* record = NULL;
    REFUSED(crmkit_set_text(account, name, NULL, 5));
    CHECK_CONTAINS("text is NULL", crmkit_error_message());
    REFUSED(crmkit_set_text(account, name, "x", -2));
    REFUSED(crmkit_set_text(account, name, NULL, INT64_MIN));
    REFUSED(crmkit_set_money(account, field(account, "annual_revenue"), 1, NULL));
    REFUSED(crmkit_record_new(crm.store, NULL, 7, &record));
    REFUSED(crmkit_record_new(crm.store, "account", -7, &record));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_record_new(crm.store, NULL, 0, &record));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_record_new(crm.store, NULL, NUL, &record));
    CHECK_INT(0, crmkit_field(account, NULL, 4));
    CHECK_INT(CRMKIT_INVALID_ARGUMENT, crmkit_error_code());
    CHECK(record == NULL);
    CHECK_OK(crmkit_set_text(account, name, NULL, NUL));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_session_of_a_closed_store_refuses_everything(const char* path) {
    struct crm crm;
    if (path == NULL) {
        open_memory_crm(&crm);
    } else {
        open_file_crm(&crm, path);
    }
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    crmkit_record* fresh = new_record(&crm, "account");
    crmkit_cursor* cursor = NULL;
    crmkit_text* text = NULL;
    int64_t ids[1];
    size_t count = 0;
    int32_t found = 7;
    REQUIRE_OK(crmkit_query(crm.me, "account", NUL, "", 0, NULL, 0, &cursor));
    crmkit_close(crm.store);
    REFUSED(crmkit_get(crm.me, crmkit_record_id(account), account));
    CHECK_CONTAINS("closed", crmkit_error_message());
    REFUSED(crmkit_get_even_deleted(crm.me, crmkit_record_id(account), account));
    REFUSED(crmkit_create(crm.me, account));
    REFUSED(crmkit_update(crm.me, account));
    REFUSED(crmkit_delete(crm.me, "account", NUL, crmkit_record_id(account), 0));
    REFUSED(crmkit_restore(crm.me, "account", NUL, crmkit_record_id(account)));
    REFUSED(crmkit_upsert_by(crm.me, "name", NUL, CRMKIT_UPSERT_UPDATE, account, NULL));
    REFUSED(crmkit_begin(crm.me));
    REFUSED(crmkit_begin_read(crm.me));
    REFUSED(crmkit_commit(crm.me));
    REFUSED(crmkit_query(crm.me, "account", NUL, "", 0, NULL, 0, &cursor));
    REFUSED(crmkit_page(crm.me, "account", NUL, "", 0, NULL, 0, 10, NULL, 0, &text));
    REFUSED(crmkit_aggregate(crm.me, "account", NUL, "count()", NUL, NULL, 0, &text));
    REFUSED(crmkit_search(crm.me, "account", NUL, "acme", NUL, ids, 1, &count));
    REFUSED(crmkit_history(crm.me, crmkit_record_id(account), &text));
    REFUSED(crmkit_changes_since(crm.me, 1, 10, &text));
    REFUSED(crmkit_undo(crm.me, 1));
    REFUSED(crmkit_call(crm.me, "sales.win_rate", NUL, "{}", NUL, &text));
    REFUSED(crmkit_cursor_next(cursor, account, &found));
    CHECK_INT(crm.user, crmkit_session_user(crm.me));
    /* Records live by themselves. */
    CHECK_TEXT("Acme", get(account, "name"));
    CHECK_OK(set(account, "owner", "user/5"));
    CHECK_TEXT("user/5", get(account, "owner"));
    CHECK_OK(crmkit_record_to_json(account, &text));
    crmkit_text_free(text);
    crmkit_cursor_close(cursor);
    crmkit_session_close(crm.me);
    CHECK_OK(set(fresh, "owner", "team/6"));
    CHECK_TEXT("team/6", get(fresh, "owner"));
    crmkit_record_free(fresh);
    crmkit_record_free(account);
}

static void in_memory(void) { a_session_of_a_closed_store_refuses_everything(NULL); }
static void in_a_file(void) {
    a_session_of_a_closed_store_refuses_everything(temp_path("closed.db"));
}

static void they_are_released_in_any_order(void) {
    struct crm crm;
    open_file_crm(&crm, temp_path("order.db"));
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    add_account(&crm, "Bolt");
    crmkit_cursor* first = NULL;
    crmkit_cursor* second = NULL;
    crmkit_cursor* in_transaction = NULL;
    crmkit_text* text = NULL;
    int32_t found = 7;
    REQUIRE_OK(crmkit_query(crm.me, "account", NUL, "", 0, NULL, 0, &first));
    REQUIRE_OK(crmkit_cursor_next(first, account, &found));
    REQUIRE_OK(crmkit_query(crm.me, "account", NUL, "", 0, NULL, 0, &second));
    REQUIRE_OK(crmkit_begin(crm.me));
    REQUIRE_OK(crmkit_query(crm.me, "account", NUL, "", 0, NULL, 0, &in_transaction));
    REQUIRE_OK(crmkit_cursor_next(in_transaction, account, &found));
    REQUIRE_OK(crmkit_history(crm.me, crmkit_record_id(account), &text));
    crmkit_close(crm.store); /* with a transaction open in this thread */
    crmkit_cursor_close(second);
    crmkit_session_close(crm.me);
    REFUSED(crmkit_cursor_next(first, account, &found));
    REFUSED(crmkit_cursor_next(in_transaction, account, &found));
    crmkit_cursor_close(in_transaction);
    crmkit_cursor_close(first);
    CHECK_CONTAINS("created", crmkit_text_data(text));
    crmkit_text_free(text);
    crmkit_record_free(account);
    /* Everything is released: the file can be opened and written. */
    open_file_crm(&crm, temp_path("order.db"));
    add_account(&crm, "Cog");
    CHECK_INT(3, count_of(crm.me, "account", ""));
    close_crm(&crm);
}

static void a_cursor_reads_records_of_its_entity(void) {
    struct crm crm;
    open_memory_crm(&crm);
    add_account(&crm, "Acme");
    crmkit_record* contact = new_record(&crm, "contact");
    crmkit_cursor* cursor = NULL;
    int32_t found = 7;
    REQUIRE_OK(crmkit_query(crm.me, "account", NUL, "", 0, NULL, 0, &cursor));
    REFUSED(crmkit_cursor_next(cursor, contact, &found));
    CHECK_CONTAINS("accounts", crmkit_error_message());
    CHECK_INT(7, found);
    crmkit_cursor_close(cursor);
    crmkit_record_free(contact);
    close_crm(&crm);
}

static void a_record_may_go_to_another_store(void) {
    struct crm one;
    struct crm two;
    open_memory_crm(&one);
    open_memory_crm(&two);
    crmkit_record* account = stored_record(&one, "account", "name", "Acme");
    close_crm(&one);
    CHECK_OK(set(account, "owner", ""));
    CHECK_OK(crmkit_create(two.me, account)); /* a new one there */
    CHECK_INT(1, count_of(two.me, "account", "name = 'Acme'"));
    crmkit_record_free(account);
    close_crm(&two);
}

static void many_are_opened_and_closed(void) {
    struct crm crm;
    open_memory_crm(&crm);
    add_account(&crm, "Acme");
    crmkit_record* account = new_record(&crm, "account");
    for (int i = 0; i < 300; ++i) {
        crmkit_session* session = NULL;
        crmkit_cursor* cursors[3];
        int32_t found = 0;
        REQUIRE_OK(crmkit_session_open(crm.store, crm.user, &session));
        for (int c = 0; c < 3; ++c) {
            REQUIRE_OK(crmkit_query(session, "account", NUL, "", 0, NULL, 0, &cursors[c]));
            CHECK_OK(crmkit_cursor_next(cursors[c], account, &found));
            CHECK_INT(1, found);
        }
        crmkit_cursor_close(cursors[i % 3]);
        crmkit_session_close(session);
        crmkit_cursor_close(cursors[(i + 1) % 3]);
        crmkit_cursor_close(cursors[(i + 2) % 3]);
    }
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_released_handle_is_refused(void) {
    struct crm crm;
    crmkit_cursor* cursor = NULL;
    crmkit_session* session = NULL;
    crmkit_text* text = NULL;
    int64_t id = 7;
    int32_t found = 7;
    uint64_t hook = 7;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    crmkit_record* record = NULL;
    REQUIRE_OK(crmkit_query(crm.me, "account", NUL, "", 0, NULL, 0, &cursor));
    crmkit_cursor_close(cursor);
    REFUSED(crmkit_cursor_next(cursor, account, &found));
    CHECK_CONTAINS("cursor has been released", crmkit_error_message());
    crmkit_cursor_close(cursor);
    crmkit_session_close(crm.me);
    REFUSED(crmkit_get(crm.me, crmkit_record_id(account), account));
    CHECK_CONTAINS("session has been released", crmkit_error_message());
    REFUSED(crmkit_get_even_deleted(crm.me, crmkit_record_id(account), account));
    REFUSED(crmkit_session_set_origin(crm.me, "erp", NUL));
    REFUSED(crmkit_begin(crm.me));
    REFUSED(crmkit_begin_read(crm.me));
    REFUSED(crmkit_changes_since(crm.me, 1, 10, &text));
    REFUSED(crmkit_create(crm.me, account));
    REFUSED(crmkit_call(crm.me, "sales.win_rate", NUL, "{}", NUL, &text));
    CHECK_INT(0, crmkit_session_user(crm.me));
    crmkit_session_close(crm.me);
    crmkit_close(crm.store);
    REFUSED(crmkit_session_open(crm.store, 0, &session));
    CHECK_CONTAINS("store has been released", crmkit_error_message());
    REFUSED(crmkit_record_new(crm.store, "account", NUL, &record));
    REFUSED(crmkit_ensure_user(crm.store, "Ada", NUL, "ada@example.com", NUL, &id));
    REFUSED(crmkit_remove_hook(crm.store, hook));
    CHECK_INT(0, crmkit_entity_number(crm.store, "account", NUL));
    crmkit_close(crm.store);
    CHECK(text == NULL && session == NULL && record == NULL && id == 7 && found == 7);
    crmkit_record_free(account);
}

static crmkit_session* session_of_event;

static crmkit_code keep_session(void* ctx, const crmkit_write_event* event) {
    (void)ctx;
    session_of_event = event->session;
    return CRMKIT_OK;
}

static void the_session_of_an_event_ends_with_it(void) {
    struct crm crm;
    uint64_t hook = 0;
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_before_write(crm.store, "account", NUL, keep_session, NULL, &hook));
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    CHECK(session_of_event != NULL);
    REFUSED(crmkit_get(session_of_event, crmkit_record_id(account), account));
    crmkit_session_close(session_of_event);
    crmkit_record_free(account);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"NULL is no store", null_is_no_store},
        {"NULL is no session", null_is_no_session},
        {"NULL is no record, cursor or text", null_is_no_record_cursor_or_text},
        {"NULL is no output", null_is_no_output},
        {"a text has a length or an end", a_text_has_a_length_or_an_end},
        {"a session of a closed store refuses everything, in memory", in_memory},
        {"a session of a closed store refuses everything, in a file", in_a_file},
        {"they are released in any order", they_are_released_in_any_order},
        {"a cursor reads records of its entity", a_cursor_reads_records_of_its_entity},
        {"a record may go to another store", a_record_may_go_to_another_store},
        {"many are opened and closed", many_are_opened_and_closed},
        {"a released handle is refused", a_released_handle_is_refused},
        {"the session of an event ends with it", the_session_of_an_event_ends_with_it},
    };
    make_temp_folder();
    const int code = RUN_CASES(cases);
    remove_temp_folder();
    return code;
}
