/* Contacts written to SQLite by hand, with the history, its hash chain and the search entry. */
#ifndef CRMKIT_BENCH_RAW_WRITER_H
#define CRMKIT_BENCH_RAW_WRITER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct raw_writer raw_writer;

/* Opens the file of a store, `durability` as in raw_connection.h. NULL when that fails. */
raw_writer* raw_writer_open(const char* path, int durability);
void raw_writer_close(raw_writer* writer);

/* A contact to insert, with everything that crmkit writes about it. */
typedef struct raw_contact {
    int64_t id;
    int64_t now;
    const char *first_name, *last_name, *full_name;
    const char *email, *email_normal, *phone, *phone_normal;
    const char* history;    /* the JSON of the history row */
    const char* words;      /* the folded words of the search entry */
    unsigned char salt[16]; /* hashed with the history's values */
} raw_contact;

/* Each gives 0 when it went well. */
int raw_begin(raw_writer* writer);
int raw_commit(raw_writer* writer);
int raw_insert(raw_writer* writer, const raw_contact* contact);
/* Reads a contact, and writes another job title and a row of history if its version is still the
 * one that was read. */
int raw_change_job_title(raw_writer* writer, int64_t id, const char* title, int64_t now);

#ifdef __cplusplus
}
#endif

#endif
