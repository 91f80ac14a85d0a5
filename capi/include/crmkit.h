/*
 * crmkit's C interface. One header, stable: what is here keeps its meaning, new fields and operations
 * of the CRM add no symbol, and structs only ever grow at their end.
 *
 * Conventions, which every function keeps unless it says otherwise:
 *  - Returns CRMKIT_OK (0) or a code; after a failure crmkit_error_message() and
 *    crmkit_error_problem() tell the rest, for the calling thread, until its next failing call. A
 *    failed call has no effect and leaves its outputs as they were.
 *  - Text is UTF-8 as (pointer, length); it need not end in NUL. Length CRMKIT_NUL_TERMINATED (-1)
 *    measures it. What is passed in is copied or done with when the call returns.
 *  - What is handed out by `**out` belongs to the caller and is released by the function named
 *    there; releasing NULL does nothing. What is handed out by `const char **` is borrowed from the
 *    handle it comes from.
 *  - A crmkit_store may be used from several threads. A session, with its cursors, records and
 *    texts, belongs to one thread at a time.
 *  - A null handle, or one of a closed store, gives CRMKIT_INVALID_ARGUMENT, never a crash. A handle
 *    that was released must not be used again.
 *  - Records are reached by field id, permanent, or by name through crmkit_field().
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CRMKIT_H
#define CRMKIT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define CRMKIT_API __declspec(dllexport)
#else
#define CRMKIT_API __attribute__((visibility("default")))
#endif

/* ---- Codes ------------------------------------------------------------------------------------ */

/* What a call returns. The numbers never change. See the C++ header crmkit/base/error.hpp for what
 * each means. */
enum {
    CRMKIT_OK = 0,
    CRMKIT_INVALID_ARGUMENT = 1,
    CRMKIT_VALIDATION = 2,
    CRMKIT_NOT_FOUND = 3,
    CRMKIT_CONFLICT = 4,
    CRMKIT_DUPLICATE = 5,
    CRMKIT_RESTRICTED = 6,
    CRMKIT_ILLEGAL_TRANSITION = 7,
    CRMKIT_PERMISSION_DENIED = 8,
    CRMKIT_VETOED = 9,
    CRMKIT_EXPRESSION = 10,
    CRMKIT_SYNTAX = 11,
    CRMKIT_LIMIT = 12,
    CRMKIT_CANCELLED = 13,
    CRMKIT_BUSY = 14,
    CRMKIT_READ_ONLY = 15,
    CRMKIT_DISK_FULL = 16,
    CRMKIT_IO = 17,
    CRMKIT_CORRUPT = 18,
    CRMKIT_NEWER_SCHEMA = 19,
    CRMKIT_TWO_SQLITES = 20,
    CRMKIT_OUT_OF_MEMORY = 21,
    CRMKIT_UNSUPPORTED = 22,
    CRMKIT_INTERNAL = 23
};
typedef int32_t crmkit_code;

#define CRMKIT_NUL_TERMINATED (-1)

/* ---- Handles ---------------------------------------------------------------------------------- */

typedef struct crmkit_store crmkit_store;     /* an open store; crmkit_close() */
typedef struct crmkit_session crmkit_session; /* someone acting; crmkit_session_close() */
typedef struct crmkit_record crmkit_record;   /* one record; crmkit_record_free() */
typedef struct crmkit_cursor crmkit_cursor;   /* a running query; crmkit_cursor_close() */
typedef struct crmkit_text crmkit_text;       /* a text result; crmkit_text_free() */

/* ---- Library and errors ----------------------------------------------------------------------- */

/* "0.1.0". Static. */
CRMKIT_API const char *crmkit_version(void);
/* The stable name of a code, "not_found"; NULL for a number that is none. Static. */
CRMKIT_API const char *crmkit_code_name(crmkit_code code);
/* What went wrong in this thread's last failing call, as one line; "" before the first. Borrowed
 * until this thread's next failing call. */
CRMKIT_API const char *crmkit_error_message(void);
/* The code of this thread's last failing call. */
CRMKIT_API crmkit_code crmkit_error_code(void);

/* One thing that is wrong with one value. Texts end in NUL and may be empty; borrowed like
 * crmkit_error_message(). line and column are 1-based, 0 when there is none. */
typedef struct crmkit_problem {
    size_t struct_size; /* set it to sizeof(crmkit_problem) before the call */
    const char *entity;
    const char *field;
    const char *value;
    const char *message;
    int64_t line;
    int64_t column;
} crmkit_problem;

/* How many problems this thread's last failing call found. */
CRMKIT_API size_t crmkit_error_problem_count(void);
/* The problem at `index`. CRMKIT_NOT_FOUND past the last; it does not count as a failing call. */
CRMKIT_API crmkit_code crmkit_error_problem(size_t index, crmkit_problem *out);

/* The text, ending in NUL, and its length without that; borrowed from `text`. */
CRMKIT_API const char *crmkit_text_data(const crmkit_text *text);
CRMKIT_API size_t crmkit_text_size(const crmkit_text *text);
CRMKIT_API void crmkit_text_free(crmkit_text *text);

/* ---- Stores ----------------------------------------------------------------------------------- */

enum { CRMKIT_DURABLE = 0, CRMKIT_FAST = 1 };
enum { CRMKIT_LOG_DEBUG = 0, CRMKIT_LOG_INFO = 1, CRMKIT_LOG_WARNING = 2, CRMKIT_LOG_ERROR = 3 };

/* Gets a line of the log, from any thread that uses the store; `text` is borrowed for the call. */
typedef void (*crmkit_log_callback)(void *ctx, int32_t level, const char *text, size_t size);
/* Gives the present instant in microseconds since 1970 UTC; called from any thread. */
typedef int64_t (*crmkit_clock_callback)(void *ctx);

/* How a store is opened. crmkit_options_init() fills in the defaults. */
typedef struct crmkit_options {
    size_t struct_size;
    int32_t durability;         /* CRMKIT_DURABLE: a power cut loses nothing that was committed */
    int32_t read_only;          /* 0; 1 refuses every write with CRMKIT_READ_ONLY */
    int32_t create;             /* 1: a file that does not exist is made */
    int32_t busy_timeout_ms;    /* 5000: wait for another process's lock this long */
    int64_t cache_kib;          /* 16384: page cache of each connection */
    int32_t replica;            /* -1: drawn by chance; 0 to 4095 marks this copy's ids */
    int32_t has_seed;           /* 0: chance comes from the system; 1: from `seed` */
    uint64_t seed;
    const char *table_prefix;   /* "crm_", for crmkit_open_on_sqlite(); NUL-terminated */
    crmkit_clock_callback clock;/* NULL: the system's clock */
    void *clock_ctx;
    crmkit_log_callback log;    /* NULL: no log */
    void *log_ctx;
} crmkit_options;

/* Fills in the defaults and struct_size. */
CRMKIT_API void crmkit_options_init(crmkit_options *options, size_t struct_size);

/* Opens a store file, making or upgrading it as needed. `options` may be NULL. Release with
 * crmkit_close(). Fails with CORRUPT, NEWER_SCHEMA, READ_ONLY, IO, BUSY, TWO_SQLITES. */
CRMKIT_API crmkit_code crmkit_open(const char *path, int64_t path_size,
                                   const crmkit_options *options, crmkit_store **out);
/* A store in memory, gone when closed. Release with crmkit_close(). */
CRMKIT_API crmkit_code crmkit_open_memory(const crmkit_options *options, crmkit_store **out);
/* crmkit's tables inside the host's database, on the host's connection (a sqlite3 *), which must
 * outlive the store and be used only by the thread that may: savepoints only, and what the host
 * rolls back leaves no trace. Release with crmkit_close(). */
CRMKIT_API crmkit_code crmkit_open_on_sqlite(void *connection, const crmkit_options *options,
                                             crmkit_store **out);
/* Ends the store. Sessions that are still open refuse every further call, and are still to be
 * closed. */
CRMKIT_API void crmkit_close(crmkit_store *store);

/* Copies the store as it is now to a file, while others go on writing. */
CRMKIT_API crmkit_code crmkit_backup(crmkit_store *store, const char *path, int64_t path_size);
/* What is wrong with the stored data, as a JSON array of texts; empty when it is sound. Release with
 * crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_check_integrity(crmkit_store *store, crmkit_text **out);
/* All entities, fields and operations as JSON. Release with crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_describe(crmkit_store *store, crmkit_text **out);
/* The id of the user with this e-mail address, created when there is none. */
CRMKIT_API crmkit_code crmkit_ensure_user(crmkit_store *store, const char *name, int64_t name_size,
                                          const char *email, int64_t email_size, int64_t *out);

/* ---- Sessions and transactions ---------------------------------------------------------------- */

/* A session in which the user with this id acts; 0 for nobody in particular. Release with
 * crmkit_session_close(). */
CRMKIT_API crmkit_code crmkit_session_open(crmkit_store *store, int64_t user,
                                           crmkit_session **out);
/* Undoes what is not committed. Its cursors must be closed before. */
CRMKIT_API void crmkit_session_close(crmkit_session *session);

/* Starts a transaction, or a nested one inside it. */
CRMKIT_API crmkit_code crmkit_begin(crmkit_session *session);
/* Keeps the innermost transaction; the outermost makes it durable. */
CRMKIT_API crmkit_code crmkit_commit(crmkit_session *session);
/* Undoes the innermost transaction. INVALID_ARGUMENT when there is none. */
CRMKIT_API crmkit_code crmkit_rollback(crmkit_session *session);

/* ---- Records ---------------------------------------------------------------------------------- */

/* An empty record of an entity, by its name "account". Release with crmkit_record_free(). */
CRMKIT_API crmkit_code crmkit_record_new(crmkit_store *store, const char *entity,
                                         int64_t entity_size, crmkit_record **out);
CRMKIT_API void crmkit_record_free(crmkit_record *record);

/* The permanent id of a field of the record's entity, by name; 0, and a failing call, for a name
 * that it does not have. Ids may be kept for the life of the program. */
CRMKIT_API int32_t crmkit_field(const crmkit_record *record, const char *name, int64_t name_size);
/* The record's id and version; 0 before it was created. */
CRMKIT_API int64_t crmkit_record_id(const crmkit_record *record);
CRMKIT_API int64_t crmkit_record_version(const crmkit_record *record);

/* 1 when the field is empty, 0 when it has a value; -1, and a failing call, for no such field. */
CRMKIT_API int32_t crmkit_is_null(const crmkit_record *record, int32_t field);
/* A field of any type as text: text itself; numbers and money as written, "1200.00 EUR"; dates and
 * instants in ISO 8601; labels; ids; links as "account/123"; lists and JSON as JSON. Empty for null.
 * Borrowed until the next call on this record. */
CRMKIT_API crmkit_code crmkit_get_text(crmkit_record *record, int32_t field, const char **text,
                                       size_t *size);
/* Integers; booleans as 0 or 1; decimals in billionths; dates in days since 1970-01-01; instants in
 * microseconds since 1970 UTC; references as ids. 0 for null. VALIDATION for other types. */
CRMKIT_API crmkit_code crmkit_get_int64(const crmkit_record *record, int32_t field, int64_t *value);
/* Money in minor units (cents) and its ISO 4217 code, NUL-terminated; 0 and "" for null. */
CRMKIT_API crmkit_code crmkit_get_money(const crmkit_record *record, int32_t field,
                                        int64_t *minor_units, char currency[4]);
/* A polymorphic reference: the number of the entity, and the id; both 0 for null. */
CRMKIT_API crmkit_code crmkit_get_link(const crmkit_record *record, int32_t field, int32_t *entity,
                                       int64_t *id);

/* The setters note which fields were set, for crmkit_update() and crmkit_upsert(). Text is read as
 * crmkit_get_text() writes it, for a field of any type. VALIDATION, naming entity, field and value,
 * for what the field's type does not take. */
CRMKIT_API crmkit_code crmkit_set_null(crmkit_record *record, int32_t field);
CRMKIT_API crmkit_code crmkit_set_text(crmkit_record *record, int32_t field, const char *text,
                                       int64_t size);
CRMKIT_API crmkit_code crmkit_set_int64(crmkit_record *record, int32_t field, int64_t value);
CRMKIT_API crmkit_code crmkit_set_money(crmkit_record *record, int32_t field, int64_t minor_units,
                                        const char *currency);
CRMKIT_API crmkit_code crmkit_set_link(crmkit_record *record, int32_t field, int32_t entity,
                                       int64_t id);

/* The whole record as JSON. Release with crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_record_to_json(const crmkit_record *record, crmkit_text **out);
/* Sets the fields that a JSON object names. VALIDATION or SYNTAX with every problem at once. */
CRMKIT_API crmkit_code crmkit_record_from_json(crmkit_record *record, const char *json,
                                               int64_t json_size);

/* ---- Reading and writing ---------------------------------------------------------------------- */

/* Adds the record; it becomes as stored: id, version 1, computed fields. VALIDATION with every
 * problem at once, DUPLICATE, NOT_FOUND for a reference to nothing. */
CRMKIT_API crmkit_code crmkit_create(crmkit_session *session, crmkit_record *record);
/* Reads the record of `record`'s entity with this id into it. NOT_FOUND, also when deleted. */
CRMKIT_API crmkit_code crmkit_get(crmkit_session *session, int64_t id, crmkit_record *record);
/* Writes the fields that were set since the record was read; it becomes as stored. CONFLICT when it
 * was changed since. */
CRMKIT_API crmkit_code crmkit_update(crmkit_session *session, crmkit_record *record);
/* Deletes a record; `version` 0 deletes whatever version it is. RESTRICTED when others refer to it. */
CRMKIT_API crmkit_code crmkit_delete(crmkit_session *session, const char *entity,
                                     int64_t entity_size, int64_t id, int64_t version);
/* Brings a deleted record back, with what was deleted along with it. */
CRMKIT_API crmkit_code crmkit_restore(crmkit_session *session, const char *entity,
                                      int64_t entity_size, int64_t id);

enum { /* What an upsert does when the key is known already. */
       CRMKIT_CREATE_OR_FAIL = 0,
       CRMKIT_UPDATE = 1,
       CRMKIT_SKIP = 2,
       CRMKIT_REPLACE = 3
};
enum { /* What an upsert did. */
       CRMKIT_CREATED = 0,
       CRMKIT_UPDATED = 1,
       CRMKIT_UNCHANGED = 2,
       CRMKIT_SKIPPED = 3
};
/* Creates the record, or updates the one that has `key` in another `system`; the record becomes as
 * stored. `action` may be NULL. */
CRMKIT_API crmkit_code crmkit_upsert(crmkit_session *session, const char *system,
                                     int64_t system_size, const char *key, int64_t key_size,
                                     int32_t policy, crmkit_record *record, int32_t *action);
/* The same by the record's own values of some fields, names with commas: "email_normal". DUPLICATE
 * when they match several. */
CRMKIT_API crmkit_code crmkit_upsert_by(crmkit_session *session, const char *fields,
                                        int64_t fields_size, int32_t policy, crmkit_record *record,
                                        int32_t *action);

/* ---- Queries ---------------------------------------------------------------------------------- */

/* The query language is described in docs/expressions.md. `parameters` is a JSON object with the
 * values of the query's :names, or NULL: {"owner": "123", "since": "2026-01-01"}. */

/* Runs a query: crmkit_query(session, "opportunity", -1, "state = 'open'", -1, NULL, 0, &cursor).
 * Release with crmkit_cursor_close(). EXPRESSION, with line and column, for a text that is wrong. */
CRMKIT_API crmkit_code crmkit_query(crmkit_session *session, const char *entity,
                                    int64_t entity_size, const char *text, int64_t text_size,
                                    const char *parameters, int64_t parameters_size,
                                    crmkit_cursor **out);
/* Reads the next record into `record`, of the query's entity; *has_record becomes 0 at the end. */
CRMKIT_API crmkit_code crmkit_cursor_next(crmkit_cursor *cursor, crmkit_record *record,
                                          int32_t *has_record);
CRMKIT_API void crmkit_cursor_close(crmkit_cursor *cursor);
/* One page of a query as JSON: {"records": […], "next": "…"}; give `next` as `after` for the one that
 * follows, "" or NULL for the first. Release with crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_page(crmkit_session *session, const char *entity,
                                   int64_t entity_size, const char *text, int64_t text_size,
                                   const char *parameters, int64_t parameters_size, int64_t size,
                                   const char *after, int64_t after_size, crmkit_text **out);
/* Groups and measures, "count(), sum(amount) by stage.name", as a JSON array of rows: the measures,
 * then the group values. Release with crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_aggregate(crmkit_session *session, const char *entity,
                                        int64_t entity_size, const char *text, int64_t text_size,
                                        const char *parameters, int64_t parameters_size,
                                        crmkit_text **out);
/* Full-text search: writes the ids of the best matches, at most `capacity`, and how many. */
CRMKIT_API crmkit_code crmkit_search(crmkit_session *session, const char *entity,
                                     int64_t entity_size, const char *text, int64_t text_size,
                                     int64_t *ids, size_t capacity, size_t *count);

/* ---- History and operations ------------------------------------------------------------------- */

/* What happened to a record, oldest first, as a JSON array. Release with crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_history(crmkit_session *session, int64_t record, crmkit_text **out);
/* Takes the change at a position of the history back. CONFLICT when its fields changed since. */
CRMKIT_API crmkit_code crmkit_undo(crmkit_session *session, int64_t position);
/* Runs any operation of crmkit_describe(), JSON in and JSON out: crmkit_call(session,
 * "sales.win_opportunity", -1, "{\"opportunity\": \"123\"}", -1, &result). Release with
 * crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_call(crmkit_session *session, const char *operation,
                                   int64_t operation_size, const char *json, int64_t json_size,
                                   crmkit_text **out);

/* ---- Hooks ------------------------------------------------------------------------------------ */

enum { /* What a change does to its record. */
       CRMKIT_CHANGE_CREATED = 0,
       CRMKIT_CHANGE_UPDATED = 1,
       CRMKIT_CHANGE_DELETED = 2,
       CRMKIT_CHANGE_RESTORED = 3
};

/* A change on its way into the store; everything in it is borrowed for the call. */
typedef struct crmkit_write_event {
    size_t struct_size;
    crmkit_session *session; /* who acts; the hook may read and write with it */
    const char *entity;
    int32_t kind;
    const crmkit_record *before; /* NULL for a create */
    crmkit_record *after;        /* a before-hook may change it */
} crmkit_write_event;

/* Returns CRMKIT_OK, or a code that undoes the change and becomes the caller's; say why with
 * crmkit_hook_message(). */
typedef crmkit_code (*crmkit_write_hook)(void *ctx, const crmkit_write_event *event);
/* Gets each committed change as JSON, as in crmkit_history(). */
typedef void (*crmkit_commit_hook)(void *ctx, const char *json, size_t size);

/* Inside a hook: the message of the error that it is going to return. */
CRMKIT_API void crmkit_hook_message(const char *message, int64_t size);
/* Runs `hook` before each write of an entity ("" for every one). *id names it for removal. */
CRMKIT_API crmkit_code crmkit_before_write(crmkit_store *store, const char *entity,
                                           int64_t entity_size, crmkit_write_hook hook, void *ctx,
                                           uint64_t *id);
/* Runs `hook` after each write of an entity, still inside its transaction. */
CRMKIT_API crmkit_code crmkit_after_write(crmkit_store *store, const char *entity,
                                          int64_t entity_size, crmkit_write_hook hook, void *ctx,
                                          uint64_t *id);
/* Runs `hook` with each change once it is committed, in the thread that committed it. */
CRMKIT_API crmkit_code crmkit_after_commit(crmkit_store *store, crmkit_commit_hook hook, void *ctx,
                                           uint64_t *id);
CRMKIT_API crmkit_code crmkit_remove_hook(crmkit_store *store, uint64_t id);

#ifdef __cplusplus
}
#endif

#endif /* CRMKIT_H */
