/* A store on a storage of the host's: a story, what is refused, what the host undoes, threads, and
 * every call to the storage failing once. The storage ends the program when crmkit does not use it
 * as the header promises. */
#include <pthread.h>

#include "host_map/host_map.h"
#include "support.h"

/* ---- A store on a map ---------------------------------------------------------------------- */

static crmkit_code open_on(struct crm* crm, host_map* map) {
    const crmkit_storage table = host_map_table(map);
    const crmkit_options options = options_of_crm(crm);
    crm->store = NULL;
    return crmkit_open_on_storage(&table, &options, &crm->store);
}

static void open_host_crm(struct crm* crm, host_map* map) {
    REQUIRE_OK(open_on(crm, map));
    act_as_ada(crm);
}

static void check_sound(struct crm* crm) {
    crmkit_text* problems = NULL;
    if (CHECK_OK(crmkit_check_integrity(crm->store, &problems))) {
        CHECK_TEXT("[]", crmkit_text_data(problems));
        crmkit_text_free(problems);
    }
}

/* ---- The story ----------------------------------------------------------------------------- */

static crmkit_code win(struct crm* crm, int64_t deal) {
    char input[60];
    crmkit_text* result = NULL;
    snprintf(input, sizeof input, "{\"opportunity\": \"%" PRId64 "\"}", deal);
    const crmkit_code code =
        crmkit_call(crm->me, "sales.win_opportunity", NUL, input, NUL, &result);
    crmkit_text_free(result);
    return code;
}

static int64_t add_deal(struct crm* crm, int64_t account) {
    crmkit_record* deal = new_record(crm, "opportunity");
    REQUIRE_OK(set(deal, "name", "Rolling mill"));
    REQUIRE_OK(set(deal, "amount", "1200000.00 EUR"));
    REQUIRE_OK(set_number(deal, "account", account));
    REQUIRE_OK(crmkit_create(crm->me, deal));
    const int64_t id = crmkit_record_id(deal);
    crmkit_record_free(deal);
    return id;
}

static void check_found(struct crm* crm, const char* words, int64_t expected) {
    int64_t ids[4] = {0};
    size_t count = 0;
    CHECK_OK(crmkit_search(crm->me, "account", NUL, words, NUL, ids, 4, &count));
    CHECK_INT(expected == 0 ? 0 : 1, (int64_t)count);
    CHECK_INT(expected, ids[0]);
}

static void check_history(struct crm* crm, int64_t record, int expected) {
    crmkit_text* history = NULL;
    REQUIRE_OK(crmkit_history(crm->me, record, &history));
    CHECK_INT(expected, occurrences(crmkit_text_data(history), "\"position\""));
    crmkit_text_free(history);
}

static void a_story_on_a_hosts_storage(void) {
    struct crm crm;
    host_map* const map = host_map_new();
    open_host_crm(&crm, map);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme Steel");
    const int64_t acme = crmkit_record_id(account);
    const int64_t deal = add_deal(&crm, acme);
    CHECK_OK(win(&crm, deal));
    CHECK_INT(1, count_of(crm.me, "opportunity", "state = 'won' and account.name = 'Acme Steel'"));
    CHECK_OK(set(account, "name", "Acme Iron"));
    CHECK_OK(crmkit_update(crm.me, account));
    check_found(&crm, "iron", acme);
    check_found(&crm, "steel", 0);
    check_history(&crm, acme, 2);

    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Gone");
    CHECK_INT(2, count_of(crm.me, "account", ""));
    CHECK_OK(crmkit_rollback(crm.me));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    CHECK_CODE(CRMKIT_UNSUPPORTED, crmkit_backup(crm.store, "backup.db", NUL));
    check_sound(&crm);
    close_crm(&crm);
    CHECK_INT(1, host_map_closed(map));

    open_host_crm(&crm, map); /* as another program would */
    CHECK_OK(crmkit_get(crm.me, acme, account));
    CHECK_TEXT("Acme Iron", get(account, "name"));
    check_found(&crm, "acme", acme);
    check_sound(&crm);
    crmkit_record_free(account);
    close_crm(&crm);
    host_map_free(map);
}

static void the_storage_is_closed_with_the_last_handle(void) {
    struct crm crm;
    host_map* const map = host_map_new();
    open_host_crm(&crm, map);
    crmkit_close(crm.store);
    CHECK_INT(0, host_map_closed(map)); /* the session holds it */
    crmkit_session_close(crm.me);
    CHECK_INT(1, host_map_closed(map));
    host_map_free(map);
}

static void a_store_may_be_opened_for_reading(void) {
    struct crm crm;
    host_map* const map = host_map_new();
    const crmkit_storage table = host_map_table(map);
    crmkit_options options = options_of_crm(&crm);
    options.read_only = 1;
    crm.store = NULL;
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_open_on_storage(&table, &options, &crm.store));
    CHECK(crm.store == NULL);
    CHECK_INT(0, host_map_size(map));
    open_host_crm(&crm, map);
    add_account(&crm, "Acme");
    close_crm(&crm);

    REQUIRE_OK(crmkit_open_on_storage(&table, &options, &crm.store));
    REQUIRE_OK(crmkit_session_open(crm.store, 0, &crm.me));
    crmkit_record* account = new_record(&crm, "account");
    CHECK_INT(1, count_of(crm.me, "account", ""));
    CHECK_OK(set(account, "name", "Other"));
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_create(crm.me, account));
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_begin(crm.me));
    REQUIRE_OK(crmkit_begin_read(crm.me));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    CHECK_OK(crmkit_commit(crm.me));
    crmkit_record_free(account);
    close_crm(&crm);
    host_map_free(map);
}

/* ---- What is refused ----------------------------------------------------------------------- */

/* Opening on this table must be refused, and must not close the storage. */
static void check_refused(const crmkit_storage* table, const char* part) {
    crmkit_store* store = NULL;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_on_storage(table, NULL, &store));
    CHECK_CONTAINS(part, crmkit_error_message());
    CHECK(store == NULL);
}

static void a_table_that_is_none_is_refused(void) {
    host_map* const map = host_map_new();
    const crmkit_storage whole = host_map_table(map);
    crmkit_storage table = whole;
    check_refused(NULL, "storage is NULL");
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_on_storage(&whole, NULL, NULL));
    static const size_t sizes[] = {0, sizeof(size_t), offsetof(crmkit_storage, close),
                                   sizeof(crmkit_storage) + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
        table.struct_size = sizes[i];
        check_refused(&table, "struct_size");
    }
    table = whole;
    table.begin = NULL;
    check_refused(&table, "storage.begin");
    table = whole;
    table.commit = NULL;
    check_refused(&table, "storage.commit");
    table = whole;
    table.rollback = NULL;
    check_refused(&table, "storage.rollback");
    table = whole;
    table.get = NULL;
    check_refused(&table, "storage.get");
    table = whole;
    table.scan = NULL;
    check_refused(&table, "storage.scan");
    table = whole;
    table.put = NULL;
    check_refused(&table, "storage.put");
    table = whole;
    table.erase = NULL;
    check_refused(&table, "storage.erase");
    CHECK_INT(0, host_map_closed(map));
    CHECK_INT(0, host_map_size(map));

    crmkit_store* store = NULL;
    table = whole;
    table.close = NULL; /* the one that may be */
    REQUIRE_OK(crmkit_open_on_storage(&table, NULL, &store));
    crmkit_close(store);
    host_map_free(map);
}

static void a_storage_with_other_entries_is_refused(void) {
    struct crm crm;
    host_map* const map = host_map_new();
    host_map_add_foreign(map);
    const uint64_t before = host_map_digest(map);
    CHECK_CODE(CRMKIT_CORRUPT, open_on(&crm, map));
    CHECK(crm.store == NULL);
    CHECK(before == host_map_digest(map));
    CHECK_INT(0, host_map_closed(map));
    host_map_free(map);
}

static void the_codes_of_a_storage_come_through(void) {
    static const crmkit_code known[] = {CRMKIT_LIMIT,     CRMKIT_CANCELLED,    CRMKIT_BUSY,
                                        CRMKIT_READ_ONLY, CRMKIT_DISK_FULL,    CRMKIT_IO,
                                        CRMKIT_CORRUPT,   CRMKIT_OUT_OF_MEMORY};
    static const crmkit_code others[] = {CRMKIT_NOT_FOUND, CRMKIT_DUPLICATE, CRMKIT_INTERNAL, 99,
                                         -1};
    struct crm crm;
    host_map* const map = host_map_new();
    open_host_crm(&crm, map);
    crmkit_record* user = new_record(&crm, "user");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; ++i) {
        host_map_fail(map, 1, known[i], 0);
        CHECK_CODE(known[i], crmkit_get(crm.me, crm.user, user));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; ++i) {
        host_map_fail(map, 1, others[i], 0);
        CHECK_CODE(CRMKIT_IO, crmkit_get(crm.me, crm.user, user));
        CHECK_CONTAINS("failed to get", crmkit_error_message());
    }
    CHECK_OK(crmkit_get(crm.me, crm.user, user));
    crmkit_record_free(user);
    close_crm(&crm);
    host_map_free(map);
}

/* ---- The host's transaction, threads ------------------------------------------------------- */

static void what_the_host_undoes_leaves_no_trace(void) {
    struct crm crm;
    host_map* const map = host_map_new();
    open_host_crm(&crm, map);
    add_account(&crm, "Kept");
    const uint64_t before = host_map_digest(map);
    host_map_begin_own(map);
    const int64_t gone = add_account(&crm, "Gone");
    CHECK_INT(2, count_of(crm.me, "account", ""));
    host_map_undo_own(map);
    CHECK(before == host_map_digest(map));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    check_history(&crm, gone, 0);
    add_account(&crm, "Kept, too"); /* the chain of the history goes on from what is there */
    check_sound(&crm);
    close_crm(&crm);
    host_map_free(map);
}

enum { thread_count = 3, record_count = 20 };

static void* create_and_read(void* ctx) {
    struct crm mine = *(struct crm*)ctx;
    int failures = crmkit_session_open(mine.store, mine.user, &mine.me) != CRMKIT_OK;
    for (int i = 0; i < record_count; ++i) {
        crmkit_record* account = NULL;
        failures += crmkit_record_new(mine.store, "account", NUL, &account) != CRMKIT_OK;
        const int32_t name = crmkit_field(account, "name", NUL);
        failures += crmkit_set_text(account, name, "Acme", NUL) != CRMKIT_OK;
        failures += crmkit_create(mine.me, account) != CRMKIT_OK;
        failures += crmkit_get(mine.me, crmkit_record_id(account), account) != CRMKIT_OK;
        crmkit_record_free(account);
    }
    crmkit_session_close(mine.me);
    return failures == 0 ? NULL : ctx;
}

static void threads_take_turns(void) {
    struct crm crm;
    pthread_t threads[thread_count];
    host_map* const map = host_map_new();
    open_host_crm(&crm, map);
    for (int i = 0; i < thread_count; ++i) {
        REQUIRE(pthread_create(&threads[i], NULL, create_and_read, &crm) == 0);
    }
    for (int i = 0; i < thread_count; ++i) {
        void* failed = NULL;
        pthread_join(threads[i], &failed);
        CHECK(failed == NULL);
    }
    CHECK_INT(thread_count * record_count, count_of(crm.me, "account", ""));
    check_sound(&crm);
    close_crm(&crm);
    host_map_free(map);
}

/* ---- Every call fails once ----------------------------------------------------------------- */

/* What the commands of the sweep work on. */
static int64_t acme;
static int64_t lonely;
static int64_t deal_of_acme;

static crmkit_code create_contact(struct crm* crm) {
    crmkit_record* contact = new_record(crm, "contact");
    REQUIRE_OK(set(contact, "last_name", "Hopper"));
    REQUIRE_OK(set(contact, "email", "grace@example.com"));
    REQUIRE_OK(set_number(contact, "account", acme));
    const crmkit_code code = crmkit_create(crm->me, contact);
    crmkit_record_free(contact);
    return code;
}

static crmkit_code rename_account(struct crm* crm) {
    crmkit_record* account = new_record(crm, "account");
    crmkit_code code = crmkit_get(crm->me, acme, account);
    if (code == CRMKIT_OK) {
        REQUIRE_OK(set(account, "name", "Acme Iron"));
        code = crmkit_update(crm->me, account);
    }
    crmkit_record_free(account);
    return code;
}

static crmkit_code upsert_account(struct crm* crm) {
    crmkit_record* account = new_record(crm, "account");
    REQUIRE_OK(set(account, "name", "Bright Rubber"));
    const crmkit_code code =
        crmkit_upsert(crm->me, "erp", NUL, "C-1001", NUL, CRMKIT_UPSERT_UPDATE, account, NULL);
    crmkit_record_free(account);
    return code;
}

static crmkit_code win_deal(struct crm* crm) { return win(crm, deal_of_acme); }

static crmkit_code ask_for_everything(struct crm* crm) {
    char input[60];
    crmkit_text* result = NULL;
    snprintf(input, sizeof input, "{\"party\": \"account/%" PRId64 "\"}", acme);
    const crmkit_code code = crmkit_call(crm->me, "engine.customer_360", NUL, input, NUL, &result);
    crmkit_text_free(result);
    return code;
}

static crmkit_code two_in_a_transaction(struct crm* crm) {
    crmkit_record* account = new_record(crm, "account");
    crmkit_code code = crmkit_begin(crm->me);
    const int is_open = code == CRMKIT_OK;
    for (int i = 0; i < 2 && code == CRMKIT_OK; ++i) {
        REQUIRE_OK(set(account, "name", i == 0 ? "First" : "Second"));
        code = crmkit_create(crm->me, account);
    }
    if (code == CRMKIT_OK) {
        code = crmkit_commit(crm->me);
    } else if (is_open) {
        CHECK_OK(crmkit_rollback(crm->me));
    }
    crmkit_record_free(account);
    return code;
}

static crmkit_code delete_deal(struct crm* crm) {
    return crmkit_delete(crm->me, "opportunity", NUL, deal_of_acme, 0);
}

static crmkit_code restore_deal(struct crm* crm) {
    return crmkit_restore(crm->me, "opportunity", NUL, deal_of_acme);
}

/* Runs a command with the first call to the storage failing, then the second, until none is left.
 * Returns how many there were. */
static int64_t sweep(struct crm* crm, host_map* map, crmkit_code (*run)(struct crm*),
                     crmkit_code fault, int from_then_on) {
    for (int64_t nth = 1;; ++nth) {
        const uint64_t before = host_map_digest(map);
        host_map_fail(map, nth, fault, from_then_on);
        const crmkit_code code = run(crm);
        const int has_failed = host_map_has_failed(map);
        host_map_fail(map, 0, CRMKIT_OK, 0);
        if (!has_failed) {
            CHECK_OK(code);
            return nth - 1;
        }
        CHECK_INT(fault, code);
        REQUIRE(before == host_map_digest(map));
    }
}

static void no_failing_call_leaves_a_command_half_done(void) {
    static crmkit_code (*const commands[])(struct crm*) = {
        create_contact,     rename_account,       upsert_account, win_deal,
        ask_for_everything, two_in_a_transaction, delete_deal,    restore_deal};
    for (int from_then_on = 0; from_then_on < 2; ++from_then_on) {
        struct crm crm;
        host_map* const map = host_map_new();
        open_host_crm(&crm, map);
        acme = add_account(&crm, "Acme Steel");
        lonely = add_account(&crm, "Without deals");
        deal_of_acme = add_deal(&crm, acme);
        for (size_t i = 0; i < sizeof commands / sizeof commands[0]; ++i) {
            const crmkit_code fault = i % 2 == 0 ? CRMKIT_DISK_FULL : CRMKIT_IO;
            CHECK(sweep(&crm, map, commands[i], fault, from_then_on) > 5);
            check_sound(&crm);
        }
        CHECK_INT(5, count_of(crm.me, "account", ""));
        CHECK_INT(1, count_of(crm.me, "contact", "account.name = 'Acme Iron'"));
        close_crm(&crm);
        host_map_free(map);
    }
}

/* Opening makes a store in a few steps, each of which is whole: the next one goes on from there. */
static void no_failing_call_leaves_a_store_that_cannot_be_opened(void) {
    int has_failed = 1;
    for (int64_t nth = 1; has_failed; nth += nth < 60 ? 1 : 17) {
        struct crm crm;
        host_map* const map = host_map_new();
        host_map_fail(map, nth, CRMKIT_DISK_FULL, 0);
        const crmkit_code code = open_on(&crm, map);
        has_failed = host_map_has_failed(map);
        CHECK_INT(has_failed ? CRMKIT_DISK_FULL : CRMKIT_OK, code);
        CHECK((crm.store == NULL) == has_failed);
        crmkit_close(crm.store);
        CHECK_INT(has_failed ? 0 : 1, host_map_closed(map));
        host_map_fail(map, 0, CRMKIT_OK, 0);
        open_host_crm(&crm, map);
        add_account(&crm, "Acme");
        check_sound(&crm);
        close_crm(&crm);
        host_map_free(map);
    }
}

/* ---- Damage -------------------------------------------------------------------------------- */

/* Reads everything there is; nothing may crash, and what fails says that the store is damaged. */
static int64_t count_damage(struct crm* crm) {
    static const char* const entities[] = {"account", "contact", "opportunity", "user", "stage"};
    crmkit_text* text = NULL;
    int64_t found = 0;
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; ++i) {
        crmkit_code code =
            crmkit_page(crm->me, entities[i], NUL, "", 0, NULL, 0, 100, "", 0, &text);
        CHECK(code == CRMKIT_OK || code == CRMKIT_CORRUPT);
        found += code != CRMKIT_OK;
        crmkit_text_free(code == CRMKIT_OK ? text : NULL);
    }
    const crmkit_code code = crmkit_check_integrity(crm->store, &text);
    CHECK(code == CRMKIT_OK || code == CRMKIT_CORRUPT);
    if (code == CRMKIT_OK) {
        found += strcmp(crmkit_text_data(text), "[]") != 0;
        crmkit_text_free(text);
    }
    return found + (code != CRMKIT_OK);
}

static void a_damaged_storage_is_read_without_harm(void) {
    struct crm crm;
    int64_t found = 0;
    host_map* const map = host_map_new();
    open_host_crm(&crm, map);
    acme = add_account(&crm, "Acme Steel");
    CHECK_OK(create_contact(&crm));
    add_deal(&crm, acme);
    CHECK_INT(0, count_damage(&crm));
    for (int64_t nth = 0; nth < host_map_size(map); ++nth) {
        host_map_damage(map, nth);
        found += count_damage(&crm) > 0;
        host_map_damage(map, nth); /* mends it */
    }
    CHECK_INT(0, count_damage(&crm));
    CHECK(found * 2 > host_map_size(map) / 3); /* most entries are in indexes and have no value */
    host_map_lose(map, host_map_size(map) / 2);
    CHECK(count_damage(&crm) > 0);
    close_crm(&crm);
    host_map_free(map);
}

int main(void) {
    static const struct test_case cases[] = {
        {"a story on a host's storage", a_story_on_a_hosts_storage},
        {"the storage is closed with the last handle", the_storage_is_closed_with_the_last_handle},
        {"a store may be opened for reading", a_store_may_be_opened_for_reading},
        {"a table that is none is refused", a_table_that_is_none_is_refused},
        {"a storage with other entries is refused", a_storage_with_other_entries_is_refused},
        {"the codes of a storage come through", the_codes_of_a_storage_come_through},
        {"what the host undoes leaves no trace", what_the_host_undoes_leaves_no_trace},
        {"threads take turns", threads_take_turns},
        {"no failing call leaves a command half done", no_failing_call_leaves_a_command_half_done},
        {"no failing call leaves a store that cannot be opened",
         no_failing_call_leaves_a_store_that_cannot_be_opened},
        {"a damaged storage is read without harm", a_damaged_storage_is_read_without_harm},
    };
    return RUN_CASES(cases);
}
