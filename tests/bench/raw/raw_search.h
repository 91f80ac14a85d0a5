/* Contacts found by SQLite's full-text search as it comes. */
#ifndef CRMKIT_BENCH_RAW_SEARCH_H
#define CRMKIT_BENCH_RAW_SEARCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct raw_search raw_search;

/* Makes a plain index of the contacts of a store, in a file of its own. NULL when that fails. */
raw_search* raw_search_open(const char* store_path, const char* index_path);
void raw_search_close(raw_search* search);

/* The best 20 contacts that have the words of an FTS5 expression. Gives how many; -1 on failure. */
int64_t raw_search_best(raw_search* search, const char* expression);

#ifdef __cplusplus
}
#endif

#endif
