/* What a careful C programmer would write by hand against SQLite for the same work: the other side
 * of every ratio. Same file, same tables, same pragmas, same effects; no crmkit. */
#ifndef CRMKIT_BENCH_RAW_TWIN_H
#define CRMKIT_BENCH_RAW_TWIN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct raw_twin raw_twin;

/* Opens the file of a store. NULL when that fails. */
raw_twin* raw_open(const char* path);
void raw_close(raw_twin* twin);

/* Each reads every column of every row it finds; returns a sum over them, so that no reading can be
 * left out. -1 on failure. */
int64_t raw_get(raw_twin* twin, int64_t id);
int64_t raw_page(raw_twin* twin, int64_t account, int64_t limit);
int64_t raw_scan(raw_twin* twin);

/* A contact to insert, with everything that crmkit writes about it. */
typedef struct raw_contact {
    int64_t id;
    int64_t now;
    int64_t position;
    const char *first_name, *last_name, *full_name;
    const char *email, *email_normal, *phone, *phone_normal;
    const char* history;    /* the JSON of the history row */
    const char* words;      /* the folded words of the search entry */
    unsigned char salt[16]; /* hashed with the history's values */
} raw_contact;

int raw_begin(raw_twin* twin);
int raw_commit(raw_twin* twin);
int raw_insert(raw_twin* twin, const raw_contact* contact);
int64_t raw_last_position(raw_twin* twin);

#ifdef __cplusplus
}
#endif

#endif
