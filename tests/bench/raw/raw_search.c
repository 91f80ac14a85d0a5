#include "raw_search.h"

#include <stdlib.h>

#include "raw_connection.h"

struct raw_search {
    sqlite3* db;
    sqlite3_stmt* best;
};

static int attach(sqlite3* db, const char* path) {
    sqlite3_stmt* statement = raw_prepare(db, "ATTACH ? AS store");
    raw_bind_text(statement, 1, path);
    const int failed = raw_run(statement);
    sqlite3_finalize(statement);
    return failed;
}

static int fill(sqlite3* db, const char* store_path) {
    return attach(db, store_path) || raw_execute(db, "PRAGMA main.cache_size = -16384") ||
           raw_execute(db, "CREATE VIRTUAL TABLE people USING fts5(words)") ||
           raw_execute(db,
                       "INSERT INTO people (rowid, words) SELECT id, full_name || ' ' || email || "
                       "' ' || phone FROM store.contacts") ||
           raw_execute(db, "DETACH store");
}

raw_search* raw_search_open(const char* store_path, const char* index_path) {
    raw_search* search = calloc(1, sizeof *search);
    if (search == NULL || sqlite3_open(index_path, &search->db) != SQLITE_OK ||
        fill(search->db, store_path) != 0) {
        raw_search_close(search);
        return NULL;
    }
    search->best = raw_prepare(
        search->db, "SELECT rowid FROM people WHERE people MATCH ? ORDER BY rank LIMIT 20");
    return search;
}

void raw_search_close(raw_search* search) {
    if (search == NULL) {
        return;
    }
    sqlite3_finalize(search->best);
    sqlite3_close_v2(search->db);
    free(search);
}

static int64_t count_one(sqlite3_stmt* row) { return sqlite3_column_int64(row, 0) != 0; }

int64_t raw_search_best(raw_search* search, const char* expression) {
    raw_bind_text(search->best, 1, expression);
    return raw_read_all(search->best, count_one);
}
