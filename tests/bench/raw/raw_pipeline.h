/* The content of a pipeline by stage, as one statement over an index that covers it. */
#ifndef CRMKIT_BENCH_RAW_PIPELINE_H
#define CRMKIT_BENCH_RAW_PIPELINE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct raw_pipeline raw_pipeline;

/* Opens the file of a store and adds the index to it. NULL when that fails. */
raw_pipeline* raw_pipeline_open(const char* path);
void raw_pipeline_close(raw_pipeline* pipeline);

/* Gives the number of opportunities; -1 on failure. */
int64_t raw_pipeline_by_stage(raw_pipeline* pipeline);

#ifdef __cplusplus
}
#endif

#endif
