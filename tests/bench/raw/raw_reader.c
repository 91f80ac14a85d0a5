#include "raw_reader.h"

#include <stdlib.h>

#include "raw_connection.h"

struct raw_reader {
    sqlite3* db;
    sqlite3_stmt *get, *page, *scan, *by_email;
    char* by_literal_email;
};

raw_reader* raw_reader_open(const char* path) {
    raw_reader* reader = calloc(1, sizeof *reader);
    if (reader == NULL || (reader->db = raw_connect(path, RAW_FAST)) == NULL) {
        raw_reader_close(reader);
        return NULL;
    }
    reader->get =
        raw_prepare_columns(reader->db, "SELECT @ FROM contacts WHERE id = ?", "contacts");
    reader->page = raw_prepare_columns(reader->db,
                                       "SELECT @ FROM contacts WHERE account = ? AND deleted_at IS "
                                       "NULL ORDER BY last_name, id LIMIT ?",
                                       "contacts");
    reader->scan = raw_prepare_columns(
        reader->db, "SELECT @ FROM contacts WHERE deleted_at IS NULL ORDER BY id", "contacts");
    reader->by_email = raw_prepare_columns(
        reader->db,
        "SELECT @ FROM contacts WHERE email_normal = ? AND deleted_at IS NULL ORDER BY id",
        "contacts");
    char* names = raw_column_names(reader->db, "contacts");
    reader->by_literal_email = sqlite3_mprintf(
        "SELECT %s FROM contacts WHERE email_normal = '%%q' AND deleted_at IS NULL ORDER BY id",
        names);
    sqlite3_free(names);
    return reader;
}

void raw_reader_close(raw_reader* reader) {
    if (reader == NULL) {
        return;
    }
    sqlite3_finalize(reader->get);
    sqlite3_finalize(reader->page);
    sqlite3_finalize(reader->scan);
    sqlite3_finalize(reader->by_email);
    sqlite3_free(reader->by_literal_email);
    sqlite3_close_v2(reader->db);
    free(reader);
}

int64_t raw_get(raw_reader* reader, int64_t id) {
    sqlite3_bind_int64(reader->get, 1, id);
    return raw_read_all(reader->get, raw_copy_row);
}

int64_t raw_get_view(raw_reader* reader, int64_t id) {
    sqlite3_bind_int64(reader->get, 1, id);
    return raw_read_all(reader->get, raw_view_row);
}

int64_t raw_page(raw_reader* reader, int64_t account, int64_t limit) {
    sqlite3_bind_int64(reader->page, 1, account);
    sqlite3_bind_int64(reader->page, 2, limit);
    return raw_read_all(reader->page, raw_copy_row);
}

int64_t raw_scan(raw_reader* reader) { return raw_read_all(reader->scan, raw_copy_row); }
int64_t raw_scan_view(raw_reader* reader) { return raw_read_all(reader->scan, raw_view_row); }

int64_t raw_by_email(raw_reader* reader, const char* email) {
    raw_bind_text(reader->by_email, 1, email);
    return raw_read_all(reader->by_email, raw_copy_row);
}

int64_t raw_by_literal_email(raw_reader* reader, const char* email) {
    char* sql = sqlite3_mprintf(reader->by_literal_email, email);
    sqlite3_stmt* statement = NULL;
    int64_t sum = -1;
    if (sqlite3_prepare_v2(reader->db, sql, -1, &statement, NULL) == SQLITE_OK) {
        sum = raw_read_all(statement, raw_copy_row);
    }
    sqlite3_finalize(statement);
    sqlite3_free(sql);
    return sum;
}
