/* What the other side of every ratio has in common: a connection as crmkit opens its own, and rows
 * read as a careful C programmer reads them. No crmkit. */
#ifndef CRMKIT_BENCH_RAW_CONNECTION_H
#define CRMKIT_BENCH_RAW_CONNECTION_H

#include <sqlite3.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { RAW_DURABLE = 0, RAW_FAST = 1 };

/* Opens the file of a store with crmkit's pragmas. NULL when that fails. Busy after 5 s. */
sqlite3* raw_connect(const char* path, int durability);

/* A statement to be kept. NULL when `sql` is wrong. */
sqlite3_stmt* raw_prepare(sqlite3* db, const char* sql);

/* The same with each "@" in `sql` replaced by the names of all columns of `table`, as crmkit names
 * them in its statements. */
sqlite3_stmt* raw_prepare_columns(sqlite3* db, const char* sql, const char* table);

/* The names of all columns of a table with commas. Release with sqlite3_free(). */
char* raw_column_names(sqlite3* db, const char* table);

/* Runs a statement that gives no rows. 0 when it went well. */
int raw_run(sqlite3_stmt* statement);
int raw_execute(sqlite3* db, const char* sql);

/* The first value that a statement gives; 0 when there is none. */
int64_t raw_number(sqlite3_stmt* statement);

/* Each reads every column of a row and returns a sum over them, so that no reading can be left out:
 * raw_copy_row() makes a string of its own of each text, raw_view_row() looks at it where it is. */
int64_t raw_copy_row(sqlite3_stmt* row);
int64_t raw_view_row(sqlite3_stmt* row);

/* Reads all rows of a statement by one of these, and resets it. -1 on failure. */
int64_t raw_read_all(sqlite3_stmt* statement, int64_t (*read_row)(sqlite3_stmt*));

void raw_bind_text(sqlite3_stmt* statement, int index, const char* text);

#ifdef __cplusplus
}
#endif

#endif
