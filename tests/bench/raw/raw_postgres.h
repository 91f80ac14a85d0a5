/* Contacts found by PostgreSQL's full-text search. */
#ifndef CRMKIT_BENCH_RAW_POSTGRES_H
#define CRMKIT_BENCH_RAW_POSTGRES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct raw_postgres raw_postgres;

/* Connects to a server with an empty database. NULL when that fails. */
raw_postgres* raw_postgres_open(const char* server);
void raw_postgres_close(raw_postgres* postgres);

/* Adds a contact by its id and the words that it is found by. 0 when it went well. */
int raw_postgres_add(raw_postgres* postgres, int64_t id, const char* words);
/* After the last one: makes the index (GIN). 0 when it went well. */
int raw_postgres_finish(raw_postgres* postgres);

/* The newest 20 contacts that have the words of a tsquery. Gives how many; -1 on failure. */
int64_t raw_postgres_newest(raw_postgres* postgres, const char* query);

#ifdef __cplusplus
}
#endif

#endif
