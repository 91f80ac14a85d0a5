/* The whole story in one file: from an empty folder to answers. Each case is a day that goes on
 * where the one before ended, with the same file opened again. */
#include <sqlite3.h>

#include "support.h"

static const char* story_path;
static int64_t acme;
static int64_t grace;
static int64_t mill;
static int64_t crane;

/* Opens the file and moves the clock on by whole days. */
static void begin_day(struct crm* crm, int64_t day) {
    open_file_crm(crm, story_path);
    crm->now += day * INT64_C(86400000000);
}

/* Sets fields from "name=text" pairs, the list ending in NULL. */
static void fill(crmkit_record* record, const char* const* pairs) {
    for (; *pairs != NULL; ++pairs) {
        const char* const equals = strchr(*pairs, '=');
        const int32_t id = crmkit_field(record, *pairs, equals - *pairs);
        REQUIRE_OK(crmkit_set_text(record, id, equals + 1, NUL));
    }
}

static int64_t add(struct crm* crm, const char* entity, const char* const* pairs,
                   const char* reference, int64_t target) {
    crmkit_record* record = new_record(crm, entity);
    fill(record, pairs);
    if (reference != NULL) {
        CHECK_OK(set_number(record, reference, target));
    }
    REQUIRE_OK(crmkit_create(crm->me, record));
    const int64_t id = crmkit_record_id(record);
    crmkit_record_free(record);
    return id;
}

/* Calls an operation on one record and checks a part of its result. */
static void call_on(struct crm* crm, const char* operation, const char* format, int64_t id,
                    const char* part) {
    char input[200];
    crmkit_text* result = NULL;
    snprintf(input, sizeof input, format, id);
    REQUIRE_OK(crmkit_call(crm->me, operation, NUL, input, NUL, &result));
    CHECK_CONTAINS(part, crmkit_text_data(result));
    crmkit_text_free(result);
}

/* ---- Sunday: what is there ---------------------------------------------------------------------
 */

static int log_lines;

static void count_line(void* ctx, int32_t level, const char* text, size_t size) {
    ++*(int*)ctx;
    CHECK(level >= CRMKIT_LOG_DEBUG && level <= CRMKIT_LOG_ERROR && text != NULL && size > 0);
}

static void sunday_the_store_describes_itself(void) {
    struct crm crm;
    crmkit_text* description = NULL;
    crmkit_options options = options_of_crm(&crm);
    options.log = count_line;
    options.log_ctx = &log_lines;
    REQUIRE_OK(crmkit_open(story_path, NUL, &options, &crm.store));
    act_as_ada(&crm);
    CHECK_INT(crm.user, crmkit_session_user(crm.me));
    REQUIRE_OK(crmkit_describe(crm.store, &description));
    CHECK_CONTAINS(crmkit_version(), crmkit_text_data(description));
    CHECK_CONTAINS("\"name\":\"account\"", crmkit_text_data(description));
    CHECK_CONTAINS("\"name\":\"sales.win_opportunity\"", crmkit_text_data(description));
    CHECK_INT((int64_t)strlen(crmkit_text_data(description)),
              (int64_t)crmkit_text_size(description));
    crmkit_text_free(description);
    close_crm(&crm);
    CHECK(log_lines > 0); /* at the least that the file was made */
}

/* ---- Monday: the customer, the people, the deals -----------------------------------------------
 */

static void monday_records_are_made_by_name_and_by_field_id(void) {
    struct crm crm;
    begin_day(&crm, 1);
    crmkit_record* account = new_record(&crm, "account");
    const int32_t name = field(account, "name");
    const int32_t revenue = field(account, "annual_revenue");
    const int32_t employees = field(account, "number_of_employees");
    const int32_t owner = field(account, "owner");
    const int32_t users = crmkit_entity_number(crm.store, "user", NUL);
    CHECK_OK(crmkit_set_text(account, name, "Acme Steel and more", 10));
    CHECK_OK(crmkit_set_money(account, revenue, 250000000, "EUR"));
    CHECK_OK(crmkit_set_int64(account, employees, 1200));
    CHECK_OK(crmkit_set_link(account, owner, users, crm.user));
    CHECK_OK(crmkit_record_from_json(account, "{\"industry\": \"manufacturing\"}", NUL));
    CHECK_OK(set(account, "rating", "cold"));
    CHECK_OK(crmkit_set_null(account, field(account, "rating")));
    REQUIRE_OK(crmkit_create(crm.me, account));
    acme = crmkit_record_id(account);

    crmkit_record* read = new_record(&crm, "accounts");
    const char* text = NULL;
    size_t size = 0;
    int64_t number = 0;
    int32_t entity = 0;
    char currency[4];
    REQUIRE_OK(crmkit_get(crm.me, acme, read));
    CHECK_OK(crmkit_get_text(read, name, &text, &size));
    CHECK_TEXT("Acme Steel", text);
    CHECK_INT(10, (int64_t)size);
    CHECK_OK(crmkit_get_money(read, revenue, &number, currency));
    CHECK_INT(250000000, number);
    CHECK_TEXT("EUR", currency);
    CHECK_OK(crmkit_get_int64(read, employees, &number));
    CHECK_INT(1200, number);
    CHECK_OK(crmkit_get_link(read, owner, &entity, &number));
    CHECK_INT(users, entity);
    CHECK_INT(crm.user, number);
    CHECK_TEXT("manufacturing", get(read, "industry"));
    CHECK_INT(1, crmkit_is_null(read, field(read, "rating")));
    CHECK_INT(1, crmkit_record_version(read));
    crmkit_text* json = NULL;
    REQUIRE_OK(crmkit_record_to_json(read, &json));
    CHECK_CONTAINS("\"annual_revenue\":{\"amount\":\"2500000.00\",\"currency\":\"EUR\"}",
                   crmkit_text_data(json));
    crmkit_text_free(json);
    crmkit_record_free(read);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void monday_a_transaction_keeps_all_or_nothing(void) {
    struct crm crm;
    begin_day(&crm, 1);
    REQUIRE_OK(crmkit_begin(crm.me));
    grace = add(
        &crm, "contact",
        (const char*[]){"first_name=Grace", "last_name=Hopper", "email=Grace@Acme.example", NULL},
        "account", acme);
    mill = add(&crm, "opportunity",
               (const char*[]){"name=Rolling mill", "amount=1200000.00 EUR",
                               "close_date=2026-12-31", NULL},
               "account", acme);
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "A mistake");
    REQUIRE_OK(crmkit_rollback(crm.me));
    crane = add(&crm, "opportunity", (const char*[]){"name=Crane", "amount=80000 EUR", NULL},
                "account", acme);
    REQUIRE_OK(crmkit_commit(crm.me));
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Another mistake");
    close_crm(&crm); /* undone with the session */
    begin_day(&crm, 1);
    CHECK_INT(1, count_of(crm.me, "account", ""));
    CHECK_INT(2, count_of(crm.me, "opportunity", ""));
    close_crm(&crm);
}

/* ---- Tuesday: another system sends its customers, twice ----------------------------------------
 */

static void tuesday_upserts_know_what_is_there(void) {
    static const char* const keys[] = {"C-1", "C-2", "C-3", "C-2"};
    struct crm crm;
    int32_t action = -1;
    begin_day(&crm, 2);
    crmkit_record* account = new_record(&crm, "account");
    for (int i = 0; i < 4; ++i) {
        char name[40];
        snprintf(name, sizeof name, "Customer %s", keys[i]);
        CHECK_OK(set(account, "name", name));
        CHECK_OK(set(account, "industry", i == 3 ? "glass" : "steel"));
        REQUIRE_OK(crmkit_upsert(crm.me, "erp", NUL, keys[i], NUL, CRMKIT_UPSERT_UPDATE, account,
                                 &action));
        CHECK_INT(i < 3 ? CRMKIT_UPSERT_CREATED : CRMKIT_UPSERT_UPDATED, action);
    }
    CHECK_INT(2, crmkit_record_version(account));
    CHECK_INT(4, count_of(crm.me, "account", ""));
    crmkit_record* contact = new_record(&crm, "contact");
    fill(contact, (const char*[]){"last_name=Hopper-Murray", "email=grace@acme.example", NULL});
    REQUIRE_OK(
        crmkit_upsert_by(crm.me, "email_normal", NUL, CRMKIT_UPSERT_UPDATE, contact, &action));
    CHECK_INT(CRMKIT_UPSERT_UPDATED, action);
    CHECK_INT(grace, crmkit_record_id(contact));
    CHECK_TEXT("Grace", get(contact, "first_name"));
    crmkit_record_free(contact);
    crmkit_record_free(account);
    close_crm(&crm);
}

/* ---- Wednesday: two people at the same record, and mistakes ------------------------------------
 */

static void wednesday_nobodys_change_is_lost(void) {
    struct crm crm;
    begin_day(&crm, 3);
    crmkit_record* mine = new_record(&crm, "account");
    crmkit_record* theirs = new_record(&crm, "account");
    REQUIRE_OK(crmkit_get(crm.me, acme, mine));
    REQUIRE_OK(crmkit_get(crm.me, acme, theirs));
    CHECK_OK(set(theirs, "name", "Acme Steel Ltd"));
    CHECK_OK(crmkit_update(crm.me, theirs));
    CHECK_OK(set(mine, "rating", "hot"));
    CHECK_CODE(CRMKIT_CONFLICT, crmkit_update(crm.me, mine));
    REQUIRE_OK(crmkit_get(crm.me, acme, mine));
    CHECK_OK(set(mine, "rating", "hot"));
    CHECK_OK(crmkit_update(crm.me, mine));
    CHECK_TEXT("Acme Steel Ltd", get(mine, "name"));
    crmkit_record_free(theirs);
    crmkit_record_free(mine);
    close_crm(&crm);
}

static void wednesday_mistakes_are_told_and_taken_back(void) {
    struct crm crm;
    crmkit_text* history = NULL;
    const char* last = NULL;
    long long position = 0;
    begin_day(&crm, 3);
    crmkit_record* contact = new_record(&crm, "contact");
    fill(contact, (const char*[]){"email=nobody", "language=not a language", NULL});
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, contact));
    CHECK_CONTAINS("contact", crmkit_error_message());
    CHECK_CONTAINS("required", problem_about("last_name").message);
    CHECK_TEXT("nobody", problem_about("email").value);
    problem_about("language");
    CHECK_CODE(CRMKIT_RESTRICTED, crmkit_delete(crm.me, "account", NUL, acme, 0));

    REQUIRE_OK(crmkit_delete(crm.me, "opportunity", NUL, crane, 0));
    CHECK_INT(1, count_of(crm.me, "opportunity", ""));
    REQUIRE_OK(crmkit_restore(crm.me, "opportunity", NUL, crane));
    REQUIRE_OK(crmkit_get(crm.me, grace, contact));
    CHECK_OK(set(contact, "job_title", "A wrong title"));
    REQUIRE_OK(crmkit_update(crm.me, contact));
    REQUIRE_OK(crmkit_history(crm.me, grace, &history));
    CHECK_CONTAINS("\"kind\":\"created\"", crmkit_text_data(history));
    for (const char* at = crmkit_text_data(history); at != NULL;
         at = strstr(at + 1, "{\"position\":")) {
        last = at;
    }
    REQUIRE(sscanf(last, "{\"position\":%lld", &position) == 1);
    crmkit_text_free(history);
    REQUIRE_OK(crmkit_undo(crm.me, position));
    REQUIRE_OK(crmkit_get(crm.me, grace, contact));
    CHECK_INT(1, crmkit_is_null(contact, field(contact, "job_title")));
    crmkit_record_free(contact);
    close_crm(&crm);
}

/* ---- Thursday: the host's own rules ------------------------------------------------------------
 */

struct rules {
    crmkit_store* store;
    int committed;
};

/* No deal is deleted, and one of a million gets a next step. */
static crmkit_code before_deal(void* ctx, const crmkit_write_event* event) {
    int64_t amount = 0;
    char currency[4];
    (void)ctx;
    if (event->kind == CRMKIT_CHANGE_DELETED) {
        crmkit_hook_message("a deal is lost, not deleted", NUL);
        return CRMKIT_VETOED;
    }
    const crmkit_code code =
        crmkit_get_money(event->after, field(event->after, "amount"), &amount, currency);
    return code != CRMKIT_OK || amount < 100000000
               ? code
               : set(event->after, "next_step", "Ask the board");
}

/* A deal that has closed gives a task, which is part of the change. */
static crmkit_code after_deal(void* ctx, const crmkit_write_event* event) {
    crmkit_record* task = NULL;
    if (strcmp(get(event->after, "state"), "open") == 0) {
        return CRMKIT_OK;
    }
    crmkit_code code = crmkit_record_new(((struct rules*)ctx)->store, "interaction", NUL, &task);
    if (code == CRMKIT_OK) {
        fill(task, (const char*[]){"kind=task", "subject=File the contract", NULL});
        code = crmkit_create(event->session, task);
    }
    crmkit_record_free(task);
    return code;
}

static void count_commit(void* ctx, const char* json, size_t size) {
    ++((struct rules*)ctx)->committed;
    CHECK(json[size] == '\0');
    CHECK_CONTAINS("\"position\":", json);
}

static void thursday_the_hosts_rules_hold(void) {
    struct crm crm;
    struct rules rules = {NULL, 0};
    uint64_t before = 0;
    uint64_t after = 0;
    uint64_t committed = 0;
    begin_day(&crm, 4);
    rules.store = crm.store;
    REQUIRE_OK(crmkit_before_write(crm.store, "opportunity", NUL, before_deal, &rules, &before));
    REQUIRE_OK(crmkit_after_write(crm.store, "opportunity", NUL, after_deal, &rules, &after));
    REQUIRE_OK(crmkit_after_commit(crm.store, count_commit, &rules, &committed));
    CHECK_CODE(CRMKIT_VETOED, crmkit_delete(crm.me, "opportunity", NUL, mill, 0));
    CHECK_TEXT("a deal is lost, not deleted", crmkit_error_message());
    CHECK_INT(0, rules.committed);
    call_on(&crm, "sales.win_opportunity", "{\"opportunity\": \"%" PRId64 "\"}", mill,
            "\"state\":\"won\"");
    CHECK(rules.committed >= 2); /* the deal and the task at the least */
    CHECK_INT(1, count_of(crm.me, "interaction", "subject = 'File the contract'"));
    crmkit_record* deal = new_record(&crm, "opportunity");
    REQUIRE_OK(crmkit_get(crm.me, mill, deal));
    CHECK_TEXT("Ask the board", get(deal, "next_step"));
    CHECK_OK(crmkit_remove_hook(crm.store, before));
    CHECK_OK(crmkit_remove_hook(crm.store, after));
    CHECK_OK(crmkit_remove_hook(crm.store, committed));
    call_on(&crm, "sales.lose_opportunity",
            "{\"opportunity\": \"%" PRId64 "\", \"reason\": \"price\"}", crane,
            "\"state\":\"lost\"");
    CHECK_INT(1, count_of(crm.me, "interaction", ""));
    crmkit_record_free(deal);
    close_crm(&crm);
}

/* ---- Friday: questions -------------------------------------------------------------------------
 */

static void friday_queries_answer(void) {
    static const char* const expected[] = {"Customer C-1", "Customer C-3"};
    struct crm crm;
    crmkit_cursor* cursor = NULL;
    crmkit_text* text = NULL;
    int32_t found = 0;
    begin_day(&crm, 5);
    crmkit_record* account = new_record(&crm, "account");
    REQUIRE_OK(crmkit_query(crm.me, "account", NUL, "industry = :what order by name", NUL,
                            "{\"what\": \"steel\"}", NUL, &cursor));
    for (int i = 0; i < 2; ++i) {
        REQUIRE_OK(crmkit_cursor_next(cursor, account, &found));
        REQUIRE(found == 1);
        CHECK_TEXT(expected[i], get(account, "name"));
    }
    CHECK_OK(crmkit_cursor_next(cursor, account, &found));
    CHECK_INT(0, found);
    crmkit_cursor_close(cursor);
    CHECK_INT(1, count_of(crm.me, "opportunity",
                          "account.industry = 'manufacturing' and "
                          "state = 'won'"));
    REQUIRE_OK(
        crmkit_page(crm.me, "account", NUL, "order by name", NUL, NULL, 0, 3, NULL, 0, &text));
    CHECK_INT(3, occurrences(crmkit_text_data(text), "\"name\":"));
    CHECK(strstr(crmkit_text_data(text), "\"next\":\"\"") == NULL); /* there is a fourth */
    crmkit_text_free(text);
    REQUIRE_OK(crmkit_aggregate(crm.me, "opportunity", NUL,
                                "count(), sum(amount) by state order by state", NUL, NULL, 0,
                                &text));
    CHECK_CONTAINS("[1,{\"amount\":\"1200000.00\",\"currency\":\"EUR\"},\"won\"]",
                   crmkit_text_data(text));
    crmkit_text_free(text);
    int64_t ids[3];
    size_t count = 0;
    REQUIRE_OK(crmkit_search(crm.me, "account", NUL, "ACMÉ ste", NUL, ids, 3, &count));
    CHECK_INT(1, (int64_t)count);
    CHECK_INT(acme, ids[0]);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void friday_the_customer_is_seen_whole(void) {
    struct crm crm;
    begin_day(&crm, 5);
    const int64_t call =
        add(&crm, "interaction", (const char*[]){"kind=call", "subject=First talk", NULL}, NULL, 0);
    crmkit_record* about = new_record(&crm, "interaction_participant");
    CHECK_OK(set_number(about, "interaction", call));
    CHECK_OK(crmkit_set_link(about, field(about, "party"),
                             crmkit_entity_number(crm.store, "contact", NUL), grace));
    CHECK_OK(set(about, "role", "callee"));
    REQUIRE_OK(crmkit_create(crm.me, about));
    crmkit_record_free(about);
    call_on(&crm, "engine.customer_360", "{\"party\": \"account/%" PRId64 "\"}", acme,
            "Rolling mill");
    call_on(&crm, "engine.customer_360", "{\"party\": \"account/%" PRId64 "\"}", acme,
            "Grace Hopper-Murray");
    call_on(&crm, "engine.timeline", "{\"party\": \"account/%" PRId64 "\"}", acme, "First talk");
    call_on(&crm, "sales.win_rate", "{}", 0, "");
    close_crm(&crm);
}

/* ---- Saturday: the auditor, and the host's own database ----------------------------------------
 */

static void saturday_the_auditor_may_only_read(void) {
    struct crm crm;
    crmkit_text* problems = NULL;
    begin_day(&crm, 6);
    REQUIRE_OK(crmkit_check_integrity(crm.store, &problems));
    CHECK_TEXT("[]", crmkit_text_data(problems));
    crmkit_text_free(problems);
    REQUIRE_OK(crmkit_backup(crm.store, temp_path("copy.db"), NUL));
    close_crm(&crm);
    crmkit_options options = options_of_crm(&crm);
    options.read_only = 1;
    REQUIRE_OK(crmkit_open(temp_path("copy.db"), NUL, &options, &crm.store));
    REQUIRE_OK(crmkit_session_open(crm.store, 0, &crm.me));
    crmkit_record* deal = new_record(&crm, "opportunity");
    REQUIRE_OK(crmkit_get(crm.me, mill, deal));
    CHECK_TEXT("won", get(deal, "state"));
    CHECK_TEXT("2026-11-25T09:30:00Z", get(deal, "closed_at"));
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_delete(crm.me, "opportunity", NUL, mill, 0));
    crmkit_record_free(deal);
    close_crm(&crm);
}

static void saturday_the_host_keeps_the_store_in_its_own_database(void) {
    struct crm crm;
    sqlite3* host = NULL;
    crmkit_options options = options_of_crm(&crm);
    options.table_prefix = "sales_";
    REQUIRE(sqlite3_open(temp_path("host.db"), &host) == SQLITE_OK);
    REQUIRE_OK(crmkit_open_on_sqlite(host, &options, &crm.store));
    act_as_ada(&crm);
    REQUIRE(sqlite3_exec(host, "BEGIN", NULL, NULL, NULL) == SQLITE_OK);
    add_account(&crm, "Acme");
    CHECK_INT(1, count_of(crm.me, "account", ""));
    REQUIRE(sqlite3_exec(host, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK);
    CHECK_INT(0, count_of(crm.me, "account", ""));
    close_crm(&crm);
    CHECK(sqlite3_close(host) == SQLITE_OK); /* crmkit has left nothing open */
}

int main(void) {
    static const struct test_case cases[] = {
        {"Sunday: the store describes itself", sunday_the_store_describes_itself},
        {"Monday: records are made by name and by field id",
         monday_records_are_made_by_name_and_by_field_id},
        {"Monday: a transaction keeps all or nothing", monday_a_transaction_keeps_all_or_nothing},
        {"Tuesday: upserts know what is there", tuesday_upserts_know_what_is_there},
        {"Wednesday: nobody's change is lost", wednesday_nobodys_change_is_lost},
        {"Wednesday: mistakes are told and taken back", wednesday_mistakes_are_told_and_taken_back},
        {"Thursday: the host's rules hold", thursday_the_hosts_rules_hold},
        {"Friday: queries answer", friday_queries_answer},
        {"Friday: the customer is seen whole", friday_the_customer_is_seen_whole},
        {"Saturday: the auditor may only read", saturday_the_auditor_may_only_read},
        {"Saturday: the host keeps the store in its own database",
         saturday_the_host_keeps_the_store_in_its_own_database},
    };
    char path[300];
    make_temp_folder();
    snprintf(path, sizeof path, "%s", temp_path("story.db"));
    story_path = path;
    const int code = RUN_CASES(cases);
    remove_temp_folder();
    return code;
}
