/* Records: created, read, updated, deleted, restored, and stored by a key of another system. */
#include "support.h"

static void a_record_is_created_and_read(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    crmkit_record* read = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Acme Steel"));
    CHECK_OK(set(account, "email", "Info@Acme.example"));
    CHECK_OK(crmkit_create(crm.me, account));
    CHECK(crmkit_record_id(account) > 0);
    CHECK_INT(1, crmkit_record_version(account));
    CHECK_TEXT("info@acme.example", get(account, "email_normal")); /* computed */
    CHECK_INT(TEST_NOW, get_number(account, "created_at"));
    CHECK_INT(crm.user, get_number(account, "created_by"));
    CHECK_OK(crmkit_get(crm.me, crmkit_record_id(account), read));
    CHECK_TEXT("Acme Steel", get(read, "name"));
    CHECK_INT(crmkit_record_id(account), crmkit_record_id(read));
    CHECK_INT(1, crmkit_record_version(read));
    crmkit_record_free(read);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void what_is_not_there_is_not_found(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    const int64_t ids[] = {0, -1, 12345, INT64_MIN, INT64_MAX, crm.user};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; ++i) {
        CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_get(crm.me, ids[i], account));
        CHECK_TEXT("account", problem_about("id").entity);
        CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_delete(crm.me, "account", NUL, ids[i], 0));
        CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_restore(crm.me, "account", NUL, ids[i]));
    }
    CHECK_TEXT("Acme", get(account, "name")); /* as it was */
    crmkit_record* none = NULL;
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_record_new(crm.store, "acount", NUL, &none));
    CHECK_CONTAINS("nearest is 'account'", crmkit_error_message());
    CHECK(none == NULL);
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_delete(crm.me, "acount", NUL, 1, 0));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_restore(crm.me, "acount", NUL, 1));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_second_create_is_a_second_record(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    const int64_t first = crmkit_record_id(account);
    CHECK_OK(crmkit_create(crm.me, account));
    CHECK(crmkit_record_id(account) != first);
    CHECK_INT(2, count_of(crm.me, "account", "name = 'Acme'"));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void an_update_writes_what_was_set(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* one = stored_record(&crm, "account", "name", "Acme");
    crmkit_record* two = new_record(&crm, "account");
    REQUIRE_OK(crmkit_get(crm.me, crmkit_record_id(one), two));
    crm.now += 1000000;
    CHECK_OK(set(one, "industry", "steel"));
    CHECK_OK(set_number(one, "number_of_employees", 12));
    CHECK_OK(crmkit_update(crm.me, one));
    CHECK_INT(2, crmkit_record_version(one));
    CHECK_INT(TEST_NOW, get_number(one, "created_at"));
    CHECK_INT(TEST_NOW + 1000000, get_number(one, "modified_at"));
    CHECK_OK(crmkit_update(crm.me, one)); /* nothing was set since: nothing changes */
    CHECK_INT(2, crmkit_record_version(one));
    CHECK_OK(crmkit_set_null(one, field(one, "industry")));
    CHECK_OK(crmkit_update(crm.me, one));
    CHECK_INT(3, crmkit_record_version(one));
    CHECK_OK(crmkit_get(crm.me, crmkit_record_id(one), two));
    CHECK_INT(1, crmkit_is_null(two, field(two, "industry")));
    CHECK_INT(12, get_number(two, "number_of_employees"));
    crmkit_record_free(two);
    crmkit_record_free(one);
    close_crm(&crm);
}

static void a_stale_version_is_a_conflict(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* one = stored_record(&crm, "account", "name", "Acme");
    crmkit_record* two = new_record(&crm, "account");
    REQUIRE_OK(crmkit_get(crm.me, crmkit_record_id(one), two));
    CHECK_OK(set(one, "name", "Acme One"));
    CHECK_OK(crmkit_update(crm.me, one));
    CHECK_OK(set(two, "industry", "steel"));
    CHECK_CODE(CRMKIT_CONFLICT, crmkit_update(crm.me, two));
    CHECK_TEXT("1", problem_about("version").value);
    CHECK_CONTAINS("version 2 now", crmkit_error_message());
    CHECK_TEXT("steel", get(two, "industry")); /* what was set is still there */
    CHECK_CODE(CRMKIT_CONFLICT, crmkit_delete(crm.me, "account", NUL, crmkit_record_id(two), 1));
    CHECK_OK(crmkit_get(crm.me, crmkit_record_id(one), two));
    CHECK_TEXT("Acme One", get(two, "name"));
    CHECK_INT(1, crmkit_is_null(two, field(two, "industry")));
    crmkit_record_free(two);
    crmkit_record_free(one);
    close_crm(&crm);
}

static void a_record_can_be_written_without_reading_it(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    crmkit_record* unread = new_record(&crm, "account");
    CHECK_OK(set(account, "industry", "steel"));
    CHECK_OK(crmkit_update(crm.me, account));
    CHECK_OK(set_number(unread, "id", crmkit_record_id(account)));
    CHECK_OK(set(unread, "name", "Acme & Sons"));
    CHECK_OK(crmkit_update(crm.me, unread));
    CHECK_INT(3, crmkit_record_version(unread));
    CHECK_TEXT("steel", get(unread, "industry")); /* it became as stored */
    crmkit_record* lost = new_record(&crm, "account");
    CHECK_OK(set(lost, "name", "Nobody"));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_update(crm.me, lost));
    crmkit_record_free(lost);
    crmkit_record_free(unread);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void what_the_library_keeps_is_not_written(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    CHECK_OK(set_number(account, "created_at", 0));
    CHECK_OK(set(account, "deleted_at", "2020-01-01T00:00:00Z"));
    CHECK_OK(set(account, "email_normal", "other@example.com"));
    CHECK_OK(set(account, "email", "ada@example.com"));
    CHECK_OK(crmkit_update(crm.me, account));
    CHECK_INT(TEST_NOW, get_number(account, "created_at"));
    CHECK_INT(1, crmkit_is_null(account, field(account, "deleted_at")));
    CHECK_TEXT("ada@example.com", get(account, "email_normal"));
    crmkit_record* deal = stored_record(&crm, "opportunity", "name", "Rolling mill");
    CHECK_OK(set(deal, "state", "won"));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_update(crm.me, deal));
    CHECK_CONTAINS("is set by the library only", problem_about("state").message);
    crmkit_record_free(deal);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_deleted_record_can_be_restored(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    const int64_t id = crmkit_record_id(account);
    CHECK(crmkit_restore(crm.me, "account", NUL, id) != CRMKIT_OK); /* it is not deleted */
    CHECK_OK(crmkit_delete(crm.me, "account", NUL, id, 1));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_get(crm.me, id, account));
    CHECK_TEXT("Acme", get(account, "name")); /* not what lies deleted in the store */
    CHECK_INT(1, crmkit_is_null(account, field(account, "deleted_at")));
    CHECK_INT(0, count_of(crm.me, "account", ""));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_delete(crm.me, "account", NUL, id, 0));
    CHECK_OK(crmkit_restore(crm.me, "account", NUL, id));
    CHECK_OK(crmkit_get(crm.me, id, account));
    CHECK_INT(3, crmkit_record_version(account));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    CHECK(crmkit_restore(crm.me, "account", NUL, id) != CRMKIT_OK);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_deleted_record_can_still_be_read(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    crmkit_record* read = new_record(&crm, "account");
    const int64_t id = crmkit_record_id(account);
    CHECK_OK(crmkit_get_even_deleted(crm.me, id, read)); /* one that is not */
    CHECK_INT(1, crmkit_is_null(read, field(read, "deleted_at")));
    crm.now += 1000000;
    CHECK_OK(crmkit_delete(crm.me, "account", NUL, id, 0));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_get(crm.me, id, read));
    CHECK_OK(crmkit_get_even_deleted(crm.me, id, read));
    CHECK_TEXT("Acme", get(read, "name"));
    CHECK_INT(2, crmkit_record_version(read));
    CHECK_INT(TEST_NOW + 1000000, get_number(read, "deleted_at"));
    CHECK_OK(set(read, "name", "Acme Steel"));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_update(crm.me, read)); /* it is restored first */
    CHECK_OK(crmkit_create(crm.me, read));                     /* or stored as another one */
    CHECK(crmkit_record_id(read) != id);
    CHECK_INT(1, crmkit_is_null(read, field(read, "deleted_at")));
    CHECK_INT(1, count_of(crm.me, "account", "name = 'Acme Steel'"));
    crmkit_record_free(read);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void what_never_was_there_is_not_found_even_deleted(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    const int64_t ids[] = {0, -1, 12345, INT64_MIN, INT64_MAX, crm.user};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; ++i) {
        char message[100];
        CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_get(crm.me, ids[i], account));
        snprintf(message, sizeof message, "%s", crmkit_error_message());
        CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_get_even_deleted(crm.me, ids[i], account));
        CHECK_TEXT(message, crmkit_error_message());
        CHECK_TEXT("account", problem_about("id").entity);
    }
    CHECK_TEXT("Acme", get(account, "name")); /* as it was */
    crmkit_record_free(account);
    close_crm(&crm);
}

static void records_that_are_referred_to_may_be_restricted(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    crmkit_record* deal = new_record(&crm, "opportunity");
    CHECK_OK(set(deal, "name", "Rolling mill"));
    CHECK_OK(set_number(deal, "account", crmkit_record_id(account)));
    REQUIRE_OK(crmkit_create(crm.me, deal));
    CHECK_CODE(CRMKIT_RESTRICTED,
               crmkit_delete(crm.me, "account", NUL, crmkit_record_id(account), 0));
    CHECK_CONTAINS("opportunity", crmkit_error_message());
    CHECK_OK(crmkit_delete(crm.me, "opportunity", NUL, crmkit_record_id(deal), 0));
    CHECK_OK(crmkit_delete(crm.me, "account", NUL, crmkit_record_id(account), 0));
    crmkit_record_free(deal);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void unique_keys_are_taken_once(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* one = new_record(&crm, "account");
    CHECK_OK(set(one, "name", "Acme"));
    CHECK_OK(set(one, "account_number", "C-1"));
    REQUIRE_OK(crmkit_create(crm.me, one));
    const int64_t first = crmkit_record_id(one);
    CHECK_OK(set(one, "name", "Acme Two"));
    CHECK_CODE(CRMKIT_DUPLICATE, crmkit_create(crm.me, one));
    CHECK_TEXT("C-1", problem_about("account_number").value);
    CHECK_INT(first, crmkit_record_id(one)); /* as it was */
    CHECK_OK(crmkit_delete(crm.me, "account", NUL, first, 0));
    CHECK_OK(crmkit_create(crm.me, one));
    CHECK_CODE(CRMKIT_DUPLICATE, crmkit_restore(crm.me, "account", NUL, first));
    crmkit_record_free(one);
    close_crm(&crm);
}

static void upsert_goes_by_the_key_of_another_system(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    int32_t action = -1;
    CHECK_OK(set(account, "name", "Acme"));
    CHECK_OK(set(account, "industry", "steel"));
    CHECK_OK(
        crmkit_upsert(crm.me, "erp", NUL, "C-1001", NUL, CRMKIT_UPSERT_UPDATE, account, &action));
    CHECK_INT(CRMKIT_UPSERT_CREATED, action);
    const int64_t id = crmkit_record_id(account);
    CHECK_INT(1, count_of(crm.me, "external_id", "system = 'erp' and key = 'C-1001'"));

    crmkit_record* again = new_record(&crm, "account");
    CHECK_OK(set(again, "name", "Acme Ltd"));
    CHECK_OK(crmkit_upsert(crm.me, "erp", NUL, "C-1001", NUL, CRMKIT_UPSERT_SKIP, again, &action));
    CHECK_INT(CRMKIT_UPSERT_SKIPPED, action);
    CHECK_TEXT("Acme", get(again, "name")); /* as stored */
    CHECK_OK(set(again, "name", "Acme Ltd"));
    CHECK_OK(
        crmkit_upsert(crm.me, "erp", NUL, "C-1001", NUL, CRMKIT_UPSERT_UPDATE, again, &action));
    CHECK_INT(CRMKIT_UPSERT_UPDATED, action);
    CHECK_INT(id, crmkit_record_id(again));
    CHECK_TEXT("steel", get(again, "industry")); /* it was not set, so it stays */
    CHECK_OK(crmkit_upsert(crm.me, "erp", NUL, "C-1001", NUL, CRMKIT_UPSERT_UPDATE, again, NULL));
    CHECK_INT(2, crmkit_record_version(again));

    crmkit_record* fresh = new_record(&crm, "account");
    CHECK_OK(set(fresh, "name", "Acme New"));
    CHECK_CODE(CRMKIT_DUPLICATE, crmkit_upsert(crm.me, "erp", NUL, "C-1001", NUL,
                                               CRMKIT_UPSERT_CREATE_OR_FAIL, fresh, &action));
    CHECK_INT(CRMKIT_UPSERT_UPDATED, action); /* as it was */
    CHECK_INT(0, crmkit_record_id(fresh));
    CHECK_OK(
        crmkit_upsert(crm.me, "erp", NUL, "C-1001", NUL, CRMKIT_UPSERT_REPLACE, fresh, &action));
    CHECK_INT(1, crmkit_is_null(fresh, field(fresh, "industry")));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    crmkit_record_free(fresh);
    crmkit_record_free(again);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void upsert_goes_by_fields_too(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* contact = new_record(&crm, "contact");
    int32_t action = -1;
    CHECK_OK(set(contact, "last_name", "Lovelace"));
    CHECK_OK(set(contact, "email", "Ada@Example.com"));
    CHECK_OK(crmkit_upsert_by(crm.me, "email_normal", NUL, CRMKIT_UPSERT_UPDATE, contact, &action));
    CHECK_INT(CRMKIT_UPSERT_CREATED, action);
    crmkit_record* again = new_record(&crm, "contact");
    CHECK_OK(set(again, "last_name", "King"));
    CHECK_OK(set(again, "email", "ada@example.com"));
    CHECK_OK(crmkit_upsert_by(crm.me, " email_normal ", NUL, CRMKIT_UPSERT_UPDATE, again, &action));
    CHECK_INT(CRMKIT_UPSERT_UPDATED, action);
    CHECK_INT(crmkit_record_id(contact), crmkit_record_id(again));
    CHECK_OK(crmkit_create(crm.me, again)); /* now two have the address */
    CHECK_OK(set(again, "last_name", "Byron"));
    CHECK_CODE(CRMKIT_DUPLICATE,
               crmkit_upsert_by(crm.me, "email_normal", NUL, CRMKIT_UPSERT_UPDATE, again, &action));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_upsert_by(crm.me, "last_name,emial", NUL,
                                                  CRMKIT_UPSERT_UPDATE, again, &action));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
               crmkit_upsert_by(crm.me, "", NUL, CRMKIT_UPSERT_UPDATE, again, &action));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_upsert_by(crm.me, "last_name", NUL, 4, again, NULL));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
               crmkit_upsert_by(crm.me, "last_name", NUL, -1, again, NULL));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
               crmkit_upsert(crm.me, "erp", NUL, "", NUL, CRMKIT_UPSERT_UPDATE, again, NULL));
    CHECK_TEXT("Byron", get(again, "last_name"));
    crmkit_record_free(again);
    crmkit_record_free(contact);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"a record is created and read", a_record_is_created_and_read},
        {"what is not there is not found", what_is_not_there_is_not_found},
        {"a second create is a second record", a_second_create_is_a_second_record},
        {"an update writes what was set", an_update_writes_what_was_set},
        {"a stale version is a conflict", a_stale_version_is_a_conflict},
        {"a record can be written without reading it", a_record_can_be_written_without_reading_it},
        {"what the library keeps is not written", what_the_library_keeps_is_not_written},
        {"a deleted record can be restored", a_deleted_record_can_be_restored},
        {"a deleted record can still be read", a_deleted_record_can_still_be_read},
        {"what never was there is not found, even deleted",
         what_never_was_there_is_not_found_even_deleted},
        {"records that are referred to may be restricted",
         records_that_are_referred_to_may_be_restricted},
        {"unique keys are taken once", unique_keys_are_taken_once},
        {"upsert goes by the key of another system", upsert_goes_by_the_key_of_another_system},
        {"upsert goes by fields too", upsert_goes_by_fields_too},
    };
    return RUN_CASES(cases);
}
