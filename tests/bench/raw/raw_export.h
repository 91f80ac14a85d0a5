/* Contacts written to a CSV file by hand. */
#ifndef CRMKIT_BENCH_RAW_EXPORT_H
#define CRMKIT_BENCH_RAW_EXPORT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct raw_export raw_export;

/* Opens the file of a store, to export these columns of contacts: their names with commas. NULL
 * when that fails. */
raw_export* raw_export_open(const char* path, const char* columns);
void raw_export_close(raw_export* exporting);

/* Writes all live contacts, with a header, quoted where RFC 4180 wants it. Gives the bytes of the
 * file; -1 on failure. */
int64_t raw_export_run(raw_export* exporting, const char* csv_path);

#ifdef __cplusplus
}
#endif

#endif
