#include "raw_pipeline.h"

#include <stdlib.h>

#include "raw_connection.h"

struct raw_pipeline {
    sqlite3* db;
    sqlite3_stmt* by_stage;
};

raw_pipeline* raw_pipeline_open(const char* path) {
    raw_pipeline* pipeline = calloc(1, sizeof *pipeline);
    if (pipeline == NULL || (pipeline->db = raw_connect(path, RAW_FAST)) == NULL ||
        raw_execute(pipeline->db,
                    "CREATE INDEX covering ON opportunities (stage, amount_currency, probability, "
                    "amount) WHERE deleted_at IS NULL") != 0) {
        raw_pipeline_close(pipeline);
        return NULL;
    }
    pipeline->by_stage = raw_prepare(
        pipeline->db,
        "SELECT count(*), stage, amount_currency, sum(amount), sum(amount * probability) FROM "
        "opportunities INDEXED BY covering WHERE deleted_at IS NULL GROUP BY stage, "
        "amount_currency");
    return pipeline;
}

void raw_pipeline_close(raw_pipeline* pipeline) {
    if (pipeline == NULL) {
        return;
    }
    sqlite3_finalize(pipeline->by_stage);
    sqlite3_close_v2(pipeline->db);
    free(pipeline);
}

static int64_t read_count(sqlite3_stmt* row) {
    raw_copy_row(row);
    return sqlite3_column_int64(row, 0);
}

int64_t raw_pipeline_by_stage(raw_pipeline* pipeline) {
    return raw_read_all(pipeline->by_stage, read_count);
}
