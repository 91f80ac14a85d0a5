/* How stores are opened: options of this and older headers, clock, log, seed, paths. */
#include "support.h"

static void the_defaults_are_those_of_the_library(void) {
    crmkit_options options;
    memset(&options, 0xAA, sizeof options);
    crmkit_options_init(&options, sizeof options);
    CHECK_INT(sizeof options, (int64_t)options.struct_size);
    CHECK_INT(CRMKIT_DURABLE, options.durability);
    CHECK_INT(0, options.read_only);
    CHECK_INT(1, options.create);
    CHECK_INT(5000, options.busy_timeout_ms);
    CHECK_INT(16384, options.cache_kib);
    CHECK_INT(4096, options.log_kib);
    CHECK_INT(-1, options.replica);
    CHECK_INT(0, options.has_seed);
    CHECK_TEXT("crm_", options.table_prefix);
    CHECK(options.clock == NULL && options.log == NULL && options.region == NULL);
    CHECK_INT(0, options.may_use_progress_handler);
}

static void options_of_an_older_header_are_enough(void) {
    /* That of the first release; and as if the header had ended before the last option, before the
     * clock, and before everything but the durability. */
    static const size_t sizes[] = {
        offsetof(crmkit_options, log_kib), offsetof(crmkit_options, may_use_progress_handler),
        offsetof(crmkit_options, clock), offsetof(crmkit_options, read_only)};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
        struct {
            crmkit_options options;
            char beyond[8];
        } older;
        memset(&older, 0xAA, sizeof older);
        crmkit_options_init(&older.options, sizes[i]);
        CHECK_INT((int64_t)sizes[i], (int64_t)older.options.struct_size);
        for (size_t at = sizes[i]; at < sizeof older; ++at) {
            CHECK(((const unsigned char*)&older)[at] == 0xAA);
        }
        crmkit_store* store = NULL;
        CHECK_OK(crmkit_open_memory(&older.options, &store)); /* the rest has its defaults */
        crmkit_close(store);
    }
}

static void options_of_a_newer_header_are_refused(void) {
    struct {
        crmkit_options options;
        int64_t added;
    } newer;
    crmkit_store* store = NULL;
    memset(&newer, 0, sizeof newer);
    crmkit_options_init(&newer.options, sizeof newer);
    /* The library says how much it knows, so that the program sees what would not be heeded. */
    CHECK_INT(sizeof(crmkit_options), (int64_t)newer.options.struct_size);
    CHECK_OK(crmkit_open_memory(&newer.options, &store));
    crmkit_close(store);
    store = NULL;
    newer.options.struct_size = sizeof newer;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_memory(&newer.options, &store));
    newer.options.struct_size = 0;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_memory(&newer.options, &store));
    CHECK(store == NULL);
}

static void what_makes_no_sense_is_refused(void) {
    crmkit_options options;
    crmkit_store* store = NULL;
    crmkit_options_init(&options, sizeof options);
    options.durability = 2;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_memory(&options, &store));
    CHECK_CONTAINS("durability", crmkit_error_message());
    crmkit_options_init(&options, sizeof options);
    options.busy_timeout_ms = -1;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_memory(&options, &store));
    crmkit_options_init(&options, sizeof options);
    options.cache_kib = 0;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_memory(&options, &store));
    crmkit_options_init(&options, sizeof options);
    options.log_kib = 3;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_memory(&options, &store));
    CHECK_CONTAINS("log_kib", crmkit_error_message());
    crmkit_options_init(&options, sizeof options);
    options.replica = 4096;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_memory(&options, &store));
    CHECK_CONTAINS("4096", crmkit_error_message());
    options.replica = -2;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_memory(&options, &store));
    CHECK(store == NULL);
}

/* The normal form of a number as a store opened for a region writes it. */
static void check_normal_form(const char* region, const char* number, const char* expected) {
    struct crm crm = {0};
    crmkit_options options;
    crmkit_options_init(&options, sizeof options);
    options.region = region;
    REQUIRE_OK(crmkit_open_memory(&options, &crm.store));
    REQUIRE_OK(crmkit_session_open(crm.store, 0, &crm.me));
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Acme"));
    CHECK_OK(set(account, "phone", number));
    CHECK_OK(crmkit_create(crm.me, account));
    CHECK_TEXT(expected, get(account, "phone_normal"));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void numbers_without_a_country_are_of_the_stores_region(void) {
    check_normal_form(NULL, "030 901820", "030901820");
    check_normal_form("DE", "030 901820", "+4930901820");
    check_normal_form("at", "+49 30 901820", "+4930901820");
    crmkit_options options;
    crmkit_store* store = NULL;
    crmkit_options_init(&options, sizeof options);
    options.region = "Germany";
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open_memory(&options, &store));
    CHECK_CONTAINS("Germany", crmkit_error_message());
}

static void the_hosts_clock_counts(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crm.now += 3600 * INT64_C(1000000);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    CHECK_TEXT("2026-11-21T10:30:00Z", get(account, "created_at"));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void the_same_seed_and_clock_give_the_same_ids(void) {
    int64_t ids[2];
    for (int i = 0; i < 2; ++i) {
        struct crm crm;
        open_memory_crm(&crm);
        ids[i] = add_account(&crm, "Acme");
        close_crm(&crm);
    }
    CHECK_INT(ids[0], ids[1]);
}

static void the_replica_marks_the_ids(void) {
    struct crm crm;
    crmkit_options options = options_of_crm(&crm);
    options.replica = 77;
    REQUIRE_OK(crmkit_open_memory(&options, &crm.store));
    act_as_ada(&crm);
    CHECK_INT(77, (add_account(&crm, "Acme") >> 10) & 4095);
    close_crm(&crm);
}

static int logged_lines;
static int logged_wrong;

static void note_line(void* ctx, int32_t level, const char* text, size_t size) {
    ++logged_lines;
    logged_wrong += ctx != &logged_lines || level < CRMKIT_LOG_DEBUG || level > CRMKIT_LOG_ERROR ||
                    text == NULL || size == 0;
}

static void the_log_goes_to_the_host(void) {
    struct crm crm;
    crmkit_options options = options_of_crm(&crm);
    options.log = note_line;
    options.log_ctx = &logged_lines;
    REQUIRE_OK(crmkit_open(temp_path("log.db"), NUL, &options, &crm.store));
    act_as_ada(&crm);
    add_account(&crm, "Acme");
    close_crm(&crm);
    CHECK_INT(2, logged_lines); /* opened and closed */
    CHECK_INT(0, logged_wrong);
}

static void a_path_is_needed(void) {
    crmkit_store* store = NULL;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open(NULL, 0, NULL, &store));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open(NULL, NUL, NULL, &store));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open("", NUL, NULL, &store));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_open("a\0b", 3, NULL, &store));
    CHECK_CONTAINS("NUL", crmkit_error_message());
    CHECK_CODE(CRMKIT_IO, crmkit_open("/no/such/folder/crm.db", NUL, NULL, &store));
    CHECK_CONTAINS("/no/such/folder/crm.db", crmkit_error_message());
    CHECK_CODE(CRMKIT_IO, crmkit_open(temp_folder, NUL, NULL, &store)); /* a folder */
    CHECK(store == NULL);
}

static void a_path_may_have_any_bytes(void) {
    struct crm crm;
    const char* const path = temp_path("\xFF \xC5\xBB?#%.db");
    open_file_crm(&crm, path);
    add_account(&crm, "Acme");
    close_crm(&crm);
    CHECK(access(path, R_OK) == 0);
}

static void a_missing_file_is_made_only_if_wanted(void) {
    crmkit_store* store = NULL;
    crmkit_options options;
    crmkit_options_init(&options, sizeof options);
    options.create = 0;
    CHECK_CODE(CRMKIT_IO, crmkit_open(temp_path("missing.db"), NUL, &options, &store));
    CHECK(access(temp_path("missing.db"), F_OK) != 0);
    options.create = 1;
    options.read_only = 1;
    CHECK(crmkit_open(temp_path("missing.db"), NUL, &options, &store) != CRMKIT_OK);
    CHECK(access(temp_path("missing.db"), F_OK) != 0);
    CHECK(store == NULL);
}

static void a_read_only_store_can_be_read(void) {
    struct crm crm;
    const char* const path = temp_path("read_only.db");
    open_file_crm(&crm, path);
    const int64_t id = add_account(&crm, "Acme");
    close_crm(&crm);
    crmkit_options options = options_of_crm(&crm);
    options.read_only = 1;
    REQUIRE_OK(crmkit_open(path, NUL, &options, &crm.store));
    REQUIRE_OK(crmkit_session_open(crm.store, crm.user, &crm.me));
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(crmkit_get(crm.me, id, account));
    CHECK_TEXT("Acme", get(account, "name"));
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_create(crm.me, account));
    CHECK_OK(set(account, "name", "Acme Steel"));
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_update(crm.me, account));
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_delete(crm.me, "account", NUL, id, 0));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_read_only_store_has_read_transactions(void) {
    struct crm writer;
    struct crm reader;
    const char* const path = temp_path("read_transactions.db");
    open_file_crm(&writer, path);
    crmkit_options options = options_of_crm(&reader);
    options.read_only = 1;
    REQUIRE_OK(crmkit_open(path, NUL, &options, &reader.store));
    REQUIRE_OK(crmkit_session_open(reader.store, 0, &reader.me));
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_begin(reader.me));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_commit(reader.me)); /* none was begun */
    REQUIRE_OK(crmkit_begin_read(reader.me));
    CHECK_INT(0, count_of(reader.me, "account", ""));
    add_account(&writer, "Acme");
    CHECK_INT(0, count_of(reader.me, "account", ""));
    CHECK_OK(crmkit_commit(reader.me));
    CHECK_INT(1, count_of(reader.me, "account", ""));
    close_crm(&reader);
    close_crm(&writer);
}

static void a_backup_is_a_store(void) {
    struct crm crm;
    crmkit_text* problems = NULL;
    open_file_crm(&crm, temp_path("original.db"));
    add_account(&crm, "Acme");
    CHECK_OK(crmkit_backup(crm.store, temp_path("backup.db"), NUL));
    add_account(&crm, "Later");
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_backup(crm.store, NULL, 0));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_backup(crm.store, "a\0b", 3));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_backup(crm.store, ":memory:", NUL));
    CHECK_CODE(CRMKIT_IO, crmkit_backup(crm.store, "/no/such/folder/backup.db", NUL));
    CHECK_OK(crmkit_check_integrity(crm.store, &problems));
    CHECK_TEXT("[]", crmkit_text_data(problems));
    crmkit_text_free(problems);
    close_crm(&crm);
    open_file_crm(&crm, temp_path("backup.db"));
    CHECK_INT(1, count_of(crm.me, "account", "name = 'Acme'"));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    close_crm(&crm);
    open_memory_crm(&crm);
    CHECK_CODE(CRMKIT_UNSUPPORTED, crmkit_backup(crm.store, temp_path("memory.db"), NUL));
    close_crm(&crm);
}

static void a_user_is_made_once(void) {
    struct crm crm;
    int64_t again = 0;
    int64_t none = 7;
    open_memory_crm(&crm);
    CHECK_OK(crmkit_ensure_user(crm.store, "Someone Else", NUL, "ada@example.com", NUL, &again));
    CHECK_INT(1, count_of(crm.me, "user", ""));
    CHECK_INT(crm.user, again);
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_ensure_user(crm.store, "", 0, "not one", NUL, &none));
    CHECK_CODE(CRMKIT_VALIDATION,
               crmkit_ensure_user(crm.store, "A\xFF", NUL, "b@example.com", NUL, &none));
    CHECK_CODE(CRMKIT_VALIDATION,
               crmkit_ensure_user(crm.store, "A\0B", 3, "b@example.com", NUL, &none));
    CHECK_INT(7, none);
    close_crm(&crm);
}

static void the_version_is_told(void) { CHECK(strchr(crmkit_version(), '.') != NULL); }

int main(void) {
    static const struct test_case cases[] = {
        {"the defaults are those of the library", the_defaults_are_those_of_the_library},
        {"options of an older header are enough", options_of_an_older_header_are_enough},
        {"options of a newer header are refused", options_of_a_newer_header_are_refused},
        {"what makes no sense is refused", what_makes_no_sense_is_refused},
        {"numbers without a country are of the store's region",
         numbers_without_a_country_are_of_the_stores_region},
        {"the host's clock counts", the_hosts_clock_counts},
        {"the same seed and clock give the same ids", the_same_seed_and_clock_give_the_same_ids},
        {"the replica marks the ids", the_replica_marks_the_ids},
        {"the log goes to the host", the_log_goes_to_the_host},
        {"a path is needed", a_path_is_needed},
        {"a path may have any bytes", a_path_may_have_any_bytes},
        {"a missing file is made only if wanted", a_missing_file_is_made_only_if_wanted},
        {"a read-only store can be read", a_read_only_store_can_be_read},
        {"a read-only store has read transactions", a_read_only_store_has_read_transactions},
        {"a backup is a store", a_backup_is_a_store},
        {"a user is made once", a_user_is_made_once},
        {"the version is told", the_version_is_told},
    };
    make_temp_folder();
    const int code = RUN_CASES(cases);
    remove_temp_folder();
    return code;
}
