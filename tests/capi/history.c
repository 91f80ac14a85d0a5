/* History: what happened to a record, and taking it back. */
#include "support.h"

/* The text of a record's history; release it with crmkit_text_free(). */
static crmkit_text* history_of(struct crm* crm, int64_t id) {
    crmkit_text* history = NULL;
    REQUIRE_OK(crmkit_history(crm->me, id, &history));
    return history;
}

/* The position of the last change of a record. */
static int64_t last_position(struct crm* crm, int64_t id) {
    crmkit_text* history = history_of(crm, id);
    long long position = -1;
    for (const char* at = strstr(crmkit_text_data(history), "{\"position\":"); at != NULL;
         at = strstr(at + 1, "{\"position\":")) {
        CHECK(sscanf(at, "{\"position\":%lld", &position) == 1);
    }
    crmkit_text_free(history);
    return position;
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
        {"a change can be taken back", a_change_can_be_taken_back},
        {"what changed again since is a conflict", what_changed_again_since_is_a_conflict},
        {"there must be such a change", there_must_be_such_a_change},
    };
    return RUN_CASES(cases);
}
