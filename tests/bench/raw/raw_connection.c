#include "raw_connection.h"

#include <stdlib.h>
#include <string.h>

sqlite3* raw_connect(const char* path, int durability) {
    sqlite3* db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        sqlite3_close(db);
        return NULL;
    }
    sqlite3_busy_timeout(db, 5000);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    raw_execute(db, "PRAGMA cache_size = -16384");
    raw_execute(
        db, durability == RAW_FAST ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
    return db;
}

sqlite3_stmt* raw_prepare(sqlite3* db, const char* sql) {
    sqlite3_stmt* statement = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        return NULL;
    }
    return statement;
}

char* raw_column_names(sqlite3* db, const char* table) {
    sqlite3_stmt* columns = raw_prepare(
        db, "SELECT group_concat('\"' || name || '\"', ', ') FROM pragma_table_info(?)");
    char* names = NULL;
    sqlite3_bind_text(columns, 1, table, -1, SQLITE_STATIC);
    if (sqlite3_step(columns) == SQLITE_ROW) {
        names = sqlite3_mprintf("%s", sqlite3_column_text(columns, 0));
    }
    sqlite3_finalize(columns);
    return names;
}

sqlite3_stmt* raw_prepare_columns(sqlite3* db, const char* sql, const char* table) {
    char* names = raw_column_names(db, table);
    const char* at = strchr(sql, '@');
    char* whole = sqlite3_mprintf("%.*s%s%s", (int)(at - sql), sql, names, at + 1);
    sqlite3_stmt* statement = raw_prepare(db, whole);
    sqlite3_free(whole);
    sqlite3_free(names);
    return statement;
}

int raw_run(sqlite3_stmt* statement) {
    const int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE ? 0 : 1;
}

int raw_execute(sqlite3* db, const char* sql) {
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : 1;
}

int64_t raw_number(sqlite3_stmt* statement) {
    const int64_t number =
        sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return number;
}

/* A string of the row as C code keeps one: its own copy. */
static int64_t copy_text(sqlite3_stmt* row, int column) {
    const void* text = sqlite3_column_text(row, column);
    const int size = sqlite3_column_bytes(row, column);
    char* copy = malloc((size_t)size + 1);
    int64_t seen = 0;
    if (copy != NULL) {
        memcpy(copy, text, (size_t)size);
        copy[size] = '\0';
        seen = size + (unsigned char)copy[0];
        free(copy);
    }
    return seen;
}

int64_t raw_copy_row(sqlite3_stmt* row) {
    const int columns = sqlite3_column_count(row);
    int64_t sum = 0;
    for (int i = 0; i < columns; ++i) {
        switch (sqlite3_column_type(row, i)) {
            case SQLITE_INTEGER:
                sum += sqlite3_column_int64(row, i);
                break;
            case SQLITE_TEXT:
                sum += copy_text(row, i);
                break;
            default:
                break;
        }
    }
    return sum;
}

int64_t raw_view_row(sqlite3_stmt* row) {
    const int columns = sqlite3_column_count(row);
    int64_t sum = 0;
    for (int i = 0; i < columns; ++i) {
        switch (sqlite3_column_type(row, i)) {
            case SQLITE_INTEGER:
                sum += sqlite3_column_int64(row, i);
                break;
            case SQLITE_TEXT:
                sum += sqlite3_column_text(row, i)[0];
                sum += sqlite3_column_bytes(row, i);
                break;
            default:
                break;
        }
    }
    return sum;
}

int64_t raw_read_all(sqlite3_stmt* statement, int64_t (*read_row)(sqlite3_stmt*)) {
    int64_t sum = 0;
    int result = sqlite3_step(statement);
    for (; result == SQLITE_ROW; result = sqlite3_step(statement)) {
        sum += read_row(statement);
    }
    sqlite3_reset(statement);
    return result == SQLITE_DONE ? sum : -1;
}

void raw_bind_text(sqlite3_stmt* statement, int index, const char* text) {
    sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}
