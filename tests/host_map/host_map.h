/* A host's storage for tests: an ordered map in memory that can undo, behind the function table of
 * crmkit.h. It ends the program when crmkit does not keep to what the header promises, and fails
 * when it is told to. */
#ifndef CRMKIT_TESTS_HOST_MAP_H
#define CRMKIT_TESTS_HOST_MAP_H

#include <crmkit.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct host_map host_map;

/* Release with host_map_free(), after the store on it is closed. */
host_map* host_map_new(void);
void host_map_free(host_map* map);

/* The function table of the map, which is its context. */
crmkit_storage host_map_table(host_map* map);

/* The nth call from now on fails with a code; 1 is the next. Only that one or, for `from_then_on`,
 * every one after it too. 0 for none. Starts to count anew. rollback and close are not counted. */
void host_map_fail(host_map* map, int64_t nth, crmkit_code code, int from_then_on);

/* How many calls there were since, and whether one of them has failed. */
int64_t host_map_calls(const host_map* map);
int host_map_has_failed(const host_map* map);

/* A transaction of the host's own around those of crmkit, and its undoing. Between them all that
 * crmkit commits is kept for the time being only. */
void host_map_begin_own(host_map* map);
void host_map_undo_own(host_map* map);

/* How many entries there are, and a number that tells the contents of two maps apart. */
int64_t host_map_size(const host_map* map);
uint64_t host_map_digest(const host_map* map);

/* Adds an entry that is not crmkit's, changes the first byte of the value of the nth entry, or
 * removes that entry, without anybody's knowledge. */
void host_map_add_foreign(host_map* map);
void host_map_damage(host_map* map, int64_t nth);
void host_map_lose(host_map* map, int64_t nth);

/* How often the table's close was called. */
int host_map_closed(const host_map* map);

#ifdef __cplusplus
}
#endif

#endif
