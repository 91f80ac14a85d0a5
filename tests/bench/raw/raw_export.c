/* fwrite_unlocked() and its kind: no other thread has the file. */
#define _GNU_SOURCE
#include "raw_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw_connection.h"

struct raw_export {
    sqlite3* db;
    sqlite3_stmt* all;
    char* header;
};

raw_export* raw_export_open(const char* path, const char* columns) {
    raw_export* exporting = calloc(1, sizeof *exporting);
    if (exporting == NULL || (exporting->db = raw_connect(path, RAW_FAST)) == NULL) {
        raw_export_close(exporting);
        return NULL;
    }
    exporting->header = sqlite3_mprintf("%s", columns);
    char* sql =
        sqlite3_mprintf("SELECT %s FROM contacts WHERE deleted_at IS NULL ORDER BY id", columns);
    exporting->all = raw_prepare(exporting->db, sql);
    sqlite3_free(sql);
    return exporting;
}

void raw_export_close(raw_export* exporting) {
    if (exporting == NULL) {
        return;
    }
    sqlite3_finalize(exporting->all);
    sqlite3_free(exporting->header);
    sqlite3_close_v2(exporting->db);
    free(exporting);
}

static void put_text(FILE* file, const char* text, size_t size) {
    if (strpbrk(text, "\",\r\n") == NULL) {
        fwrite_unlocked(text, 1, size, file);
        return;
    }
    putc_unlocked('"', file);
    for (size_t i = 0; i < size; ++i) {
        if (text[i] == '"') {
            putc_unlocked('"', file);
        }
        putc_unlocked(text[i], file);
    }
    putc_unlocked('"', file);
}

static void put_number(FILE* file, int64_t number) {
    char digits[24];
    char* at = digits + sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0) {
        *--at = '-';
    }
    fwrite_unlocked(at, 1, (size_t)(digits + sizeof digits - at), file);
}

/* A flag of contacts is stored as 0 or 1 and written as a word. */
static void put_column(FILE* file, sqlite3_stmt* row, int column, const char* is_flag) {
    switch (sqlite3_column_type(row, column)) {
        case SQLITE_TEXT: {
            const char* text = (const char*)sqlite3_column_text(row, column);
            put_text(file, text, (size_t)sqlite3_column_bytes(row, column));
            break;
        }
        case SQLITE_INTEGER:
            if (is_flag[column]) {
                fputs_unlocked(sqlite3_column_int64(row, column) != 0 ? "true" : "false", file);
            } else {
                put_number(file, sqlite3_column_int64(row, column));
            }
            break;
        default:
            break;
    }
}

int64_t raw_export_run(raw_export* exporting, const char* csv_path) {
    sqlite3_stmt* row = exporting->all;
    const int columns = sqlite3_column_count(row);
    char is_flag[128] = {0};
    FILE* file = fopen(csv_path, "wb");
    if (file == NULL || columns > (int)sizeof is_flag) {
        return -1;
    }
    for (int i = 0; i < columns; ++i) {
        const char* name = sqlite3_column_name(row, i);
        is_flag[i] = strncmp(name, "do_not_", 7) == 0 || strncmp(name, "is_", 3) == 0;
    }
    fprintf(file, "%s\r\n", exporting->header);
    int result = sqlite3_step(row);
    for (; result == SQLITE_ROW; result = sqlite3_step(row)) {
        for (int i = 0; i < columns; ++i) {
            if (i > 0) {
                putc_unlocked(',', file);
            }
            put_column(file, row, i, is_flag);
        }
        fputs_unlocked("\r\n", file);
    }
    sqlite3_reset(row);
    const int64_t size = ftell(file);
    return fclose(file) == 0 && result == SQLITE_DONE ? size : -1;
}
