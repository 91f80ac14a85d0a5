/* History: what happened to a record and in the whole store, by whom, and taking it back. */
#include "support.h"

/* The text of a record's history; release it with crmkit_text_free(). */
static crmkit_text* history_of(struct crm* crm, int64_t id) {
    crmkit_text* history = NULL;
    REQUIRE_OK(crmkit_history(crm->me, id, &history));
    return history;
}

/* The last position in a text of changes; -1 when there is none. */
static int64_t last_position_in(const char* changes) {
    long long position = -1;
    for (const char* at = strstr(changes, "{\"position\":"); at != NULL;
         at = strstr(at + 1, "{\"position\":")) {
        CHECK(sscanf(at, "{\"position\":%lld", &position) == 1);
    }
    return position;
}

/* The position of the last change of a record. */
static int64_t last_position(struct crm* crm, int64_t id) {
    crmkit_text* history = history_of(crm, id);
    const int64_t position = last_position_in(crmkit_text_data(history));
    crmkit_text_free(history);
    return position;
}

/* The text of what happened from a position on; release it with crmkit_text_free(). */
static crmkit_text* changes_since(struct crm* crm, int64_t position, int64_t limit) {
    crmkit_text* changes = NULL;
    REQUIRE_OK(crmkit_changes_since(crm->me, position, limit, &changes));
    return changes;
}

static void it_tells_every_change(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    const int64_t id = crmkit_record_id(account);
    CHECK_OK(set(account, "name", "Acme Steel"));
    CHECK_OK(set(account, "annual_revenue", "5 EUR"));
    CHECK_OK(crmkit_update(crm.me, account));
    CHECK_OK(crmkit_delete(crm.me, "account", NUL, id, 0));
    CHECK_OK(crmkit_restore(crm.me, "account", NUL, id));
    crmkit_text* history = history_of(&crm, id);
    const char* const json = crmkit_text_data(history);
    char actor[60];
    snprintf(actor, sizeof actor, "\"actor\":\"%" PRId64 "\"", crm.user);
    CHECK_INT(4, occurrences(json, actor));
    CHECK_INT(4, occurrences(json, "\"at\":\"2026-11-21T09:30:00Z\""));
    CHECK_CONTAINS("\"kind\":\"created\",\"version\":1", json);
    CHECK_CONTAINS("\"kind\":\"updated\",\"version\":2", json);
    CHECK_CONTAINS("\"kind\":\"deleted\",\"version\":3", json);
    CHECK_CONTAINS("\"kind\":\"restored\",\"version\":4", json);
    CHECK_CONTAINS("{\"field\":\"name\",\"before\":\"Acme\",\"after\":\"Acme Steel\"}", json);
    CHECK_CONTAINS("\"before\":null,\"after\":{\"amount\":\"5.00\",\"currency\":\"EUR\"}", json);
    CHECK(strstr(json, "created") < strstr(json, "updated")); /* oldest first */
    crmkit_text_free(history);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void what_never_was_has_none(void) {
    struct crm crm;
    open_memory_crm(&crm);
    static const int64_t ids[] = {0, -1, 12345, INT64_MAX};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; ++i) {
        crmkit_text* history = history_of(&crm, ids[i]);
        CHECK_TEXT("[]", crmkit_text_data(history));
        crmkit_text_free(history);
    }
    close_crm(&crm);
}

static void the_whole_store_can_be_followed(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_text* setup = changes_since(&crm, 1, INT64_MAX);
    const int64_t last = last_position_in(crmkit_text_data(setup));
    crmkit_text_free(setup);
    const int64_t id = add_account(&crm, "One");
    add_account(&crm, "Two");
    CHECK_OK(crmkit_delete(crm.me, "account", NUL, id, 0));

    crmkit_text* first = changes_since(&crm, last + 1, 2);
    CHECK_INT(2, occurrences(crmkit_text_data(first), "\"kind\":\"created\""));
    CHECK_INT(last + 2, last_position_in(crmkit_text_data(first)));
    crmkit_text* second = changes_since(&crm, last + 3, 2);
    CHECK_INT(1, occurrences(crmkit_text_data(second), "\"kind\":\"deleted\""));
    CHECK_INT(last + 3, last_position_in(crmkit_text_data(second)));
    crmkit_text* end = changes_since(&crm, last + 4, 2);
    CHECK_TEXT("[]", crmkit_text_data(end));
    crmkit_text* of_record = history_of(&crm, id);
    const char* const deletion = crmkit_text_data(second) + 1; /* told as in the record's history */
    CHECK_CONTAINS(deletion, crmkit_text_data(of_record));
    crmkit_text_free(of_record);
    crmkit_text_free(end);
    crmkit_text_free(second);
    crmkit_text_free(first);
    close_crm(&crm);
}

static void any_position_is_one_to_begin_at(void) {
    struct crm crm;
    open_memory_crm(&crm);
    add_account(&crm, "Acme");
    crmkit_text* all = changes_since(&crm, 1, INT64_MAX);
    static const int64_t before[] = {0, -1, INT64_MIN};
    for (size_t i = 0; i < sizeof before / sizeof *before; ++i) {
        crmkit_text* same = changes_since(&crm, before[i], INT64_MAX);
        CHECK_TEXT(crmkit_text_data(all), crmkit_text_data(same));
        crmkit_text_free(same);
    }
    crmkit_text* beyond = changes_since(&crm, INT64_MAX, 1);
    crmkit_text* none = changes_since(&crm, 1, 0);
    CHECK_TEXT("[]", crmkit_text_data(beyond));
    CHECK_TEXT("[]", crmkit_text_data(none));
    crmkit_text* refused = NULL;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_changes_since(crm.me, 1, -1, &refused));
    CHECK_CONTAINS("-1", crmkit_error_message());
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_changes_since(crm.me, 1, INT64_MIN, &refused));
    CHECK(refused == NULL);
    crmkit_text_free(none);
    crmkit_text_free(beyond);
    crmkit_text_free(all);
    close_crm(&crm);
}

/* Stores an account and checks what the history says it came from. */
static void check_origin(struct crm* crm, const char* origin) {
    char expected[60];
    crmkit_text* history = history_of(crm, add_account(crm, "Acme"));
    snprintf(expected, sizeof expected, "\"origin\":\"%s\"", origin);
    CHECK_CONTAINS(expected, crmkit_text_data(history));
    crmkit_text_free(history);
}

static void changes_carry_the_origin_of_their_session(void) {
    struct crm crm;
    struct crm other;
    open_memory_crm(&crm);
    other = crm;
    REQUIRE_OK(crmkit_session_open(crm.store, crm.user, &other.me));
    check_origin(&crm, "session");
    CHECK_OK(crmkit_session_set_origin(crm.me, "erp of the night", 3));
    check_origin(&crm, "erp");
    check_origin(&other, "session");
    REQUIRE_OK(crmkit_begin(crm.me));
    CHECK_OK(crmkit_session_set_origin(crm.me, "M\xC3\xBCller", NUL));
    check_origin(&crm, "M\xC3\xBCller");
    CHECK_OK(crmkit_commit(crm.me));
    const int64_t id = add_account(&crm, "Undone");
    CHECK_OK(crmkit_undo(crm.me, last_position(&crm, id))); /* has its own, for itself only */
    check_origin(&crm, "M\xC3\xBCller");
    CHECK_OK(crmkit_session_set_origin(crm.me, NULL, 0));
    check_origin(&crm, "session");
    crmkit_session_close(other.me);
    close_crm(&crm);
}

static void an_origin_is_a_text(void) {
    struct crm crm;
    open_memory_crm(&crm);
    CHECK_OK(crmkit_session_set_origin(crm.me, "erp", NUL));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_session_set_origin(crm.me, "erp\xFF", NUL));
    CHECK_TEXT("origin is not valid UTF-8 at byte 4", crmkit_error_message());
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_session_set_origin(crm.me, NULL, 5));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_session_set_origin(crm.me, "crm", -2));
    check_origin(&crm, "erp"); /* as it was */
    close_crm(&crm);
}

static void a_change_can_be_taken_back(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    const int64_t id = crmkit_record_id(account);
    CHECK_OK(set(account, "name", "Acme Steel"));
    CHECK_OK(crmkit_update(crm.me, account));
    const int64_t renaming = last_position(&crm, id);
    CHECK_OK(crmkit_undo(crm.me, renaming));
    CHECK_OK(crmkit_get(crm.me, id, account));
    CHECK_TEXT("Acme", get(account, "name"));
    CHECK_INT(3, crmkit_record_version(account)); /* a change like any other */
    crmkit_text* history = history_of(&crm, id);
    CHECK_CONTAINS("\"origin\":\"undo\"", crmkit_text_data(history));
    crmkit_text_free(history);

    CHECK_OK(crmkit_delete(crm.me, "account", NUL, id, 0));
    CHECK_OK(crmkit_undo(crm.me, last_position(&crm, id)));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void what_changed_again_since_is_a_conflict(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    const int64_t id = crmkit_record_id(account);
    CHECK_OK(set(account, "name", "Acme Steel"));
    CHECK_OK(set(account, "industry", "steel"));
    CHECK_OK(crmkit_update(crm.me, account));
    const int64_t position = last_position(&crm, id);
    CHECK_OK(set(account, "name", "Acme Glass"));
    CHECK_OK(crmkit_update(crm.me, account));
    CHECK_CODE(CRMKIT_CONFLICT, crmkit_undo(crm.me, position));
    CHECK_INT(1, (int64_t)crmkit_error_problem_count());
    CHECK_TEXT("Acme Glass", problem_about("name").value);
    CHECK_OK(crmkit_get(crm.me, id, account));
    CHECK_TEXT("steel", get(account, "industry")); /* nothing half-done */
    crmkit_record_free(account);
    close_crm(&crm);
}

static void there_must_be_such_a_change(void) {
    struct crm crm;
    open_memory_crm(&crm);
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_undo(crm.me, 0));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_undo(crm.me, -1));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_undo(crm.me, INT64_MAX));
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"it tells every change", it_tells_every_change},
        {"what never was has none", what_never_was_has_none},
        {"the whole store can be followed", the_whole_store_can_be_followed},
        {"any position is one to begin at", any_position_is_one_to_begin_at},
        {"changes carry the origin of their session", changes_carry_the_origin_of_their_session},
        {"an origin is a text", an_origin_is_a_text},
        {"a change can be taken back", a_change_can_be_taken_back},
        {"what changed again since is a conflict", what_changed_again_since_is_a_conflict},
        {"there must be such a change", there_must_be_such_a_change},
    };
    return RUN_CASES(cases);
}
