/* A program of the first release, 0.1.0, compiled with the header of that release, which lies
 * beside it, and run against today's library. It may call and expect only what 0.1.0 had: neither
 * file changes any more. What it touches is every struct, every callback and the numbers that a
 * compiled program has built in. */
#include <crmkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT CRMKIT_NUL_TERMINATED

static int passed;

static void check(int is_so, const char* what) {
    if (!is_so) {
        fprintf(stderr, "not so: %s (last error: %s)\n", what, crmkit_error_message());
        printf("[tally] passed=%d failed=1 skipped=0\n", passed);
        exit(1);
    }
}

#define CHECK(condition) check((condition) ? 1 : 0, #condition)
#define CHECK_OK(call) check((call) == CRMKIT_OK, #call)

static int64_t clock_of_program(void* ctx) { return *(const int64_t*)ctx; }

static void count_line(void* ctx, int32_t level, const char* text, size_t size) {
    *(int*)ctx += level >= CRMKIT_LOG_DEBUG && text != NULL && size > 0 ? 1 : 0;
}

static crmkit_code capitalise(void* ctx, const crmkit_write_event* event) {
    const char* name = NULL;
    CHECK(event->struct_size >= sizeof *event);
    CHECK(strcmp(event->entity, "account") == 0 && event->session != NULL);
    if (event->kind == CRMKIT_CHANGE_DELETED) {
        crmkit_hook_message("accounts stay", TEXT);
        return CRMKIT_VETOED;
    }
    CHECK((event->before == NULL) == (event->kind == CRMKIT_CHANGE_CREATED));
    CHECK_OK(crmkit_get_text(event->after, crmkit_field(event->after, "name", TEXT), &name, NULL));
    if (strcmp(name, "acme") == 0) {
        CHECK_OK(
            crmkit_set_text(event->after, crmkit_field(event->after, "name", TEXT), "Acme", TEXT));
    }
    ++*(int*)ctx;
    return CRMKIT_OK;
}

static void count_commit(void* ctx, const char* json, size_t size) {
    *(int*)ctx += strlen(json) == size && strstr(json, "\"entity\":\"account\"") != NULL ? 1 : 0;
}

static int64_t now = INT64_C(1795253400000000);
static int log_lines;

static void open_store(crmkit_store** store, crmkit_session** me) {
    int64_t user = 0;
    crmkit_options options;
    crmkit_options_init(&options, sizeof options);
    CHECK(options.struct_size == sizeof options && options.create == 1);
    CHECK(options.durability == CRMKIT_DURABLE && options.busy_timeout_ms == 5000);
    options.clock = clock_of_program;
    options.clock_ctx = &now;
    options.log = count_line;
    options.log_ctx = &log_lines;
    options.has_seed = 1;
    options.seed = 7;
    options.replica = 3;
    CHECK_OK(crmkit_open_memory(&options, store));
    CHECK_OK(crmkit_ensure_user(*store, "Ada", TEXT, "ada@example.com", TEXT, &user));
    CHECK_OK(crmkit_session_open(*store, user, me));
    CHECK(crmkit_session_user(*me) == user);
}

/* Numbers of entities and fields are permanent, so a program may have them built in. */
enum { OPPORTUNITY = 10, FIELD_VERSION = 7, OPPORTUNITY_AMOUNT = 30 };

static void records_and_hooks(crmkit_store* store, crmkit_session* me) {
    int hooked = 0;
    int committed = 0;
    uint64_t before = 0;
    uint64_t after = 0;
    int64_t version = 0;
    int32_t action = -1;
    crmkit_record* account = NULL;
    crmkit_text* text = NULL;
    CHECK(crmkit_entity_number(store, "opportunity", TEXT) == OPPORTUNITY);
    CHECK_OK(crmkit_before_write(store, "account", TEXT, capitalise, &hooked, &before));
    CHECK_OK(crmkit_after_commit(store, count_commit, &committed, &after));
    CHECK_OK(crmkit_record_new(store, "account", TEXT, &account));
    CHECK_OK(crmkit_set_text(account, crmkit_field(account, "name", TEXT), "acme", TEXT));
    CHECK_OK(crmkit_create(me, account));
    CHECK(hooked > 0 && committed == 1);
    CHECK(crmkit_set_money(account, crmkit_field(account, "name", TEXT), 1, "EUR") ==
          CRMKIT_VALIDATION);
    CHECK_OK(crmkit_set_int64(account, crmkit_field(account, "number_of_employees", TEXT), 12));
    CHECK_OK(crmkit_update(me, account));
    CHECK_OK(crmkit_get_int64(account, FIELD_VERSION, &version));
    CHECK(version == 2 && crmkit_record_version(account) == 2);
    CHECK(crmkit_delete(me, "account", TEXT, crmkit_record_id(account), 0) == CRMKIT_VETOED);
    CHECK(strstr(crmkit_error_message(), "accounts stay") != NULL);
    CHECK_OK(crmkit_remove_hook(store, before));
    CHECK_OK(crmkit_remove_hook(store, after));
    CHECK_OK(crmkit_upsert(me, "erp", TEXT, "C-1", TEXT, CRMKIT_UPSERT_UPDATE, account, &action));
    CHECK(action == CRMKIT_UPSERT_CREATED);
    CHECK_OK(crmkit_history(me, crmkit_record_id(account), &text));
    CHECK(crmkit_text_size(text) == strlen(crmkit_text_data(text)));
    crmkit_text_free(text);
    crmkit_record_free(account);
}

static void queries_and_operations(crmkit_store* store, crmkit_session* me) {
    crmkit_record* deal = NULL;
    crmkit_cursor* cursor = NULL;
    crmkit_text* text = NULL;
    int64_t minor_units = 0;
    char currency[4];
    char input[80];
    int32_t has_record = -1;
    int64_t found[4];
    size_t count = 0;
    CHECK_OK(crmkit_record_new(store, "opportunity", TEXT, &deal));
    CHECK_OK(crmkit_set_text(deal, crmkit_field(deal, "name", TEXT), "Rolling mill", TEXT));
    CHECK_OK(crmkit_set_money(deal, OPPORTUNITY_AMOUNT, 120000000, "EUR"));
    CHECK_OK(crmkit_begin(me));
    CHECK_OK(crmkit_create(me, deal));
    CHECK_OK(crmkit_commit(me));
    const int64_t id = crmkit_record_id(deal);
    CHECK_OK(crmkit_query(me, "opportunity", TEXT, "amount > :least", TEXT,
                          "{\"least\": \"50000 EUR\"}", TEXT, &cursor));
    CHECK_OK(crmkit_cursor_next(cursor, deal, &has_record));
    CHECK(has_record == 1 && crmkit_record_id(deal) == id);
    CHECK_OK(crmkit_get_money(deal, OPPORTUNITY_AMOUNT, &minor_units, currency));
    CHECK(minor_units == 120000000 && strcmp(currency, "EUR") == 0);
    CHECK_OK(crmkit_cursor_next(cursor, deal, &has_record));
    CHECK(has_record == 0);
    crmkit_cursor_close(cursor);
    CHECK_OK(crmkit_search(me, "opportunity", TEXT, "roll", TEXT, found, 4, &count));
    CHECK(count == 1 && found[0] == id);
    snprintf(input, sizeof input, "{\"opportunity\": \"%lld\"}", (long long)id);
    CHECK_OK(crmkit_call(me, "sales.win_opportunity", TEXT, input, TEXT, &text));
    crmkit_text_free(text);
    CHECK_OK(crmkit_aggregate(me, "opportunity", TEXT, "count() where state = 'won'", TEXT, NULL, 0,
                              &text));
    CHECK(strcmp(crmkit_text_data(text), "[[1]]") == 0);
    crmkit_text_free(text);
    crmkit_record_free(deal);
}

static void errors(crmkit_store* store, crmkit_session* me) {
    crmkit_record* account = NULL;
    crmkit_problem problem = {.struct_size = sizeof problem};
    CHECK_OK(crmkit_record_new(store, "account", TEXT, &account));
    CHECK(crmkit_create(me, account) == CRMKIT_VALIDATION);
    CHECK(crmkit_error_code() == CRMKIT_VALIDATION && crmkit_error_problem_count() == 1);
    CHECK_OK(crmkit_error_problem(0, &problem));
    CHECK(strcmp(problem.entity, "account") == 0 && strcmp(problem.field, "name") == 0);
    CHECK(problem.value[0] == '\0' && problem.message[0] != '\0' && problem.line == 0);
    CHECK(crmkit_query(me, "account", TEXT, "nmae = 'x'", TEXT, NULL, 0, NULL) ==
          CRMKIT_INVALID_ARGUMENT);
    CHECK(strcmp(crmkit_code_name(CRMKIT_INTERNAL), "internal") == 0);
    crmkit_record_free(account);
}

int main(void) {
    crmkit_store* store = NULL;
    crmkit_session* me = NULL;
    open_store(&store, &me);
    records_and_hooks(store, me);
    ++passed;
    queries_and_operations(store, me);
    ++passed;
    errors(store, me);
    ++passed;
    crmkit_session_close(me);
    crmkit_close(store);
    printf("[tally] passed=%d failed=0 skipped=0\n", passed);
}
