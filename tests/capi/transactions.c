/* Transactions: kept together or not at all, nested, or reading only, and what becomes of cursors
 * in them. */
#include "support.h"

static void what_is_committed_stays(void) {
    struct crm crm;
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "One");
    add_account(&crm, "Two");
    CHECK_INT(2, count_of(crm.me, "account", "")); /* its own changes are seen */
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_INT(2, count_of(crm.me, "account", ""));
    close_crm(&crm);
}

static void what_is_rolled_back_is_gone(void) {
    struct crm crm;
    open_memory_crm(&crm);
    const int64_t kept = add_account(&crm, "Kept");
    crmkit_text* before = NULL;
    crmkit_text* after = NULL;
    REQUIRE_OK(crmkit_history(crm.me, kept, &before));
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Gone");
    CHECK_OK(crmkit_delete(crm.me, "account", NUL, kept, 0));
    CHECK_OK(crmkit_rollback(crm.me));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    int64_t ids[4];
    size_t found = 99;
    CHECK_OK(crmkit_search(crm.me, "account", NUL, "gone", NUL, ids, 4, &found));
    CHECK_INT(0, (int64_t)found);
    CHECK_OK(crmkit_search(crm.me, "account", NUL, "kept", NUL, ids, 4, &found));
    CHECK_INT(1, (int64_t)found);
    REQUIRE_OK(crmkit_history(crm.me, kept, &after));
    CHECK_TEXT(crmkit_text_data(before), crmkit_text_data(after));
    crmkit_text_free(before);
    crmkit_text_free(after);
    close_crm(&crm);
}

static void nested_ones_are_undone_by_themselves(void) {
    struct crm crm;
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Outer");
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Inner, undone");
    CHECK_OK(crmkit_rollback(crm.me));
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Inner, kept");
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Innermost, kept");
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_INT(3, count_of(crm.me, "account", ""));
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_INT(3, count_of(crm.me, "account", ""));
    CHECK_INT(0, count_of(crm.me, "account", "name = 'Inner, undone'"));

    REQUIRE_OK(crmkit_begin(crm.me));
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Kept inside, undone outside");
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_OK(crmkit_rollback(crm.me));
    CHECK_INT(3, count_of(crm.me, "account", ""));
    close_crm(&crm);
}

static void a_call_that_fails_leaves_the_transaction_open(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "One");
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, account)); /* it has no name */
    add_account(&crm, "Two");
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_INT(2, count_of(crm.me, "account", ""));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void there_must_be_one_to_end_it(void) {
    struct crm crm;
    open_memory_crm(&crm);
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_commit(crm.me));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_rollback(crm.me));
    REQUIRE_OK(crmkit_begin(crm.me));
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_commit(crm.me));
    close_crm(&crm);
}

static void closing_the_session_undoes_what_is_open(void) {
    struct crm crm;
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "One");
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Two");
    crmkit_session_close(crm.me);
    REQUIRE_OK(crmkit_session_open(crm.store, crm.user, &crm.me));
    CHECK_INT(0, count_of(crm.me, "account", ""));
    add_account(&crm, "Three"); /* nobody holds the queue any more */
    CHECK_INT(1, count_of(crm.me, "account", ""));
    close_crm(&crm);
}

static void a_second_session_of_the_thread_is_not_left_waiting(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_session* other = NULL;
    REQUIRE_OK(crmkit_session_open(crm.store, 0, &other));
    REQUIRE_OK(crmkit_begin(crm.me));
    CHECK_CODE(CRMKIT_BUSY, crmkit_begin(other)); /* waiting would never end */
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_OK(crmkit_begin(other));
    CHECK_OK(crmkit_rollback(other));
    crmkit_session_close(other);
    close_crm(&crm);
}

static void deep_nesting_is_possible(void) {
    struct crm crm;
    open_memory_crm(&crm);
    for (int i = 0; i < 200; ++i) {
        REQUIRE_OK(crmkit_begin(crm.me));
    }
    add_account(&crm, "Deep");
    for (int i = 0; i < 200; ++i) {
        CHECK_OK(crmkit_commit(crm.me));
    }
    CHECK_INT(1, count_of(crm.me, "account", ""));
    close_crm(&crm);
}

/* ---- Transactions that only read ----------------------------------------------------------- */

static void open_crm_at(struct crm* crm, const char* path) {
    if (path == NULL) {
        open_memory_crm(crm);
    } else {
        open_file_crm(crm, path);
    }
}

/* How many changes the whole store has had, as a session sees it. */
static int count_changes(crmkit_session* session) {
    crmkit_text* changes = NULL;
    REQUIRE_OK(crmkit_changes_since(session, 1, INT64_MAX, &changes));
    const int count = occurrences(crmkit_text_data(changes), "\"position\":");
    crmkit_text_free(changes);
    return count;
}

static void a_read_transaction_sees_one_state(const char* path) {
    struct crm crm;
    crmkit_session* reader = NULL;
    open_crm_at(&crm, path);
    crmkit_record* account = stored_record(&crm, "account", "name", "One");
    REQUIRE_OK(crmkit_session_open(crm.store, 0, &reader));
    REQUIRE_OK(crmkit_begin_read(reader));
    CHECK_INT(1, count_of(reader, "account", ""));
    const int changes = count_changes(reader);
    REQUIRE_OK(crmkit_begin(crm.me)); /* in the same thread: nobody is kept out */
    const int64_t two = add_account(&crm, "Two");
    CHECK_OK(set(account, "name", "Uno"));
    CHECK_OK(crmkit_update(crm.me, account));
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_INT(1, count_of(reader, "account", "name = 'One'"));
    CHECK_INT(1, count_of(reader, "account", ""));
    CHECK_INT(changes, count_changes(reader));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_get(reader, two, account));
    CHECK_INT(2, count_of(crm.me, "account", ""));
    CHECK_OK(crmkit_commit(reader));
    CHECK_INT(2, count_of(reader, "account", ""));
    CHECK_INT(changes + 2, count_changes(reader));
    CHECK_OK(crmkit_get(reader, two, account));
    crmkit_session_close(reader);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_read_transaction_sees_one_state_in_memory(void) {
    a_read_transaction_sees_one_state(NULL);
}
static void a_read_transaction_sees_one_state_in_a_file(void) {
    a_read_transaction_sees_one_state(temp_path("one_state.db"));
}

static void a_read_transaction_refuses_writes(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    const int64_t id = crmkit_record_id(account);
    REQUIRE_OK(crmkit_begin_read(crm.me));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_begin(crm.me));
    CHECK_CONTAINS("read transaction", crmkit_error_message());
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_create(crm.me, account));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_delete(crm.me, "account", NUL, id, 0));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_undo(crm.me, 1));
    CHECK_OK(crmkit_get(crm.me, id, account)); /* it goes on */
    CHECK_OK(crmkit_rollback(crm.me));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_rollback(crm.me)); /* nothing else was begun */
    CHECK_OK(crmkit_delete(crm.me, "account", NUL, id, 0));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void read_transactions_nest(void) {
    struct crm crm;
    crmkit_session* other = NULL;
    open_file_crm(&crm, temp_path("nested_reads.db"));
    REQUIRE_OK(crmkit_session_open(crm.store, 0, &other));
    REQUIRE_OK(crmkit_begin_read(other));
    CHECK_INT(0, count_of(other, "account", ""));
    add_account(&crm, "One");
    REQUIRE_OK(crmkit_begin_read(other));
    REQUIRE_OK(crmkit_begin_read(other));
    CHECK_INT(0, count_of(other, "account", ""));
    CHECK_OK(crmkit_rollback(other));
    CHECK_OK(crmkit_commit(other));
    CHECK_INT(0, count_of(other, "account", "")); /* the outermost is still open */
    CHECK_OK(crmkit_commit(other));
    CHECK_INT(1, count_of(other, "account", ""));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_commit(other));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_rollback(other));
    crmkit_session_close(other);
    close_crm(&crm);
}

static void inside_a_transaction_it_is_one_more(void) {
    struct crm crm;
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "One");
    REQUIRE_OK(crmkit_begin_read(crm.me));
    CHECK_INT(1, count_of(crm.me, "account", "")); /* what the session has written itself */
    add_account(&crm, "Two");
    CHECK_OK(crmkit_rollback(crm.me));
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    close_crm(&crm);
}

static void a_read_transaction_ends_with_its_session_or_store(const char* path) {
    struct crm crm;
    open_crm_at(&crm, path);
    REQUIRE_OK(crmkit_begin_read(crm.me));
    CHECK_INT(0, count_of(crm.me, "account", ""));
    crmkit_session_close(crm.me);
    REQUIRE_OK(crmkit_session_open(crm.store, crm.user, &crm.me));
    add_account(&crm, "One"); /* with the connection that was given back */
    CHECK_INT(1, count_of(crm.me, "account", ""));
    REQUIRE_OK(crmkit_begin_read(crm.me));
    crmkit_record* account = new_record(&crm, "account");
    crmkit_close(crm.store);
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_get(crm.me, 1, account));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_begin_read(crm.me));
    CHECK_OK(crmkit_rollback(crm.me));
    crmkit_session_close(crm.me);
    crmkit_record_free(account);
}

static void it_ends_with_its_session_or_store_in_memory(void) {
    a_read_transaction_ends_with_its_session_or_store(NULL);
}
static void it_ends_with_its_session_or_store_in_a_file(void) {
    a_read_transaction_ends_with_its_session_or_store(temp_path("ended_reads.db"));
}

/* ---- Cursors ------------------------------------------------------------------------------- */

static crmkit_cursor* all_accounts(struct crm* crm) {
    crmkit_cursor* cursor = NULL;
    REQUIRE_OK(crmkit_query(crm->me, "account", NUL, "order by name", NUL, NULL, 0, &cursor));
    return cursor;
}

static void a_cursor_ends_with_its_transaction(const char* path,
                                               crmkit_code (*begin)(crmkit_session*)) {
    struct crm crm;
    open_crm_at(&crm, path);
    add_account(&crm, "One");
    add_account(&crm, "Two");
    crmkit_record* account = new_record(&crm, "account");
    int32_t found = -1;
    crmkit_cursor* outside = all_accounts(&crm);
    CHECK_OK(crmkit_cursor_next(outside, account, &found));
    REQUIRE_OK(begin(crm.me));
    crmkit_cursor* outer = all_accounts(&crm);
    REQUIRE_OK(begin(crm.me));
    crmkit_cursor* inner = all_accounts(&crm);
    crmkit_cursor* unread = all_accounts(&crm);
    CHECK_OK(crmkit_cursor_next(inner, account, &found));
    CHECK_OK(crmkit_cursor_next(outer, account, &found));
    CHECK_INT(1, found);
    CHECK_OK(crmkit_rollback(crm.me));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_cursor_next(inner, account, &found));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_cursor_next(unread, account, &found));
    CHECK_TEXT("One", get(account, "name"));
    CHECK_OK(crmkit_cursor_next(outer, account, &found));
    CHECK_TEXT("Two", get(account, "name"));
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_cursor_next(outer, account, &found));
    CHECK_OK(crmkit_cursor_next(outside, account, &found)); /* goes on */
    CHECK_INT(1, found);
    CHECK_TEXT("Two", get(account, "name"));
    crmkit_cursor_close(inner);
    crmkit_cursor_close(unread);
    crmkit_cursor_close(outer);
    crmkit_cursor_close(outside);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_cursor_ends_with_its_transaction_in_memory(void) {
    a_cursor_ends_with_its_transaction(NULL, crmkit_begin);
    a_cursor_ends_with_its_transaction(NULL, crmkit_begin_read);
}

static void a_cursor_ends_with_its_transaction_in_a_file(void) {
    a_cursor_ends_with_its_transaction(temp_path("cursors.db"), crmkit_begin);
    a_cursor_ends_with_its_transaction(temp_path("reading_cursors.db"), crmkit_begin_read);
}

int main(void) {
    static const struct test_case cases[] = {
        {"what is committed stays", what_is_committed_stays},
        {"what is rolled back is gone", what_is_rolled_back_is_gone},
        {"nested ones are undone by themselves", nested_ones_are_undone_by_themselves},
        {"a call that fails leaves the transaction open",
         a_call_that_fails_leaves_the_transaction_open},
        {"there must be one to end it", there_must_be_one_to_end_it},
        {"closing the session undoes what is open", closing_the_session_undoes_what_is_open},
        {"a second session of the thread is not left waiting",
         a_second_session_of_the_thread_is_not_left_waiting},
        {"deep nesting is possible", deep_nesting_is_possible},
        {"a read transaction sees one state, in memory",
         a_read_transaction_sees_one_state_in_memory},
        {"a read transaction sees one state, in a file",
         a_read_transaction_sees_one_state_in_a_file},
        {"a read transaction refuses writes", a_read_transaction_refuses_writes},
        {"read transactions nest", read_transactions_nest},
        {"inside a transaction it is one more", inside_a_transaction_it_is_one_more},
        {"it ends with its session or store, in memory",
         it_ends_with_its_session_or_store_in_memory},
        {"it ends with its session or store, in a file",
         it_ends_with_its_session_or_store_in_a_file},
        {"a cursor ends with its transaction, in memory",
         a_cursor_ends_with_its_transaction_in_memory},
        {"a cursor ends with its transaction, in a file",
         a_cursor_ends_with_its_transaction_in_a_file},
    };
    make_temp_folder();
    const int code = RUN_CASES(cases);
    remove_temp_folder();
    return code;
}
