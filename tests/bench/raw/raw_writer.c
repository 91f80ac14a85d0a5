#include "raw_writer.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw_connection.h"

enum { CREATED = 0, UPDATED = 1 };

struct raw_writer {
    sqlite3* db;
    sqlite3_stmt *begin, *commit, *insert, *get, *change, *history, *words;
    int version_column, title_column;
    EVP_MD* sha256;
    EVP_MD_CTX* hash;
    /* The link of the last row of the history. */
    unsigned char link[32];
};

/* The place of a column among those of a statement; -1 when there is none. */
static int column_named(sqlite3_stmt* statement, const char* name) {
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        if (strcmp(sqlite3_column_name(statement, i), name) == 0) {
            return i;
        }
    }
    return -1;
}

static void prepare_all(raw_writer* writer) {
    sqlite3* db = writer->db;
    writer->begin = raw_prepare(db, "BEGIN IMMEDIATE");
    writer->commit = raw_prepare(db, "COMMIT");
    writer->insert =
        raw_prepare(db,
                    "INSERT INTO contacts (id, created_at, modified_at, version, first_name, "
                    "last_name, full_name, email, email_normal, phone, phone_normal, do_not_call, "
                    "do_not_email, do_not_mail) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)");
    writer->get = raw_prepare_columns(db, "SELECT @ FROM contacts WHERE id = ?", "contacts");
    writer->change = raw_prepare(db,
                                 "UPDATE contacts SET modified_at = ?, modified_by = NULL, version "
                                 "= ?, job_title = ? WHERE id = ? AND version = ?");
    writer->history =
        raw_prepare(db,
                    "INSERT INTO changes (at, actor, origin, cause, entity, record, kind, version, "
                    "changed, salt, link) VALUES (?, NULL, 'session', NULL, 5, ?, ?, ?, ?, ?, ?)");
    writer->words = raw_prepare(db, "INSERT INTO contacts_search (rowid, words) VALUES (?, ?)");
}

raw_writer* raw_writer_open(const char* path, int durability) {
    raw_writer* writer = calloc(1, sizeof *writer);
    if (writer == NULL || (writer->db = raw_connect(path, durability)) == NULL) {
        raw_writer_close(writer);
        return NULL;
    }
    prepare_all(writer);
    writer->version_column = column_named(writer->get, "version");
    writer->title_column = column_named(writer->get, "job_title");
    writer->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    writer->hash = EVP_MD_CTX_new();
    EVP_DigestInit_ex2(writer->hash, writer->sha256, NULL);
    return writer;
}

void raw_writer_close(raw_writer* writer) {
    if (writer == NULL) {
        return;
    }
    sqlite3_stmt* const statements[] = {writer->begin, writer->commit, writer->insert,
                                        writer->get,   writer->change, writer->history,
                                        writer->words};
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; ++i) {
        sqlite3_finalize(statements[i]);
    }
    sqlite3_close_v2(writer->db);
    EVP_MD_CTX_free(writer->hash);
    EVP_MD_free(writer->sha256);
    free(writer);
}

int raw_begin(raw_writer* writer) { return raw_run(writer->begin); }
int raw_commit(raw_writer* writer) { return raw_run(writer->commit); }

static void take_hash(raw_writer* writer, unsigned char* digest) {
    EVP_DigestFinal_ex(writer->hash, digest, NULL);
    EVP_DigestInit_ex2(writer->hash, NULL, NULL);
}

/* A row of the history, before it is tied to the one before. */
typedef struct change {
    int64_t at, record, kind, version;
    const char* values;
    const unsigned char* salt;
} change;

/* Ties the history's row to the one before, by a salted commitment to its values. */
static void link_change(raw_writer* writer, const change* row) {
    const int64_t fixed[7] = {row->at, 0, 0, 5, row->record, row->kind, row->version};
    unsigned char commitment[32];
    EVP_DigestUpdate(writer->hash, row->salt, 16);
    EVP_DigestUpdate(writer->hash, row->values, strlen(row->values));
    take_hash(writer, commitment);
    EVP_DigestUpdate(writer->hash, writer->link, sizeof writer->link);
    EVP_DigestUpdate(writer->hash, commitment, sizeof commitment);
    EVP_DigestUpdate(writer->hash, fixed, sizeof fixed);
    EVP_DigestUpdate(writer->hash, "session", strlen("session"));
    take_hash(writer, writer->link);
}

static int append_change(raw_writer* writer, const change* row) {
    link_change(writer, row);
    sqlite3_bind_int64(writer->history, 1, row->at);
    sqlite3_bind_int64(writer->history, 2, row->record);
    sqlite3_bind_int64(writer->history, 3, row->kind);
    sqlite3_bind_int64(writer->history, 4, row->version);
    raw_bind_text(writer->history, 5, row->values);
    sqlite3_bind_blob(writer->history, 6, row->salt, 16, SQLITE_STATIC);
    sqlite3_bind_blob(writer->history, 7, writer->link, sizeof writer->link, SQLITE_STATIC);
    return raw_run(writer->history);
}

int raw_insert(raw_writer* writer, const raw_contact* contact) {
    sqlite3_bind_int64(writer->insert, 1, contact->id);
    sqlite3_bind_int64(writer->insert, 2, contact->now);
    sqlite3_bind_int64(writer->insert, 3, contact->now);
    raw_bind_text(writer->insert, 4, contact->first_name);
    raw_bind_text(writer->insert, 5, contact->last_name);
    raw_bind_text(writer->insert, 6, contact->full_name);
    raw_bind_text(writer->insert, 7, contact->email);
    raw_bind_text(writer->insert, 8, contact->email_normal);
    raw_bind_text(writer->insert, 9, contact->phone);
    raw_bind_text(writer->insert, 10, contact->phone_normal);
    sqlite3_bind_int64(writer->words, 1, contact->id);
    raw_bind_text(writer->words, 2, contact->words);
    const change row = {contact->now, contact->id, CREATED, 1, contact->history, contact->salt};
    return raw_run(writer->insert) || append_change(writer, &row) || raw_run(writer->words);
}

int raw_change_job_title(raw_writer* writer, int64_t id, const char* title, int64_t now) {
    static const unsigned char salt[16] = "as good as any";
    char values[512];
    sqlite3_bind_int64(writer->get, 1, id);
    if (sqlite3_step(writer->get) != SQLITE_ROW) {
        return 1;
    }
    raw_copy_row(writer->get);
    const int64_t version = sqlite3_column_int64(writer->get, writer->version_column);
    snprintf(values, sizeof values, "{\"21\":[\"%s\",\"%s\"]}",
             (const char*)sqlite3_column_text(writer->get, writer->title_column), title);
    sqlite3_reset(writer->get);
    sqlite3_bind_int64(writer->change, 1, now);
    sqlite3_bind_int64(writer->change, 2, version + 1);
    raw_bind_text(writer->change, 3, title);
    sqlite3_bind_int64(writer->change, 4, id);
    sqlite3_bind_int64(writer->change, 5, version);
    const change row = {now, id, UPDATED, version + 1, values, salt};
    return raw_run(writer->change) || sqlite3_changes(writer->db) != 1 ||
           append_change(writer, &row);
}
