#include "raw_twin.h"

#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct raw_twin {
    sqlite3* db;
    sqlite3_stmt *get, *page, *scan, *begin, *commit, *insert, *history, *words, *last;
    EVP_MD* sha256;
    EVP_MD_CTX* hash;
    /* The link of the last row of the history. */
    unsigned char link[32];
};

static sqlite3_stmt* prepare(sqlite3* db, const char* sql) {
    sqlite3_stmt* statement = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        return NULL;
    }
    return statement;
}

raw_twin* raw_open(const char* path) {
    raw_twin* twin = calloc(1, sizeof *twin);
    if (twin == NULL ||
        sqlite3_open_v2(path, &twin->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
            SQLITE_OK) {
        raw_close(twin);
        return NULL;
    }
    sqlite3_db_config(twin->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite3_exec(twin->db, "PRAGMA cache_size = -16384; PRAGMA synchronous = NORMAL", NULL, NULL,
                 NULL);
    twin->get = prepare(twin->db, "SELECT * FROM contacts WHERE id = ?");
    twin->page = prepare(twin->db,
                         "SELECT * FROM contacts WHERE account = ? AND deleted_at IS NULL "
                         "ORDER BY last_name, id LIMIT ?");
    twin->scan = prepare(twin->db, "SELECT * FROM contacts WHERE deleted_at IS NULL ORDER BY id");
    twin->begin = prepare(twin->db, "BEGIN IMMEDIATE");
    twin->commit = prepare(twin->db, "COMMIT");
    twin->insert = prepare(
        twin->db,
        "INSERT INTO contacts (id, created_at, modified_at, version, first_name, last_name, "
        "full_name, email, email_normal, phone, phone_normal, do_not_call, do_not_email, "
        "do_not_mail) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)");
    twin->history = prepare(twin->db,
                            "INSERT INTO changes (position, at, actor, origin, cause, entity, "
                            "record, kind, version, changed, salt, link) "
                            "VALUES (?, ?, 0, 'session', 0, 5, ?, 0, 1, ?, ?, ?)");
    twin->words = prepare(twin->db, "INSERT INTO contacts_search (rowid, words) VALUES (?, ?)");
    twin->last = prepare(twin->db, "SELECT max(position) FROM changes");
    twin->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    twin->hash = EVP_MD_CTX_new();
    EVP_DigestInit_ex2(twin->hash, twin->sha256, NULL);
    return twin;
}

void raw_close(raw_twin* twin) {
    if (twin == NULL) {
        return;
    }
    sqlite3_finalize(twin->get);
    sqlite3_finalize(twin->page);
    sqlite3_finalize(twin->scan);
    sqlite3_finalize(twin->begin);
    sqlite3_finalize(twin->commit);
    sqlite3_finalize(twin->insert);
    sqlite3_finalize(twin->history);
    sqlite3_finalize(twin->words);
    sqlite3_finalize(twin->last);
    sqlite3_close_v2(twin->db);
    EVP_MD_CTX_free(twin->hash);
    EVP_MD_free(twin->sha256);
    free(twin);
}

/* A string of the row as C code keeps one: its own copy. */
static int64_t read_text(sqlite3_stmt* row, int column) {
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

/* Reads every column of a row, by its type. */
static int64_t read_row(sqlite3_stmt* row) {
    const int columns = sqlite3_column_count(row);
    int64_t sum = 0;
    for (int i = 0; i < columns; ++i) {
        switch (sqlite3_column_type(row, i)) {
            case SQLITE_INTEGER:
                sum += sqlite3_column_int64(row, i);
                break;
            case SQLITE_TEXT:
                sum += read_text(row, i);
                break;
            default:
                break;
        }
    }
    return sum;
}

static int64_t read_all(sqlite3_stmt* statement) {
    int64_t sum = 0;
    int result = sqlite3_step(statement);
    for (; result == SQLITE_ROW; result = sqlite3_step(statement)) {
        sum += read_row(statement);
    }
    sqlite3_reset(statement);
    return result == SQLITE_DONE ? sum : -1;
}

int64_t raw_get(raw_twin* twin, int64_t id) {
    sqlite3_bind_int64(twin->get, 1, id);
    return read_all(twin->get);
}

int64_t raw_page(raw_twin* twin, int64_t account, int64_t limit) {
    sqlite3_bind_int64(twin->page, 1, account);
    sqlite3_bind_int64(twin->page, 2, limit);
    return read_all(twin->page);
}

int64_t raw_scan(raw_twin* twin) { return read_all(twin->scan); }

static int run(sqlite3_stmt* statement) {
    const int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE ? 0 : 1;
}

int raw_begin(raw_twin* twin) { return run(twin->begin); }
int raw_commit(raw_twin* twin) { return run(twin->commit); }

int64_t raw_last_position(raw_twin* twin) {
    const int64_t last =
        sqlite3_step(twin->last) == SQLITE_ROW ? sqlite3_column_int64(twin->last, 0) : 0;
    sqlite3_reset(twin->last);
    return last;
}

static void bind_text(sqlite3_stmt* statement, int index, const char* text) {
    sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

static void take_hash(raw_twin* twin, unsigned char* digest) {
    EVP_DigestFinal_ex(twin->hash, digest, NULL);
    EVP_DigestInit_ex2(twin->hash, NULL, NULL);
}

/* Ties the history's row to the one before, by a salted commitment to its values. */
static void link_history(raw_twin* twin, const raw_contact* contact) {
    const int64_t fixed[7] = {contact->now, 0, 0, 5, contact->id, 0, 1};
    unsigned char commitment[32];
    EVP_DigestUpdate(twin->hash, contact->salt, sizeof contact->salt);
    EVP_DigestUpdate(twin->hash, contact->history, strlen(contact->history));
    take_hash(twin, commitment);
    EVP_DigestUpdate(twin->hash, twin->link, sizeof twin->link);
    EVP_DigestUpdate(twin->hash, commitment, sizeof commitment);
    EVP_DigestUpdate(twin->hash, fixed, sizeof fixed);
    EVP_DigestUpdate(twin->hash, "session", strlen("session"));
    take_hash(twin, twin->link);
}

int raw_insert(raw_twin* twin, const raw_contact* contact) {
    sqlite3_bind_int64(twin->insert, 1, contact->id);
    sqlite3_bind_int64(twin->insert, 2, contact->now);
    sqlite3_bind_int64(twin->insert, 3, contact->now);
    bind_text(twin->insert, 4, contact->first_name);
    bind_text(twin->insert, 5, contact->last_name);
    bind_text(twin->insert, 6, contact->full_name);
    bind_text(twin->insert, 7, contact->email);
    bind_text(twin->insert, 8, contact->email_normal);
    bind_text(twin->insert, 9, contact->phone);
    bind_text(twin->insert, 10, contact->phone_normal);
    sqlite3_bind_int64(twin->history, 1, contact->position);
    sqlite3_bind_int64(twin->history, 2, contact->now);
    sqlite3_bind_int64(twin->history, 3, contact->id);
    bind_text(twin->history, 4, contact->history);
    link_history(twin, contact);
    sqlite3_bind_blob(twin->history, 5, contact->salt, sizeof contact->salt, SQLITE_STATIC);
    sqlite3_bind_blob(twin->history, 6, twin->link, sizeof twin->link, SQLITE_STATIC);
    sqlite3_bind_int64(twin->words, 1, contact->id);
    bind_text(twin->words, 2, contact->words);
    return run(twin->insert) || run(twin->history) || run(twin->words);
}
