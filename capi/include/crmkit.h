/*
 * crmkit's C interface: one header, stable. What is here keeps its meaning; new fields, entities
 * and operations of the CRM add no function, and structs only ever grow at their end. docs/c-api.md
 * is the guide to it, with examples.
 *
 * What every function keeps to, unless it says otherwise:
 *
 *  - Result. It returns CRMKIT_OK (0) or the code of what went wrong. crmkit_error_message() and
 *    crmkit_error_problem() then tell the rest, in the same thread, until its next call that fails.
 *    A call that fails has no effect and leaves its outputs as they were.
 *  - Text in. UTF-8 as a pointer and a length in bytes; it need not end in NUL. The length
 *    CRMKIT_NUL_TERMINATED (-1) means that it does, and that crmkit is to measure it. NULL with
 *    length 0 or -1 is the empty text. crmkit has copied what it needs when the call returns.
 *  - Text out. UTF-8 that ends in NUL and has none before. What `const char**` gives is borrowed
 *    from the handle it comes from, for as long as the function says.
 *  - Handles. What `**out` gives belongs to the caller, who releases it once, with the function
 *    that is named there; releasing NULL does nothing. A released handle must not be used again.
 *    Should it be, then a store, session or cursor gives CRMKIT_INVALID_ARGUMENT, and releasing it
 *    does nothing, until another one gets its address; a record or text may end the program.
 *  - Order. Handles may be released in any order. Closing a store leaves its sessions without a
 *    store, closing a session ends its cursors: using those gives CRMKIT_INVALID_ARGUMENT, and they
 *    are still to be released. Records and texts live by themselves.
 *  - NULL where a handle or an output is expected gives CRMKIT_INVALID_ARGUMENT, never a crash.
 *  - Threads. A crmkit_store may be used by several threads at once, except while it is being
 *    closed. A session and its cursors belong to one thread at a time, and so does a record and a
 *    text. Errors are kept for each thread.
 *
 * Codes that any call on a session or store can return, beside those named with it:
 * CRMKIT_INVALID_ARGUMENT, CRMKIT_BUSY, CRMKIT_READ_ONLY (writes), CRMKIT_DISK_FULL, CRMKIT_IO,
 * CRMKIT_CORRUPT, CRMKIT_OUT_OF_MEMORY, CRMKIT_INTERNAL.
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

#if !defined(_WIN32)
#define CRMKIT_API __attribute__((visibility("default")))
#elif defined(crmkit_c_EXPORTS)
#define CRMKIT_API __declspec(dllexport)
#else
#define CRMKIT_API __declspec(dllimport)
#endif

/* ---- Codes --------------------------------------------------------------------------------- */

/* What a call returns. The numbers never change; later versions may add some at the end. */
typedef int32_t crmkit_code;
enum {
    CRMKIT_OK = 0,
    CRMKIT_INVALID_ARGUMENT = 1, /* the call itself is wrong: NULL, a closed handle, a bad option */
    CRMKIT_VALIDATION = 2,       /* values of fields are refused; see crmkit_error_problem() */
    CRMKIT_NOT_FOUND = 3,        /* no such record, entity, field or operation */
    CRMKIT_CONFLICT = 4,         /* the record has another version than the caller read */
    CRMKIT_DUPLICATE = 5,        /* a unique key is taken, or an upsert key matches several */
    CRMKIT_RESTRICTED = 6,       /* other records refer to this one and forbid to delete it */
    CRMKIT_ILLEGAL_TRANSITION = 7, /* the states of the record have no such move */
    CRMKIT_PERMISSION_DENIED = 8,  /* the acting user may not do this */
    CRMKIT_VETOED = 9,             /* a hook of the host refused the change */
    CRMKIT_EXPRESSION = 10,        /* a query does not parse, or compares what it cannot */
    CRMKIT_SYNTAX = 11,            /* a file or text (CSV, JSON) is malformed */
    CRMKIT_LIMIT = 12,             /* a size, depth or number is more than allowed */
    CRMKIT_CANCELLED = 13,         /* the caller asked to stop */
    CRMKIT_BUSY = 14,              /* somebody else kept the store locked for too long */
    CRMKIT_READ_ONLY = 15,         /* the store or its file may only be read */
    CRMKIT_DISK_FULL = 16,         /* no space is left; nothing of the call was kept */
    CRMKIT_IO = 17,                /* the operating system failed to open, read or write a file */
    CRMKIT_CORRUPT = 18,           /* the file is not a store of crmkit, or is damaged */
    CRMKIT_NEWER_SCHEMA = 19,      /* the file was written by a newer crmkit */
    CRMKIT_TWO_SQLITES = 20,       /* a second copy of SQLite is loaded in this process */
    CRMKIT_OUT_OF_MEMORY = 21,     /* there was no memory; nothing of the call was kept */
    CRMKIT_UNSUPPORTED = 22,       /* this kind of store, or this build, cannot do it */
    CRMKIT_INTERNAL = 23           /* a defect in crmkit; please report it */
};

/* The length of a text that ends in NUL. */
#define CRMKIT_NUL_TERMINATED (-1)

/* ---- Handles ------------------------------------------------------------------------------- */

typedef struct crmkit_store crmkit_store;     /* an open store; crmkit_close() */
typedef struct crmkit_session crmkit_session; /* someone who acts; crmkit_session_close() */
typedef struct crmkit_record crmkit_record;   /* one record; crmkit_record_free() */
typedef struct crmkit_cursor crmkit_cursor;   /* a running query; crmkit_cursor_close() */
typedef struct crmkit_text crmkit_text;       /* a text that a call made; crmkit_text_free() */

/* ---- Library and errors -------------------------------------------------------------------- */

/* The version of the library that is loaded, such as "0.1.0". Lives as long as the program. */
CRMKIT_API const char* crmkit_version(void);

/* The name of a code, such as "not_found"; NULL for a number that is no code. Lives as long as the
 * program. */
CRMKIT_API const char* crmkit_code_name(crmkit_code code);

/* What went wrong in this thread's last call that failed, in one line; "" when none has failed yet.
 * Borrowed until this thread's next call that fails. */
CRMKIT_API const char* crmkit_error_message(void);

/* The code of this thread's last call that failed; CRMKIT_OK when none has failed yet. */
CRMKIT_API crmkit_code crmkit_error_code(void);

/* One thing that is wrong with one value. The texts are borrowed as long as that of
 * crmkit_error_message(), and empty where they do not apply. */
typedef struct crmkit_problem {
    size_t struct_size;  /* set it to sizeof(crmkit_problem) before the call */
    const char* entity;  /* such as "opportunity" */
    const char* field;   /* such as "close_date" */
    const char* value;   /* the value in question, shortened */
    const char* message; /* what is wrong with it */
    int64_t line;        /* where in a text it stands, from 1; 0 when that does not apply */
    int64_t column;      /* in bytes, from 1 */
} crmkit_problem;

/* How many problems this thread's last call that failed has found. */
CRMKIT_API size_t crmkit_error_problem_count(void);

/* Fills in the problem at `index`, from 0. Returns CRMKIT_NOT_FOUND past the last one and
 * CRMKIT_INVALID_ARGUMENT for NULL or a struct_size that never was; neither of them replaces the
 * error that is being looked at. */
CRMKIT_API crmkit_code crmkit_error_problem(size_t index, crmkit_problem* out);

/* The text, and how long it is without the NUL at its end. Borrowed from `text`; "" and 0 for
 * NULL. */
CRMKIT_API const char* crmkit_text_data(const crmkit_text* text);
CRMKIT_API size_t crmkit_text_size(const crmkit_text* text);

/* Releases a text. */
CRMKIT_API void crmkit_text_free(crmkit_text* text);

/* ---- Stores -------------------------------------------------------------------------------- */

/* How much a power cut may take. A crash of the program alone never loses what was committed. */
enum {
    CRMKIT_DURABLE = 0, /* nothing: each commit waits for the disk */
    CRMKIT_FAST = 1     /* the last commits, but it never damages the store */
};

/* How serious a line of the log is. */
enum { CRMKIT_LOG_DEBUG = 0, CRMKIT_LOG_INFO = 1, CRMKIT_LOG_WARNING = 2, CRMKIT_LOG_ERROR = 3 };

/* Gets a line of the log, in whichever thread uses the store. `text` is borrowed for the call and
 * does not end in NUL. It must not call crmkit. */
typedef void (*crmkit_log_callback)(void* ctx, int32_t level, const char* text, size_t size);

/* Gives the present time in microseconds since 1970 UTC. Called from whichever thread uses the
 * store. It must not call crmkit. */
typedef int64_t (*crmkit_clock_callback)(void* ctx);

/* How a store is opened. Fill it with crmkit_options_init() and change what is to differ. The texts
 * need to live only for the call; the contexts as long as the store and its sessions. */
typedef struct crmkit_options {
    size_t struct_size;          /* set by crmkit_options_init() */
    int32_t durability;          /* default CRMKIT_DURABLE; CRMKIT_FAST for what can be repeated */
    int32_t read_only;           /* default 0; 1 refuses every write with CRMKIT_READ_ONLY */
    int32_t create;              /* default 1: a missing file is made; 0: that is CRMKIT_IO */
    int32_t busy_timeout_ms;     /* default 5000; how long to wait for another process's lock */
    int64_t cache_kib;           /* default 16384; page cache of each connection, in KiB */
    int32_t replica;             /* default -1: by chance; 0 to 4095 marks the ids of this copy, for
                                    stores that are to be merged */
    int32_t has_seed;            /* default 0: chance comes from the system; 1: from `seed` */
    uint64_t seed;               /* default 0 */
    const char* table_prefix;    /* default "crm_", also for NULL; only crmkit_open_on_sqlite() */
    crmkit_clock_callback clock; /* default NULL: the system's clock */
    void* clock_ctx;             /* passed to `clock` */
    crmkit_log_callback log;     /* default NULL: no log */
    void* log_ctx;               /* passed to `log` */
    int64_t log_kib;             /* default 4096; how long the log of commits grows before a commit
                                    copies it into the file itself, in KiB; raise it, to 65536 or
                                    so, where crmkit_checkpoint() is called beside the writers */
    const char* region;          /* default NULL: as the store remembers it; the country whose phone
                                    numbers are written without its code, such as "DE" */
    int32_t may_use_progress_handler; /* default 0; 1 lets crmkit_session_cancel() and budgets of
                                    steps end a statement on a host's connection that has no
                                    progress handler of the host's; only crmkit_open_on_sqlite() */
} crmkit_options;

/* Fills in the defaults. Give sizeof(crmkit_options) as `struct_size`: it tells the library which
 * header the program was compiled with. */
CRMKIT_API void crmkit_options_init(crmkit_options* options, size_t struct_size);

/* Opens a store file, making or upgrading it as needed. The path is passed to the system as it is;
 * an empty one, and one with a NUL inside, gives CRMKIT_INVALID_ARGUMENT.
 * `options` may be NULL. Release with crmkit_close(). Fails with CRMKIT_IO when the file cannot be
 * opened, CRMKIT_CORRUPT when it is no store of crmkit, CRMKIT_NEWER_SCHEMA, CRMKIT_READ_ONLY,
 * CRMKIT_BUSY, CRMKIT_TWO_SQLITES. */
CRMKIT_API crmkit_code crmkit_open(const char* path, int64_t path_size,
                                   const crmkit_options* options, crmkit_store** out);

/* Makes a store in memory, which is gone when it is closed. `options` may be NULL. Release with
 * crmkit_close(). */
CRMKIT_API crmkit_code crmkit_open_memory(const crmkit_options* options, crmkit_store** out);

/* Opens crmkit's tables inside a database of the host's, making or upgrading them as needed, on a
 * connection of the host's: a sqlite3*. crmkit uses savepoints only, inside the host's transaction
 * when one is open; it changes no pragma; what the host rolls back leaves no trace. The store may
 * be used only by the thread that may use the connection. `options` may be NULL. Release with
 * crmkit_close(), and close the sessions too, before the connection is closed. Fails with
 * CRMKIT_TWO_SQLITES when the program has another copy of SQLite than crmkit, CRMKIT_CORRUPT,
 * CRMKIT_NEWER_SCHEMA, CRMKIT_READ_ONLY, CRMKIT_BUSY. */
CRMKIT_API crmkit_code crmkit_open_on_sqlite(void* connection, const crmkit_options* options,
                                             crmkit_store** out);

/* Is shown one entry of a host's storage, borrowed for the call. Returns 1, or 0 when it has seen
 * enough. It calls nothing of the host's. */
typedef int32_t (*crmkit_entry_visitor)(void* visitor, const void* key, size_t key_size,
                                        const void* value, size_t value_size);

/* What a transaction is going to do. */
enum { CRMKIT_READ = 0, CRMKIT_WRITE = 1 };

/* A storage of the host's: a map from bytes to bytes, ordered by its keys as memcmp() orders them,
 * the shorter of two first where it is the beginning of the other. All that is in it is crmkit's. A
 * key has 1 to 256 bytes; a value any number, also none. Between a begin and its end crmkit first
 * only gets and scans, and then only puts and erases, each key once and in the order of the keys:
 * there is nothing to nest, and nothing to read back before the commit. One function is called at a
 * time, in whichever thread uses the store.
 *
 * They return CRMKIT_OK or what went wrong: CRMKIT_BUSY, CRMKIT_READ_ONLY, CRMKIT_DISK_FULL,
 * CRMKIT_IO, CRMKIT_CORRUPT, CRMKIT_OUT_OF_MEMORY, CRMKIT_LIMIT or CRMKIT_CANCELLED; any other
 * number counts as CRMKIT_IO. The call of crmkit then returns that code and leaves no trace. They
 * must not call crmkit, nor leave by longjmp or an exception. */
typedef struct crmkit_storage {
    size_t struct_size; /* set it to sizeof(crmkit_storage) */
    void* ctx;          /* passed to every function */
    /* Starts a transaction. One with CRMKIT_READ sees one state until it ends; one with
     * CRMKIT_WRITE also keeps other writers out, where there are any. */
    crmkit_code (*begin)(void* ctx, int32_t access);
    /* Keeps the transaction's changes, all or none of them, and ends it; where it fails, rollback
     * is called next. */
    crmkit_code (*commit)(void* ctx);
    /* Undoes the transaction's changes and ends it, also one with CRMKIT_READ. */
    void (*rollback)(void* ctx);
    /* Shows the entry with the key, if there is one. Also called outside of a transaction. */
    crmkit_code (*get)(void* ctx, const void* key, size_t key_size, crmkit_entry_visitor visit,
                       void* visitor);
    /* Shows the entries from the key `from` on and below `until`, in the order of their keys or,
     * where `descending` is 1, against it, until `visit` returns 0. Also called outside of a
     * transaction. */
    crmkit_code (*scan)(void* ctx, const void* from, size_t from_size, const void* until,
                        size_t until_size, int32_t descending, crmkit_entry_visitor visit,
                        void* visitor);
    /* Adds an entry, or replaces the one with the key. */
    crmkit_code (*put)(void* ctx, const void* key, size_t key_size, const void* value,
                       size_t value_size);
    /* Removes the entry with the key, if there is one. */
    crmkit_code (*erase)(void* ctx, const void* key, size_t key_size);
    /* Called last, when the store and its sessions are closed; may be NULL. */
    void (*close)(void* ctx);
} crmkit_storage;

/* Opens a store on a storage of the host's, making or upgrading what is in it as needed. The struct
 * needs to live only for the call, what is behind it until `close`, which is not called when this
 * fails. `options` may be NULL; what it says of files means nothing here. Readers wait for writers,
 * and a transaction is in memory until it is committed. Release with crmkit_close(). Fails with
 * CRMKIT_CORRUPT when the storage holds something else than crmkit's, CRMKIT_NEWER_SCHEMA,
 * CRMKIT_READ_ONLY, and as the storage does. */
CRMKIT_API crmkit_code crmkit_open_on_storage(const crmkit_storage* storage,
                                              const crmkit_options* options, crmkit_store** out);

/* Closes a store; sessions that are still open keep its file open until they are closed too. Waits
 * while another thread has a write transaction open. */
CRMKIT_API void crmkit_close(crmkit_store* store);

/* Copies the store as it is now to a file, while others go on writing. A store that is there is
 * written over; another program's SQLite database, and a path that crmkit_open() would refuse, give
 * CRMKIT_INVALID_ARGUMENT. Fails with CRMKIT_IO, CRMKIT_DISK_FULL, CRMKIT_BUSY, CRMKIT_CORRUPT for
 * a file that is no database, CRMKIT_UNSUPPORTED for a store in memory or on a host's connection.
 */
CRMKIT_API crmkit_code crmkit_backup(crmkit_store* store, const char* path, int64_t path_size);

/* Copies what is committed from the log into the file, as far as readers allow, so that no commit
 * has to. For a thread or a timer of the host's, every 20 ms or so while others write. When the log
 * is longer than half of log_kib, it copies the last of it between two commits, so that the log
 * begins anew. Waits for no transaction of the host's, import or bulk load. Does nothing to a store
 * in memory or on a connection of the host's. */
CRMKIT_API crmkit_code crmkit_checkpoint(crmkit_store* store);

/* Gives what is wrong with the stored data as a JSON array of texts, empty when it is sound. Takes
 * as long as reading the whole store. Release with crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_check_integrity(crmkit_store* store, crmkit_text** out);

/* Gives the entities with their fields, the operations and the codes as JSON: {"version": "...",
 * "entities": [...], "operations": [...], "errors": [...]}. Release with crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_describe(crmkit_store* store, crmkit_text** out);

/* Gives the id of the user with this e-mail address, who is created when there is none. Fails with
 * CRMKIT_VALIDATION. */
CRMKIT_API crmkit_code crmkit_ensure_user(crmkit_store* store, const char* name, int64_t name_size,
                                          const char* email, int64_t email_size, int64_t* out);

/* The permanent number of an entity, by its name, "account" or "accounts"; 0 when the call fails,
 * with CRMKIT_NOT_FOUND for a name that is none. Links name entities by it. */
CRMKIT_API int32_t crmkit_entity_number(crmkit_store* store, const char* entity,
                                        int64_t entity_size);

/* ---- Sessions and transactions ------------------------------------------------------------- */

/* Opens a session in which the user with this id acts; 0 for nobody in particular. Its first change
 * or crmkit_begin() fails with CRMKIT_NOT_FOUND when there is no such user. Cheap: make one for
 * each thread. Release with crmkit_session_close(). */
CRMKIT_API crmkit_code crmkit_session_open(crmkit_store* store, int64_t user, crmkit_session** out);

/* Closes a session: ends its cursors and undoes what is not committed. Does nothing to the session
 * of a hook's event, nor to one that a hook runs inside of. */
CRMKIT_API void crmkit_session_close(crmkit_session* session);

/* The id of the user who acts in a session; 0 for nobody in particular, and for NULL. */
CRMKIT_API int64_t crmkit_session_user(const crmkit_session* session);

/* Sets the origin that the session's changes carry in the history from now on, such as "erp"; empty
 * for "session", the default. What the library changes by itself has its own: "import", "restore",
 * "undo", "derived" and "setup"; the last two are refused. Fails with CRMKIT_INVALID_ARGUMENT. */
CRMKIT_API crmkit_code crmkit_session_set_origin(crmkit_session* session, const char* origin,
                                                 int64_t size);

/* Starts a transaction, or one nested in that which is open: what follows is kept together or not
 * at all. Without, each call is a transaction of its own. While it is open, the calls of other
 * sessions that write wait, up to the busy timeout where they are of another process. Fails with
 * CRMKIT_READ_ONLY on a store that may only be read, and with CRMKIT_INVALID_ARGUMENT inside of
 * crmkit_begin_read(). */
CRMKIT_API crmkit_code crmkit_begin(crmkit_session* session);

/* Starts a transaction that only reads, on any store: until crmkit_commit() or crmkit_rollback(),
 * which are the same to it, the session sees one state, that of its first read at the latest.
 * Others go on writing; a write of the session fails with CRMKIT_INVALID_ARGUMENT. It nests; inside
 * of crmkit_begin() it is as another crmkit_begin(). End it soon, as a cursor. On a connection or a
 * storage of the host's, and on ":memory:", each read still sees what is there then. */
CRMKIT_API crmkit_code crmkit_begin_read(crmkit_session* session);

/* Keeps the innermost transaction; the outermost makes it durable, and then the commit hooks run.
 * When it fails the transaction has ended too, and nothing of it was kept. Ends the cursors that
 * were opened in it. Fails with CRMKIT_INVALID_ARGUMENT when none is open. */
CRMKIT_API crmkit_code crmkit_commit(crmkit_session* session);

/* Undoes the innermost transaction. Ends the cursors that were opened in it. Fails with
 * CRMKIT_INVALID_ARGUMENT when none is open. */
CRMKIT_API crmkit_code crmkit_rollback(crmkit_session* session);

/* Ends what a session is reading, importing or exporting: that call, and each later one that reads,
 * imports or exports, fails with CRMKIT_CANCELLED until crmkit_session_allow(). These two may be
 * called by any thread while another one uses the session, which must not be closed meanwhile. On a
 * connection of the host's a query ends between two of its rows, unless may_use_progress_handler is
 * set, and sqlite3_interrupt() ends it at once. */
CRMKIT_API crmkit_code crmkit_session_cancel(crmkit_session* session);

/* Takes crmkit_session_cancel() back. */
CRMKIT_API crmkit_code crmkit_session_allow(crmkit_session* session);

/* Sets how many steps each read of a session may take before it fails with CRMKIT_LIMIT; 0, the
 * default, for any number. A step is the work on one row or so. For texts of queries that come from
 * outside. */
CRMKIT_API crmkit_code crmkit_session_set_step_budget(crmkit_session* session, int64_t steps);

/* How far an import or an export is. */
typedef struct crmkit_progress {
    size_t struct_size;  /* of the library's struct: a later one may have more members */
    int64_t records;     /* records that are written; rows of an import that were looked at */
    int64_t bytes;       /* of the file, that were read or written */
    int64_t total_bytes; /* of a file that is read; -1 where its size is not known */
} crmkit_progress;

/* Is told about every 1,000 records, in the thread that imports or exports, how far it is. Returns
 * CRMKIT_OK to go on; whatever else ends it with CRMKIT_CANCELLED. It must not use the session. */
typedef crmkit_code (*crmkit_progress_callback)(void* ctx, const crmkit_progress* progress);

/* Tells a function how far each import and export of a session is: the operations of which
 * crmkit_describe() says that they have "progress". NULL, the default, tells nobody. `ctx` is
 * passed to it and must live as long. */
CRMKIT_API crmkit_code crmkit_session_on_progress(crmkit_session* session,
                                                  crmkit_progress_callback callback, void* ctx);

/* ---- Records ------------------------------------------------------------------------------- */

/* Makes an empty record of an entity, by its name, "account" or "accounts". Nothing is stored yet.
 * A record may be used again for any number of reads and writes. Release with crmkit_record_free().
 * Fails with CRMKIT_NOT_FOUND. */
CRMKIT_API crmkit_code crmkit_record_new(crmkit_store* store, const char* entity,
                                         int64_t entity_size, crmkit_record** out);

/* Releases a record; what is stored stays. Does nothing to a record of a hook's event. */
CRMKIT_API void crmkit_record_free(crmkit_record* record);

/* The permanent id of a field of the record's entity, by its name, for the functions below; 0 when
 * the call fails, with CRMKIT_NOT_FOUND for a name that is none. A program may ask once for each
 * field and keep the answer. */
CRMKIT_API int32_t crmkit_field(const crmkit_record* record, const char* name, int64_t name_size);

/* The id of the record; 0 before it is created, and for NULL. */
CRMKIT_API int64_t crmkit_record_id(const crmkit_record* record);

/* The version of the record, which counts its changes from 1; 0 before it is created, and for
 * NULL. */
CRMKIT_API int64_t crmkit_record_version(const crmkit_record* record);

/* 1 when a field is empty, 0 when it has a value; -1 when the call fails, with CRMKIT_NOT_FOUND for
 * an id that is none. An empty text is no value. */
CRMKIT_API int32_t crmkit_is_null(const crmkit_record* record, int32_t field);

/* A field of any type as text: text as it is; numbers in digits, "0.5"; booleans as "true" and
 * "false"; money as "1200.00 EUR"; dates and instants as "2026-12-31" and "2026-11-21T09:30:00Z";
 * labels; ids; links as "account/123"; lists as "a;b", or as a JSON array where that would be
 * ambiguous; JSON. Empty for null. Borrowed until the record is changed, read into or released, or
 * this is called again for the same field. `size` may be NULL. Fails with CRMKIT_NOT_FOUND. */
CRMKIT_API crmkit_code crmkit_get_text(const crmkit_record* record, int32_t field,
                                       const char** text, size_t* size);

/* A field as a whole number: integers; booleans as 0 or 1; decimals in billionths; dates in days
 * since 1970-01-01; instants in microseconds since 1970 UTC; references as ids. 0 for null. Fails
 * with CRMKIT_NOT_FOUND, and CRMKIT_VALIDATION for a field of another type. */
CRMKIT_API crmkit_code crmkit_get_int64(const crmkit_record* record, int32_t field, int64_t* value);

/* An amount of money in minor units, such as cents, and its ISO 4217 code, which ends in NUL; 0 and
 * "" for null. Fails with CRMKIT_NOT_FOUND, and CRMKIT_VALIDATION for a field of another type. */
CRMKIT_API crmkit_code crmkit_get_money(const crmkit_record* record, int32_t field,
                                        int64_t* minor_units, char currency[4]);

/* A reference to a record of one of several entities: the number of the entity, and the id; both 0
 * for null. Fails with CRMKIT_NOT_FOUND, and CRMKIT_VALIDATION for a field of another type. */
CRMKIT_API crmkit_code crmkit_get_link(const crmkit_record* record, int32_t field, int32_t* entity,
                                       int64_t* id);

/* The setters change the record in memory and note which fields were set, for crmkit_update() and
 * crmkit_upsert(). They convert to the type of the field and fail with CRMKIT_VALIDATION, naming
 * entity, field and value, for what the field cannot be; the rest, such as what is too long, not
 * UTF-8 or missing, is found by crmkit_create() and crmkit_update(), all at once. They fail with
 * CRMKIT_NOT_FOUND for an id that is no field's, and with CRMKIT_INVALID_ARGUMENT for a record that
 * a hook may only read. What the library keeps by itself, such as created_at, can be set in memory,
 * but a write does not store it or refuses it. */

/* Empties a field. Fails with CRMKIT_VALIDATION for one that always has a value, such as a
 * boolean. */
CRMKIT_API crmkit_code crmkit_set_null(crmkit_record* record, int32_t field);

/* Sets a field of any type from text as crmkit_get_text() writes it. Empty text is null. */
CRMKIT_API crmkit_code crmkit_set_text(crmkit_record* record, int32_t field, const char* text,
                                       int64_t size);

/* Sets a field of a type that crmkit_get_int64() reads, in the same units. 0 empties a
 * reference. */
CRMKIT_API crmkit_code crmkit_set_int64(crmkit_record* record, int32_t field, int64_t value);

/* Sets an amount of money in minor units of a currency, by its ISO 4217 code, which ends in NUL. */
CRMKIT_API crmkit_code crmkit_set_money(crmkit_record* record, int32_t field, int64_t minor_units,
                                        const char* currency);

/* Sets a reference to a record of the entity with this number, see crmkit_entity_number(); the id 0
 * empties it. */
CRMKIT_API crmkit_code crmkit_set_link(crmkit_record* record, int32_t field, int32_t entity,
                                       int64_t id);

/* Gives the record as a JSON object without its empty fields. Release with crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_record_to_json(const crmkit_record* record, crmkit_text** out);

/* Sets the fields that a JSON object names; the others stay as they are. Fails with
 * CRMKIT_VALIDATION, CRMKIT_SYNTAX or CRMKIT_LIMIT, with every problem, its line and column. */
CRMKIT_API crmkit_code crmkit_record_from_json(crmkit_record* record, const char* json,
                                               int64_t json_size);

/* ---- Reading and writing ------------------------------------------------------------------- */

/* Stores the record as a new one, whatever id it had; it becomes as stored, with id, version 1 and
 * computed fields. Fails with CRMKIT_VALIDATION with every problem, also a reference to nothing or
 * to itself; CRMKIT_DUPLICATE; CRMKIT_ILLEGAL_TRANSITION; and as the hooks answer. */
CRMKIT_API crmkit_code crmkit_create(crmkit_session* session, crmkit_record* record);

/* Reads the record with this id, of the entity of `record`, into `record`. Fails with
 * CRMKIT_NOT_FOUND, also for one that is deleted. */
CRMKIT_API crmkit_code crmkit_get(crmkit_session* session, int64_t id, crmkit_record* record);

/* The same, but also for a record that is deleted: its field "deleted_at" then says since when. */
CRMKIT_API crmkit_code crmkit_get_even_deleted(crmkit_session* session, int64_t id,
                                               crmkit_record* record);

/* Writes the fields that were set since the record was read or stored; it becomes as stored. A
 * record that was never read, whose field "id" was set, is written whatever its version is. Fails
 * with CRMKIT_CONFLICT when it was changed in between, CRMKIT_NOT_FOUND, and as crmkit_create(). */
CRMKIT_API crmkit_code crmkit_update(crmkit_session* session, crmkit_record* record);

/* Deletes a record: it disappears from reads, queries and search, and can be restored. `version` is
 * the one that was read, or 0 to delete it whatever its version is. Fails with CRMKIT_RESTRICTED
 * when others refer to it and forbid that, CRMKIT_CONFLICT, CRMKIT_NOT_FOUND, and as the hooks
 * answer. */
CRMKIT_API crmkit_code crmkit_delete(crmkit_session* session, const char* entity,
                                     int64_t entity_size, int64_t id, int64_t version);

/* Brings a deleted record back, with what was deleted along with it. Fails with CRMKIT_DUPLICATE
 * when a unique key has been taken since, CRMKIT_VALIDATION when something it refers to is gone,
 * CRMKIT_NOT_FOUND or CRMKIT_INVALID_ARGUMENT when it is not deleted, and as the hooks answer. */
CRMKIT_API crmkit_code crmkit_restore(crmkit_session* session, const char* entity,
                                      int64_t entity_size, int64_t id);

/* What an upsert does when there is a record with the key already. */
enum {
    CRMKIT_UPSERT_CREATE_OR_FAIL = 0, /* fails with CRMKIT_DUPLICATE */
    CRMKIT_UPSERT_UPDATE = 1,         /* writes the fields that were set */
    CRMKIT_UPSERT_SKIP = 2,           /* leaves the record as it is */
    CRMKIT_UPSERT_REPLACE = 3         /* writes every field: one that was not set becomes empty */
};

/* What an upsert did. */
enum {
    CRMKIT_UPSERT_CREATED = 0,
    CRMKIT_UPSERT_UPDATED = 1,
    CRMKIT_UPSERT_UNCHANGED = 2, /* there was nothing to write */
    CRMKIT_UPSERT_SKIPPED = 3
};

/* Stores the record under a key of another system, such as "erp" and "C-1001": as a new one, with
 * which the key is remembered, or, by the policy, over the one that has the key. The record becomes
 * as stored. `action`, which may be NULL, tells what was done. Fails with CRMKIT_DUPLICATE, and as
 * crmkit_create(). */
CRMKIT_API crmkit_code crmkit_upsert(crmkit_session* session, const char* system,
                                     int64_t system_size, const char* key, int64_t key_size,
                                     int32_t policy, crmkit_record* record, int32_t* action);

/* The same with the record's own values of some fields as the key: their names with commas, such as
 * "email_normal". When one of them is empty a new record is stored. Fails with CRMKIT_DUPLICATE
 * when several records match, CRMKIT_NOT_FOUND for a name that is none, and as crmkit_create(). */
CRMKIT_API crmkit_code crmkit_upsert_by(crmkit_session* session, const char* fields,
                                        int64_t fields_size, int32_t policy, crmkit_record* record,
                                        int32_t* action);

/* ---- Queries ------------------------------------------------------------------------------- */

/* docs/expressions.md describes the language of queries. Values come in by parameters, never by
 * pasting them into the text: `parameters` is a JSON object with a text, number, boolean or null
 * for each :name of the query, such as {"account": "123", "since": "2026-01-01"}; NULL when it has
 * none. A reference to records of several entities names its entity: {"owner": "user/123"}, or
 * {"owner": {"link": "user/123"}}. Each of these functions fails with CRMKIT_EXPRESSION, with line
 * and column, for a text or a value that is wrong, with CRMKIT_SYNTAX or CRMKIT_LIMIT for
 * parameters that are no such object, and with CRMKIT_NOT_FOUND for an entity that is none. */

/* Runs a query, such as "state = 'open' order by close_date", over the records of an entity; ""
 * gives all of them. Release with crmkit_cursor_close(), soon: a cursor that is not at its end
 * keeps the store's file from shrinking. */
CRMKIT_API crmkit_code crmkit_query(crmkit_session* session, const char* entity,
                                    int64_t entity_size, const char* text, int64_t text_size,
                                    const char* parameters, int64_t parameters_size,
                                    crmkit_cursor** out);

/* Reads the live records of an entity with these ids, in their order and by one search of the
 * store; those that are not there are left out. Release with crmkit_cursor_close(). Fails with
 * CRMKIT_NOT_FOUND for an entity that is none. */
CRMKIT_API crmkit_code crmkit_get_many(crmkit_session* session, const char* entity,
                                       int64_t entity_size, const int64_t* ids, size_t count,
                                       crmkit_cursor** out);

/* Reads the next record of a query into `record`, which is of the query's entity. *has_record
 * becomes 1, or 0 at the end, when `record` stays as it is. */
CRMKIT_API crmkit_code crmkit_cursor_next(crmkit_cursor* cursor, crmkit_record* record,
                                          int32_t* has_record);

/* Releases a cursor. */
CRMKIT_API void crmkit_cursor_close(crmkit_cursor* cursor);

/* Of the Arrow C stream interface: <crmkit/exchange/arrow_abi.h> has it, and so has Arrow. */
struct ArrowArrayStream;

/* Runs a query as crmkit_query() does, and fills in `out` with a stream of its records in batches
 * of columns, as Arrow libraries take them over without a copy. `fields` are names with commas, in
 * the order that the columns are to have; "" stands for all. docs/c-api.md tells the columns'
 * types. What `out` held before is not looked at. Release with out->release(out), as soon as a
 * cursor. The stream is used as a cursor is, by one thread at a time, and ends with its session or
 * transaction: get_next() then fails with EINVAL. Its functions return numbers of <errno.h>;
 * get_last_error() has the message. Schemas and batches live by themselves, in any thread. Fails
 * with CRMKIT_NOT_FOUND for a field that is none, too. */
CRMKIT_API crmkit_code crmkit_query_arrow(crmkit_session* session, const char* entity,
                                          int64_t entity_size, const char* text, int64_t text_size,
                                          const char* parameters, int64_t parameters_size,
                                          const char* fields, int64_t fields_size,
                                          struct ArrowArrayStream* out);

/* Gives one page of a query, of 1 to 10,000 records, as JSON: {"records": [...], "next": "..."}.
 * `after` is empty for the first page, and the "next" of the page before for another; "next" is
 * empty on the last one. Release with crmkit_text_free(). Fails with CRMKIT_INVALID_ARGUMENT for an
 * "order by" that no index of the entity serves; "sort by" asks for any order. */
CRMKIT_API crmkit_code crmkit_page(crmkit_session* session, const char* entity, int64_t entity_size,
                                   const char* text, int64_t text_size, const char* parameters,
                                   int64_t parameters_size, int64_t size, const char* after,
                                   int64_t after_size, crmkit_text** out);

/* Groups and measures, such as "count(), sum(amount) by stage.name where state = 'open'", as a JSON
 * array with a row for each group: an array of the measures and then the group's values, in the
 * order of the text. Money is summed for each currency by itself. Release with
 * crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_aggregate(crmkit_session* session, const char* entity,
                                        int64_t entity_size, const char* text, int64_t text_size,
                                        const char* parameters, int64_t parameters_size,
                                        crmkit_text** out);

/* Finds the records of an entity that have a word beginning with each word of `text`, in any of
 * their searchable fields, accents and case aside. Writes the ids of the best, at most `capacity`
 * (and 10,000), to `ids`, and their number to `count`. Fails with CRMKIT_NOT_FOUND for an entity
 * that is none. */
CRMKIT_API crmkit_code crmkit_search(crmkit_session* session, const char* entity,
                                     int64_t entity_size, const char* text, int64_t text_size,
                                     int64_t* ids, size_t capacity, size_t* count);

/* ---- History and operations ---------------------------------------------------------------- */

/* Gives what happened to the record with this id, oldest first, as a JSON array, empty when there
 * never was such a record: [{"position": 7, "at": "...", "actor": "...", "origin": "session",
 * "cause": 0, "entity": "account", "record": "...", "kind": "updated", "version": 2, "fields":
 * [{"field": "name", "before": "...", "after": "..."}]}]. Release with crmkit_text_free(). */
CRMKIT_API crmkit_code crmkit_history(crmkit_session* session, int64_t record, crmkit_text** out);

/* Gives what happened in the whole store from a position on, itself included, at most `limit`
 * changes, as crmkit_history() does; empty at the end. Who follows the store asks again from the
 * last position that was given, plus 1. The first is 1. Release with crmkit_text_free(). Fails with
 * CRMKIT_INVALID_ARGUMENT for a limit below 0. */
CRMKIT_API crmkit_code crmkit_changes_since(crmkit_session* session, int64_t position,
                                            int64_t limit, crmkit_text** out);

/* Takes back the change at a position of the history, by a change to the contrary. Fails with
 * CRMKIT_CONFLICT, with a problem for each field that was changed again since, CRMKIT_NOT_FOUND,
 * and as crmkit_update(). */
CRMKIT_API crmkit_code crmkit_undo(crmkit_session* session, int64_t position);

/* Runs an operation by its name, such as "sales.win_opportunity", with its input as a JSON object,
 * such as {"opportunity": "123"}, and gives its result as JSON. crmkit_describe() tells which there
 * are, what they take and give, and how they fail. Empty input is {}. Release with
 * crmkit_text_free(). Fails with CRMKIT_NOT_FOUND for a name that is none, CRMKIT_SYNTAX,
 * CRMKIT_LIMIT or CRMKIT_VALIDATION for the input, and as the operation says. */
CRMKIT_API crmkit_code crmkit_call(crmkit_session* session, const char* operation,
                                   int64_t operation_size, const char* json, int64_t json_size,
                                   crmkit_text** out);

/* ---- Hooks --------------------------------------------------------------------------------- */

/* What a change does to its record. */
enum {
    CRMKIT_CHANGE_CREATED = 0,
    CRMKIT_CHANGE_UPDATED = 1,
    CRMKIT_CHANGE_DELETED = 2,
    CRMKIT_CHANGE_RESTORED = 3
};

/* A change on its way into the store. Everything in it is borrowed, until the hook returns. */
typedef struct crmkit_write_event {
    size_t struct_size;          /* of the library's struct: a later one may have more members */
    crmkit_session* session;     /* who acts; what a hook writes with it is part of the change */
    const char* entity;          /* such as "account" */
    int32_t kind;                /* CRMKIT_CHANGE_CREATED to CRMKIT_CHANGE_RESTORED */
    const crmkit_record* before; /* as it is stored; NULL for a new record */
    crmkit_record* after;        /* as it is going to be; a before-hook may set its fields */
} crmkit_write_event;

/* Sees a change. Returns CRMKIT_OK, or a code that undoes the change and that the call which made
 * it returns; a number that is no code counts as CRMKIT_VETOED. The message is that of
 * crmkit_hook_message(); without one, when the code is that of a call of crmkit which failed inside
 * the hook, that call's message and problems. A hook must not leave by longjmp or an exception, nor
 * release the record of the call that it runs in; filling that record gives
 * CRMKIT_INVALID_ARGUMENT. */
typedef crmkit_code (*crmkit_write_hook)(void* ctx, const crmkit_write_event* event);

/* Sees a change that is committed: one object of crmkit_history(), which ends in NUL and is
 * borrowed for the call. */
typedef void (*crmkit_commit_hook)(void* ctx, const char* json, size_t size);

/* Says why the hook that is running in this thread is going to refuse the change. */
CRMKIT_API void crmkit_hook_message(const char* message, int64_t size);

/* Runs `hook` before each change of a record of an entity, or of every entity for "", inside its
 * transaction and in the thread that makes it. *id names the hook, for crmkit_remove_hook(). `ctx`
 * is passed to it and must live as long as the hook is there. Fails with CRMKIT_NOT_FOUND for an
 * entity that is none. */
CRMKIT_API crmkit_code crmkit_before_write(crmkit_store* store, const char* entity,
                                           int64_t entity_size, crmkit_write_hook hook, void* ctx,
                                           uint64_t* id);

/* The same after the change was written, still inside its transaction; the record of the event may
 * only be read. */
CRMKIT_API crmkit_code crmkit_after_write(crmkit_store* store, const char* entity,
                                          int64_t entity_size, crmkit_write_hook hook, void* ctx,
                                          uint64_t* id);

/* Runs `hook` with each change after it was committed, in the order of the history and in the
 * thread that committed it. Inside a transaction of the host's connection that is before the host
 * has committed: such changes may yet be rolled back. */
CRMKIT_API crmkit_code crmkit_after_commit(crmkit_store* store, crmkit_commit_hook hook, void* ctx,
                                           uint64_t* id);

/* Removes a hook; does nothing for an id that names none. A change that is under way in another
 * thread may still run it. */
CRMKIT_API crmkit_code crmkit_remove_hook(crmkit_store* store, uint64_t id);

#ifdef __cplusplus
}
#endif

#endif /* CRMKIT_H */
