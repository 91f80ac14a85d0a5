/* Threads: one store, a session for each; readers at once, writers one after the other. */
#include <pthread.h>

#include "support.h"

enum { thread_count = 4, record_count = 25 };

struct worker {
    struct crm* crm;
    int index;
    int failures;
};

static void start(pthread_t* threads, struct worker* workers, struct crm* crm,
                  void* (*run)(void*)) {
    for (int i = 0; i < thread_count; ++i) {
        workers[i] = (struct worker){crm, i, 0};
        REQUIRE(pthread_create(&threads[i], NULL, run, &workers[i]) == 0);
    }
}

static void finish(pthread_t* threads, struct worker* workers) {
    for (int i = 0; i < thread_count; ++i) {
        pthread_join(threads[i], NULL);
        CHECK_INT(0, workers[i].failures);
    }
}

static int is_not(crmkit_code expected, crmkit_code code) {
    if (code != expected) {
        fprintf(stderr, "%s: %s\n", crmkit_code_name(code), crmkit_error_message());
    }
    return code != expected;
}

/* Creates, updates and reads records of its own, with transactions. */
static void* write_records(void* ctx) {
    struct worker* const worker = ctx;
    crmkit_session* session = NULL;
    crmkit_record* account = NULL;
    worker->failures +=
        is_not(CRMKIT_OK, crmkit_session_open(worker->crm->store, worker->crm->user, &session));
    worker->failures +=
        is_not(CRMKIT_OK, crmkit_record_new(worker->crm->store, "account", NUL, &account));
    const int32_t name = crmkit_field(account, "name", NUL);
    const int32_t employees = crmkit_field(account, "number_of_employees", NUL);
    for (int i = 0; worker->failures == 0 && i < record_count; ++i) {
        char text[40];
        const int size = snprintf(text, sizeof text, "Thread %d account %d", worker->index, i);
        worker->failures += is_not(CRMKIT_OK, crmkit_begin(session));
        worker->failures += is_not(CRMKIT_OK, crmkit_set_text(account, name, text, size));
        worker->failures += is_not(CRMKIT_OK, crmkit_create(session, account));
        worker->failures += is_not(CRMKIT_OK, crmkit_set_int64(account, employees, i));
        worker->failures += is_not(CRMKIT_OK, crmkit_update(session, account));
        worker->failures +=
            is_not(CRMKIT_OK, i % 5 == 4 ? crmkit_rollback(session) : crmkit_commit(session));
        const crmkit_code expected = i % 5 == 4 ? CRMKIT_NOT_FOUND : CRMKIT_OK;
        worker->failures +=
            is_not(expected, crmkit_get(session, crmkit_record_id(account), account));
    }
    crmkit_record_free(account);
    crmkit_session_close(session);
    return NULL;
}

/* Opens a store in memory when there is no path. */
static void open_crm_at(struct crm* crm, const char* path) {
    if (path == NULL) {
        open_memory_crm(crm);
    } else {
        open_file_crm(crm, path);
    }
}

static void writers_take_turns(const char* path) {
    struct crm crm;
    struct worker workers[thread_count];
    pthread_t threads[thread_count];
    open_crm_at(&crm, path);
    start(threads, workers, &crm, write_records);
    finish(threads, workers);
    CHECK_INT(thread_count * record_count * 4 / 5, count_of(crm.me, "account", ""));
    close_crm(&crm);
}

static void writers_take_turns_in_memory(void) { writers_take_turns(NULL); }
static void writers_take_turns_in_a_file(void) { writers_take_turns(temp_path("writers.db")); }

/* Reads all records by cursor, page and search while others write. */
static void* read_records(void* ctx) {
    struct worker* const worker = ctx;
    crmkit_session* session = NULL;
    crmkit_record* account = NULL;
    if (worker->index == 0) {
        return write_records(ctx);
    }
    worker->failures += is_not(CRMKIT_OK, crmkit_session_open(worker->crm->store, 0, &session));
    worker->failures +=
        is_not(CRMKIT_OK, crmkit_record_new(worker->crm->store, "account", NUL, &account));
    for (int i = 0; worker->failures == 0 && i < record_count; ++i) {
        crmkit_cursor* cursor = NULL;
        crmkit_text* page = NULL;
        int64_t ids[5];
        size_t count = 0;
        int32_t found = 0;
        int read = -1;
        worker->failures += is_not(CRMKIT_OK, crmkit_query(session, "account", NUL, "order by name",
                                                           NUL, NULL, 0, &cursor));
        do {
            ++read;
            worker->failures += is_not(CRMKIT_OK, crmkit_cursor_next(cursor, account, &found));
        } while (found && worker->failures == 0);
        worker->failures += read < 10;
        crmkit_cursor_close(cursor);
        worker->failures += is_not(
            CRMKIT_OK, crmkit_page(session, "account", NUL, "", 0, NULL, 0, 5, NULL, 0, &page));
        crmkit_text_free(page);
        worker->failures +=
            is_not(CRMKIT_OK, crmkit_search(session, "account", NUL, "first", NUL, ids, 5, &count));
        worker->failures += count != 5;
    }
    crmkit_record_free(account);
    crmkit_session_close(session);
    return NULL;
}

static void readers_go_on_while_one_writes(const char* path) {
    struct crm crm;
    struct worker workers[thread_count];
    pthread_t threads[thread_count];
    open_crm_at(&crm, path);
    for (int i = 0; i < 10; ++i) {
        add_account(&crm, "First");
    }
    start(threads, workers, &crm, read_records);
    finish(threads, workers);
    close_crm(&crm);
}

static void readers_go_on_in_memory(void) { readers_go_on_while_one_writes(NULL); }
static void readers_go_on_in_a_file(void) {
    readers_go_on_while_one_writes(temp_path("readers.db"));
}

/* Waits for the writer before it, which is the main thread. */
static void* wait_and_write(void* ctx) {
    struct worker* const worker = ctx;
    crmkit_session* session = NULL;
    crmkit_record* account = NULL;
    worker->failures += is_not(CRMKIT_OK, crmkit_session_open(worker->crm->store, 0, &session));
    worker->failures +=
        is_not(CRMKIT_OK, crmkit_record_new(worker->crm->store, "account", NUL, &account));
    worker->failures += is_not(
        CRMKIT_OK, crmkit_set_text(account, crmkit_field(account, "name", NUL), "Late", NUL));
    worker->failures += is_not(CRMKIT_OK, crmkit_create(session, account));
    crmkit_record_free(account);
    crmkit_session_close(session);
    return NULL;
}

static void a_writer_waits_for_a_transaction(void) {
    struct crm crm;
    struct worker workers[thread_count];
    pthread_t threads[thread_count];
    open_file_crm(&crm, temp_path("waiting.db"));
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Early");
    start(threads, workers, &crm, wait_and_write);
    CHECK_INT(1, count_of(crm.me, "account", "")); /* nobody came between */
    CHECK_OK(crmkit_commit(crm.me));
    finish(threads, workers);
    CHECK_INT(1 + thread_count, count_of(crm.me, "account", ""));
    close_crm(&crm);
}

/* A session moves to another thread, with its cursor and its record. */
struct baggage {
    crmkit_session* session;
    crmkit_cursor* cursor;
    crmkit_record* record;
    crmkit_code code;
};

static void* carry_on(void* ctx) {
    struct baggage* const baggage = ctx;
    int32_t found = 0;
    baggage->code = crmkit_cursor_next(baggage->cursor, baggage->record, &found);
    crmkit_cursor_close(baggage->cursor);
    if (baggage->code == CRMKIT_OK) {
        baggage->code = crmkit_commit(baggage->session);
    }
    crmkit_session_close(baggage->session);
    return NULL;
}

static void a_session_may_move_to_another_thread(void) {
    struct crm crm;
    pthread_t thread;
    open_file_crm(&crm, temp_path("moving.db"));
    struct baggage baggage = {NULL, NULL, new_record(&crm, "account"), CRMKIT_INTERNAL};
    REQUIRE_OK(crmkit_session_open(crm.store, 0, &baggage.session));
    REQUIRE_OK(crmkit_begin(baggage.session));
    CHECK_OK(set(baggage.record, "name", "Acme"));
    REQUIRE_OK(crmkit_create(baggage.session, baggage.record));
    REQUIRE_OK(crmkit_query(baggage.session, "account", NUL, "", 0, NULL, 0, &baggage.cursor));
    REQUIRE(pthread_create(&thread, NULL, carry_on, &baggage) == 0);
    pthread_join(thread, NULL);
    CHECK_INT(CRMKIT_OK, baggage.code);
    CHECK_INT(1, count_of(crm.me, "account", "name = 'Acme'"));
    crmkit_record_free(baggage.record);
    close_crm(&crm);
}

/* Hooks are counted from every thread that writes. */
static atomic_int hook_calls;

static crmkit_code count_call(void* ctx, const crmkit_write_event* event) {
    atomic_fetch_add((atomic_int*)ctx, crmkit_record_id(event->after) > 0 ? 1 : 1000);
    return CRMKIT_OK;
}

static void hooks_run_in_the_thread_that_writes(void) {
    struct crm crm;
    struct worker workers[thread_count];
    pthread_t threads[thread_count];
    uint64_t id = 0;
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_after_write(crm.store, "account", NUL, count_call, &hook_calls, &id));
    start(threads, workers, &crm, write_records);
    finish(threads, workers);
    CHECK_INT(thread_count * record_count * 2, atomic_load(&hook_calls));
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"writers take turns, in memory", writers_take_turns_in_memory},
        {"writers take turns, in a file", writers_take_turns_in_a_file},
        {"readers go on while one writes, in memory", readers_go_on_in_memory},
        {"readers go on while one writes, in a file", readers_go_on_in_a_file},
        {"a writer waits for a transaction", a_writer_waits_for_a_transaction},
        {"a session may move to another thread", a_session_may_move_to_another_thread},
        {"hooks run in the thread that writes", hooks_run_in_the_thread_that_writes},
    };
    make_temp_folder();
    const int code = RUN_CASES(cases);
    remove_temp_folder();
    return code;
}
