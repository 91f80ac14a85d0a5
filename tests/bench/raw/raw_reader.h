/* Contacts read from SQLite by hand. */
#ifndef CRMKIT_BENCH_RAW_READER_H
#define CRMKIT_BENCH_RAW_READER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct raw_reader raw_reader;

/* Opens the file of a store. NULL when that fails. */
raw_reader* raw_reader_open(const char* path);
void raw_reader_close(raw_reader* reader);

/* Each gives a sum over what it reads, see raw_connection.h; -1 on failure. */
int64_t raw_get(raw_reader* reader, int64_t id);
int64_t raw_get_view(raw_reader* reader, int64_t id);
int64_t raw_page(raw_reader* reader, int64_t account, int64_t limit);
int64_t raw_scan(raw_reader* reader);
int64_t raw_scan_view(raw_reader* reader);
int64_t raw_by_email(raw_reader* reader, const char* email);
/* The same with the address in a statement that is prepared for this one time. */
int64_t raw_by_literal_email(raw_reader* reader, const char* email);

#ifdef __cplusplus
}
#endif

#endif
