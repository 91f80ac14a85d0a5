/* What can be wrong with a file: full, locked, protected, damaged, foreign, newer. The errors are
 * clear, nothing is half-written, and the store works again when the cause is gone. */
#include <errno.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "support.h"

/* Runs SQL on a file with SQLite itself. */
static void run_sql(const char* path, const char* sql) {
    sqlite3* connection = NULL;
    REQUIRE(sqlite3_open(path, &connection) == SQLITE_OK);
    CHECK_INT(SQLITE_OK, sqlite3_exec(connection, sql, NULL, NULL, NULL));
    sqlite3_close(connection);
}

/* A store with one account, closed. */
static const char* stored_file(const char* name) {
    struct crm crm;
    const char* const path = temp_path(name);
    open_file_crm(&crm, path);
    add_account(&crm, "Acme");
    close_crm(&crm);
    return path;
}

/* The code of opening a file, which must fail and must not touch it. */
static crmkit_code refusal(const char* path) {
    crmkit_store* store = NULL;
    struct stat before = {0};
    struct stat after = {0};
    const int is_there = stat(path, &before) == 0;
    const crmkit_code code = crmkit_open(path, NUL, NULL, &store);
    CHECK(store == NULL);
    crmkit_close(store);
    CHECK_INT(is_there, stat(path, &after) == 0);
    CHECK_INT(before.st_size, after.st_size);
    return code;
}

/* ---- The disk ------------------------------------------------------------------------------ */

/* SQLite's own way to put oneself in front of its system calls. It is the same for every user and
 * every file system. */
typedef ssize_t (*write_call)(int, const void*, size_t, off_t);
typedef ssize_t (*read_call)(int, void*, size_t, off_t);

static write_call real_write;
static read_call real_read;
static int failing_with; /* an errno; 0 lets everything through */

static ssize_t failing_write(int file, const void* data, size_t size, off_t offset) {
    if (failing_with != 0) {
        errno = failing_with;
        return -1;
    }
    return real_write(file, data, size, offset);
}

static ssize_t failing_read(int file, void* data, size_t size, off_t offset) {
    if (failing_with != 0) {
        errno = failing_with;
        return -1;
    }
    return real_read(file, data, size, offset);
}

/* Replaces one system call of SQLite, under the name that this build of it uses; the real one for
 * NULL. */
static sqlite3_syscall_ptr replace_call(const char* name, const char* name64,
                                        sqlite3_syscall_ptr with) {
    sqlite3_vfs* const vfs = sqlite3_vfs_find(NULL);
    sqlite3_syscall_ptr real = NULL;
    const char* used = name64;
    if (vfs->iVersion < 3 || vfs->xSetSystemCall == NULL) {
        return NULL;
    }
    real = vfs->xGetSystemCall(vfs, name64);
    if (real == NULL) {
        used = name;
        real = vfs->xGetSystemCall(vfs, name);
    }
    if (real != NULL && vfs->xSetSystemCall(vfs, used, with) != SQLITE_OK) {
        return NULL;
    }
    return real;
}

static int make_writes_fail(int error) {
    if (real_write == NULL) {
        real_write =
            (write_call)replace_call("pwrite", "pwrite64", (sqlite3_syscall_ptr)failing_write);
    }
    failing_with = error;
    return real_write != NULL;
}

static void end_failing(void) {
    failing_with = 0;
    if (real_write != NULL) {
        replace_call("pwrite", "pwrite64", NULL);
        real_write = NULL;
    }
    if (real_read != NULL) {
        replace_call("pread", "pread64", NULL);
        real_read = NULL;
    }
}

static void a_full_disk_keeps_nothing_and_breaks_nothing(void) {
    struct crm crm;
    const char* const path = temp_path("full.db");
    open_file_crm(&crm, path);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    CHECK_OK(set(account, "name", "Acme Steel"));
    if (!make_writes_fail(ENOSPC)) {
        skip_case("this SQLite lets nobody replace its system calls");
    } else {
        crmkit_record* other = new_record(&crm, "account");
        CHECK_OK(set(other, "name", "Other"));
        CHECK_CODE(CRMKIT_DISK_FULL, crmkit_create(crm.me, other));
        CHECK_INT(0, crmkit_record_id(other));
        CHECK_CODE(CRMKIT_DISK_FULL, crmkit_update(crm.me, account));
        CHECK_INT(1, crmkit_record_version(account));
        CHECK_CODE(CRMKIT_DISK_FULL,
                   crmkit_delete(crm.me, "account", NUL, crmkit_record_id(account), 0));
        CHECK_INT(1, count_of(crm.me, "account", "")); /* it can still be read */
        failing_with = 0;
        CHECK_INT(1, count_of(crm.me, "account", ""));
        CHECK_OK(crmkit_create(crm.me, other));
        CHECK_OK(crmkit_update(crm.me, account));
        crmkit_record_free(other);
    }
    end_failing();
    crmkit_record_free(account);
    close_crm(&crm);
    run_sql(path, "PRAGMA integrity_check");
}

static void a_transaction_that_fills_the_disk_is_undone_whole(void) {
    struct crm crm;
    open_file_crm(&crm, temp_path("full_transaction.db"));
    if (!make_writes_fail(0)) {
        skip_case("this SQLite lets nobody replace its system calls");
    } else {
        REQUIRE_OK(crmkit_begin(crm.me));
        add_account(&crm, "One");
        add_account(&crm, "Two");
        failing_with = ENOSPC;
        CHECK_CODE(CRMKIT_DISK_FULL, crmkit_commit(crm.me));
        CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_commit(crm.me)); /* it is over */
        failing_with = 0;
        CHECK_INT(0, count_of(crm.me, "account", ""));
        add_account(&crm, "Three");
        CHECK_INT(1, count_of(crm.me, "account", ""));
    }
    end_failing();
    close_crm(&crm);
}

static void a_disk_that_fails_is_an_io_error(void) {
    struct crm crm;
    open_file_crm(&crm, temp_path("broken.db"));
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    if (!make_writes_fail(EIO)) {
        skip_case("this SQLite lets nobody replace its system calls");
    } else {
        CHECK_CODE(CRMKIT_IO, crmkit_create(crm.me, account));
        failing_with = 0;
        CHECK_OK(crmkit_create(crm.me, account));
    }
    end_failing();
    close_crm(&crm);
    real_read = (read_call)replace_call("pread", "pread64", (sqlite3_syscall_ptr)failing_read);
    if (real_read != NULL) {
        failing_with = EIO;
        crmkit_store* store = NULL;
        CHECK_CODE(CRMKIT_IO, crmkit_open(temp_path("broken.db"), NUL, NULL, &store));
        CHECK(store == NULL);
    }
    end_failing();
    crmkit_record_free(account);
}

/* ---- Permissions --------------------------------------------------------------------------- */

/* Runs `run` in a process of a user who is not root, because root may write everything; the checks
 * that fail there count here. */
static void run_as_nobody(void (*run)(const char* path), const char* path) {
    fflush(NULL);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const uid_t nobody = 65534;
        if (geteuid() == 0 && (setgid(nobody) != 0 || setuid(nobody) != 0)) {
            _exit(77);
        }
        if (setjmp(check_end_of_case) == 0) {
            run(path);
        }
        fflush(NULL);
        _exit(atomic_load(&check_failures) > 0 ? 1 : 0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        skip_case("this root may not become another user");
        return;
    }
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void open_protected_file(const char* path) {
    struct crm crm;
    crmkit_store* store = NULL;
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_open(path, NUL, NULL, &store));
    CHECK_CONTAINS(path, crmkit_error_message());
    CHECK(store == NULL);
    crmkit_options options = options_of_crm(&crm);
    options.read_only = 1;
    REQUIRE_OK(crmkit_open(path, NUL, &options, &crm.store));
    REQUIRE_OK(crmkit_session_open(crm.store, 0, &crm.me));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Other"));
    CHECK_CODE(CRMKIT_READ_ONLY, crmkit_create(crm.me, account));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_protected_file_can_only_be_read(void) {
    const char* const path = stored_file("protected.db");
    REQUIRE(chmod(temp_folder, 0777) == 0);
    REQUIRE(chmod(path, 0444) == 0);
    run_as_nobody(open_protected_file, path);
    CHECK(chmod(temp_folder, 0700) == 0);
}

static void open_forbidden_file(const char* path) {
    crmkit_store* store = NULL;
    const crmkit_code code = crmkit_open(path, NUL, NULL, &store);
    CHECK(code == CRMKIT_IO || code == CRMKIT_READ_ONLY);
    CHECK_CONTAINS(path, crmkit_error_message());
    CHECK(store == NULL);
}

static void a_forbidden_file_cannot_be_opened(void) {
    const char* const path = stored_file("forbidden.db");
    REQUIRE(chmod(temp_folder, 0777) == 0);
    REQUIRE(chmod(path, 0) == 0);
    run_as_nobody(open_forbidden_file, path);
    CHECK(chmod(temp_folder, 0700) == 0);
}

/* ---- Locks --------------------------------------------------------------------------------- */

/* Copies that write at the same instant need replicas of their own. */
static void open_impatient_crm(struct crm* crm, const char* path, int32_t replica) {
    crmkit_options options = options_of_crm(crm);
    options.busy_timeout_ms = 20;
    options.replica = replica;
    REQUIRE_OK(crmkit_open(path, NUL, &options, &crm->store));
    act_as_ada(crm);
}

static void a_locked_file_is_busy_and_can_be_read(void) {
    struct crm crm;
    sqlite3* other = NULL;
    const char* const path = stored_file("locked.db");
    open_impatient_crm(&crm, path, 1);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Other"));
    REQUIRE(sqlite3_open(path, &other) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
    CHECK_CODE(CRMKIT_BUSY, crmkit_create(crm.me, account));
    CHECK_CODE(CRMKIT_BUSY, crmkit_begin(crm.me));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_commit(crm.me)); /* none was begun */
    CHECK_INT(1, count_of(crm.me, "account", ""));
    REQUIRE(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK);
    CHECK_OK(crmkit_create(crm.me, account));
    sqlite3_close(other);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void another_process_may_hold_the_lock(void) {
    struct crm crm;
    const char* const path = stored_file("process.db");
    int to_child[2];
    int to_parent[2];
    char byte = 0;
    REQUIRE(pipe(to_child) == 0 && pipe(to_parent) == 0);
    fflush(NULL);
    const pid_t child = fork(); /* before this process has the file open */
    REQUIRE(child >= 0);
    if (child == 0) {
        sqlite3* connection = NULL;
        const int ok = sqlite3_open(path, &connection) == SQLITE_OK &&
                       sqlite3_exec(connection, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
                       write(to_parent[1], "x", 1) == 1 && read(to_child[0], &byte, 1) == 1 &&
                       sqlite3_exec(connection, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK &&
                       write(to_parent[1], "x", 1) == 1;
        _exit(ok ? 0 : 1);
    }
    REQUIRE(read(to_parent[0], &byte, 1) == 1);
    crmkit_options options = options_of_crm(&crm);
    options.busy_timeout_ms = 20;
    REQUIRE_OK(crmkit_open(path, NUL, &options, &crm.store));
    REQUIRE_OK(crmkit_session_open(crm.store, 0, &crm.me));
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Other"));
    CHECK_CODE(CRMKIT_BUSY, crmkit_create(crm.me, account));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    CHECK(write(to_child[1], "x", 1) == 1);
    CHECK(read(to_parent[0], &byte, 1) == 1);
    CHECK_OK(crmkit_create(crm.me, account));
    crmkit_record_free(account);
    close_crm(&crm);
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(0, status);
    for (int i = 0; i < 2; ++i) {
        close(to_child[i]);
        close(to_parent[i]);
    }
}

static void two_stores_may_share_a_file(void) {
    struct crm one;
    struct crm two;
    const char* const path = stored_file("shared.db");
    open_impatient_crm(&one, path, 1);
    open_impatient_crm(&two, path, 2);
    add_account(&one, "From one");
    add_account(&two, "From two");
    CHECK_INT(3, count_of(one.me, "account", ""));
    CHECK_INT(3, count_of(two.me, "account", ""));
    REQUIRE_OK(crmkit_begin(one.me));
    CHECK_CODE(CRMKIT_BUSY, crmkit_begin(two.me));
    CHECK_OK(crmkit_rollback(one.me));
    close_crm(&one);
    add_account(&two, "Again");
    close_crm(&two);
}

/* ---- What is in the file ------------------------------------------------------------------- */

static void write_file(const char* path, const char* bytes, size_t size) {
    FILE* const file = fopen(path, "wb");
    REQUIRE(file != NULL);
    CHECK(fwrite(bytes, 1, size, file) == size);
    CHECK(fclose(file) == 0);
}

static void what_is_no_store_is_corrupt(void) {
    char noise[5000];
    for (size_t i = 0; i < sizeof noise; ++i) {
        noise[i] = (char)(i * 7919 % 251);
    }
    write_file(temp_path("noise.db"), noise, sizeof noise);
    CHECK_CODE(CRMKIT_CORRUPT, refusal(temp_path("noise.db")));
    write_file(temp_path("text.db"), "Dear Sir or Madam,\n", 19);
    CHECK_CODE(CRMKIT_CORRUPT, refusal(temp_path("text.db")));
    memcpy(noise, "SQLite format 3", 16);
    write_file(temp_path("header.db"), noise, sizeof noise);
    CHECK_CODE(CRMKIT_CORRUPT, refusal(temp_path("header.db")));
}

static void somebody_elses_database_is_left_alone(void) {
    const char* const path = temp_path("other.db");
    run_sql(path, "CREATE TABLE invoices (number INTEGER PRIMARY KEY)");
    CHECK_CODE(CRMKIT_CORRUPT, refusal(path));
    CHECK_CONTAINS("not a crmkit store", crmkit_error_message());
    run_sql(path, "INSERT INTO invoices VALUES (1)");
}

static void a_damaged_store_is_corrupt_and_never_crashes(void) {
    const char* const path = stored_file("damaged.db");
    FILE* file = fopen(path, "r+b");
    REQUIRE(file != NULL);
    CHECK(fseek(file, 0, SEEK_END) == 0);
    const long size = ftell(file);
    static const char zeros[4096];
    for (long page = 1; page < size / 4096; ++page) { /* everything but the first page */
        CHECK(fseek(file, page * 4096, SEEK_SET) == 0);
        CHECK(fwrite(zeros, 1, sizeof zeros, file) == sizeof zeros);
    }
    CHECK(fclose(file) == 0);
    CHECK_CODE(CRMKIT_CORRUPT, refusal(path));
    REQUIRE(truncate(path, 2 * 4096) == 0);
    CHECK_CODE(CRMKIT_CORRUPT, refusal(path));
    REQUIRE(truncate(path, 100) == 0);
    CHECK_CODE(CRMKIT_CORRUPT, refusal(path));
}

static void the_integrity_check_finds_damage(void) {
    struct crm crm;
    crmkit_text* problems = NULL;
    const char* const path = stored_file("unsound.db");
    run_sql(path,
            "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;"
            "UPDATE accounts SET parent_account = 4711");
    open_file_crm(&crm, path);
    CHECK_OK(crmkit_check_integrity(crm.store, &problems));
    CHECK_CONTAINS("accounts", crmkit_text_data(problems));
    crmkit_text_free(problems);
    close_crm(&crm);
}

static void a_newer_file_is_refused(void) {
    const char* const path = stored_file("newer.db");
    run_sql(path, "UPDATE crmkit_settings SET value = '9999' WHERE key = 'schema_version'");
    CHECK_CODE(CRMKIT_NEWER_SCHEMA, refusal(path));
    CHECK_CONTAINS("9999", crmkit_error_message());
    run_sql(path, "DELETE FROM crmkit_settings WHERE key = 'schema_version'");
    CHECK_CODE(CRMKIT_CORRUPT, refusal(path));
}

int main(void) {
    static const struct test_case cases[] = {
        {"a full disk keeps nothing and breaks nothing",
         a_full_disk_keeps_nothing_and_breaks_nothing},
        {"a transaction that fills the disk is undone whole",
         a_transaction_that_fills_the_disk_is_undone_whole},
        {"a disk that fails is an I/O error", a_disk_that_fails_is_an_io_error},
        {"a protected file can only be read", a_protected_file_can_only_be_read},
        {"a forbidden file cannot be opened", a_forbidden_file_cannot_be_opened},
        {"a locked file is busy and can be read", a_locked_file_is_busy_and_can_be_read},
        {"another process may hold the lock", another_process_may_hold_the_lock},
        {"two stores may share a file", two_stores_may_share_a_file},
        {"what is no store is corrupt", what_is_no_store_is_corrupt},
        {"somebody else's database is left alone", somebody_elses_database_is_left_alone},
        {"a damaged store is corrupt and never crashes",
         a_damaged_store_is_corrupt_and_never_crashes},
        {"the integrity check finds damage", the_integrity_check_finds_damage},
        {"a newer file is refused", a_newer_file_is_refused},
    };
    make_temp_folder();
    const int code = RUN_CASES(cases);
    remove_temp_folder();
    return code;
}
