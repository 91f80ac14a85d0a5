/* All there is to know about a customer, read by hand. */
#ifndef CRMKIT_BENCH_RAW_CUSTOMER_H
#define CRMKIT_BENCH_RAW_CUSTOMER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct raw_customer raw_customer;

/* Opens the file of a store. NULL when that fails. */
raw_customer* raw_customer_open(const char* path);
void raw_customer_close(raw_customer* customer);

/* Reads the sections of an account, of at most 20 rows each, in one transaction; `new_year` is the
 * start of this year. Gives the rows; -1 on failure. */
int64_t raw_customer_360(raw_customer* customer, int64_t account, int64_t new_year);

#ifdef __cplusplus
}
#endif

#endif
