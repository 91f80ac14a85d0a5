/* What the test programs have in common: a store with a session, records, files. */
#ifndef CRMKIT_TESTS_CAPI_SUPPORT_H
#define CRMKIT_TESTS_CAPI_SUPPORT_H

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

#define NUL CRMKIT_NUL_TERMINATED

/* 2026-11-21T09:30:00Z, at which the clock of the tests stands unless they move it. */
#define TEST_NOW INT64_C(1795253400000000)

/* ---- Stores -------------------------------------------------------------------------------- */

struct crm {
    crmkit_store* store;
    crmkit_session* me;
    int64_t user;
    int64_t now;
};

static inline int64_t clock_of_crm(void* ctx) { return ((struct crm*)ctx)->now; }

static inline crmkit_options options_of_crm(struct crm* crm) {
    crmkit_options options;
    crm->now = TEST_NOW;
    crmkit_options_init(&options, sizeof options);
    options.clock = clock_of_crm;
    options.clock_ctx = crm;
    options.has_seed = 1;
    options.seed = 7;
    return options;
}

/* A user, and a session in which she acts. */
static inline void act_as_ada(struct crm* crm) {
    REQUIRE_OK(
        crmkit_ensure_user(crm->store, "Ada Lovelace", NUL, "ada@example.com", NUL, &crm->user));
    REQUIRE_OK(crmkit_session_open(crm->store, crm->user, &crm->me));
}

static inline void open_memory_crm(struct crm* crm) {
    const crmkit_options options = options_of_crm(crm);
    REQUIRE_OK(crmkit_open_memory(&options, &crm->store));
    act_as_ada(crm);
}

static inline void open_file_crm(struct crm* crm, const char* path) {
    const crmkit_options options = options_of_crm(crm);
    REQUIRE_OK(crmkit_open(path, NUL, &options, &crm->store));
    act_as_ada(crm);
}

static inline void close_crm(struct crm* crm) {
    crmkit_session_close(crm->me);
    crmkit_close(crm->store);
}

/* ---- Records ------------------------------------------------------------------------------- */

static inline crmkit_record* new_record(struct crm* crm, const char* entity) {
    crmkit_record* record = NULL;
    REQUIRE_OK(crmkit_record_new(crm->store, entity, NUL, &record));
    return record;
}

static inline int32_t field(const crmkit_record* record, const char* name) {
    const int32_t id = crmkit_field(record, name, NUL);
    REQUIRE(id > 0);
    return id;
}

static inline crmkit_code set(crmkit_record* record, const char* name, const char* text) {
    return crmkit_set_text(record, field(record, name), text, NUL);
}

static inline crmkit_code set_number(crmkit_record* record, const char* name, int64_t number) {
    return crmkit_set_int64(record, field(record, name), number);
}

static inline const char* get(const crmkit_record* record, const char* name) {
    const char* text = NULL;
    CHECK_OK(crmkit_get_text(record, field(record, name), &text, NULL));
    return text;
}

static inline int64_t get_number(const crmkit_record* record, const char* name) {
    int64_t number = -1;
    CHECK_OK(crmkit_get_int64(record, field(record, name), &number));
    return number;
}

/* A stored record with one field set; release it with crmkit_record_free(). */
static inline crmkit_record* stored_record(struct crm* crm, const char* entity, const char* name,
                                           const char* text) {
    crmkit_record* record = new_record(crm, entity);
    REQUIRE_OK(set(record, name, text));
    REQUIRE_OK(crmkit_create(crm->me, record));
    return record;
}

/* The id of a new account. */
static inline int64_t add_account(struct crm* crm, const char* name) {
    crmkit_record* account = stored_record(crm, "account", "name", name);
    const int64_t id = crmkit_record_id(account);
    crmkit_record_free(account);
    return id;
}

/* How many records a query finds; -1 when it fails. */
static inline int64_t count_of(crmkit_session* session, const char* entity, const char* where) {
    crmkit_text* rows = NULL;
    char text[400];
    long long count = -1;
    snprintf(text, sizeof text, where[0] == '\0' ? "count()%s" : "count() where %s", where);
    if (CHECK_OK(crmkit_aggregate(session, entity, NUL, text, NUL, NULL, 0, &rows))) {
        CHECK(sscanf(crmkit_text_data(rows), "[[%lld]]", &count) == 1);
        crmkit_text_free(rows);
    }
    return count;
}

/* How many pieces of a text are the given one. */
static inline int occurrences(const char* text, const char* piece) {
    int count = 0;
    for (const char* at = strstr(text, piece); at != NULL; at = strstr(at + 1, piece)) {
        ++count;
    }
    return count;
}

/* The problem that is about a field; one with NULLs when there is none. */
static inline crmkit_problem problem_about(const char* name) {
    crmkit_problem problem = {sizeof problem, NULL, NULL, NULL, NULL, 0, 0};
    for (size_t i = 0; crmkit_error_problem(i, &problem) == CRMKIT_OK; ++i) {
        if (strcmp(problem.field, name) == 0) {
            return problem;
        }
    }
    check_text(name, "no problem", 0, "there is a problem about a field", __FILE__, __LINE__);
    return (crmkit_problem){sizeof problem, NULL, NULL, NULL, NULL, 0, 0};
}

/* ---- Files --------------------------------------------------------------------------------- */

static char temp_folder[200];

/* Makes the folder that temp_path() is in. */
static inline void make_temp_folder(void) {
    const char* root = getenv("TMPDIR");
    snprintf(temp_folder, sizeof temp_folder, "%s/crmkit-capi-XXXXXX",
             root == NULL || root[0] == '\0' ? "/tmp" : root);
    if (mkdtemp(temp_folder) == NULL) {
        perror("mkdtemp");
        exit(1);
    }
}

/* Removes it with all files in it. */
static inline void remove_temp_folder(void) {
    DIR* folder = opendir(temp_folder);
    for (struct dirent* entry = folder == NULL ? NULL : readdir(folder); entry != NULL;
         entry = readdir(folder)) {
        unlinkat(dirfd(folder), entry->d_name, 0);
    }
    if (folder != NULL) {
        closedir(folder);
    }
    rmdir(temp_folder);
}

/* The path of a file in that folder. Lives until the next but three calls. */
static inline const char* temp_path(const char* name) {
    static char paths[4][300];
    static int next;
    char* const path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", temp_folder, name);
    return path;
}

#endif
