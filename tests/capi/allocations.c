/* Reading a record and its fields, and setting them, allocates nothing once the memory is there,
 * beside what SQLite does for itself. */
#include <sqlite3.h>
#include <stdlib.h>

#include "support.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#endif

static long allocations;

#if defined(__GLIBC__) && !defined(HAS_SANITIZER)
#define CAN_COUNT 1

/* The program's malloc() stands in front of the C library's, for every library in the process. */
void* __libc_malloc(size_t size);                /* NOLINT: so it is called */
void* __libc_realloc(void* memory, size_t size); /* NOLINT */

static int is_sqlite;
static sqlite3_mem_methods sqlite_memory;

void* malloc(size_t size) {
    allocations += is_sqlite ? 0 : 1;
    return __libc_malloc(size);
}

void* realloc(void* memory, size_t size) {
    allocations += is_sqlite ? 0 : 1;
    return __libc_realloc(memory, size);
}

static void* allocate_for_sqlite(int size) {
    is_sqlite = 1;
    void* const memory = sqlite_memory.xMalloc(size);
    is_sqlite = 0;
    return memory;
}

static void* reallocate_for_sqlite(void* memory, int size) {
    is_sqlite = 1;
    void* const moved = sqlite_memory.xRealloc(memory, size);
    is_sqlite = 0;
    return moved;
}

/* Tells SQLite's allocations from the others. */
static void leave_sqlite_out(void) {
    sqlite3_mem_methods watched;
    REQUIRE(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory) == SQLITE_OK);
    watched = sqlite_memory;
    watched.xMalloc = allocate_for_sqlite;
    watched.xRealloc = reallocate_for_sqlite;
    REQUIRE(sqlite3_config(SQLITE_CONFIG_MALLOC, &watched) == SQLITE_OK);
}
#endif

enum { repetitions = 1000 };

static int can_count(void) {
#if defined(CAN_COUNT)
    if (sqlite_memory.xMalloc == NULL) {
        leave_sqlite_out();
    }
    return 1;
#else
    skip_case("allocations cannot be counted with this C library or sanitizer");
    return 0;
#endif
}

static crmkit_record* long_account(struct crm* crm) {
    crmkit_record* account = new_record(crm, "account");
    CHECK_OK(set(account, "name", "A name that is too long for a string's own bytes, by far"));
    CHECK_OK(set(account, "industry", "steel"));
    CHECK_OK(set(account, "rating", "hot"));
    CHECK_OK(set(account, "annual_revenue", "1200000.00 EUR"));
    CHECK_OK(set(account, "number_of_employees", "12"));
    REQUIRE_OK(crmkit_create(crm->me, account));
    return account;
}

/* Reads a record and some of its fields, and adds up what they give. */
static int64_t read_once(struct crm* crm, int64_t id, crmkit_record* into) {
    int64_t sum = 0;
    int64_t number = 0;
    int32_t entity = 0;
    char currency[4];
    const char* text = NULL;
    size_t size = 0;
    CHECK_OK(crmkit_get(crm->me, id, into));
    CHECK_OK(crmkit_get_text(into, 10, &text, &size)); /* name */
    sum += (int64_t)size;
    CHECK_OK(crmkit_get_text(into, 14, &text, &size)); /* rating */
    sum += (int64_t)size;
    CHECK_OK(crmkit_get_text(into, 45, &text, &size)); /* annual_revenue */
    sum += (int64_t)size;
    CHECK_OK(crmkit_get_int64(into, 44, &number)); /* number_of_employees */
    sum += number;
    CHECK_OK(crmkit_get_money(into, 45, &number, currency));
    sum += number;
    CHECK_OK(crmkit_get_link(into, 6, &entity, &number)); /* owner */
    return sum + entity + crmkit_is_null(into, 40) + (crmkit_record_id(into) == id);
}

static void reading_allocates_nothing(void) {
    struct crm crm;
    if (!can_count()) {
        return;
    }
    open_file_crm(&crm, temp_path("reading.db"));
    crmkit_record* account = long_account(&crm);
    crmkit_record* read = new_record(&crm, "account");
    const int64_t id = crmkit_record_id(account);
    for (int i = 0; i < 10; ++i) {
        read_once(&crm, id, read);
    }
    const long before = allocations;
    int64_t sum = 0;
    for (int i = 0; i < repetitions; ++i) {
        sum += read_once(&crm, id, read);
    }
    const long made = allocations - before;
    CHECK(sum > 0);
    CHECK(before > 0); /* they are counted */
    if (!CHECK(made < repetitions / 10)) {
        fprintf(stderr, "    %ld allocations in %d reads\n", made, repetitions);
    }
    crmkit_record_free(read);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void setting_allocates_nothing(void) {
    struct crm crm;
    if (!can_count()) {
        return;
    }
    open_memory_crm(&crm);
    crmkit_record* account = long_account(&crm);
    static const char name[] = "Another name that is too long for a string's own bytes, by far";
    long before = 0;
    for (int i = 0; i < 10 + repetitions; ++i) {
        if (i == 10) {
            before = allocations;
        }
        CHECK_OK(crmkit_set_text(account, 10, name, sizeof name - 1));
        CHECK_OK(crmkit_set_int64(account, 44, i));
        CHECK_OK(crmkit_set_money(account, 45, i, "EUR"));
        CHECK_OK(crmkit_set_link(account, 6, 1, crm.user));
        CHECK_OK(crmkit_set_null(account, 40));
    }
    const long made = allocations - before;
    if (!CHECK(made < repetitions / 10)) {
        fprintf(stderr, "    %ld allocations in %d rounds\n", made, repetitions);
    }
    crmkit_record_free(account);
    close_crm(&crm);
}

static void scanning_allocates_nothing_for_a_row(void) {
    struct crm crm;
    if (!can_count()) {
        return;
    }
    open_file_crm(&crm, temp_path("scanning.db"));
    crmkit_record* account = long_account(&crm);
    REQUIRE_OK(crmkit_begin(crm.me));
    for (int i = 0; i < repetitions; ++i) {
        REQUIRE_OK(crmkit_create(crm.me, account));
    }
    REQUIRE_OK(crmkit_commit(crm.me));
    crmkit_cursor* cursor = NULL;
    int32_t found = 0;
    REQUIRE_OK(crmkit_query(crm.me, "account", NUL, "", 0, NULL, 0, &cursor));
    for (int i = 0; i < 10; ++i) {
        CHECK_OK(crmkit_cursor_next(cursor, account, &found));
    }
    const long before = allocations;
    for (int i = 10; i < repetitions; ++i) {
        CHECK_OK(crmkit_cursor_next(cursor, account, &found));
        CHECK(found);
    }
    const long made = allocations - before;
    if (!CHECK(made < repetitions / 10)) {
        fprintf(stderr, "    %ld allocations in %d rows\n", made, repetitions);
    }
    crmkit_cursor_close(cursor);
    crmkit_record_free(account);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"reading allocates nothing", reading_allocates_nothing},
        {"setting allocates nothing", setting_allocates_nothing},
        {"scanning allocates nothing for a row", scanning_allocates_nothing_for_a_row},
    };
    make_temp_folder();
    const int code = RUN_CASES(cases);
    remove_temp_folder();
    return code;
}
